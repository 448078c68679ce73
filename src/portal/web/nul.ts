import type { FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';

/**
 * No text here means anything with a NUL in it, and one of our databases cannot keep it.
 *
 * @throws LocalRefusal 400 when an address, a form or a JSON body holds one
 */
export function refuseNul({ params, query, body }: FastifyRequest): void {
  const waiting: unknown[] = [params, query, body instanceof URLSearchParams ? [...body] : body];
  // Not by recursion: how deep a body nests is up to who sends it.
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string' && value.includes('\0'))
      throw new LocalRefusal(400, 'bad_text', 'A text holds a NUL character.', 'Leave it out.');
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue;
    for (const [name, each] of Object.entries(value)) waiting.push(name, each);
  }
}
