import type { Socket } from 'node:net';
import type { Explanation } from './errors.ts';
import type { CheckResult } from './http/exchange.ts';

/**
 * A door of a service that speaks something other than HTTP (LDAPS, DNS), as its manifest declares it. The environment opens it with its
 * other doors; the service's protocol code is loaded when the first caller comes.
 */
export interface ServiceDoor {
  /** Name in the manifest and in `env show`, unique within an environment: `ldaps`, `dns`. */
  readonly name: string;
  /** Place above the base and the environment's block of ports (DESIGN.md, fixed points): 36, 53. */
  readonly portOffset: number;
  /** Both on one port when there are two. */
  readonly transports: readonly ('tcp' | 'udp')[];
  /** Scheme of the address that clients are told: `ldaps`. */
  readonly scheme: string;
  /** TLS from the first byte, with the environment's certificate; TCP only. */
  readonly secure: boolean;
  /** Only for this machine, wherever the other doors listen. */
  readonly loopback?: boolean;
}

/** How a service keeps a door it declared. */
export interface DoorKeeper {
  /** The door stays shut: a setting has to ask for it. */
  readonly closed?: boolean;
  /**
   * What a secure door does about client certificates; `ignored` when left out. A certificate that is shown where it is `asked` for must be
   * good in this environment, or the connection ends.
   */
  readonly clientCertificate?: 'ignored' | 'asked' | 'required';
  /** Most connections at once; further ones are closed as they come. 10,000 when left out. */
  readonly maxConnections?: number;
  /** The national application it belongs to: while that is closed, connections are refused, and those that are open end. */
  readonly maintained?: string;
  /** Loads the protocol, once, at the first caller. */
  readonly load: () => Promise<DoorHandlers>;
}

/** What a protocol does with its callers. Which of the two it needs follows from the transports of its door. */
export interface DoorHandlers {
  /** Takes a connection, after the handshake when the door is secure. The socket is the handler's from now on; an error without a listener closes it. */
  connection?(socket: Socket, visit: Visit): void;
  /** Takes one datagram. `reply` sends at most one back; nothing is sent to a port below 1. */
  datagram?(message: Buffer, visit: Visit, reply: (answer: Uint8Array) => void): void;
  /** The doors are closing: connections still open are ended after this. */
  close?(): void;
}

/** A caller at a door. */
export interface Visit {
  /** As the operating system gives it: `127.0.0.1`, `::1`. */
  readonly address: string;
  readonly port: number;
  /** The client's certificate when it showed one; it has been found good. */
  readonly certificateDer?: Uint8Array;
  /** Name the client asked for in the TLS handshake (SNI). */
  readonly serverName?: string;
  /** Writes one exchange of this caller into the journal and the metrics. */
  note(entry: VisitNote): void;
}

/** One exchange of a protocol that is not HTTP, for the journal. */
export interface VisitNote {
  readonly operation: string;
  /** Verb of the protocol: `SEARCH`, `QUERY`. */
  readonly method: string;
  /** What it was about, in the form of an address where the protocol has one. */
  readonly url: string;
  /** Result code of the protocol. */
  readonly status: number;
  readonly milliseconds: number;
  /** Why it was refused; its presence makes the verdict. */
  readonly refusal?: Explanation;
  readonly checks?: readonly CheckResult[];
  readonly odsCode?: string;
  readonly request?: string;
  readonly answer?: string;
}
