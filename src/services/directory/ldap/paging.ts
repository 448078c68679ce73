/** Simple paged results (RFC 2696, sds.md §6.6): a series of pages of one stable result, bound to its connection and its query. */
import { BerError, BerReader, SEQUENCE } from './ber.ts';
import type { Control, SearchRequest } from './message.ts';
import { LdapRefusal, RESULT } from './result.ts';
import type { ResultSet } from './search.ts';

/** Series one connection may have open; the oldest is forgotten for another. */
const SERIES = 8;

export interface PageRequest {
  readonly size: number;
  readonly cookie: string;
}

/** A result that is given page by page, and how many entries of it have been. */
export interface Series {
  readonly query: string;
  readonly results: ResultSet;
  sent: number;
}

/** Reads the control's value. Throws LdapRefusal when it is none. */
export function readPageRequest(control: Control): PageRequest {
  try {
    const reader = new BerReader(control.value ?? Buffer.alloc(0)).enter(SEQUENCE);
    const [size, cookie] = [reader.integer(), reader.text()];
    if (size < 0) throw new BerError('a negative page size');
    return { size, cookie };
  } catch (error) {
    if (!(error instanceof BerError)) throw error;
    throw new LdapRefusal(RESULT.protocolError, 'paged results control value is malformed');
  }
}

/** The series of one connection, by cookie. */
export class OpenSeries {
  readonly #series = new Map<string, Series>();
  #next = 1;

  /** The series a cookie stands for, which is then used up. Throws LdapRefusal when it stands for none, or for another query. */
  resume(cookie: string, request: SearchRequest): Series {
    const found = this.#series.get(cookie);
    this.#series.delete(cookie);
    if (found === undefined || found.query !== queryOf(request))
      throw new LdapRefusal(RESULT.unwillingToPerform, 'paged results cookie is invalid or old');
    return found;
  }

  begin(request: SearchRequest, results: ResultSet): Series {
    return { query: queryOf(request), results, sent: 0 };
  }

  /** Keeps a series for its next page and gives its cookie. */
  keep(series: Series): string {
    const [oldest] = this.#series.keys();
    if (this.#series.size >= SERIES && oldest !== undefined) this.#series.delete(oldest);
    const cookie = `page-${this.#next}`;
    this.#next += 1;
    this.#series.set(cookie, series);
    return cookie;
  }

  clear(): void {
    this.#series.clear();
  }
}

function queryOf({ base, scope, filter, attributes, typesOnly }: SearchRequest): string {
  return JSON.stringify([base, scope, filter, attributes, typesOnly]);
}
