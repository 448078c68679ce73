/** What the proxies of e-RS answer themselves, without e-RS (ers.md §18): `_ping`, `_status`, and CORS where access is open. */
import type { FastifyInstance } from 'fastify';
import { BUILD, isStatusKey, statusReport } from '../gateway/index.ts';
import type { ErsWorld } from './world.ts';

const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, OPTIONS';
const ALLOWED_HEADERS = [
  'origin',
  'x-requested-with',
  'x-correlation-id',
  'accept',
  'content-type',
  'nhsd-session-urid',
  'nhsd-end-user-organisation-ods',
  'nhsd-ers-business-function',
  'authorization',
  'nhsd-ers-comm-rule-org',
  'nhsd-ers-file-name',
  'nhsd-ers-referral-id',
  'if-match',
  'nhsd-ers-on-behalf-of-user-id',
].join(', ');
const EXPOSED_HEADERS = [
  'x-correlation-id',
  'x-request-id',
  'content-type',
  'Location',
  'ETag',
  'Content-Disposition',
  'Content-Length',
  'Cache-Control',
].join(', ');

/** Registers `_ping` and `_status` below a base path. Neither needs a token; `_status` wants the monitoring key. */
export function registerProxyStatus(app: FastifyInstance, world: ErsWorld, base: string): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: `${base}/_ping`,
    handler: async (request, reply) => {
      request.exchange.service = 'ers';
      request.exchange.operation = 'ping';
      return reply.send(BUILD);
    },
  });
  app.route({
    method: ['GET', 'HEAD'],
    url: `${base}/_status`,
    handler: async (request, reply) => {
      const { exchange, headers } = request;
      exchange.service = 'ers';
      exchange.operation = 'status';
      if (isStatusKey(headers['apikey'])) return reply.send(await statusReport(world, world.availability.closed('ers')));
      exchange.refused({
        check: 'ers.proxy.status-key',
        why: 'The header apikey does not hold the key of the status endpoint.',
        fix: 'Send apikey: localspine-status, or ask _ping, which needs no key.',
      });
      return reply.code(401).type('text/plain').send('');
    },
  });
}

/**
 * CORS, which the published sandbox has for any origin and the environments with tokens do not: there a browser's page of another site
 * gets no answer it could read.
 */
export function registerCrossOrigin(app: FastifyInstance, base: string): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.headers.origin !== undefined && request.url.startsWith(`${base}/`))
      void reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED_HEADERS });
    done(null, payload);
  });
  app.options(`${base}/*`, async (request, reply) => {
    request.exchange.service = 'ers';
    request.exchange.operation = 'preflight';
    return reply
      .code(204)
      .headers({
        'access-control-allow-methods': ALLOWED_METHODS,
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': '86400',
      })
      .send();
  });
}
