import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** The only source of randomness (DESIGN.md, rule 6). Seeds use {@link SeededRandom} instead, so that data is the same everywhere. */
export interface Random {
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** A version 7 UUID of this moment: for keys of big tables, which grow at their end and not everywhere. `now` is real time. */
  orderedUuid(now: number): string;
  /** `length` random bytes. */
  bytes(length: number): Buffer;
  /** A string of `length` characters, each drawn evenly from `alphabet`. */
  text(length: number, alphabet?: string): string;
}

export const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const DIGITS = '0123456789';

function uuidTime(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7`;
}

/** The millisecond of the last ordered UUID as it begins one: under load there are many in each. */
let timePart = { of: 0, text: uuidTime(0) };

/** Cryptographically strong randomness for keys, tokens and ids. */
export const secureRandom: Random = {
  uuid: () => randomUUID(),
  orderedUuid(now) {
    if (now !== timePart.of) timePart = { of: now, text: uuidTime(now) };
    return timePart.text + randomUUID().slice(15);
  },
  bytes: (length) => randomBytes(length),
  text: (length, alphabet = ALPHANUMERIC) => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join(''),
};
