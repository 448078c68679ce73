import { createSocket, type Socket as DatagramSocket, type RemoteInfo } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions, type Server as TlsServer } from 'node:tls';
import type { Availability } from '../kernel/availability.ts';
import type { Explanation } from '../kernel/errors.ts';
import { whyClosed } from '../kernel/http/closing.ts';
import type { DoorHandlers, DoorKeeper, ServiceDoor, Visit, VisitNote } from '../kernel/service-door.ts';
import type { ClientVerdict } from './doors.ts';
import { chainFailure, handshakeFailure, NOT_CHECKED } from './handshake-failures.ts';
import { boundPort, refusalOfPort } from './listening.ts';

/** One door of a service to open. */
export interface ServiceDoorPlan {
  readonly service: string;
  readonly door: ServiceDoor;
  readonly keeper: DoorKeeper;
  readonly port: number;
  /** TLS settings of a secure door. */
  readonly tls?: TlsOptions;
  /** Judges a client certificate that was shown (D13). */
  readonly admit?: (certificateDer: Uint8Array) => Promise<ClientVerdict>;
}

/** A door of a service that is open. */
export interface OpenServiceDoor {
  readonly service: string;
  readonly name: string;
  readonly port: number;
  readonly transports: readonly ('tcp' | 'udp')[];
  /** What a client is told: `ldaps://localhost:8136`. */
  readonly url: string;
}

export interface ServiceDoorsOptions {
  readonly host: string;
  readonly publicHost: string;
  /** Journal and metrics. */
  readonly note: (door: OpenServiceDoor, note: VisitNote) => void;
  readonly failed: (door: OpenServiceDoor, error: unknown) => void;
  readonly availability?: Availability;
}

/** A half-open handshake costs a socket; it may do so only for a while. */
const HANDSHAKE_MILLISECONDS = 10_000;
const MOST_CONNECTIONS = 10_000;
/** How soon after a slot has begun open connections end. */
const LOOK_MILLISECONDS = 500;

/** The doors of an environment that speak something other than HTTP. Opening one loads nothing: its protocol comes with the first caller. */
export class ServiceDoors {
  readonly #options: ServiceDoorsOptions;
  readonly #open: OpenServiceDoor[] = [];
  /** Every connection, those still in their handshake too. */
  readonly #sockets = new Set<Socket>();
  /** Connections that a protocol has taken. */
  readonly #welcomed = new Set<Socket>();
  readonly #secure: { readonly door: string; readonly server: TlsServer }[] = [];
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #farewells: (() => Promise<void>)[] = [];

  constructor(options: ServiceDoorsOptions) {
    this.#options = options;
  }

  get list(): readonly OpenServiceDoor[] {
    return this.#open;
  }

  /** Opens a door on all its transports, on further addresses too. Throws LocalRefusal 409 when its port is taken. */
  async open(plan: ServiceDoorPlan, furtherHosts: readonly string[] = []): Promise<void> {
    const { door } = plan;
    const opened: OpenServiceDoor = {
      service: plan.service,
      name: door.name,
      port: plan.port,
      transports: door.transports,
      url: `${door.scheme}://${this.#options.publicHost}:${plan.port}`,
    };
    const handlers = this.#loader(opened, plan.keeper);
    // A door for this machine alone stays on loopback, wherever the others listen.
    const hosts = door.loopback === true ? ['127.0.0.1'] : [this.#options.host, ...furtherHosts];
    for (const host of hosts) {
      if (door.transports.includes('tcp')) await this.#listen(plan, host, opened, handlers);
      if (door.transports.includes('udp')) await this.#bind(plan.port, host, opened, handlers);
    }
    this.#open.push(opened);
  }

  /** Shows other certificates from the next handshake on, as the plans of the doors say now. */
  renewTls(plans: readonly ServiceDoorPlan[]): void {
    for (const { door, server } of this.#secure) {
      const tls = plans.find((each) => each.door.name === door)?.tls;
      if (tls !== undefined) server.setSecureContext(tls);
    }
  }

  /** Takes no more callers and ends those that are here. */
  async close(): Promise<void> {
    const closed = this.#closers.map((close) => close());
    await Promise.all(this.#farewells.map((farewell) => farewell()));
    for (const socket of this.#welcomed) socket.destroySoon();
    const deadline = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, 1_000);
    await Promise.all(closed);
    clearTimeout(deadline);
  }

  /** The protocol, loaded once; a failure to load is tried again at the next caller. */
  #loader(opened: OpenServiceDoor, keeper: DoorKeeper): () => Promise<DoorHandlers> {
    let loading: Promise<DoorHandlers> | undefined;
    this.#farewells.push(async () => (await loading?.catch(() => undefined))?.close?.());
    return () => {
      loading ??= keeper.load().catch((error: unknown) => {
        loading = undefined;
        this.#options.failed(opened, error);
        throw error;
      });
      return loading;
    };
  }

  async #listen(plan: ServiceDoorPlan, host: string, opened: OpenServiceDoor, handlers: () => Promise<DoorHandlers>): Promise<void> {
    const connected = new Set<Socket>();
    const welcome = (socket: Socket, certificateDer?: Uint8Array): void => {
      // Until the protocol listens itself, and after: a broken connection is no failure of ours.
      socket.on('error', () => socket.destroy());
      this.#welcomed.add(socket);
      connected.add(socket);
      socket.once('close', () => {
        this.#welcomed.delete(socket);
        connected.delete(socket);
      });
      const visit = this.#visit(opened, socket, certificateDer);
      handlers().then(
        (ready) => (socket.destroyed || ready.connection === undefined ? socket.destroy() : ready.connection(socket, visit)),
        () => socket.destroy(),
      );
    };
    const server = plan.tls === undefined ? createServer(welcome) : this.#secureServer(plan, plan.tls, opened, welcome);
    server.maxConnections = plan.keeper.maxConnections ?? MOST_CONNECTIONS;
    const { maintained } = plan.keeper;
    server.on('connection', (socket: Socket) => {
      if (maintained !== undefined && this.#refuse(maintained, opened, socket)) return;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await boundPort(server, plan.port, host);
    if (maintained !== undefined) this.#endWhenClosed(maintained, connected);
    this.#closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  }

  /** Turns a caller away while the application behind the door is closed; true when it has. */
  #refuse(maintained: string, opened: OpenServiceDoor, socket: Socket): boolean {
    const closed = this.#options.availability?.closed(maintained);
    if (closed === undefined) return false;
    socket.on('error', () => undefined);
    socket.resetAndDestroy();
    this.#options.note(opened, {
      operation: 'connect',
      method: 'CONNECT',
      url: opened.url,
      status: 503,
      milliseconds: 0,
      refusal: whyClosed(closed),
    });
    return true;
  }

  /** Those who are inside when a slot begins lose their connection. */
  #endWhenClosed(maintained: string, connected: ReadonlySet<Socket>): void {
    const timer = setInterval(() => {
      if (this.#options.availability?.closed(maintained) === undefined) return;
      for (const socket of connected) socket.destroy();
    }, LOOK_MILLISECONDS);
    timer.unref();
    this.#closers.push(async () => clearInterval(timer));
  }

  #secureServer(
    plan: ServiceDoorPlan,
    tls: TlsOptions,
    opened: OpenServiceDoor,
    welcome: (socket: Socket, certificateDer?: Uint8Array) => void,
  ): Server {
    const server = createTlsServer({ ...tls, handshakeTimeout: HANDSHAKE_MILLISECONDS }, (socket) => {
      socket.on('error', () => socket.destroy());
      const { raw } = socket.getPeerCertificate();
      if (raw === undefined) welcome(socket);
      else
        void judged(socket, raw, plan.admit).then((verdict) => {
          if (verdict.ok) welcome(socket, raw);
          else this.#turnAway(opened, socket, verdict.reason);
        });
    });
    server.on('tlsClientError', (error, socket) => this.#turnAway(opened, socket, handshakeFailure(error, socket)));
    this.#secure.push({ door: plan.door.name, server });
    return server;
  }

  /** Ends a connection before the protocol has seen it, and writes down why where there is a reason. */
  #turnAway(opened: OpenServiceDoor, socket: TLSSocket, refusal: Explanation | undefined): void {
    if (refusal !== undefined)
      this.#options.note(opened, { operation: 'mutual-tls', method: 'CONNECT', url: opened.url, status: 495, milliseconds: 0, refusal });
    socket.destroy();
  }

  async #bind(port: number, host: string, opened: OpenServiceDoor, handlers: () => Promise<DoorHandlers>): Promise<void> {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
    await boundDatagrams(socket, port, host);
    socket.on('error', (error) => this.#options.failed(opened, error));
    socket.on('message', (message, from) => {
      let replied = false;
      const reply = (answer: Uint8Array): void => {
        if (replied || from.port === 0) return;
        replied = true;
        socket.send(answer, from.port, from.address, () => undefined);
      };
      handlers().then(
        (ready) => ready.datagram?.(message, this.#datagramVisit(opened, from), reply),
        () => undefined,
      );
    });
    this.#closers.push(() => new Promise((resolve) => socket.close(() => resolve())));
  }

  #visit(opened: OpenServiceDoor, socket: Socket, certificateDer: Uint8Array | undefined): Visit {
    const serverName = 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : undefined;
    return {
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      ...(certificateDer !== undefined && { certificateDer }),
      ...(serverName !== undefined && { serverName }),
      note: (entry) => this.#options.note(opened, entry),
    };
  }

  #datagramVisit(opened: OpenServiceDoor, { address, port }: RemoteInfo): Visit {
    return { address, port, note: (entry) => this.#options.note(opened, entry) };
  }
}

/** Chain and dates as TLS saw them, then the environment's own judgement. */
async function judged(socket: TLSSocket, raw: Uint8Array, admit: ServiceDoorPlan['admit']): Promise<ClientVerdict> {
  if (!socket.authorized) return { ok: false, reason: chainFailure(socket) ?? NOT_CHECKED };
  try {
    return (await admit?.(raw)) ?? { ok: false, reason: NOT_CHECKED };
  } catch {
    return { ok: false, reason: NOT_CHECKED };
  }
}

function boundDatagrams(socket: DatagramSocket, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => reject(refusalOfPort(error, port)));
    socket.bind({ port, address: host, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
}
