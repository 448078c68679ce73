import type { FastifyInstance } from 'fastify';
import { refuse } from '../errors.ts';
import { BUILD, isStatusKey, statusReport } from '../status.ts';
import { onlyMethod, type TokenServerBase } from './token-server.ts';

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
    if (!isStatusKey(request.headers['apikey'])) throw refuse('gateway.status-key');
    return reply.send(await statusReport(base.world));
  });
}
