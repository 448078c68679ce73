import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { HttpDoor, Listener } from '../kernel/http/exchange.ts';
import { boundPort } from './listening.ts';

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
export interface ClientVerdict {
  readonly ok: boolean;
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
  readonly #verdicts = new WeakMap<object, Promise<boolean>>();

  constructor(options: { host: string; publicHost: string; makeApp: () => Promise<FastifyInstance> }) {
    this.#host = options.host;
    this.#publicHost = options.publicHost;
    this.#makeApp = options.makeApp;
  }

  get listeners(): readonly Listener[] {
    return [...this.#open.values()].map((door) => door.listener);
  }

  listenerOf(request: IncomingMessage): Listener {
    const { server } = request.socket as { server?: object };
    const door = server === undefined ? undefined : this.#open.get(server);
    const listener = door?.listener ?? this.listeners[0];
    if (listener === undefined) throw new Error('no door is open');
    return listener;
  }

  /** Opens a door. Throws LocalRefusal 409 with one sentence when the port is taken. */
  async open(plan: DoorPlan): Promise<Listener> {
    const handler: RequestListener = (request, response) => this.#serve(request, response);
    const common = { keepAliveTimeout: 72_000, requestTimeout: 300_000, headersTimeout: 60_000 };
    const server = plan.tls === undefined ? createHttpServer(common, handler) : createHttpsServer({ ...common, ...plan.tls }, handler);
    if (plan.admit !== undefined) this.#guard(server, plan.admit);
    const port = await boundPort(server, plan.port, plan.tls === undefined ? '127.0.0.1' : this.#host);
    const scheme = plan.tls === undefined ? 'http' : 'https';
    const listener: Listener = { name: plan.name, port, baseUrl: `${scheme}://${this.#publicHost}:${port}`, ersInstance: plan.ersInstance };
    this.#open.set(server, { listener, server });
    return listener;
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
    this.#closeIdle();
    const deadline = setTimeout(() => {
      for (const { server } of this.#open.values()) server.closeAllConnections();
    }, 5_000);
    await Promise.all(closed);
    clearTimeout(deadline);
    if (this.#app !== undefined) await (await this.#app).close();
  }

  readonly #onClose = (): void => {
    if (this.#closing) this.#closeIdle();
  };

  #closeIdle(): void {
    for (const { server } of this.#open.values()) server.closeIdleConnections();
  }

  /** Ends connections whose certificate is not good here; requests on the others wait for the verdict. */
  #guard(server: Server, admit: NonNullable<DoorPlan['admit']>): void {
    server.on('secureConnection', (socket: TLSSocket) => {
      const { raw } = socket.getPeerCertificate();
      const verdict =
        raw === undefined
          ? Promise.resolve(false)
          : admit(raw).then(
              ({ ok }) => ok,
              () => false,
            );
      this.#verdicts.set(socket, verdict);
      void verdict.then((ok) => ok || socket.destroy());
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#closing) response.setHeader('connection', 'close');
    // A connection whose last request was under way when closing began is idle from now on.
    response.on('close', this.#onClose);
    const verdict = this.#verdicts.get(request.socket);
    if (this.#ready !== undefined && verdict === undefined) {
      this.#ready.routing(request, response);
      return;
    }
    Promise.all([this.app(), verdict ?? true]).then(
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
