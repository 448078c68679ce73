/** What was recorded of one access of a product, in the order of the evidence, with the questions that cases ask of it. Pure. */
import type { RecordedExchange } from '../../kernel/evidence/recorded-exchange.ts';

/** Requests that come sooner than this after one another are a program's, not a person's. */
const BY_PROGRAM = 5_000;
/** So many alike one after the other are hammering. */
const HAMMERING = 3;

export class Traffic {
  readonly exchanges: readonly RecordedExchange[];
  readonly #positions: ReadonlyMap<number, number>;
  readonly #byOperation: ReadonlyMap<string, readonly RecordedExchange[]>;

  /** @param exchanges of the applications of one access */
  constructor(exchanges: readonly RecordedExchange[]) {
    this.exchanges = [...exchanges].sort((one, other) => one.number - other.number);
    this.#positions = new Map(this.exchanges.map((each, index) => [each.number, index]));
    this.#byOperation = Map.groupBy(this.exchanges, (each) => each.operation);
  }

  /** Exchanges of an endpoint. */
  of(endpoint: string): readonly RecordedExchange[] {
    return this.#byOperation.get(endpoint) ?? [];
  }

  /** The first thing the same application sent later that is wanted, and that it cannot have sent before it had the answer. */
  next(earlier: RecordedExchange, isWanted: (exchange: RecordedExchange) => boolean): RecordedExchange | undefined {
    for (let index = (this.#positions.get(earlier.number) ?? 0) + 1; index < this.exchanges.length; index += 1) {
      const each = this.exchanges[index];
      if (each !== undefined && each.appId === earlier.appId && startsAfter(each, earlier) && isWanted(each)) return each;
    }
    return undefined;
  }

  /** Whether this token had been good before. */
  wasGood(token: string | undefined, before: RecordedExchange): boolean {
    if (token === undefined) return false;
    return this.exchanges.some(
      (each) => each.number < before.number && (each.issuedToken === token || (each.token === token && isServed(each))),
    );
  }

  /**
   * The exchanges of an endpoint that repeat a refused request unchanged, at least three in a row and by a program: hammering.
   *
   * @param endpoint its id
   * @param refusal which refusals are looked at
   */
  hammered(endpoint: string, refusal: (exchange: RecordedExchange) => boolean): readonly (readonly RecordedExchange[])[] {
    const rows: RecordedExchange[][] = [];
    let row: RecordedExchange[] = [];
    for (const each of this.of(endpoint)) {
      const last = row.at(-1);
      const goesOn = last !== undefined && refusal(each) && isSameRequest(each, last) && waited(last, each) < BY_PROGRAM;
      row = goesOn ? [...row, each] : refusal(each) ? [each] : [];
      if (row.length === HAMMERING) rows.push(row);
    }
    return rows;
  }
}

/** Carried out: a success, or the redirect of A042. */
export function isServed(exchange: RecordedExchange): boolean {
  return exchange.status >= 200 && exchange.status < 400;
}

/** Milliseconds between an answer and a later request, by whichever watch shows more: a rehearsal may move the clock instead of waiting. */
export function waited(answered: RecordedExchange, next: RecordedExchange): number {
  const answeredAt = (at: string): number => Date.parse(at) + answered.milliseconds;
  return Math.max(Date.parse(next.at) - answeredAt(answered.at), Date.parse(next.businessAt) - answeredAt(answered.businessAt));
}

/** A request that was under way already when the answer came tells nothing of what the client does after it. */
function startsAfter(next: RecordedExchange, answered: RecordedExchange): boolean {
  // Both instants are rounded to milliseconds.
  return waited(answered, next) >= -2;
}

function isSameRequest(one: RecordedExchange, other: RecordedExchange): boolean {
  const sent = ({ method, url, request: { headers, sha256 }, appId, token }: RecordedExchange): string =>
    JSON.stringify([appId, token, method, url, sha256, headers['nhsd-ers-business-function'], headers['nhsd-end-user-organisation-ods']]);
  return sent(one) === sent(other);
}
