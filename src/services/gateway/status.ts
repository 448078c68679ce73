import { timingSafeEqual } from 'node:crypto';
import type { Closed } from '../../kernel/availability.ts';
import { fingerprint } from './secrets.ts';
import type { GatewayWorld } from './world.ts';

/** What every proxy of the platform says of its build at `_ping` (ers.md §18). */
export const BUILD = { version: 'v1.0.0-localspine', revision: '1', releaseId: 'localspine', commitId: 'localspine' } as const;

/** Key of the monitoring endpoints, the same everywhere and published: it opens nothing but these. */
export const STATUS_KEY = 'localspine-status';

/** Whether the header `apikey` opens `_status`. */
export function isStatusKey(apikey: unknown): boolean {
  return typeof apikey === 'string' && timingSafeEqual(Buffer.from(fingerprint(apikey)), Buffer.from(fingerprint(STATUS_KEY)));
}

/**
 * What `_status` answers: the build, and whether what stands behind the proxy works.
 *
 * @param closed what stands behind it is down for maintenance
 */
export async function statusReport(world: Pick<GatewayWorld, 'clock' | 'store' | 'environment'>, closed?: Closed): Promise<object> {
  const started = world.clock.realNow();
  const works = await world.store.db
    .selectNoFrom((expression) => expression.lit(1).as('one'))
    .execute()
    .then(
      () => true,
      () => false,
    );
  const well = works && closed === undefined;
  const status = well ? 'pass' : 'fail';
  const check = {
    status,
    timeout: 'false',
    responseCode: well ? 200 : 503,
    outcome: well ? 'OK' : works ? `${closed?.service ?? ''} is down for maintenance` : 'the store does not answer',
    durationMilliseconds: world.clock.realNow() - started,
    links: { self: `${world.environment.baseUrl}/_localspine/health` },
  };
  return { status, ...BUILD, checks: { 'healthcheckService:status': [check] } };
}
