import { hash } from 'node:crypto';

/** How a code, token or cookie is kept: by its SHA-256, so that who reads the store cannot use it. */
export function fingerprint(value: string): string {
  return hash('sha256', value, 'base64url');
}

/** Left half of the SHA-256, as `at_hash`, `c_hash` and `s_hash` want it (OpenID Connect Core 3.1.3.6). */
export function halfHash(text: string): string {
  return hash('sha256', text, 'buffer').subarray(0, 16).toString('base64url');
}
