import { readFileSync } from 'node:fs';

/** The version of the product, from its package. */
export function productVersion(): string {
  const content: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content && typeof content.version === 'string'
    ? content.version
    : 'unknown';
}
