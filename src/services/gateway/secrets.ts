import { hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../kernel/random.ts';

/** How a token, code or jti is kept: by its SHA-256, so that who reads the store cannot use it. */
export function fingerprint(value: string): string {
  return hash('sha256', value, 'base64url');
}

export interface HashedSecret {
  readonly salt: string;
  readonly hash: string;
}

/**
 * Hashes a client secret for the store. Not scrypt: a slow hash protects what people choose, while this secret is 16 characters drawn
 * evenly from 62 (95 bits), out of reach of guessing at any speed, and it is compared on every log-on and refresh.
 */
export function hashSecret(secret: string, random: Random): HashedSecret {
  const salt = random.bytes(16).toString('base64url');
  return { salt, hash: hash('sha256', `${salt}.${secret}`, 'base64url') };
}

/** Whether `secret` is the one that was hashed; takes the same time whatever it is. */
export function isSecret(secret: string, stored: HashedSecret): boolean {
  return timingSafeEqual(Buffer.from(hash('sha256', `${stored.salt}.${secret}`, 'base64url')), Buffer.from(stored.hash));
}
