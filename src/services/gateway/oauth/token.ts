import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../errors.ts';
import { chooseFlow } from '../flows.ts';
import { sweepNowAndThen } from '../sweeping.ts';
import { applyFault, baseAddress, onlyMethod, type TokenServerBase } from './token-server.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** `POST /token` (identity.md C.4), with cross-origin calls allowed (C.1). */
export function registerToken(app: FastifyInstance, base: TokenServerBase): void {
  const sweepIfDue = sweepNowAndThen(base.world);
  app.options('/token', async (request, reply) => {
    allowOrigin(request, reply);
    return reply.code(200).send();
  });
  onlyMethod(app, '/token', 'POST', ['OPTIONS']);
  app.post('/token', async (request, reply) => {
    const { exchange } = request;
    exchange.operation = 'token';
    allowOrigin(request, reply);
    const address = baseAddress(base, request);
    if (!(await applyFault(base, 'token', reply))) return reply;
    const form = readForm(request);
    exchange.passed('gateway.content-type');
    const flow = chooseFlow(form);
    exchange.passed('gateway.grant-type', flow.name);
    const answer = await flow.run(base.world, {
      form,
      tokenUrl: `${address}/token`,
      provider: base.server.signIn,
      passed: (check) => exchange.passed(check),
      identified: (application) => {
        exchange.appId = application.appId;
      },
    });
    await sweepIfDue();
    return reply.header('cache-control', 'no-store').send(answer);
  });
}

/** Members of a posted form. Throws TokenRefusal 415 for another media type; a charset parameter is accepted. */
export function readForm(request: FastifyRequest): URLSearchParams {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== FORM_TYPE) throw refuse('gateway.content-type', `Content-Type is "${request.headers['content-type'] ?? ''}".`);
  return new URLSearchParams(typeof request.body === 'string' ? request.body : '');
}

function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  void reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-headers', 'origin, x-requested-with, accept, content-type, authorization')
    .header('access-control-allow-methods', 'GET, PUT, POST, DELETE')
    .header('access-control-max-age', '600')
    .header('vary', 'origin');
}
