import type { ApplicationFacts } from './access.ts';
import { QuotaRefusal, refuse } from './errors.ts';
import type { ApiProduct } from './products.ts';
import type { GatewayWorld } from './world.ts';

const MINUTE = 60_000;
/** Requests a minute of one application to the token server (identity.md C.1). */
const TOKEN_REQUESTS_PER_MINUTE = 300;

/**
 * Counts a request of an application to a product against spike arrest, then quota (path-to-live.md §2.6). Counters are shared by
 * replicas and run on real time. The limits are the product's, unless the environment has its own. Nothing is counted while the setting
 * is off.
 *
 * @throws QuotaRefusal 429
 */
export async function countRequest(world: GatewayWorld, app: Pick<ApplicationFacts, 'appId'>, product: ApiProduct): Promise<void> {
  const {
    quota,
    quotaPerMinute = product.quotaPerMinute,
    spikeArrestPerMinute = product.spikeArrestPerMinute,
  } = world.environment.settings;
  if (!quota) return;
  const now = world.clock.realNow();
  const spike = smoothed(spikeArrestPerMinute);
  if ((await world.store.increment(`gateway.spike.${app.appId}.${product.name}`, Math.floor(now / spike.window))) > spike.limit) {
    throw new QuotaRefusal(
      429,
      `Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=${spikeArrestPerMinute}, periodInMicroseconds=60000000, maxBurstMessageCount=${spike.limit}.0}`,
      'policies.ratelimit.SpikeArrestViolation',
      {
        check: 'gateway.spike-arrest',
        why: `More than ${spike.limit} requests in ${spike.window} ms: spike arrest spreads ${spikeArrestPerMinute} a minute evenly.`,
        fix: 'Spread the calls over the minute. The limits can be turned off for load tests.',
      },
    );
  }
  if ((await world.store.increment(`gateway.quota.${app.appId}.${product.name}`, Math.floor(now / MINUTE))) > quotaPerMinute) {
    throw new QuotaRefusal(
      429,
      'Rate limit quota violation. Quota limit  exceeded. Identifier : _default',
      'policies.ratelimit.QuotaViolation',
      {
        check: 'gateway.quota',
        why: `The application has made more than ${quotaPerMinute} requests in this minute.`,
        fix: 'Wait for the next minute. The limits can be turned off for load tests.',
      },
    );
  }
}

/** Spike arrest as the platform does it: 720 a minute are 12 a second; fewer than 60 a minute are one per so many seconds. */
function smoothed(perMinute: number): { readonly limit: number; readonly window: number } {
  return perMinute >= 60 ? { limit: Math.floor(perMinute / 60), window: 1_000 } : { limit: 1, window: Math.ceil(MINUTE / perMinute) };
}

/** Counts a request of an application to the token server. Throws TokenRefusal 429. */
export async function countTokenRequest(world: GatewayWorld, appId: string): Promise<void> {
  if (!world.environment.settings.quota) return;
  const count = await world.store.increment(`gateway.token-server.${appId}`, Math.floor(world.clock.realNow() / MINUTE));
  if (count > TOKEN_REQUESTS_PER_MINUTE) throw refuse('gateway.rate');
}
