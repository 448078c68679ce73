import type { Instant } from '../clock.ts';
import type { Explanation } from '../errors.ts';

/** Doors of an environment that speak HTTP (DESIGN.md, fixed points: ports). */
export type HttpDoor = 'https' | 'mutual-tls' | 'http' | 'second-ers';

/** One door of an environment. */
export interface Listener {
  /** An {@link HttpDoor}, or the name of a service's own door: `ldaps`, `dns`. */
  readonly name: string;
  readonly port: number;
  /** Scheme, host and port a client is told to use, e.g. `https://localhost:8143`. */
  readonly baseUrl: string;
  /** The e-RS instance behind this door: `Int1`, `Dep1`, `Dep2`, `Prod1`. */
  readonly ersInstance: string;
}

/** A check that a request passed or failed, in order, as the journal and the inspector show it. */
export interface CheckResult {
  readonly check: string;
  readonly passed: boolean;
  readonly detail?: string;
}

/**
 * What is known about one request while it is served, and what the journal keeps of it (DESIGN.md D8). Services fill in the facts
 * they learn; the listener writes it when the answer has gone.
 */
export class Exchange {
  readonly listener: Listener;
  readonly startedAt: Instant;
  /** Name of the service that answered, e.g. `ers`. */
  service?: string;
  /** Public id of the operation, e.g. `A011`. */
  operation?: string;
  appId?: string;
  userId?: string;
  odsCode?: string;
  businessFunction?: string;
  nhsNumber?: string;
  ubrn?: string;
  /** The national application whose maintenance it is subject to: `ers`, `cis`. */
  maintained?: string;
  correlationId?: string;
  /** `X-Request-ID` of the answer. */
  requestId?: string;
  /** Why the request was refused, in plain English. */
  refusal?: Explanation;
  /** What went well here and would fail in the national environment. */
  advice?: Explanation;
  requestBody?: Buffer | string;
  /** Of a body that was streamed elsewhere: its size, and its SHA-256 in hexadecimal. */
  requestFile?: { readonly bytes: number; readonly sha256: string };
  responseBody?: Buffer | string;
  readonly checks: CheckResult[] = [];

  constructor(listener: Listener, startedAt: Instant) {
    this.listener = listener;
    this.startedAt = startedAt;
  }

  /** Notes that a check was passed. */
  passed(check: string, detail?: string): void {
    this.checks.push(detail === undefined ? { check, passed: true } : { check, passed: true, detail });
  }

  /** Notes what the client should do otherwise, though it was served. */
  advise(explanation: Explanation): void {
    this.advice = explanation;
    this.checks.push({ check: explanation.check, passed: false, detail: explanation.why });
  }

  /** Notes the check that failed, with the reason a developer can act on. */
  refused(explanation: Explanation): void {
    this.refusal = explanation;
    this.checks.push({ check: explanation.check, passed: false, detail: explanation.why });
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange;
  }
  interface FastifyContextConfig {
    /** Answers on PROD's plain HTTP door too: certificates and their revocation (DESIGN.md, fixed points). */
    plainHttp?: boolean;
  }
}
