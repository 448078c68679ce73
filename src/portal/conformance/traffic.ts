/**
 * What was recorded of one access of a product, in the order of the evidence, with the questions that cases ask of it. Pure. Every question
 * that is asked for each exchange is answered from an index, so that judging a full recording takes time in proportion to it.
 */
import type { Observed } from './observed.ts';

/** Requests that come sooner than this after one another are a program's, not a person's. */
const BY_PROGRAM = 5_000;
/** So many alike one after the other are hammering. */
const HAMMERING = 3;

/** A refused request that was repeated unchanged. */
export type Row = readonly Observed[];

/** How exchanges can be looked up in order, always of one application. */
type Index = 'service' | 'operation' | 'served' | 'changes' | 'carried-out' | 'reads';

export class Traffic {
  readonly exchanges: readonly Observed[];
  readonly #byOperation: ReadonlyMap<string, readonly Observed[]>;
  readonly #indexes = new Map<Index, ReadonlyMap<string, Sequence>>();
  readonly #goodFrom: ReadonlyMap<string, number>;

  /** @param exchanges of the applications of one access */
  constructor(exchanges: readonly Observed[]) {
    this.exchanges = [...exchanges].sort((one, other) => one.number - other.number);
    this.#byOperation = Map.groupBy(this.exchanges, (each) => each.operation);
    this.#goodFrom = goodFrom(this.exchanges);
  }

  /** Exchanges of an endpoint. */
  of(endpoint: string): readonly Observed[] {
    return this.#byOperation.get(endpoint) ?? [];
  }

  /** The first thing the same application sent to the same service after it had the answer. */
  nextToService(earlier: Observed): Observed | undefined {
    return this.#sequence('service', [earlier.appId, earlier.service])?.after(earlier);
  }

  /** The first time the same application called the same endpoint after it had the answer. */
  nextCall(earlier: Observed): Observed | undefined {
    return this.#sequence('operation', [earlier.appId, earlier.operation])?.after(earlier);
  }

  /** The first time the same application was served at the same endpoint after it had the answer. */
  nextServed(earlier: Observed): Observed | undefined {
    return this.#sequence('served', [earlier.appId, earlier.operation])?.after(earlier);
  }

  /** The same, with another token. */
  nextServedAnew(earlier: Observed): Observed | undefined {
    return this.#sequence('served', [earlier.appId, earlier.operation])?.afterWithAnotherToken(earlier);
  }

  /** The first time that the same application, having had the answer, repeated this change on the same version, or had it carried out on any. */
  nextChange(earlier: Observed): Observed | undefined {
    if (earlier.change === undefined) return undefined;
    const { record, version } = earlier.change;
    const same = this.#sequence('changes', [earlier.appId, earlier.operation, record, version])?.after(earlier);
    const done = this.#sequence('carried-out', [earlier.appId, earlier.operation, record])?.after(earlier);
    return same === undefined || (done !== undefined && done.number < same.number) ? done : same;
  }

  /** Whether the same application read this record after it had an answer, and had it before a later exchange. */
  hasRead(record: string, earlier: Observed, later: Observed): boolean {
    const read = this.#sequence('reads', [earlier.appId, record])?.after(earlier);
    return read !== undefined && read.number < later.number && startsAfter(later, read);
  }

  /** Whether this token had been good before. */
  wasGood(token: string | undefined, before: Observed): boolean {
    return token !== undefined && (this.#goodFrom.get(token) ?? Number.POSITIVE_INFINITY) < before.number;
  }

  /**
   * Refused requests of an endpoint that were repeated unchanged, at least three times and by a program: hammering. Each row is whole, and
   * other requests in between do not end it; only a pause, or the request being served, does.
   *
   * @param endpoint its id
   * @param refusal which refusals are looked at
   * @param sameToken whether a request with another token is another request
   */
  hammered(endpoint: string, refusal: (exchange: Observed) => boolean, sameToken: boolean): readonly Row[] {
    const rows: Observed[][] = [];
    const open = new Map<string, Observed[]>();
    for (const each of this.of(endpoint)) {
      const key = sameToken ? `${each.request} ${each.token ?? ''}` : each.request;
      const row = open.get(key);
      if (!refusal(each)) {
        if (each.served) open.delete(key);
        continue;
      }
      const last = row?.at(-1);
      if (row !== undefined && last !== undefined && waited(last, each) < BY_PROGRAM) row.push(each);
      else {
        const begun = [each];
        open.set(key, begun);
        rows.push(begun);
      }
    }
    return rows.filter((row) => row.length >= HAMMERING);
  }

  #sequence(index: Index, key: readonly string[]): Sequence | undefined {
    let sequences = this.#indexes.get(index);
    if (sequences === undefined) {
      sequences = sequencesOf(this.exchanges, KEYS[index]);
      this.#indexes.set(index, sequences);
    }
    return sequences.get(JSON.stringify(key));
  }
}

/** Under which key an index has an exchange; one with a part that is undefined is not in it. */
const KEYS: Readonly<Record<Index, (each: Observed) => readonly (string | undefined)[]>> = {
  service: ({ appId, service }) => [appId, service],
  operation: ({ appId, operation }) => [appId, operation],
  served: ({ appId, operation, served }) => [appId, served ? operation : undefined],
  changes: ({ appId, operation, change }) => [appId, operation, change?.record, change?.version],
  'carried-out': ({ appId, operation, served, change }) => [appId, operation, served ? change?.record : undefined],
  reads: ({ appId, read }) => [appId, read],
};

function sequencesOf(exchanges: readonly Observed[], keyOf: (typeof KEYS)[Index]): ReadonlyMap<string, Sequence> {
  const groups = new Map<string, Observed[]>();
  for (const each of exchanges) {
    const parts = keyOf(each);
    if (parts.includes(undefined)) continue;
    const key = JSON.stringify(parts);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return new Map([...groups].map(([key, group]) => [key, new Sequence(group)]));
}

/** Exchanges in the order of the evidence, which is that of the answers. */
class Sequence {
  readonly #exchanges: readonly Observed[];
  /** For each the position of the next one with another token. */
  #another: readonly number[] | undefined;

  constructor(exchanges: readonly Observed[]) {
    this.#exchanges = exchanges;
  }

  /** The first that the application cannot have sent before it had the answer. */
  after(earlier: Observed): Observed | undefined {
    return this.#exchanges[this.#startingAfter(earlier, this.#behind(earlier.number))];
  }

  /** The same, with another token. */
  afterWithAnotherToken(earlier: Observed): Observed | undefined {
    let position = this.#behind(earlier.number);
    for (;;) {
      position = this.#startingAfter(earlier, position);
      const found = this.#exchanges[position];
      if (found === undefined || found.token !== earlier.token) return found;
      this.#another ??= anotherToken(this.#exchanges);
      position = this.#another[position] ?? this.#exchanges.length;
    }
  }

  /** Only what was under way when the answer came is passed over: few, however long the recording. */
  #startingAfter(earlier: Observed, from: number): number {
    let position = from;
    for (let each = this.#exchanges[position]; each !== undefined && !startsAfter(each, earlier); each = this.#exchanges[position])
      position += 1;
    return position;
  }

  /** Position of the first with a later number. */
  #behind(number: number): number {
    let [low, high] = [0, this.#exchanges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#exchanges[middle]?.number ?? 0) > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** By one pass from the end. */
function anotherToken(exchanges: readonly Observed[]): readonly number[] {
  const next = new Array<number>(exchanges.length).fill(exchanges.length);
  for (let index = exchanges.length - 2; index >= 0; index -= 1)
    next[index] = exchanges[index]?.token === exchanges[index + 1]?.token ? (next[index + 1] ?? exchanges.length) : index + 1;
  return next;
}

/** The number of the exchange in which each token was issued or served first. */
function goodFrom(exchanges: readonly Observed[]): ReadonlyMap<string, number> {
  const good = new Map<string, number>();
  for (const { number, issuedToken, token, served } of exchanges)
    for (const each of [issuedToken, served ? token : undefined]) if (each !== undefined && !good.has(each)) good.set(each, number);
  return good;
}

/** Milliseconds between an answer and a later request, by whichever watch shows more: a rehearsal may move the clock instead of waiting. */
export function waited(answered: Observed, next: Observed): number {
  return Math.max(next.cameAt - answered.answeredAt, next.cameAtByClock - answered.answeredAtByClock);
}

/** A request that was under way already when the answer came tells nothing of what the client does after it. */
function startsAfter(next: Observed, answered: Observed): boolean {
  // Both instants are rounded to milliseconds.
  return waited(answered, next) >= -2;
}
