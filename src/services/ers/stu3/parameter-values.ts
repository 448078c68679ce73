/** Readers of the value of one parameter, by kind (ers.md §7.3). */
import type { ErsCode, ErsIssue } from '../errors.ts';
import type {
  CodedValue,
  CodingRule,
  IdentifierRule,
  NumberRule,
  ParameterRule,
  ReferenceRule,
  ResourceRule,
  SystemRule,
} from './parameters.ts';

/** One entry of `parameter[]`. */
export interface Field {
  readonly name: string;
  readonly path: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** What is wrong with one field; {@link readValue} throws it and `readParameters` collects it. */
export class FieldProblem extends Error {
  readonly issue: ErsIssue;

  constructor(code: ErsCode, diagnostics: string) {
    super(diagnostics);
    this.issue = { code, diagnostics };
  }
}

const MAXIMUM_TEXT = 100_000;
const MAXIMUM_INTEGER = 2_147_483_647;
/** FHIR `code`: no blanks around, single blanks inside. */
const CODE = /^\S+(?: \S+)*$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

const PROPERTY: Readonly<Record<ParameterRule['kind'], string>> = {
  coding: 'valueCoding',
  codeableConcept: 'valueCodeableConcept',
  identifier: 'valueIdentifier',
  string: 'valueString',
  boolean: 'valueBoolean',
  unsignedInt: 'valueUnsignedInt',
  integer: 'valueInteger',
  instant: 'valueInstant',
  reference: 'valueReference',
  resource: 'resource',
};

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as diagnostics show it: short, and never more than a line. */
export function quoted(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'list' : 'object';
  const text = String(value).replaceAll(/\s+/g, ' ');
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** The value of a field by its rule. Throws {@link FieldProblem}, or what the rule's own `read` throws. */
export function readValue(field: Field, rule: ParameterRule): unknown {
  const value = contentOf(field, rule);
  switch (rule.kind) {
    case 'coding':
      return readCoding(value, rule);
    case 'codeableConcept':
      return readConcept(value, rule);
    case 'identifier':
      return readIdentifier(value, rule);
    case 'string':
      return readText(value, rule.display, rule.maximumLength ?? MAXIMUM_TEXT);
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid(rule.display, value);
      return value;
    case 'unsignedInt':
    case 'integer':
      return readInteger(value, rule);
    case 'instant':
      return readInstant(value, rule.display);
    case 'reference':
      return readReference(value, rule);
    case 'resource':
      return readResource(field, value, rule);
  }
}

/** The `value[x]` that the rule asks for: absent altogether is MISSING_VALUE, of another type INVALID_VALUE. */
function contentOf(field: Field, rule: ParameterRule): unknown {
  const property = PROPERTY[rule.kind];
  if (Object.hasOwn(field.content, property)) return field.content[property];
  const other = Object.keys(field.content).find((key) => key.startsWith('value') || key === 'resource' || key === 'part');
  if (other === undefined) throw new FieldProblem('MISSING_VALUE', `'${rule.display}' is missing.`);
  throw new FieldProblem('INVALID_VALUE', `'${rule.display}' (${quoted(other)}) is invalid.`);
}

function readCoding(value: unknown, rule: CodingRule): CodedValue {
  if (!isObject(value)) throw structure(rule.display);
  const { system, code, display } = value;
  if (code === undefined) throw new FieldProblem('MISSING_VALUE', `'${rule.display}' is missing.`);
  if (typeof code !== 'string') throw invalid(rule.display, code);
  if (!matchesSystem(system, rule.system)) throw invalid(rule.display, `${quoted(system ?? 'no system')}|${code}`);
  if (display !== undefined && typeof display !== 'string') throw invalid(rule.display, display);
  const known =
    CODE.test(code) &&
    code.length <= 1000 &&
    (rule.codes === undefined || rule.codes.includes(code)) &&
    (rule.isCode === undefined || rule.isCode(code));
  if (!known) throw new FieldProblem('INVALID_CODE', `'${rule.display}' (${quoted(code)}) is invalid.`);
  return { ...(typeof system === 'string' && { system }), code, ...(display !== undefined && { display: display.slice(0, 1000) }) };
}

function readConcept(value: unknown, rule: CodingRule): CodedValue {
  if (!isObject(value)) throw structure(rule.display);
  const codings = value['coding'];
  if (codings === undefined) throw new FieldProblem('MISSING_VALUE', `'${rule.display}' is missing.`);
  if (!Array.isArray(codings)) throw structure(rule.display);
  if (codings.length === 0) throw new FieldProblem('MISSING_VALUE', `'${rule.display}' is missing.`);
  const ours: unknown = codings.find((each: unknown) => isObject(each) && matchesSystem(each['system'], rule.system)) ?? codings[0];
  return readCoding(ours, rule);
}

/** A rule that names a system wants it sent. */
function matchesSystem(system: unknown, rule: SystemRule | undefined): boolean {
  if (rule === undefined) return system === undefined || typeof system === 'string';
  if (typeof system !== 'string') return false;
  return typeof rule === 'string' ? system === rule : system.endsWith(rule.endsWith);
}

function readIdentifier(value: unknown, rule: IdentifierRule): string {
  if (!isObject(value)) throw structure(rule.display);
  const text = value['value'];
  if (text === undefined) throw new FieldProblem('MISSING_VALUE', `'${rule.display}' is missing.`);
  if (typeof text !== 'string' || text === '' || text.length > 255) throw invalid(rule.display, text);
  if (!matchesSystem(value['system'], rule.system))
    throw invalid(rule.display, `${quoted(value['system'] ?? 'no system')}|${quoted(text)}`);
  if (rule.pattern !== undefined && !rule.pattern.test(text)) throw invalid(rule.display, text);
  return text;
}

/** Text with something in it. */
function readText(value: unknown, display: string, maximumLength: number): string {
  if (typeof value !== 'string') throw invalid(display, value);
  if (value.trim() === '') throw new FieldProblem('MISSING_VALUE', `'${display}' is missing.`);
  if (value.length > maximumLength) throw new FieldProblem('INVALID_VALUE', `'${display}' is longer than ${maximumLength} characters.`);
  return value;
}

function readInteger(value: unknown, rule: NumberRule): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalid(rule.display, value);
  const least = rule.minimum ?? (rule.kind === 'unsignedInt' ? 0 : -MAXIMUM_INTEGER);
  if (value < least || value > (rule.maximum ?? MAXIMUM_INTEGER)) throw invalid(rule.display, value);
  return value === 0 ? 0 : value;
}

function readInstant(value: unknown, display: string): number {
  const [, year, month, day] = (typeof value === 'string' && value.length <= 40 && INSTANT.exec(value)) || [];
  const instant = typeof value === 'string' && year !== undefined ? Date.parse(value) : Number.NaN;
  // Date.parse takes 31 February for 2 March; the calendar day must exist.
  if (Number.isNaN(instant) || new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day))
    throw invalid(display, value);
  return instant;
}

function readReference(value: unknown, rule: ReferenceRule): string {
  if (!isObject(value)) throw structure(rule.display);
  const { reference } = value;
  if (reference === undefined) throw new FieldProblem('MISSING_VALUE', `'${rule.display}' is missing.`);
  if (typeof reference !== 'string' || reference === '' || reference.length > 1000) throw invalid(rule.display, reference);
  if (rule.pattern !== undefined && !rule.pattern.test(reference)) throw invalid(rule.display, reference);
  return reference;
}

function readResource(field: Field, value: unknown, rule: ResourceRule): unknown {
  if (!isObject(value)) throw structure(rule.display);
  const type = value['resourceType'];
  if (rule.resourceType !== undefined && type !== rule.resourceType)
    throw new FieldProblem('INVALID_FHIR_STRUCTURE', `'${rule.display}' (${quoted(type)}) is not a ${rule.resourceType} resource.`);
  return rule.read === undefined ? value : rule.read(value, `${field.path}/resource`);
}

function invalid(display: string, value: unknown): FieldProblem {
  return new FieldProblem('INVALID_VALUE', `'${display}' (${quoted(value)}) is invalid.`);
}

function structure(display: string): FieldProblem {
  return new FieldProblem('INVALID_FHIR_STRUCTURE', `'${display}' is not an object.`);
}
