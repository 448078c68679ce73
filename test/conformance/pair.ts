/** A published example pair, and what this project adds to it: the state of the world before it, in the form that `/_localspine/import` takes. */
import type { adviceRequest, file, referral, Service, slot } from './pairs/records.ts';

// Examples are data of many shapes.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
export type Json = any;

/** An entry of the examples' `index.json`. */
export interface Pair {
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly etag?: string;
  readonly role?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly request?: string;
  readonly response: string;
  readonly note?: string;
}

/** All that e-RS holds before the request: the import clears what was there. */
export interface Given {
  readonly services?: readonly Service[];
  readonly slots?: readonly ReturnType<typeof slot>[];
  /** Uploaded, and not linked yet. */
  readonly files?: readonly ReturnType<typeof file>[];
  readonly referrals?: readonly ReturnType<typeof referral>[];
  readonly advice?: readonly ReturnType<typeof adviceRequest>[];
  /** Whom an administrator may act for. */
  readonly onBehalfOf?: readonly { readonly admin: string; readonly odsCode: string; readonly clinicians: readonly string[] }[];
}

/** Who asks. */
export interface Asker {
  readonly user: string;
  /** Absent where no role is needed (A030). */
  readonly businessFunction?: string;
  readonly odsCode?: string;
  readonly onBehalfOf?: string;
}

/** One row of the table: a pair and its pre-state. */
export interface Row {
  /** The answer's file in the examples, without folder `responses` and extension: `OPERATION/NAME`. */
  readonly answer: string;
  /** Name of the request's file, where one answer belongs to several requests. */
  readonly request?: string;
  /** The request's file, where the index names none. */
  readonly ask?: string;
  readonly given: Given;
  readonly by?: Asker;
  /**
   * The day on which the example happens, where today matters: every time in the row and in the example's files is moved by the whole
   * weeks that bring that day to the day of the test, or to one of the six after it.
   */
  readonly day?: string;
  /** The request that is asked about, where the index does not say. */
  readonly ubrn?: string;
  readonly appointmentId?: string;
  readonly ifMatch?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A booking that fails before the request, for the hospital does not answer. */
  readonly silence?: { readonly slot: string; readonly start: string; readonly end: string };
  /** Members of the request's body that cannot be as published. */
  readonly send?: Readonly<Record<string, Json>>;
}
