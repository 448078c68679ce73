import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf, Refusal } from '../../../kernel/errors.ts';
import type { TokenServer } from '../../../kernel/service.ts';
import { faultBody, GatewayRefusal, MethodRefusal, RedirectRefusal, refuse, TokenRefusal } from '../errors.ts';
import { messageId } from '../message-id.ts';
import type { GatewayWorld } from '../world.ts';
import { registerAuthorize } from './authorize.ts';
import { registerBackchannelLogout } from './backchannel-logout.ts';
import { registerCallback } from './callback.ts';
import { registerStatus } from './status.ts';
import { registerToken } from './token.ts';
import { registerUserinfo } from './userinfo.ts';

const BODY_LIMIT = 64 * 1024;
const SUPPORT_PAGE = 'https://digital.nhs.uk/developer/help-and-support';

/** One base of the token server, e.g. `/oauth2-mock`, for its operations. */
export interface TokenServerBase {
  readonly world: GatewayWorld;
  readonly server: TokenServer;
}

/** Registers every token server of the environment; all have the same operations (identity.md C.1). */
export function registerTokenServers(app: FastifyInstance, world: GatewayWorld): void {
  for (const server of world.environment.tokenServers) {
    void app.register(async (scope) => registerTokenServer(scope, { world, server }), { prefix: server.path });
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
    request.log.error({ error: messageOf(error), stack: error instanceof Error ? error.stack : undefined, url: request.routeOptions.url }, 'unexpected failure');
    const id = messageId(world.random);
    return reply.code(500).send({ error: 'unknown_error', error_description: `An unknown error occurred processing this request. Contact us for assistance diagnosing this issue: ${SUPPORT_PAGE} quoting Message ID`, message_id: id });
  }
  request.exchange.refused(known.explanation);
  if (known instanceof MethodRefusal) return reply.code(405).header('allow', known.allow).send();
  if (known instanceof RedirectRefusal) {
    const parameters = { error: known.error, error_description: known.message, ...(known.state === undefined ? {} : { state: known.state }) };
    return reply.redirect(withParameters(known.callbackUrl, parameters), 302);
  }
  if (known instanceof GatewayRefusal) return reply.code(known.status).header('www-authenticate', known.wwwAuthenticate).send(faultBody(known));
  return reply.code(known.status).send({ error: known.error, error_description: known.message, message_id: messageId(world.random) });
}

function asRefusal(error: unknown): TokenRefusal | RedirectRefusal | MethodRefusal | GatewayRefusal | undefined {
  if (error instanceof TokenRefusal || error instanceof RedirectRefusal || error instanceof MethodRefusal || error instanceof GatewayRefusal) return error;
  if (error instanceof Refusal || !(error instanceof Error) || !('statusCode' in error)) return undefined;
  if (error.statusCode === 413) return refuse('gateway.body-size');
  return typeof error.statusCode === 'number' && error.statusCode < 500 ? refuse('gateway.body', messageOf(error)) : undefined;
}

/** `url` with parameters behind those it has. */
export function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`;
}

/** Answers every other method of a path with an empty 405 (identity.md C.2). */
export function onlyMethod(app: FastifyInstance, path: string, allow: 'GET' | 'POST', except: readonly string[] = []): void {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((method) => method !== allow && !except.includes(method));
  app.route({
    method: methods,
    url: path,
    handler: (request) => {
      throw new MethodRefusal(request.method, allow);
    },
  });
}

/**
 * Address of this base as the caller wrote it, e.g. `https://127.0.0.1:8143/oauth2`. Only secure addresses of this environment count:
 * anything else in `Host` could make an assertion meant for another place valid here.
 *
 * @throws TokenRefusal 404 for another host
 */
export function baseAddress(base: TokenServerBase, request: FastifyRequest): string {
  const origin = `https://${(request.headers.host ?? '').toLowerCase()}`;
  const secure = origin.endsWith(':443') ? origin.slice(0, -':443'.length) : origin;
  const known = [origin, secure].find((each) => base.world.environment.origins.has(each));
  if (known === undefined) throw refuse('gateway.host', `The request came for "${request.headers.host ?? ''}", which is not a secure address of this environment.`);
  return `${known}${base.server.path}`;
}

/**
 * Lets a fault rule act before an operation (DESIGN.md D9): wait, answer with a status, or cut the connection.
 *
 * @returns false when the answer was given, or will never be
 */
export async function applyFault(base: TokenServerBase, operation: string, reply: FastifyReply): Promise<boolean> {
  const effect = await base.world.faults.take('gateway', operation, ['status', 'delay', 'disconnect']);
  if (effect === undefined || effect.kind === 'partner') return true;
  if (effect.kind === 'delay') {
    await new Promise((resolve) => setTimeout(resolve, effect.milliseconds));
    return true;
  }
  if (effect.kind === 'disconnect') {
    reply.hijack();
    reply.raw.destroy();
    return false;
  }
  if (effect.retryAfterSeconds !== undefined) void reply.header('retry-after', String(effect.retryAfterSeconds));
  throw new TokenRefusal(effect.status, effect.status === 429 ? 'too_many_requests' : 'server_error', 'The service is not available', {
    check: 'faults.rule',
    why: `A fault rule answers ${operation} with ${effect.status}.`,
    fix: 'Clear it: localspine fault clear.',
  });
}
