import { messageOf } from '../../kernel/errors.ts';
import type { Application } from './application.ts';
import { refuse } from './errors.ts';
import { cachedJwks, rememberJwks } from './store/applications.ts';
import type { GatewayWorld } from './world.ts';

const CACHE_LIFE = 3_600_000;
const FETCH_TIMEOUT = 5_000;
const SIZE_LIMIT = 64 * 1024;

/** The set was refused or could not be read; the message says why. */
class UnreadableKeySet extends Error {}

/**
 * The key set of an application: hosted here, or read from the supplier's URL and kept for an hour of real time. Within the hour an
 * unknown kid does not make it be read again (identity.md §2.8).
 *
 * @throws TokenRefusal when there is none (step 17) or the URL cannot be read (step 18)
 */
export async function keySetOf(world: GatewayWorld, application: Application): Promise<unknown> {
  if (application.jwks !== undefined) return JSON.parse(application.jwks);
  const { jwksUrl } = application;
  if (jwksUrl === undefined) throw refuse('gateway.client-assertion.jwks');
  const now = world.clock.realNow();
  const cached = await cachedJwks(world.store.db, jwksUrl, now - CACHE_LIFE);
  if (cached !== undefined) return JSON.parse(cached);
  try {
    const { body, keySet } = await fetchKeySet(jwksUrl, await world.trustedAuthorities());
    await rememberJwks(world.store.db, jwksUrl, body, now);
    return keySet;
  } catch (error) {
    throw refuse('gateway.client-assertion.jwks-fetch', `${jwksUrl} could not be read: ${reasonOf(error)}.`);
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? ` (${messageOf(error.cause)})` : '';
  return `${messageOf(error)}${cause}`;
}

/**
 * Reads a key set: http or https, five seconds, 64 KB, no redirects. Loopback and private addresses are allowed, because that is where
 * the software under test lives; the URL is set by the operator only, and nothing that is read there is shown to a caller.
 */
async function fetchKeySet(address: string, authorities: readonly string[]): Promise<{ body: string; keySet: unknown }> {
  if (!URL.canParse(address)) throw new UnreadableKeySet('it is not a URL');
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new UnreadableKeySet('only http and https are read');
  if (url.pathname === '/' || url.pathname === '') throw new UnreadableKeySet('the URL has no path');
  const [{ Agent, request }, { rootCertificates }] = await Promise.all([import('undici'), import('node:tls')]);
  const dispatcher = new Agent({ connect: { ca: [...rootCertificates, ...authorities], timeout: FETCH_TIMEOUT } });
  try {
    const response = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(FETCH_TIMEOUT),
      headers: { accept: 'application/json' },
    });
    if (response.statusCode !== 200) throw new UnreadableKeySet(`it answered ${response.statusCode}`);
    const body = await boundedText(response.body);
    const keySet: unknown = JSON.parse(body);
    return { body, keySet };
  } finally {
    await dispatcher.destroy();
  }
}

async function boundedText(chunks: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new UnreadableKeySet('it sent no bytes');
    size += chunk.length;
    if (size > SIZE_LIMIT) throw new UnreadableKeySet(`it is longer than ${SIZE_LIMIT} bytes`);
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts).toString('utf8');
}
