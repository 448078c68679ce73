import type { FastifyInstance } from 'fastify';
import { refuse } from '../errors.ts';
import { findKey } from '../jwks.ts';
import { type DecodedJwt, decodeJwt, isAbsent, textMember } from '../jwt.ts';
import { isBackChannelLogout } from '../log-on.ts';
import { isSignatureAlgorithm, isSignedBy } from '../signature.ts';
import { chainsOfSession, endChains } from '../store/tokens.ts';
import { readForm } from './token.ts';
import { applyFault, onlyMethod, type TokenServerBase } from './token-server.ts';

/** `POST /backchannel_logout` (identity.md C.9): the identity provider ends a session, and its tokens with it. */
export function registerBackchannelLogout(app: FastifyInstance, base: TokenServerBase): void {
  const { world } = base;
  onlyMethod(app, '/backchannel_logout', 'POST');
  app.post('/backchannel_logout', async (request, reply) => {
    request.exchange.operation = 'backchannel-logout';
    if (!(await applyFault(base, 'backchannel-logout', reply))) return reply;
    const jwt = decodeJwt(readForm(request).get('logout_token') ?? '');
    if (jwt === undefined) throw refuse('gateway.logout.jwt');
    const sid = checkClaims(base, jwt);
    const key = findKey(await world.signIn.jwks(world.store.db, base.server.signIn), textMember(jwt.header, 'kid') ?? '');
    const { alg } = jwt.header;
    if (key === undefined || key === 'unusable' || !isSignatureAlgorithm(alg) || !isSignedBy(jwt, key, alg))
      throw refuse('gateway.logout.signature');
    request.exchange.passed('gateway.logout.signature');
    await world.store.transaction(async (tx) => {
      const chains = await chainsOfSession(tx, sid);
      if (chains.length === 0) throw refuse('gateway.logout.sid');
      await endChains(tx, chains, world.clock.now());
    });
    request.exchange.passed('gateway.logout.sid');
    return reply.send({ success: true });
  });
}

/** Claims in the order of the catalogue; gives the session id. */
function checkClaims({ world, server }: TokenServerBase, { claims }: DecodedJwt): string {
  if (claims['aud'] !== world.signIn.platformClientId(server.signIn)) throw refuse('gateway.logout.aud');
  if (!world.signIn.issuers().some((each) => each.provider === server.signIn && each.issuer === claims['iss']))
    throw refuse('gateway.logout.iss');
  const sid = textMember(claims, 'sid');
  if (isAbsent(sid)) throw refuse('gateway.logout.sid-present');
  if (!isBackChannelLogout(claims['events'])) throw refuse('gateway.logout.events');
  if (claims['nonce'] !== undefined) throw refuse('gateway.logout.nonce');
  return sid;
}
