import { messageOf } from '../../kernel/errors.ts';
import { OutgoingRefusal } from '../../kernel/http/outgoing.ts';
import type { Application } from './application.ts';
import { refuse } from './errors.ts';
import { cachedJwks, rememberJwks } from './store/applications.ts';
import type { GatewayWorld } from './world.ts';

const CACHE_LIFE = 3_600_000;

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
    // The platform reads nothing at the root of a host (identity.md C.4, step 18).
    if (URL.canParse(jwksUrl) && new URL(jwksUrl).pathname === '/') throw new OutgoingRefusal('the URL has no path');
    const body = await world.outgoing.read(jwksUrl);
    const keySet: unknown = JSON.parse(body);
    await rememberJwks(world.store.db, jwksUrl, body, now);
    return keySet;
  } catch (error) {
    throw refuse('gateway.client-assertion.jwks-fetch', `${jwksUrl} could not be read: ${messageOf(error)}.`);
  }
}
