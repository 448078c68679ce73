import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** The only source of randomness (DESIGN.md, rule 6). Seeds use {@link SeededRandom} instead, so that data is the same everywhere. */
export interface Random {
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** `length` random bytes. */
  bytes(length: number): Buffer;
  /** A string of `length` characters, each drawn evenly from `alphabet`. */
  text(length: number, alphabet?: string): string;
}

export const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const DIGITS = '0123456789';

/** Cryptographically strong randomness for keys, tokens and ids. */
export const secureRandom: Random = {
  uuid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
  text: (length, alphabet = ALPHANUMERIC) => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join(''),
};
