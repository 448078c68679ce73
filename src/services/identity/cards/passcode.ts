/** Passcodes: what is one, and how it is kept. */
import { scrypt, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../../kernel/random.ts';
import type { Sealer } from '../../../kernel/sealer.ts';
import { CardRefusal } from './errors.ts';

/** The passcode of every card of the seed: published, since nothing behind it is real. */
export const SEEDED_PASSCODE = '1234';
const PASSCODE = /^\d{4,8}$/;
const KEY_LENGTH = 32;
const COST = { N: 2_048, r: 8, p: 1 };

/** Throws CardRefusal 400 unless the text can be a passcode: four to eight digits (ours). */
export function checkPasscode(passcode: string | undefined, field = 'passcode'): string {
  if (passcode === undefined || passcode === '') throw new CardRefusal(400, 'passcode_missing', 'Enter a passcode', undefined, field);
  if (!PASSCODE.test(passcode)) throw new CardRefusal(400, 'passcode_form', 'A passcode has 4 to 8 digits', undefined, field);
  return passcode;
}

function derive(passcode: string, salt: Buffer): Promise<Buffer> {
  return new Promise((done, failed) =>
    scrypt(passcode, salt, KEY_LENGTH, COST, (error, key) => (error === null ? done(key) : failed(error))),
  );
}

/** A salted hash as text: `salt.hash`. */
export async function hashPasscode(passcode: string, random: Pick<Random, 'bytes'>): Promise<string> {
  const salt = random.bytes(16);
  return `${salt.toString('base64url')}.${(await derive(passcode, salt)).toString('base64url')}`;
}

/**
 * A hash sealed for one card. No hash withstands the guessing of four digits, so that the seal is what protects it: who reads the
 * store without the seal key cannot guess, and a hash moved to another card does not open.
 */
export function sealHash(sealer: Sealer, cardNumber: string, hash: string): string {
  return sealer.seal(`identity/passcode/${cardNumber}`, hash);
}

/** Whether it is the passcode behind a sealed hash. */
export async function isPasscode(sealer: Sealer, cardNumber: string, sealed: string, passcode: string): Promise<boolean> {
  const [salt = '', hash = ''] = sealer.open(`identity/passcode/${cardNumber}`, sealed).split('.');
  const wanted = Buffer.from(hash, 'base64url');
  return timingSafeEqual(await derive(passcode, Buffer.from(salt, 'base64url')), wanted);
}
