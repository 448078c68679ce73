import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../kernel/random.ts';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
const LENGTH = 32;
/** 32 MiB and about a twentieth of a second: what people choose must be dear to guess. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;

/** Why a password cannot be chosen; undefined when it can. Long rather than strange (NCSC guidance). */
export function passwordFault(password: string): string | undefined {
  if (password.length < 12) return 'Password must be at least 12 characters';
  if (password.length > 200) return 'Password must be 200 characters or fewer';
  return undefined;
}

/** A password as it is kept: parameters, salt and derived key. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = random.bytes(16);
  const key = await derive(password.normalize('NFKC'), salt, LENGTH, COST);
  return `scrypt:${COST.N}:${COST.r}:${COST.p}:${salt.toString('base64url')}:${key.toString('base64url')}`;
}

/** What an account without a password is compared with, so that the answer takes as long as any other. */
const NOBODY = `scrypt:${COST.N}:${COST.r}:${COST.p}:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`;

/** Whether a password is the one that was hashed; of nobody's it never is. */
export async function isPassword(password: string, kept: string | null | undefined): Promise<boolean> {
  const [, cost = '0', blockSize = '0', parallel = '0', salt = '', key = ''] = (kept ?? NOBODY).split(':');
  const options = { N: Number(cost), r: Number(blockSize), p: Number(parallel), maxmem: COST.maxmem };
  const derived = await derive(password.normalize('NFKC').slice(0, 1_000), Buffer.from(salt, 'base64url'), LENGTH, options);
  const expected = Buffer.from(key, 'base64url');
  return derived.length === expected.length && timingSafeEqual(derived, expected) && kept !== null && kept !== undefined;
}
