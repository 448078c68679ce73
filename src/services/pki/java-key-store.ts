import { createHash } from 'node:crypto';
import type { Instant } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';

/** One entry of a Java key store. */
export type JavaEntry =
  | { readonly alias: string; readonly trusted: Uint8Array }
  /** `key` in PKCS#8, `chain` from the holder's certificate up; all DER. */
  | { readonly alias: string; readonly key: Uint8Array; readonly chain: readonly Uint8Array[] };

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const PRIVATE_KEY = 1;
const TRUSTED_CERTIFICATE = 2;
const WHITENER = 'Mighty Aphrodite';
/** AlgorithmIdentifier of the JDK's own key protection, 1.3.6.1.4.1.42.2.17.1.1 with NULL, in DER. */
const KEY_PROTECTOR = Buffer.from('300e060a2b060104012a021101010500', 'hex');

/**
 * A Java key store in the format JKS, which every Java since 1.2 reads: older MESH and messaging clients know no other (PTL-074).
 * Its own protection is weak (SHA-1): it keeps honest people honest, as everywhere. No maintained library writes it.
 */
export function javaKeyStore(entries: readonly JavaEntry[], password: string, now: Instant, random: Random): Buffer {
  const secret = utf16(password);
  const content = Buffer.concat([
    uint32(MAGIC),
    uint32(VERSION),
    uint32(entries.length),
    ...entries.map((entry) => ('trusted' in entry ? trustedEntry(entry, now) : keyEntry(entry, secret, now, random))),
  ]);
  return Buffer.concat([content, sha1(secret, Buffer.from(WHITENER), content)]);
}

function trustedEntry({ alias, trusted }: Extract<JavaEntry, { trusted: Uint8Array }>, now: Instant): Buffer {
  return Buffer.concat([uint32(TRUSTED_CERTIFICATE), text(alias.toLowerCase()), uint64(now), certificate(trusted)]);
}

function keyEntry({ alias, key, chain }: Extract<JavaEntry, { key: Uint8Array }>, secret: Buffer, now: Instant, random: Random): Buffer {
  const sealed = sequence(Buffer.concat([KEY_PROTECTOR, element(0x04, protect(key, secret, random))]));
  return Buffer.concat([
    uint32(PRIVATE_KEY),
    // Java compares the names of a JKS in lower case, and stores them so.
    text(alias.toLowerCase()),
    uint64(now),
    uint32(sealed.length),
    sealed,
    uint32(chain.length),
    ...chain.map(certificate),
  ]);
}

/** Salt, key under a stream of chained hashes, and a hash to check the password by. */
function protect(key: Uint8Array, secret: Buffer, random: Random): Buffer {
  const salt = random.bytes(20);
  const stream: Buffer[] = [];
  for (let block = salt, length = 0; length < key.length; length += 20) {
    block = sha1(secret, block);
    stream.push(block);
  }
  const pad = Buffer.concat(stream);
  return Buffer.concat([salt, Buffer.from(key.map((byte, index) => byte ^ (pad[index] ?? 0))), sha1(secret, key)]);
}

function certificate(der: Uint8Array): Buffer {
  return Buffer.concat([text('X.509'), uint32(der.length), der]);
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function utf16(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16();
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function sequence(content: Buffer): Buffer {
  return element(0x30, content);
}

/** An element of up to 65,535 bytes in DER. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
