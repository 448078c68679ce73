import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../../kernel/clock.ts';
import type { Explanation } from '../../kernel/errors.ts';
import { Exchange } from '../../kernel/http/exchange.ts';
import type { Journal } from '../../kernel/journal/journal.ts';

/** Name in the journal of what goes well here and would fail, or soon fail, in the national environment. */
export const ADVICE_OPERATION = 'connection-advice';

const HOUR = 3_600_000;
/** Clients remembered; beyond that the oldest may be told again. */
const MOST_CLIENTS = 1_000;

/** What is known of a connection from its handshake and first request. */
export interface ConnectionFacts {
  /** Name the client asked for in the handshake. */
  readonly serverName: string | undefined;
  /** `Host` of the request. */
  readonly host: string | undefined;
}

/** What a client should do otherwise: national addresses change, so it must go by name, and say which (PTL-024). */
export function adviceFor({ serverName, host }: ConnectionFacts): Explanation | undefined {
  const named = (host ?? '').replace(/:\d+$/, '');
  if (isIP(named.replace(/^\[|\]$/g, '')) !== 0)
    return {
      check: 'connection.by-address',
      why: `The client connects by address (${named}). National addresses change without notice.`,
      fix: 'Configure a name instead of the address; see "localspine env rows".',
    };
  if (serverName === undefined)
    return {
      check: 'connection.no-sni',
      why: 'The client names no server in its TLS handshake (SNI). National hosts share addresses and need it.',
      fix: 'Let the TLS library send the server name: most do when they connect by name.',
    };
  return undefined;
}

/** Tells a client once an hour. */
export class AdviceOnce {
  readonly #clock: Clock;
  readonly #told = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it is to be told now; counts as told then. */
  due(client: string): boolean {
    const now = this.#clock.realNow();
    const before = this.#told.get(client);
    if (before !== undefined && now - before < HOUR) return false;
    this.#told.delete(client);
    this.#told.set(client, now);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST_CLIENTS && oldest !== undefined) this.#told.delete(oldest);
    return true;
  }
}

/** Watches the secure doors of an application: each connection is looked at once, at its first answer. */
export function adviseClients(app: FastifyInstance, { clock, journal }: { readonly clock: Clock; readonly journal: Journal }): void {
  const once = new AdviceOnce(clock);
  const seen = new WeakSet<object>();
  app.addHook('onResponse', (request, _reply, done) => {
    const { socket } = request.raw;
    if (!seen.has(socket)) {
      seen.add(socket);
      advise(request);
    }
    done();
  });

  function advise(request: FastifyRequest): void {
    const { exchange, headers } = request;
    const { socket } = request.raw;
    if (!('servername' in socket)) return; // plain HTTP stays on this machine
    const serverName = typeof socket.servername === 'string' && socket.servername !== '' ? socket.servername : undefined;
    const advice = adviceFor({ serverName, host: headers.host });
    const client = exchange.appId ?? `${socket.remoteAddress ?? ''} ${headers['user-agent']?.slice(0, 200) ?? ''}`;
    if (advice === undefined || !once.due(`${advice.check} ${client}`)) return;
    const note = new Exchange(exchange.listener, performance.now());
    note.service = 'environment';
    note.operation = ADVICE_OPERATION;
    if (exchange.appId !== undefined) note.appId = exchange.appId;
    note.advise(advice);
    journal.record({
      exchange: note,
      method: request.method,
      url: request.url,
      status: 200,
      milliseconds: 0,
      requestHeaders: headers,
      responseHeaders: () => ({}),
    });
  }
}
