import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { secureRandom } from './random.ts';

/** Encrypts secrets before they reach the store (DESIGN.md: `LOCALSPINE_SEAL_KEY`). */
export interface Sealer {
  /** `purpose` is bound to the result: a value sealed for one purpose cannot be opened for another. */
  seal(purpose: string, secret: string): string;
  /** Throws when the value was sealed with another key, for another purpose, or was changed. */
  open(purpose: string, sealed: string): string;
  /** A signature (hexadecimal HMAC-SHA256) that only holders of the seal key can make; for links that are handed out. */
  sign(purpose: string, text: string): string;
  /** Whether a signature is the one {@link sign} makes; compares in constant time. */
  verifies(purpose: string, text: string, signature: string): boolean;
}

/** AES-256-GCM with a key derived from the seal key for each purpose. */
export function createSealer(sealKey: string): Sealer {
  const keys = new Map<string, Buffer>();
  const keyFor = (purpose: string): Buffer => {
    let key = keys.get(purpose);
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', sealKey, '', `localspine/${purpose}`, 32));
      keys.set(purpose, key);
    }
    return key;
  };
  const sign = (purpose: string, text: string): string =>
    createHmac('sha256', keyFor(`sign/${purpose}`))
      .update(text)
      .digest('hex');
  return {
    sign,
    verifies(purpose, text, signature) {
      const [given, wanted] = [Buffer.from(signature), Buffer.from(sign(purpose, text))];
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
    seal(purpose, secret) {
      const nonce = secureRandom.bytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), nonce);
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    },
  };
}
