/** Reading the parts of a FHIR resource that a client sent, without trusting its shape. */
import { type ErsCode, unprocessable } from '../errors.ts';

/** `value` as an object. Throws MISSING_VALUE when absent, `otherwise` (422) when it is something else. */
export function record(value: unknown, path: string, otherwise: ErsCode = 'INVALID_FHIR_STRUCTURE'): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) throw missing(path);
  if (!isRecord(value)) throw unprocessable(otherwise, `'${path}' is not an object.`);
  return value;
}

/** `value` as a list with at least one item. Throws MISSING_VALUE when absent or empty, `otherwise` (422) when it is something else. */
export function list(value: unknown, path: string, otherwise: ErsCode = 'INVALID_FHIR_STRUCTURE'): readonly unknown[] {
  if (value === undefined || value === null) throw missing(path);
  if (!Array.isArray(value)) throw unprocessable(otherwise, `'${path}' is not a list.`);
  if (value.length === 0) throw missing(path);
  return value;
}

/** `value` as text that is not empty. Throws MISSING_VALUE when absent, INVALID_VALUE (422) when it is not text. */
export function text(value: unknown, path: string): string {
  if (value === undefined || value === null || value === '') throw missing(path);
  if (typeof value !== 'string')
    throw unprocessable('INVALID_VALUE', `'${path}' (${JSON.stringify(value)}) is invalid.`, 'Text is expected.');
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function missing(path: string) {
  return unprocessable('MISSING_VALUE', `'${path}' is missing.`);
}
