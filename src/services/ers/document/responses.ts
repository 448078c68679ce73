/** The answers of an operation, as the API document lists them: success, and every refusal with its codes (ers.md §3.4, §7). */
import { ERROR_CODES, type ErsCode } from '../errors.ts';
import type { Operation } from '../operation.ts';
import { r4StatusCode } from '../r4/outcome.ts';
import { answerSchema } from './answer-schemas.ts';
import type { JsonSchema } from './parameters-schema.ts';

export interface DocumentedResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

/** Media type of every resource. */
export const FHIR_JSON = 'application/fhir+json';

/** What each status of a refusal means. */
export const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request cannot be read: the body is not one FHIR resource as JSON, or a query parameter or header is wrong.',
  401: 'The access token is missing, unknown or expired, or does not cover this API.',
  403: 'The caller may not use this operation in that business function at that organisation.',
  404: 'What the path names is not known in this e-RS instance.',
  406: 'The operation does not answer in any media type of Accept.',
  409: 'The version named is not the current one: somebody else has changed the referral. Read it again.',
  412: 'If-Match is missing or not of the form W/"5".',
  415: 'The operation does not take this Content-Type.',
  422: 'A rule of e-RS refuses the content.',
  423: 'Somebody else is changing the referral at this moment. Try again.',
  429: 'More requests than the application’s quota or spike arrest allows.',
  500: 'LocalSpine failed: please report it with the journal entry.',
  502: 'The hospital’s system answered with an error. Nothing was changed.',
  503: 'e-RS is unavailable. Only a fault rule of this environment causes it.',
  504: 'The hospital’s system did not answer in time. Nothing was changed.',
};

/** What the reader of every message refuses with. */
const MESSAGE_CODES: readonly ErsCode[] = ['MISSING_VALUE', 'INVALID_VALUE', 'INVALID_CODE', 'UNEXPECTED_FIELD', 'INVALID_FHIR_STRUCTURE'];
const EVERY_REFUSAL = [403, 406, 500, 503];
/** Statuses that an OperationOutcome always comes with in STU3; the others have one only where codes are listed. */
const WITH_OUTCOME: ReadonlySet<number> = new Set([403, 422, 502, 503, 504]);
/** Resources whose version travels as ETag. */
const VERSIONED: ReadonlySet<string> = new Set(['ReferralRequest', 'Appointment', 'CommunicationRequest', 'HealthcareService']);
const FIXED_CODES: Readonly<Record<number, readonly string[]>> = { 403: ['FORBIDDEN', 'NO_ACCESS'], 503: ['SYSTEM_UNAVAILABLE'] };

/** Every answer of an operation by status, in the order of the statuses. */
export function responsesOf(operation: Operation, access: 'open' | 'token'): Readonly<Record<string, DocumentedResponse>> {
  const refusals = refusalsOf(operation, access);
  const success = operation.document.success ?? 200;
  return Object.fromEntries<DocumentedResponse>([
    [String(success), successOf(operation)],
    ...[...refusals.keys()]
      .sort((one, other) => one - other)
      .map((status) => [String(status), refusalOf(operation, status, refusals)] as const),
  ]);
}

/** Codes by status. */
function refusalsOf(operation: Operation, access: 'open' | 'token'): ReadonlyMap<number, readonly string[]> {
  const { body, document } = operation;
  const found = new Map<number, readonly string[]>(EVERY_REFUSAL.map((status) => [status, FIXED_CODES[status] ?? []]));
  const add = (...statuses: readonly number[]): void => {
    for (const status of statuses) found.set(status, []);
  };
  if (access === 'token') add(401, 429);
  if (operation.paths.some((path) => /(?<!:):\w/.test(path))) add(404);
  if (operation.ifMatch) add(409, 412, 423);
  if (body.kind !== 'none') add(415);
  if (body.kind === 'fhir') {
    add(400);
    found.set(422, MESSAGE_CODES);
  }
  for (const [status, codes] of Object.entries(document.refusals ?? {}))
    found.set(Number(status), [...new Set([...(found.get(Number(status)) ?? []), ...codes])]);
  return found;
}

function successOf({ document, produces, method }: Operation): DocumentedResponse {
  const { success = 200, answers, etag = VERSIONED.has(answers ?? '') } = document;
  const described = { 200: 'Done.', 201: 'Created.', 307: 'The content is at Location.' }[success];
  const located = success === 307 || (success === 201 && (answers === undefined || answers === 'Appointment'));
  const headers = {
    ...IDS,
    ...(located && { Location: header('Where it is.') }),
    ...(etag && { ETag: header('The version: W/"5".') }),
  };
  if (method === 'HEAD' || (located && answers === undefined)) return { description: described, headers };
  const schema = answers === undefined ? { type: 'string', format: 'binary' } : answerSchema({ ...document, answers });
  return { description: described, headers, content: Object.fromEntries(produces.map((type) => [type, { schema }])) };
}

function refusalOf({ version }: Operation, status: number, refusals: ReadonlyMap<number, readonly string[]>): DocumentedResponse {
  const codes = version === 'R4' ? r4Codes(status, refusals.get(status) ?? []) : (refusals.get(status) ?? []);
  const description = [MEANINGS[status] ?? 'Refused.', ...(codes.length === 0 ? [] : [`Codes: ${codes.map(described).join(', ')}.`])].join(
    ' ',
  );
  const headers = {
    ...IDS,
    ...(status === 401 && { 'WWW-Authenticate': header('What is wrong with the token.') }),
    ...(status === 503 && { 'Retry-After': header('Seconds to wait.') }),
  };
  if (version === 'R4') return { description, headers, content: { [FHIR_JSON]: { schema: OUTCOME } } };
  if (!WITH_OUTCOME.has(status) && codes.length === 0) return { description: `${description} The body is empty.`, headers };
  return { description, headers, content: { [FHIR_JSON]: { schema: codes.length === 0 ? OUTCOME : outcomeWith(codes) } } };
}

/** R4 names most refusals by their status alone. */
function r4Codes(status: number, codes: readonly string[]): readonly string[] {
  return [r4StatusCode(status), ...codes.filter((code) => !(FIXED_CODES[status] ?? []).includes(code))].filter(
    (code) => code !== undefined,
  );
}

function described(code: string): string {
  const facts = Object.entries(ERROR_CODES).find(([name]) => name === code)?.[1];
  return facts === undefined ? code : `${code} (${facts.issue})`;
}

/** How a refusal looks. */
export const OUTCOME: JsonSchema = { $ref: '#/components/schemas/OperationOutcome' };

function outcomeWith(codes: readonly string[]): JsonSchema {
  const coding = { type: 'array', items: { type: 'object', properties: { code: { enum: codes } } } };
  const issue = { type: 'object', properties: { details: { type: 'object', properties: { coding } } } };
  return { allOf: [OUTCOME, { type: 'object', properties: { issue: { type: 'array', items: issue } } }] };
}

function header(description: string): object {
  return { description, schema: { type: 'string' } };
}

/** Headers of every answer. */
export const IDS = {
  'X-Correlation-ID': header('What the request sent, unchanged.'),
  'X-Request-ID': header('Set by e-RS; absent where the gateway answered.'),
};
