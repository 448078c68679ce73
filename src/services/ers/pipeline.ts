import type { Readable } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isoInstant } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { FaultEffect } from '../../kernel/faults/faults.ts';
import { whyClosed } from '../../kernel/http/closing.ts';
import { type GatewayApi, GatewayRefusal, QuotaRefusal } from '../gateway/index.ts';
import { resolveCaller } from './access.ts';
import { backEndHeaders } from './back-end-headers.ts';
import { acceptable, readFhirBody } from './body.ts';
import { ErsRefusal, ErsStatus, systemUnavailable } from './errors.ts';
import { OPEN_ACCESS_APPLICATION, openAccessHeaders } from './open-access.ts';
import type { Answer, Call, Operation } from './operation.ts';
import {
  admitApplication,
  type InternalHeaders,
  internalHeaders,
  ProxyRefusal,
  type ProxyRequest,
  throttled,
  tokenRefused,
} from './proxy.ts';
import { registerCrossOrigin, registerProxyStatus } from './proxy-endpoints.ts';
import { sendR4ProxyRefusal, sendR4Refusal } from './r4/outcome.ts';
import { baseAddress, echoIds, headerOf, paramsOf, queryOf } from './request.ts';
import { sendStu3ProxyRefusal, sendStu3Refusal } from './stu3/outcome.ts';
import type { ErsWorld } from './world.ts';

/** What the pipeline needs beside the world. */
export interface PipelineParts {
  readonly world: ErsWorld;
  readonly gateway: GatewayApi;
}

/**
 * Registers every operation below every base path of e-RS. A request reads as the list of steps of ers.md §3.2 and §7.3: gateway, then
 * media types, JSON, role, existence, If-Match, body, and last the operation itself.
 */
export function registerOperations(app: FastifyInstance, parts: PipelineParts, operations: readonly Operation[]): void {
  // Bodies stay unread until the caller is known to be allowed: a hundred megabytes from a stranger cost nothing.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  for (const base of parts.world.environment.ersPaths) {
    for (const each of operations) {
      for (const path of each.paths) {
        app.route({
          method: each.method,
          url: `${base}/FHIR/${each.version}${path}`,
          handler: (request, reply) => serve(parts, base, each, request, reply),
          errorHandler: (error, request, reply) => serveUnreadable(error, parts, base, each, request, reply),
        });
      }
    }
    registerProxyStatus(app, parts.world, base);
    const open = parts.world.environment.access === 'open';
    if (open) registerCrossOrigin(app, base);
    for (const url of [base, `${base}/*`])
      app.route({
        method: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', ...(open ? [] : ['OPTIONS'])],
        url,
        handler: (request, reply) => refuseUnknownPath(parts, base, request, reply),
      });
  }
}

const FAULT_KINDS = ['status', 'delay', 'disconnect'] as const;

async function serve(
  parts: PipelineParts,
  base: string,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { exchange } = request;
  exchange.service = 'ers';
  exchange.maintained = 'ers';
  exchange.operation = operation.id;
  try {
    const taken = parts.world.faults.take('ers', operation.id, FAULT_KINDS);
    const fault = taken === undefined ? undefined : await taken;
    if (fault !== undefined && (await applyFault(fault, request))) return reply.hijack();
    const { appId, headers } = await passGateway(parts, base, request, operation);
    if (wantsEcho(parts, request)) return echo(parts, base, request, reply, headers);
    requireOpen(parts);
    exchange.requestId = `${parts.world.random.orderedUuid(parts.world.clock.realNow())}-1`;
    return await answer(parts, base, operation, request, reply, appId, headers);
  } catch (error) {
    return sendRefusal(parts, operation.version, request, reply, error);
  }
}

/** Behind the platform e-RS may be down for maintenance. Throws ErsRefusal 503 then. */
function requireOpen({ world }: PipelineParts): void {
  const closed = world.availability.closed('ers');
  if (closed !== undefined) throw systemUnavailable(whyClosed(closed), closed.retryAfterSeconds);
}

/** A Content-Type that is no media type stops Fastify before the handler; it is one more wrong type, refused where those are. */
function serveUnreadable(
  error: FastifyError,
  ...call: [parts: PipelineParts, base: string, operation: Operation, request: FastifyRequest, reply: FastifyReply]
): Promise<FastifyReply> {
  if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error;
  return serve(...call);
}

/** Steps 2–7 of ers.md §3.2. */
async function passGateway(
  parts: PipelineParts,
  base: string,
  request: FastifyRequest,
  operation?: Operation,
): Promise<{ appId: string; headers: InternalHeaders }> {
  const { exchange } = request;
  const correlationId = request.headers['x-correlation-id'];
  if (typeof correlationId === 'string') exchange.correlationId = correlationId;
  const admitted =
    parts.world.environment.access === 'open'
      ? await passOpenly(parts, request, operation)
      : await passChecks(parts, base, request, operation);
  const { headers } = admitted;
  exchange.userId = headers.userId;
  if (headers.odsCode !== undefined) exchange.odsCode = headers.odsCode;
  if (headers.businessFunction !== undefined) exchange.businessFunction = headers.businessFunction;
  return admitted;
}

/** Open access: headers and sample users say who calls; a token is not looked at. */
async function passOpenly(
  parts: PipelineParts,
  request: FastifyRequest,
  operation: Operation | undefined,
): Promise<{ appId: string; headers: InternalHeaders }> {
  const headers = await openAccessHeaders(parts.world, operation, (name) => headerOf(request, name));
  request.exchange.passed(
    'ers.open-access',
    `no token needed; taken to be ${headers.userId} as ${headers.businessFunction} at ${headers.odsCode}`,
  );
  return { appId: OPEN_ACCESS_APPLICATION.appId, headers };
}

async function passChecks(
  parts: PipelineParts,
  base: string,
  request: FastifyRequest,
  operation: Operation | undefined,
): Promise<{ appId: string; headers: InternalHeaders }> {
  const { exchange } = request;
  const { gateway, world } = parts;
  try {
    const grant = await gateway.verifyAccessToken(world.store.db, headerOf(request, 'authorization'));
    exchange.appId = grant.app.appId;
    exchange.passed('gateway.token', `${grant.kind} token of ${grant.app.name}`);
    const proxyRequest: ProxyRequest = { path: pathBelow(base, request), header: (name) => headerOf(request, name) };
    const product = gateway.admit(grant, base, operation !== undefined && changesNothing(operation) ? 'reads' : 'writes');
    const asid = admitApplication(grant, proxyRequest, product.attributes['EUOAllowlistRequired'] === 'true');
    exchange.passed('ers.proxy.scope');
    exchange.passed('ers.proxy.asid', asid);
    await gateway.countRequest(world.store.db, grant.app, product);
    return { appId: grant.app.appId, headers: internalHeaders(grant, asid, proxyRequest) };
  } catch (error) {
    if (error instanceof QuotaRefusal) throw throttled(error.explanation);
    if (error instanceof GatewayRefusal) throw tokenRefused(error.explanation, error.faultString, error.wwwAuthenticate);
    throw error;
  }
}

/** Whether an operation may be called while an application of production has its smoke test only. */
function changesNothing({ method, reads }: Operation): boolean {
  return method === 'GET' || method === 'HEAD' || reads === true;
}

/** The back end's steps (ers.md §7.3, order of evaluation). */
async function answer(
  parts: PipelineParts,
  base: string,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  appId: string,
  headers: InternalHeaders,
): Promise<FastifyReply> {
  const { world } = parts;
  const { exchange } = request;
  acceptable(operation, headerOf(request, 'content-type'), headerOf(request, 'accept'));
  const resource = operation.body.kind === 'fhir' ? await readFhirBody(bodyStream(request), exchange) : undefined;
  const caller = await resolveCaller(world, exchange.listener.ersInstance, operation, headers);
  exchange.passed('ers.role', `${caller.businessFunction} at ${caller.odsCode}`);
  const call = {
    world,
    instance: exchange.listener.ersInstance,
    caller,
    application: { appId, asid: headers.asid },
    params: paramsOf(request),
    query: queryOf(request),
    header: (name: string) => headerOf(request, name),
    fhirBase: `${baseAddress(request, exchange.listener.baseUrl)}${base}/FHIR`,
    db: world.store.db,
    exchange,
    // Known only when what the path names is.
    ifMatch: undefined as Call<never>['ifMatch'],
    body: undefined as unknown,
  };
  if (operation.find !== undefined) await operation.find(call);
  if (operation.ifMatch) call.ifMatch = readIfMatch(headerOf(request, 'if-match'));
  if (operation.body.kind === 'fhir') call.body = operation.body.read(resource);
  else if (operation.body.kind === 'file') call.body = bodyStream(request);
  return send(reply, request, await operation.handle(call));
}

function send(reply: FastifyReply, request: FastifyRequest, answer: Answer): FastifyReply {
  echoIds(reply, request);
  void reply.code(answer.status);
  if (answer.version !== undefined) void reply.header('etag', `W/"${answer.version}"`);
  if (answer.headers !== undefined) void reply.headers(answer.headers);
  if (answer.content !== undefined) return reply.type(answer.content.type).send(answer.content.body);
  if (answer.json !== undefined) return reply.type('application/fhir+json').send(answer.json);
  if (answer.resource === undefined) return reply.send();
  return reply.type('application/fhir+json').send(JSON.stringify(answer.resource));
}

function sendRefusal(
  parts: PipelineParts,
  version: 'STU3' | 'R4',
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const now = isoInstant(parts.world.clock.realNow());
  echoIds(reply, request);
  if (error instanceof ProxyRefusal) {
    request.exchange.refused(error.explanation);
    return version === 'R4' ? sendR4ProxyRefusal(reply, error, now) : sendStu3ProxyRefusal(reply, error, now);
  }
  let refusal: ErsRefusal | ErsStatus;
  if (error instanceof ErsRefusal || error instanceof ErsStatus) {
    refusal = error;
    request.exchange.refused(error.explanation);
  } else {
    request.log.error(
      { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined, operation: request.exchange.operation },
      'unexpected failure',
    );
    refusal = new ErsStatus(500, {
      check: 'ers.internal',
      why: `LocalSpine failed: ${messageOf(error)}`,
      fix: 'This is a fault of LocalSpine. Please report it with the journal entry.',
    });
  }
  return version === 'R4' ? sendR4Refusal(reply, refusal, now) : sendStu3Refusal(reply, refusal);
}

async function refuseUnknownPath(parts: PipelineParts, base: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  request.exchange.service = 'ers';
  request.exchange.maintained = 'ers';
  const version = pathBelow(base, request).startsWith('/FHIR/R4/') ? 'R4' : 'STU3';
  try {
    const { headers } = await passGateway(parts, base, request);
    if (wantsEcho(parts, request)) return echo(parts, base, request, reply, headers);
    requireOpen(parts);
    throw new ErsStatus(404, {
      check: 'ers.path',
      why: `e-RS has no operation ${request.method} ${pathBelow(base, request)}.`,
      fix: 'Compare with the operations of docs/systems/ers.md.',
    });
  } catch (error) {
    return sendRefusal(parts, version, request, reply, error);
  }
}

/** Outside production the header `echo` sends a request to a target that tells what it got (ers.md §18). */
function wantsEcho(parts: PipelineParts, request: FastifyRequest): boolean {
  return !parts.world.environment.production && request.headers['echo'] !== undefined;
}

function echo(parts: PipelineParts, base: string, request: FastifyRequest, reply: FastifyReply, internal: InternalHeaders): FastifyReply {
  request.exchange.passed('ers.proxy.echo', 'answered by the echo target; e-RS was not asked');
  const facts = {
    networkBaseUrl: `${baseAddress(request, request.exchange.listener.baseUrl)}${base}`,
    messageId: parts.world.random.uuid(),
  };
  return echoIds(reply, request)
    .type('application/json')
    .send(JSON.stringify({ headers: backEndHeaders(request.headers, internal, facts) }));
}

/** Applies a user's fault rule; true when the connection was cut and there is nothing left to answer. */
async function applyFault(fault: FaultEffect, request: FastifyRequest): Promise<boolean> {
  const explanation = {
    check: 'fault',
    why: `A fault rule of this environment asked for it (${JSON.stringify(fault)}).`,
    fix: 'localspine fault list; localspine fault clear',
  };
  if (fault.kind === 'delay') {
    await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
    return false;
  }
  if (fault.kind === 'disconnect') {
    request.exchange.refused(explanation);
    request.raw.destroy();
    return true;
  }
  if (fault.kind !== 'status') return false;
  if (fault.status === 429) throw throttled(explanation);
  if (fault.status === 503) throw systemUnavailable(explanation, fault.retryAfterSeconds ?? 120);
  throw new ErsRefusal(fault.status, [{ code: 'SYSTEM_UNAVAILABLE' }], explanation, fault.retryAfterSeconds);
}

function readIfMatch(header: string | undefined): number {
  const version = /^W\/"([0-9]{1,15})"$/.exec(header ?? '')?.[1];
  if (version === undefined) {
    throw new ErsStatus(412, {
      check: 'ers.if-match',
      why: header === undefined ? 'The header If-Match is missing.' : `If-Match is ${header}, not of the form W/"5".`,
      fix: 'Send If-Match: W/"<versionId>" with the version you last read.',
    });
  }
  return Number(version);
}

function bodyStream(request: FastifyRequest): Readable {
  return request.raw;
}

function pathBelow(base: string, request: FastifyRequest): string {
  return (request.url.split('?')[0] ?? '').slice(base.length);
}
