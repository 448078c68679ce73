import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { whyClosed } from '../../kernel/http/closing.ts';
import type { ServiceContext } from '../../kernel/service.ts';
import type { DirectoryApi } from '../directory/index.ts';
import { type GatewayApi, GatewayRefusal, QuotaRefusal } from '../gateway/index.ts';
import { outcomeOf, platformOutcome, SdsRefusal } from './errors.ts';
import { SDS_BASE } from './products.ts';
import { decoded, type Resource, readAccept, readCorrelationId, readSearch } from './query.ts';
import { bundleOf } from './resources.ts';
import { type CachedAnswer, ResponseCache } from './response-cache.ts';
import { search } from './search.ts';

interface Parts {
  readonly context: ServiceContext;
  readonly directory: DirectoryApi;
  readonly gateway: GatewayApi;
  readonly cache: ResponseCache;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const BUILD = { version: 'v1.0.0-localspine', revision: '1', releaseId: 'localspine', commitId: 'localspine' } as const;

/** `/spine-directory/FHIR/R4`: the FHIR API of the directory behind the API platform (sds.md §8). */
export function registerSdsApi(app: FastifyInstance, context: ServiceContext, directory: DirectoryApi, gateway: GatewayApi): void {
  const parts: Parts = { context, directory, gateway, cache: new ResponseCache(context.environment.settings.directoryCacheSeconds ?? 0) };
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'spine-directory';
    request.exchange.maintained = 'cis';
  });
  // What a caller sends in a body is never read: no answer depends on it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null, undefined);
  });
  app.setErrorHandler((error: unknown, request, reply) => sendError(parts, request, reply, error));
  registerProbes(app, context);
  for (const resource of ['Device', 'Endpoint'] as const)
    app.route({
      method: [...METHODS],
      url: `${SDS_BASE}/${resource}`,
      handler: async (request, reply) => answer(parts, request, reply, () => find(parts, resource, request)),
    });
  for (const url of [SDS_BASE, `${SDS_BASE}/*`])
    app.route({
      method: [...METHODS],
      url,
      handler: async (request, reply) =>
        answer(parts, request, reply, () => {
          throw new SdsRefusal(404, 'HTTP endpoint not found', {
            check: 'sds.path',
            why: `The directory's API has no ${request.url.split('?')[0]}.`,
            fix: 'There are /Device and /Endpoint, in this spelling; single resources cannot be read.',
          });
        }),
    });
}

function registerProbes(app: FastifyInstance, { store, environment, availability }: ServiceContext): void {
  app.get(`${SDS_BASE}/_ping`, async (request) => {
    request.exchange.operation = 'ping';
    return BUILD;
  });
  app.get(`${SDS_BASE}/healthcheck`, async (request, reply) => {
    request.exchange.operation = 'healthcheck';
    return reply.type('text/html; charset=UTF-8').send('');
  });
  app.get(`${SDS_BASE}/healthcheck/deep`, async (request, reply) => {
    request.exchange.operation = 'healthcheck';
    const status = await store.db
      .selectNoFrom((expression) => expression.lit(1).as('one'))
      .execute()
      .then(
        () => (availability.closed('cis') === undefined ? 'pass' : 'fail'),
        () => 'fail',
      );
    const details = { ldap: { status, links: { ldap: environment.baseUrl }, output: '' } };
    return reply
      .code(status === 'pass' ? 200 : 503)
      .type('application/json')
      .send(Buffer.from(JSON.stringify({ status, details })));
  });
}

/** The platform's checks, then the API's own, in the national order. */
async function answer(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  find: () => Promise<CachedAnswer>,
): Promise<FastifyReply> {
  const { origin } = request.headers;
  if (request.method === 'OPTIONS' && origin !== undefined) return preflight(reply, origin);
  if (origin !== undefined) void reply.header('access-control-allow-origin', origin);
  if (!(await applyFault(parts, request, reply))) return reply;
  await passPlatform(parts, request);
  const correlationId = correlate(parts, request);
  void reply.header('x-correlation-id', correlationId);
  const key = `${request.method} ${request.url} ${request.headers.accept ?? ''}`;
  const bypass = (request.headers['cache-control'] ?? '').includes('no-cache');
  const now = parts.context.clock.now();
  const cached = bypass ? undefined : parts.cache.get(key, now);
  const found = cached ?? (await find());
  if (!bypass && cached === undefined) parts.cache.put(key, found, now);
  return reply.type(found.type).send(Buffer.from(found.body));
}

function preflight(reply: FastifyReply, origin: string): FastifyReply {
  return reply
    .code(200)
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-headers', 'origin, x-requested-with, accept, content-type, apikey, x-correlation-id')
    .header('access-control-allow-methods', 'GET, PUT, POST, DELETE')
    .header('access-control-max-age', '3628800')
    .send();
}

/** The API key and the application's rate, where the environment asks for them. Throws GatewayRefusal. */
async function passPlatform({ context, gateway }: Parts, request: FastifyRequest): Promise<void> {
  if (context.environment.access === 'open') return;
  const { apikey } = request.headers;
  const { db } = context.store;
  const application = await gateway.verifyApiKey(db, typeof apikey === 'string' ? apikey : undefined, SDS_BASE);
  request.exchange.appId = application.appId;
  request.exchange.passed('gateway.api-key');
  const product = gateway.products().find((each) => each.pathPrefixes.includes(SDS_BASE));
  if (product !== undefined) await gateway.countRequest(db, application, product);
}

/** The correlation id of the answer: the caller's, or a new one. Throws SdsRefusal 400 for a bad one. */
function correlate({ context }: Parts, request: FastifyRequest): string {
  const header = request.headers['x-correlation-id'];
  const given = readCorrelationId(Array.isArray(header) ? header.join(',') : header);
  const correlationId = given ?? context.random.uuid().toUpperCase();
  request.exchange.correlationId = correlationId;
  return correlationId;
}

async function find({ context, directory }: Parts, resource: Resource, request: FastifyRequest): Promise<CachedAnswer> {
  request.exchange.operation = resource === 'Device' ? 'find-devices' : 'find-endpoints';
  const closed = context.availability.closed('cis');
  // What the platform still holds of earlier answers it goes on giving; the directory itself does not answer.
  if (closed !== undefined) throw new SdsRefusal(504, 'LDAP request timed out', whyClosed(closed));
  if (request.method !== 'GET')
    throw new SdsRefusal(405, 'HTTP operation not supported', {
      check: 'sds.method',
      why: `${request.method} is not answered here.`,
      fix: 'Use GET.',
    });
  const [path = '', ...rest] = request.url.split('?');
  const query = rest.join('?');
  const filter = readSearch(resource, query);
  const type = readAccept(request.headers.accept);
  const newId = (): string => context.random.uuid().toUpperCase();
  const resources = await search(directory, context.store.db, resource, filter, newId);
  const selfUrl = decoded(`${request.exchange.listener.baseUrl}${path}${query === '' ? '' : `?${query}`}`);
  return { type, body: JSON.stringify(bundleOf(newId(), selfUrl, resources)) };
}

/** What a user has set to go wrong. False when the request is answered with it. Throws SdsRefusal for a status. */
async function applyFault({ context }: Parts, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const operation = request.url.startsWith(`${SDS_BASE}/Device`) ? 'find-devices' : 'find-endpoints';
  const effect = await context.faults.take('spine-directory', operation, ['status', 'delay', 'disconnect']);
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
  const explanation = { check: 'fault', why: 'A fault was set for this operation.', fix: 'Clear it: localspine fault clear.' };
  if (effect.status === 504) throw new SdsRefusal(504, 'LDAP request timed out', explanation);
  if (effect.status === 502) throw new SdsRefusal(502, 'Invalid LDAP response received', explanation);
  if (effect.status === 429)
    throw new QuotaRefusal(
      429,
      'Rate limit quota violation. Quota limit  exceeded. Identifier : _default',
      'policies.ratelimit.QuotaViolation',
      explanation,
    );
  throw new SdsRefusal(500, 'Unexpected internal server error', explanation);
}

function sendError(parts: Parts, request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof GatewayRefusal) {
    request.exchange.refused(error.explanation);
    return reply
      .code(error.status)
      .type('application/json')
      .send(Buffer.from(JSON.stringify(platformOutcome(error.faultString))));
  }
  if (!(error instanceof SdsRefusal)) throw error;
  request.exchange.refused(error.explanation);
  const correlationId = request.exchange.correlationId ?? parts.context.random.uuid().toUpperCase();
  if (error.status === 405) void reply.header('allow', 'GET');
  return reply
    .code(error.status)
    .header('x-correlation-id', correlationId)
    .type('application/fhir+json')
    .send(Buffer.from(JSON.stringify(outcomeOf(error, correlationId))));
}
