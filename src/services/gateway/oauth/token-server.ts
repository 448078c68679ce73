import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TokenServer } from '../../../kernel/service.ts';
import { MethodRefusal, refuse, TokenRefusal } from '../errors.ts';
import type { GatewayWorld } from '../world.ts';

/** One base of the token server, e.g. `/oauth2-mock`, for its operations. */
export interface TokenServerBase {
  readonly world: GatewayWorld;
  readonly server: TokenServer;
}

/** `url` with parameters behind those it has. */
export function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`;
}

/** Answers every other method of a path with an empty 405 (identity.md C.2). */
export function onlyMethod(app: FastifyInstance, path: string, allow: 'GET' | 'POST', except: readonly string[] = []): void {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
    (method) => method !== allow && !except.includes(method),
  );
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
  if (known === undefined)
    throw refuse(
      'gateway.host',
      `The request came for "${request.headers.host ?? ''}", which is not a secure address of this environment.`,
    );
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
    check: 'fault',
    why: `A fault rule answers ${operation} with ${effect.status}.`,
    fix: 'Clear it: localspine fault clear.',
  });
}
