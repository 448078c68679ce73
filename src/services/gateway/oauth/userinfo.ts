import type { FastifyInstance } from 'fastify';
import { verifyAccessToken } from '../access.ts';
import { refuse } from '../errors.ts';
import { findLogOn } from '../store/tokens.ts';
import { applyFault, onlyMethod, type TokenServerBase } from './token-server.ts';

/** `GET /userinfo` (identity.md C.8): details of the user as CIS2 gave them at log-on; combined log-ons only. */
export function registerUserinfo(app: FastifyInstance, base: TokenServerBase): void {
  const { world } = base;
  onlyMethod(app, '/userinfo', 'GET');
  app.get('/userinfo', async (request, reply) => {
    const { exchange } = request;
    exchange.operation = 'userinfo';
    if (!(await applyFault(base, 'userinfo', reply))) return reply;
    const grant = await verifyAccessToken(world, world.store.db, request.headers.authorization);
    exchange.appId = grant.app.appId;
    if (grant.userId !== undefined) exchange.userId = grant.userId;
    exchange.passed('gateway.token.known');
    const stored =
      grant.grantType === 'authorization_code' && grant.chainId !== undefined ? await findLogOn(world.store.db, grant.chainId) : undefined;
    if (stored?.logOn.userinfo === undefined) throw refuse('gateway.userinfo.combined', `The token comes from ${grant.grantType}.`);
    exchange.passed('gateway.userinfo.combined');
    return reply.header('cache-control', 'no-store').send(stored.logOn.userinfo);
  });
}
