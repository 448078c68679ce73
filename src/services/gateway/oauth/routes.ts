import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf, Refusal } from '../../../kernel/errors.ts';
import { closeFor, ServiceClosed } from '../../../kernel/http/closing.ts';
import { faultBody, GatewayRefusal, MethodRefusal, RedirectRefusal, refuse, TokenRefusal } from '../errors.ts';
import { messageId } from '../message-id.ts';
import type { GatewayWorld } from '../world.ts';
import { registerAuthorize } from './authorize.ts';
import { registerBackchannelLogout } from './backchannel-logout.ts';
import { registerCallback } from './callback.ts';
import { registerStatus } from './status.ts';
import { registerToken } from './token.ts';
import { type TokenServerBase, withParameters } from './token-server.ts';
import { registerUserinfo } from './userinfo.ts';

const BODY_LIMIT = 64 * 1024;
const SUPPORT_PAGE = 'https://digital.nhs.uk/developer/help-and-support';

/** Registers every token server of the environment; all have the same operations (identity.md C.1). */
export async function registerTokenServers(app: FastifyInstance, world: GatewayWorld): Promise<void> {
  for (const server of world.environment.tokenServers) {
    await app.register(async (scope) => registerTokenServer(scope, { world, server }), { prefix: server.path });
  }
}

function registerTokenServer(app: FastifyInstance, base: TokenServerBase): void {
  // Bodies are read as text whatever their type, so that /token can give its own answer to a wrong Content-Type.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_LIMIT }, (request, body, done) => {
    request.exchange.requestBody = body;
    done(null, body);
  });
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'gateway';
  });
  closeFor(app, base.world.availability, 'api-platform');
  app.setErrorHandler((error: unknown, request, reply) => renderRefusal(base.world, error, request, reply));
  app.setNotFoundHandler(() => {
    throw refuse('gateway.path');
  });
  registerToken(app, base);
  registerAuthorize(app, base);
  registerCallback(app, base);
  registerUserinfo(app, base);
  registerBackchannelLogout(app, base);
  registerStatus(app, base);
}

/** The one renderer of the token server: JSON with a message id, a redirect to the callback, an empty 405, or the gateway's fault. */
function renderRefusal(world: GatewayWorld, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asRefusal(error);
  if (known === undefined) {
    request.log.error(
      { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined, url: request.routeOptions.url },
      'unexpected failure',
    );
    const id = messageId(world.random);
    return reply.code(500).send({
      error: 'unknown_error',
      error_description: `An unknown error occurred processing this request. Contact us for assistance diagnosing this issue: ${SUPPORT_PAGE} quoting Message ID ${id}`,
      message_id: id,
    });
  }
  request.exchange.refused(known.explanation);
  if (known instanceof MethodRefusal) return reply.code(405).header('allow', known.allow).send();
  if (known instanceof RedirectRefusal) {
    const parameters = {
      error: known.error,
      error_description: known.message,
      ...(known.state === undefined ? {} : { state: known.state }),
    };
    return reply.redirect(withParameters(known.callbackUrl, parameters), 302);
  }
  if (known instanceof GatewayRefusal)
    return reply.code(known.status).header('www-authenticate', known.wwwAuthenticate).send(faultBody(known));
  return reply.code(known.status).send({ error: known.error, error_description: known.message, message_id: messageId(world.random) });
}

function asRefusal(error: unknown): TokenRefusal | RedirectRefusal | MethodRefusal | GatewayRefusal | undefined {
  if (
    error instanceof TokenRefusal ||
    error instanceof RedirectRefusal ||
    error instanceof MethodRefusal ||
    error instanceof GatewayRefusal
  )
    return error;
  if (error instanceof ServiceClosed) return new TokenRefusal(503, 'server_error', 'The service is not available', error.explanation);
  if (error instanceof Refusal || !(error instanceof Error) || !('statusCode' in error)) return undefined;
  if (error.statusCode === 413) return refuse('gateway.body-size');
  return typeof error.statusCode === 'number' && error.statusCode < 500 ? refuse('gateway.body', messageOf(error)) : undefined;
}
