import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { refuse } from '../errors.ts';
import { fingerprint } from '../secrets.ts';
import { onlyMethod, type TokenServerBase } from './token-server.ts';

const BUILD = { version: 'v1.0.0-localspine', revision: '1', releaseId: 'localspine', commitId: 'localspine' } as const;

/** Key of the monitoring endpoint, the same everywhere and published: it opens nothing but this. */
export const STATUS_KEY = 'localspine-status';

/** `GET /_ping`, open, and `GET /_status`, with a key of its own (identity.md C.1, path-to-live.md §2.6). */
export function registerStatus(app: FastifyInstance, base: TokenServerBase): void {
  onlyMethod(app, '/_ping', 'GET');
  app.get('/_ping', async (request, reply) => {
    request.exchange.operation = 'ping';
    return reply.send(BUILD);
  });
  onlyMethod(app, '/_status', 'GET');
  app.get('/_status', async (request, reply) => {
    request.exchange.operation = 'status';
    const { apikey } = request.headers;
    if (typeof apikey !== 'string' || !timingSafeEqual(Buffer.from(fingerprint(apikey)), Buffer.from(fingerprint(STATUS_KEY))))
      throw refuse('gateway.status-key');
    const started = base.world.clock.realNow();
    await base.world.store.db.selectNoFrom((expression) => expression.lit(1).as('one')).execute();
    const check = {
      status: 'pass',
      timeout: 'false',
      responseCode: 200,
      outcome: 'OK',
      durationMilliseconds: base.world.clock.realNow() - started,
      links: { self: `${base.world.environment.baseUrl}/_localspine/health` },
    };
    return reply.send({ status: 'pass', ...BUILD, checks: { 'healthcheckService:status': [check] } });
  });
}
