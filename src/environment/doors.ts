import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { Server as SecureServer, type TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Explanation } from '../kernel/errors.ts';
import type { HttpDoor, Listener } from '../kernel/http/exchange.ts';
import { handshakeFailure, NO_CERTIFICATE, NOT_CHECKED } from './handshake-failures.ts';
import { boundPort } from './listening.ts';

/** How often connections that have become idle are looked for while the doors close. */
const SWEEP_MILLISECONDS = 20;

/** One door to open. */
export interface DoorPlan {
  readonly name: HttpDoor;
  readonly port: number;
  readonly ersInstance: string;
  /** TLS settings, or undefined for plain HTTP, which never leaves the machine. */
  readonly tls?: ServerOptions;
  /** Looks at a client's certificate after the handshake: a shared root alone would let another environment's client in (D13). */
  readonly admit?: (certificateDer: Uint8Array) => Promise<ClientVerdict>;
}

/** Whether a client certificate is good here, with the reason when not. */
export type ClientVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: Explanation };

/** A client that mutual TLS turned away, for the journal. */
export interface RefusedClient {
  readonly listener: Listener;
  readonly explanation: Explanation;
  /** What is known of it, as if they were headers. */
  readonly peer: Readonly<Record<string, string>>;
}

interface OpenDoor {
  readonly listener: Listener;
  readonly server: Server;
}

/**
 * The listeners of one environment. The web application behind them is made on the first request, so that an environment nobody calls
 * costs no start-up time.
 */
export class Doors {
  readonly #host: string;
  readonly #publicHost: string;
  readonly #makeApp: () => Promise<FastifyInstance>;
  readonly #open = new Map<object, OpenDoor>();
  #app: Promise<FastifyInstance> | undefined;
  #ready: FastifyInstance | undefined;
  #closing = false;
  readonly #guarded = new WeakMap<object, GuardedConnection>();

  readonly #onRefused: (refused: RefusedClient) => void;

  constructor(options: {
    host: string;
    publicHost: string;
    makeApp: () => Promise<FastifyInstance>;
    onRefused?: (refused: RefusedClient) => void;
  }) {
    this.#host = options.host;
    this.#publicHost = options.publicHost;
    this.#makeApp = options.makeApp;
    this.#onRefused = options.onRefused ?? (() => undefined);
  }

  get listeners(): readonly Listener[] {
    return [...new Set([...this.#open.values()].map((door) => door.listener))];
  }

  listenerOf(request: IncomingMessage): Listener {
    const { server } = request.socket as { server?: object };
    const listener = (server === undefined ? this.#namedBy(request.headers.host) : this.#open.get(server)?.listener) ?? this.listeners[0];
    if (listener === undefined) throw new Error('no door is open');
    return listener;
  }

  /** A request that our own code injects comes through no door: it names the one it means. */
  #namedBy(host: string | undefined): Listener | undefined {
    return this.listeners.find((each) => new URL(each.baseUrl).host === host);
  }

  /** Opens a door, on further addresses too. Throws LocalRefusal 409 with one sentence when the port is taken. */
  async open(plan: DoorPlan, furtherHosts: readonly string[] = []): Promise<Listener> {
    const scheme = plan.tls === undefined ? 'http' : 'https';
    const [first, ...further] = [plan.tls === undefined ? '127.0.0.1' : this.#host, ...furtherHosts];
    const server = this.#server(plan);
    const port = await boundPort(server, plan.port, first);
    const listener: Listener = { name: plan.name, port, baseUrl: `${scheme}://${this.#publicHost}:${port}`, ersInstance: plan.ersInstance };
    this.#open.set(server, { listener, server });
    for (const host of further) {
      const other = this.#server(plan);
      await boundPort(other, port, host);
      this.#open.set(other, { listener, server: other });
    }
    return listener;
  }

  #server(plan: DoorPlan): Server {
    const handler: RequestListener = (request, response) => this.#serve(request, response);
    const common = { keepAliveTimeout: 72_000, requestTimeout: 300_000, headersTimeout: 60_000 };
    const server = plan.tls === undefined ? createHttpServer(common, handler) : createHttpsServer({ ...common, ...plan.tls }, handler);
    if (plan.admit !== undefined) this.#guard(server, plan.admit);
    return server;
  }

  /** Shows other certificates at the doors from the next handshake on; `tls` gives the options of a door. */
  renewTls(tls: (door: string) => ServerOptions): void {
    for (const { listener, server } of this.#open.values()) if (server instanceof SecureServer) server.setSecureContext(tls(listener.name));
  }

  /** The application, for the first use. */
  app(): Promise<FastifyInstance> {
    this.#app ??= this.#makeApp().then((app) => {
      this.#ready = app;
      return app;
    });
    return this.#app;
  }

  /** Stops taking connections, lets requests under way finish, then closes. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = [...this.#open.values()].map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())));
    // A connection whose last request was under way when closing began is idle a little later.
    const sweep = setInterval(() => this.#closeIdle(), SWEEP_MILLISECONDS);
    this.#closeIdle();
    const deadline = setTimeout(() => {
      for (const { server } of this.#open.values()) server.closeAllConnections();
    }, 5_000);
    await Promise.all(closed);
    clearInterval(sweep);
    clearTimeout(deadline);
    if (this.#app !== undefined) await (await this.#app).close();
  }

  #closeIdle(): void {
    for (const { server } of this.#open.values()) server.closeIdleConnections();
  }

  /** Ends connections whose certificate is not good here; requests on the others wait for the verdict. Each refusal is told with its reason. */
  #guard(server: Server, admit: NonNullable<DoorPlan['admit']>): void {
    const refuse = (socket: TLSSocket, explanation: Explanation, subject?: string): void => {
      const listener = this.#open.get(server)?.listener;
      const address = socket.remoteAddress ?? 'unknown';
      const peer = subject === undefined ? { address } : { address, 'certificate-subject': subject };
      if (listener !== undefined) this.#onRefused({ listener, explanation, peer });
    };
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      const found = handshakeFailure(error, socket);
      if (found !== undefined) refuse(socket, found);
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      const { raw, subject } = socket.getPeerCertificate();
      const judge = async (): Promise<boolean> => {
        const found = await this.#judge(raw, admit);
        if (found.ok || socket.destroyed) return found.ok;
        refuse(socket, found.reason, typeof subject?.CN === 'string' ? subject.CN : undefined);
        socket.destroy();
        return false;
      };
      this.#guarded.set(socket, { judge, first: judge() });
    });
  }

  /** Whether a request may pass: the first of a connection by the verdict on the handshake, each later one by a fresh look at the certificate. */
  #admitted(connection: GuardedConnection): Promise<boolean> {
    const { first, judge } = connection;
    if (first === undefined) return judge();
    connection.first = undefined;
    return first;
  }

  async #judge(raw: Buffer | undefined, admit: NonNullable<DoorPlan['admit']>): Promise<ClientVerdict> {
    if (raw === undefined) return { ok: false, reason: NO_CERTIFICATE };
    try {
      return await admit(raw);
    } catch {
      return { ok: false, reason: NOT_CHECKED };
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#closing) response.setHeader('connection', 'close');
    const guarded = this.#guarded.get(request.socket);
    if (this.#ready !== undefined && guarded === undefined) {
      this.#ready.routing(request, response);
      return;
    }
    Promise.all([this.app(), guarded === undefined ? true : this.#admitted(guarded)]).then(
      ([app, admitted]) => {
        if (admitted) app.routing(request, response);
      },
      () => {
        response.statusCode = 503;
        response.end();
      },
    );
  }
}

/** A connection at a door that looks at certificates. */
interface GuardedConnection {
  readonly judge: () => Promise<boolean>;
  /** The verdict on the handshake, until its first request. */
  first: Promise<boolean> | undefined;
}
