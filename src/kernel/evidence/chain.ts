/**
 * The chain that evidence hangs on: lines of JSON, each of which carries the hash of the line before it. Who changes, drops, adds or moves
 * a line breaks the link behind it; the last hash stands for all of them, and is what gets signed.
 */
import { hash } from 'node:crypto';

/** Name of the form of a bundle; a later form gets another. */
export const FORMAT = 'localspine-evidence/1';

/** What stands in the first line, which has none before it. */
export const BEGINNING = '0'.repeat(64);

/** Kinds of lines, in the order of a bundle. */
export type LineKind = 'recording' | 'exchange' | 'closing' | 'run' | 'verdict';

/** A line and the hash that the next one carries. */
export interface ChainedLine {
  readonly text: string;
  readonly hash: string;
}

/** SHA-256 of a line, without its line break, in hexadecimal. */
export function hashOfLine(line: string | Uint8Array): string {
  return hash('sha256', line);
}

/**
 * Makes the next line of a chain.
 *
 * @param previous hash of the line before, or {@link BEGINNING}
 * @param facts what the line says; `kind` and `previous` are put in front
 */
export function chainLine(previous: string, kind: LineKind, facts: object): ChainedLine {
  const text = JSON.stringify({ kind, previous, ...facts });
  return { text, hash: hashOfLine(text) };
}

/** A chain that grows: for those who write several lines at once. */
export class Chain {
  readonly #lines: string[] = [];
  #head: string;

  /** @param lines those that are there already, whole and in order */
  constructor(lines: readonly ChainedLine[] = []) {
    this.#lines.push(...lines.map((each) => each.text));
    this.#head = lines.at(-1)?.hash ?? BEGINNING;
  }

  /** Hash of the last line. */
  get head(): string {
    return this.#head;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  add(kind: LineKind, facts: object): this {
    const { text, hash: next } = chainLine(this.#head, kind, facts);
    this.#lines.push(text);
    this.#head = next;
    return this;
  }
}
