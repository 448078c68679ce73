import type { Instant } from '../../../kernel/clock.ts';
import type { BusinessFunction } from '../codes.ts';
import type { ErsCode } from '../errors.ts';
import type { AnswerForm } from './answer-schemas.ts';

/** A query parameter or header of an operation, as the API document lists it. */
export interface DocumentedParameter {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** The values there are, where only some are taken. */
  readonly values?: readonly string[];
}

/** A request that works on a freshly seeded environment. */
export interface ExampleRequest {
  /** Function of the caller; the operation's first when absent. */
  readonly businessFunction?: BusinessFunction;
  /** Values of the path's parameters; published ones when absent. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Headers beyond those every call carries, `If-Match` included. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A FHIR resource, or the text of a file. */
  readonly body?: object | string;
  /** Media type of a file. */
  readonly contentType?: string;
}

/**
 * What the API document says of an operation beyond its place in the table (id, title, path, roles, media types, `If-Match`) and the
 * parameters its reader goes by. Stated once, in the operation's own file.
 */
export interface OperationDocument {
  /** What it does and what changes, in a few sentences of our own. */
  readonly description: string;
  /** Status of success; 200 when absent. */
  readonly success?: 200 | 201 | 307;
  /** There is a better way, which the description names. */
  readonly deprecated?: true;
  /** The resource answered; absent: no body, or a file. */
  readonly answers?: AnswerForm;
  /** Of a Bundle: the types of its entries. */
  readonly holds?: readonly string[];
  /** Of Parameters: what they hold by name. All but the first may be absent. */
  readonly parts?: Readonly<Record<string, AnswerForm>>;
  /** Whether success carries an ETag, where that does not follow from the resource. */
  readonly etag?: boolean;
  readonly query?: readonly DocumentedParameter[];
  readonly headers?: readonly DocumentedParameter[];
  /** Codes it refuses with, by status, beyond those of every message reader and of every `If-Match`; empty for a status alone. */
  readonly refusals?: { readonly [Status in 400 | 403 | 404 | 409 | 412 | 422 | 423 | 502 | 504]?: readonly ErsCode[] };
  /** @param now the environment's time, which seeded slots and appointments follow */
  readonly example: (now: Instant) => ExampleRequest;
}
