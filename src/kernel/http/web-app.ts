import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { LocalRefusal, messageOf, Refusal } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { RequestMetrics } from '../metrics.ts';
import type { World } from '../world.ts';
import { Exchange, type Listener } from './exchange.ts';
import type { Witness } from './witness.ts';

export interface WebAppOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly world: World;
  readonly journal: Journal;
  readonly metrics: RequestMetrics;
  readonly witness?: Witness;
  /** The door a request came through. */
  listenerOf(request: IncomingMessage): Listener;
  /** Says on the answer that what served it is in maintenance, when it is. */
  announce?(exchange: Exchange, reply: FastifyReply): void;
}

/** Largest body of a request that is not a file; national messages are far smaller. */
const BODY_LIMIT = 2 * 1024 * 1024;

/**
 * The web application of one environment: every service registers its routes on it; every exchange is measured and journalled here.
 * One instance for all doors (engineering.md E11).
 */
export function createWebApp(options: WebAppOptions): FastifyInstance {
  // The journal is the record of requests: a logger of its own for each would be made for nothing.
  const loggerInstance: FastifyBaseLogger = Object.assign(Object.create(options.log), { child: () => loggerInstance });
  const app: FastifyInstance = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    bodyLimit: BODY_LIMIT,
    requestIdHeader: false,
    genReqId: () => '',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
  });
  app.decorateRequest('exchange');
  app.addHook('onRequest', (request, _reply, done) => {
    request.exchange = new Exchange(options.listenerOf(request.raw), performance.now());
    const { world } = options;
    if (world.exclusive) done();
    else world.refresh().then(() => done(), done);
  });
  const { witness } = options;
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.exchange.maintained !== undefined) options.announce?.(request.exchange, reply);
    if (typeof payload === 'string' || Buffer.isBuffer(payload)) request.exchange.responseBody = payload;
    if (witness?.watching !== true) done(null, payload);
    else witness.witness(request, reply, payload).then((kept) => done(null, kept), done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { exchange } = request;
    const milliseconds = performance.now() - exchange.startedAt;
    options.metrics.count(exchange.service ?? 'environment', exchange.operation ?? '-', reply.statusCode, milliseconds);
    if (exchange.service !== undefined || reply.statusCode >= 400) {
      options.journal.record({
        exchange,
        method: request.method,
        url: request.url,
        status: reply.statusCode,
        milliseconds,
        requestHeaders: request.headers,
        responseHeaders: () => reply.getHeaders(),
      });
    }
    done();
  });
  app.setNotFoundHandler((request, reply) => {
    request.exchange.refused({
      check: 'http.path',
      why: `Nothing answers ${request.method} ${request.url.split('?')[0]} here.`,
      fix: 'Compare the path with the table of "localspine env show".',
    });
    void reply.code(404).type('application/json').send({ error: 'not_found', message: 'Nothing answers this path in this environment.' });
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    const status = statusOf(error);
    if (error instanceof Refusal) request.exchange.refused(error.explanation);
    if (status >= 500)
      options.log.error(
        { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined, url: request.url },
        'unexpected failure',
      );
    void reply.code(status).type('application/json').send(renderLocal(error, status));
  });
  return app;
}

/** How LocalSpine's own interfaces say no: `{error, message, fix?}`. */
export function renderLocal(error: unknown, status: number): object {
  if (error instanceof LocalRefusal) {
    const { fix } = error.explanation;
    return { error: error.code, message: error.message, ...(fix === undefined ? {} : { fix }) };
  }
  return status >= 500
    ? { error: 'internal', message: 'LocalSpine failed to answer this request; its log says why.' }
    : { error: 'bad_request', message: messageOf(error) };
}

function statusOf(error: unknown): number {
  if (error instanceof LocalRefusal) return error.status;
  if (
    typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode >= 400
  )
    return error.statusCode;
  return 500;
}
