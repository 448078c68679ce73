/**
 * What an e-RS operation is: one file each under `stu3/` or `r4/` exports one of these. The table of operations is the router, the
 * permission table and the API document; the pipeline that runs them is `pipeline.ts`.
 */
import type { Readable } from 'node:stream';
import type { Exchange } from '../../kernel/http/exchange.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { BusinessFunction } from './codes.ts';
import type { OperationDocument } from './document/operation-document.ts';
import type { JsonSchema } from './document/parameters-schema.ts';
import type { Caller } from './model.ts';
import type { ParametersSpec } from './stu3/parameters.ts';
import type { ErsWorld } from './world.ts';

/** A request that passed the gateway and the role check. */
export interface Call<Body> {
  /** Everything operations need of the environment: store, clock, directory, demographics, blobs … */
  readonly world: ErsWorld;
  /** e-RS instance behind the door that was called: key of all e-RS data. */
  readonly instance: string;
  readonly caller: Caller;
  /** The calling application and the ASID it is bound to: for the audit trail and for per-application limits. */
  readonly application: { readonly appId: string; readonly asid: string };
  readonly params: Readonly<Record<string, string>>;
  /** Values of each query parameter, in the order sent. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** Request header by lower-case name. */
  header(name: string): string | undefined;
  /** The version in `If-Match`, for operations that demand it. */
  readonly ifMatch: number | undefined;
  /** What the operation's `read` made of the body. */
  readonly body: Body;
  /** The caller's own base address plus `/FHIR`, which stands in for `_baseUrl_` of the samples (ers.md §2). */
  readonly fhirBase: string;
  /** Plain handle for reads; writes go through `world.store.transaction`. */
  readonly db: Db;
  readonly exchange: Exchange;
}

export interface Answer {
  readonly status: number;
  /** FHIR resource, or raw bytes with `contentType`. */
  readonly resource?: object;
  /** FHIR resource as JSON text, where it is at hand. */
  readonly json?: string;
  readonly content?: { readonly type: string; readonly body: Readable | Buffer };
  /** Sends `ETag: W/"n"`. */
  readonly version?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How the body of a request is taken. */
export type BodyKind<Body> =
  | { readonly kind: 'none' }
  /** FHIR JSON: parsed, then read by the operation, which throws `unprocessable` for bad content. */
  | ({ readonly kind: 'fhir'; readonly read: (resource: unknown) => Body } & (
      | {
          /** The table `read` goes by, where the message is `Parameters`: the request schema of the API document. */
          readonly parameters: ParametersSpec;
        }
      | {
          /** The request schema of the API document, where the message is another resource. */
          readonly schema: JsonSchema;
        }
    ))
  /** Raw bytes handed over as a stream of one of these media types (A020). */
  | { readonly kind: 'file'; readonly types: readonly string[] };

export interface Operation<Body = unknown> {
  /** Public id: `A011`. */
  readonly id: string;
  readonly title: string;
  readonly version: 'STU3' | 'R4';
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below `/FHIR/{version}`, in Fastify's notation with `::` for a literal colon, e.g. `/ReferralRequest/:ubrn/$ers.acceptReferral`. */
  readonly paths: readonly string[];
  /** Functions a user may act in. */
  readonly functions: readonly BusinessFunction[];
  /** Whether applications may call it, and in which capability. */
  readonly applications: readonly ('provider' | 'referrer')[];
  /** A030: any signed-in user, without role and organisation headers. */
  readonly anyUser?: true;
  /** A040: SPCA without the on-behalf-of header. */
  readonly withoutOnBehalfOf?: true;
  /** Changes nothing though it is a POST: a smoke test in production may call it. */
  readonly reads?: true;
  readonly ifMatch: boolean;
  readonly body: BodyKind<Body>;
  /** Media types it can answer with; for 406. */
  readonly produces: readonly string[];
  /**
   * Whether the thing named in the path exists, checked before If-Match and the body (ers.md §7.3, order of evaluation).
   * Throws `unknown(…)` when not.
   */
  readonly find?: (call: Omit<Call<never>, 'body' | 'ifMatch'>) => Promise<void>;
  /** What the API document adds to this table. */
  readonly document: OperationDocument;
  handle(call: Call<Body>): Promise<Answer>;
}

/** Keeps the type of the body through the table of operations. */
export function operation<Body>(definition: Operation<Body>): Operation<Body> {
  return definition;
}
