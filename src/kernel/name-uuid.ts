import { createHash } from 'node:crypto';

/** A UUID made from a text: the same for the same text, and nothing of the text can be read from it (RFC 9562, version 8 over SHA-256). */
export function nameUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
