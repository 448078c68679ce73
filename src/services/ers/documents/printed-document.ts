/**
 * A document that a person would print, as plain data: what it says, in which order, under which headings. Rules write these values;
 * `render-pdf.ts` puts them on paper.
 */
import type { Instant } from '../../../kernel/clock.ts';

/** What a reader needs to be sure of the patient; at the top of clinical documents (ers.md §17). */
export type Fact = readonly [name: string, value: string];

/** A piece of a document. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string; readonly level: 1 | 2 | 3 }
  | { readonly kind: 'paragraph'; readonly text: string; readonly strong?: true }
  /** Lines that belong together, such as an address. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** Names with their values, in one or two columns. */
  | { readonly kind: 'facts'; readonly facts: readonly Fact[]; readonly columns: 1 | 2 }
  /** Facts in a box that catches the eye: the patient banner, the booking reference. */
  | { readonly kind: 'banner'; readonly facts: readonly Fact[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly caption: string;
      /** Share of the width that each column takes. */
      readonly columns: readonly { readonly title: string; readonly share: number }[];
      readonly rows: readonly (readonly string[])[];
    };

export interface PrintedDocument {
  readonly fileName: string;
  /** Title of the PDF, and what a screen reader announces. */
  readonly title: string;
  /** At the top of every page, e.g. `PRIVATE AND CONFIDENTIAL`. */
  readonly mark: string;
  /** At the foot of every page, e.g. the patient's name and number. */
  readonly foot: string;
  readonly printedAt: Instant;
  readonly blocks: readonly Block[];
}

/** Every page says so, so that a print left on a desk worries nobody. */
export const SYNTHETIC = 'Synthetic data made by LocalSpine. Not a real patient.';
