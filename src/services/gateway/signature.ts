import { createPublicKey, verify } from 'node:crypto';
import type { SigningJwk } from './jwks.ts';
import type { DecodedJwt } from './jwt.ts';

/** RSA PKCS#1 v1.5 digests by JWT algorithm: the only ones the platform takes (identity.md C.4). */
const DIGESTS = { RS256: 'RSA-SHA256', RS512: 'RSA-SHA512' } as const;
export type SignatureAlgorithm = keyof typeof DIGESTS;

export function isSignatureAlgorithm(value: unknown): value is SignatureAlgorithm {
  return value === 'RS256' || value === 'RS512';
}

/**
 * Whether the signature of a JWT was made with the private half of `key`. The algorithm is the caller's decision, never the
 * token's. False, not an exception, for a key that cannot be imported.
 */
export function isSignedBy(jwt: DecodedJwt, key: SigningJwk, algorithm: SignatureAlgorithm): boolean {
  try {
    const publicKey = createPublicKey({ key: { kty: 'RSA', n: key.n, e: key.e }, format: 'jwk' });
    return verify(DIGESTS[algorithm], Buffer.from(jwt.signedText), publicKey, Buffer.from(jwt.signature, 'base64url'));
  } catch {
    return false;
  }
}
