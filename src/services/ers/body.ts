import type { Readable } from 'node:stream';
import type { Exchange } from '../../kernel/http/exchange.ts';
import { ErsStatus } from './errors.ts';
import type { Operation } from './operation.ts';

const FHIR_JSON = 'application/fhir+json';
/** Media types taken as FHIR JSON. The specification names the first; the second is what many HTTP libraries send. */
const JSON_TYPES: ReadonlySet<string> = new Set([FHIR_JSON, 'application/json']);
const BODY_LIMIT = 2 * 1024 * 1024;
const DEPTH_LIMIT = 64;

/** Content type (415) and Accept (406), the first checks of the back end (ers.md §7.3). Throws ErsStatus. */
export function acceptable(operation: Operation, contentType: string | undefined, accept: string | undefined): void {
  const { body } = operation;
  const given = mediaType(contentType);
  if (body.kind === 'fhir' && !JSON_TYPES.has(given)) throw wrongType(given, FHIR_JSON);
  if (body.kind === 'file' && !body.types.includes(given)) throw wrongType(given, body.types.join(', '));
  if (accept === undefined || accept === '' || operation.produces.includes('*/*')) return;
  const wanted = accept.split(',').filter(isWanted).map(mediaType);
  const served = operation.produces.some((type) =>
    wanted.some(
      (each) =>
        each === '*/*' ||
        each === type ||
        (each.endsWith('/*') && type.startsWith(each.slice(0, -1))) ||
        (type === FHIR_JSON && each === 'application/json'),
    ),
  );
  if (!served)
    throw new ErsStatus(406, {
      check: 'ers.accept',
      why: `${operation.id} answers ${operation.produces.join(', ')}; Accept is ${accept}.`,
      fix: `Send Accept: ${operation.produces[0] ?? FHIR_JSON}.`,
    });
}

function wrongType(given: string, wanted: string): ErsStatus {
  return new ErsStatus(415, {
    check: 'ers.content-type',
    why: `Content-Type is ${given === '' ? 'missing' : given}.`,
    fix: `Send Content-Type: ${wanted}.`,
  });
}

/** A range of weight nought is one that the client does not want (RFC 9110 §12.4.2). */
function isWanted(range: string): boolean {
  return !/;\s*q=0(\.0{1,3})?\s*(;|$)/i.test(range);
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Reads and parses a JSON body, bounded in size and depth. Throws ErsStatus 400; the stream is read to its end in any case. */
export async function readFhirBody(stream: Readable, exchange: Exchange): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size <= BODY_LIMIT) chunks.push(bytes);
  }
  if (size > BODY_LIMIT) throw malformed(`The body has ${size} bytes; FHIR messages to e-RS are far smaller.`);
  const body = Buffer.concat(chunks);
  exchange.requestBody = body;
  let resource: unknown;
  try {
    resource = JSON.parse(body.toString('utf8'));
  } catch {
    throw malformed(size === 0 ? 'The body is empty.' : 'The body is not JSON.');
  }
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) throw malformed('The body is not a FHIR resource.');
  if (isDeeper(resource, DEPTH_LIMIT)) throw malformed(`The body is nested more than ${DEPTH_LIMIT} levels deep.`);
  return resource;
}

function malformed(why: string): ErsStatus {
  return new ErsStatus(400, { check: 'ers.body', why, fix: 'Send one FHIR resource as JSON.' });
}

/** Whether a value nests deeper than `limit`; looks level by level, so that depth itself cannot exhaust the stack. */
function isDeeper(value: object, limit: number): boolean {
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    const next: object[] = [];
    for (const each of level) for (const child of Object.values(each)) if (typeof child === 'object' && child !== null) next.push(child);
    level = next;
  }
  return false;
}
