/**
 * The reader of FHIR `Parameters`: an operation lists its parameters in a table, and gets plain typed values or a 422 that names every
 * mistake (ers.md §7.1, §7.3). It takes any JSON whatsoever and throws nothing but {@link ErsRefusal}.
 */
import type { Instant } from '../../../kernel/clock.ts';
import { type ErsIssue, ErsRefusal } from '../errors.ts';
import { type Field, FieldProblem, isObject, quoted, readValue } from './parameter-values.ts';

export type Cardinality = '0..1' | '1..1' | '0..*' | '1..*';

interface RuleFacts {
  readonly cardinality: Cardinality;
  /** Name of the field in diagnostics: `'Priority' (FOO) is invalid.` */
  readonly display: string;
}

/** A code system: its URI, or only how the URI ends where it begins with the base address the client uses (ers.md §2). */
export type SystemRule = string | { readonly endsWith: string };

export interface CodingRule extends RuleFacts {
  readonly kind: 'coding' | 'codeableConcept';
  readonly system?: SystemRule;
  /** The codes there are; anything else is INVALID_CODE. */
  readonly codes?: readonly string[];
  /** For large code systems: whether there is such a code. */
  readonly isCode?: (code: string) => boolean;
}

export interface IdentifierRule extends RuleFacts {
  readonly kind: 'identifier';
  readonly system?: SystemRule;
  readonly pattern?: RegExp;
}

interface StringRule extends RuleFacts {
  readonly kind: 'string';
  readonly maximumLength?: number;
}

export interface NumberRule extends RuleFacts {
  readonly kind: 'unsignedInt' | 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
}

interface PlainRule extends RuleFacts {
  readonly kind: 'boolean' | 'instant';
}

export interface ReferenceRule extends RuleFacts {
  readonly kind: 'reference';
  readonly pattern?: RegExp;
}

export interface ResourceRule extends RuleFacts {
  readonly kind: 'resource';
  readonly resourceType?: string;
  /** What `read` goes by when the resource is again `Parameters`; for the API document. */
  readonly parameters?: ParametersSpec;
  /** Reads the resource; throws ErsRefusal, whose issues join the others. `path` names it in diagnostics. */
  readonly read?: (resource: unknown, path: string) => unknown;
}

export type ParameterRule = CodingRule | IdentifierRule | StringRule | NumberRule | PlainRule | ReferenceRule | ResourceRule;

/** The parameters of an operation by name. Write it with `as const satisfies ParametersSpec`, so that types follow. */
export type ParametersSpec = Readonly<Record<string, ParameterRule>>;

/** A coded value as sent. */
export interface CodedValue<C extends string = string> {
  readonly system?: string;
  readonly code: C;
  readonly display?: string;
}

type ValueOf<R> = R extends { readonly kind: 'coding' | 'codeableConcept' }
  ? R extends { readonly codes: readonly (infer C extends string)[] }
    ? CodedValue<C>
    : CodedValue
  : R extends { readonly kind: 'identifier' | 'string' | 'reference' }
    ? string
    : R extends { readonly kind: 'boolean' }
      ? boolean
      : R extends { readonly kind: 'unsignedInt' | 'integer' }
        ? number
        : R extends { readonly kind: 'instant' }
          ? Instant
          : R extends { readonly read: (resource: unknown, path: string) => infer T }
            ? T
            : object;

/** What {@link readParameters} gives for a table: `coding` as {@link CodedValue}, `identifier` and `reference` as text, lists for `*`. */
export type ParameterValues<S extends ParametersSpec> = {
  readonly [K in keyof S as S[K]['cardinality'] extends '0..1' ? never : K]: S[K]['cardinality'] extends '1..1'
    ? ValueOf<S[K]>
    : readonly ValueOf<S[K]>[];
} & { readonly [K in keyof S as S[K]['cardinality'] extends '0..1' ? K : never]?: ValueOf<S[K]> };

const MAXIMUM_PARAMETERS = 500;
const MAXIMUM_ISSUES = 25;

/**
 * Reads a `Parameters` resource by a table.
 *
 * @param resource what was sent
 * @param spec the parameters that may and must be there
 * @param path where the resource sits in the message, e.g. `parameter[0]/resource/contained[0]`; empty for the message itself
 * @throws ErsRefusal 422 with an issue each: INVALID_FHIR_STRUCTURE for a wrong shape or a parameter given twice, UNEXPECTED_FIELD for a
 *   name not in the table, INVALID_VALUE for a wrong type, format or code system, INVALID_CODE for a code that is not in its system,
 *   MISSING_VALUE for what must be there
 */
export function readParameters<const S extends ParametersSpec>(resource: unknown, spec: S, path = ''): ParameterValues<S> {
  const issues: ErsIssue[] = [];
  const values = new Map<string, unknown[]>();
  for (const field of fieldsOf(resource, path)) {
    const rule = Object.hasOwn(spec, field.name) ? spec[field.name] : undefined;
    if (rule === undefined)
      issues.push({ code: 'UNEXPECTED_FIELD', diagnostics: `'${field.path}' (${quoted(field.name)}) unknown parameter name` });
    else readField(field, rule, values, issues);
  }
  const result: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(spec)) {
    const found = values.get(name);
    if (found === undefined && rule.cardinality.startsWith('1'))
      issues.push({ code: 'MISSING_VALUE', diagnostics: `'${rule.display}' is missing.` });
    if (rule.cardinality.endsWith('*')) result[name] = found ?? [];
    else if (found !== undefined) result[name] = found[0];
  }
  if (issues.length > 0) throw invalidMessage(issues);
  // Every value was read by the rule of its name, which is what the type says.
  return result as ParameterValues<S>;
}

/** A 422 with the issues found in a message; the first {@link MAXIMUM_ISSUES} of them. */
export function invalidMessage(issues: readonly ErsIssue[]): ErsRefusal {
  const told = issues.slice(0, MAXIMUM_ISSUES);
  return new ErsRefusal(422, told, {
    check: 'ers.message',
    why: told.map((each) => `${each.code}: ${each.diagnostics ?? ''}`).join('; '),
    fix: 'Compare the message with the published example of the operation.',
  });
}

/** The named entries of `parameter[]`. Throws ErsRefusal 422 when the resource is not a well-formed `Parameters`. */
function fieldsOf(resource: unknown, path: string): readonly Field[] {
  const at = path === '' ? 'Parameters' : path;
  if (!isObject(resource)) throw misshapen(`'${at}' is not a resource.`);
  if (resource['resourceType'] !== 'Parameters')
    throw misshapen(`'${at}' (${quoted(resource['resourceType'])}) is not a Parameters resource.`);
  const list = resource['parameter'] ?? [];
  if (!Array.isArray(list)) throw misshapen(`'${path === '' ? '' : `${path}/`}parameter' is not a list.`);
  if (list.length > MAXIMUM_PARAMETERS) throw misshapen(`'${at}' has ${list.length} parameters; at most ${MAXIMUM_PARAMETERS} are taken.`);
  return list.map((content: unknown, index) => {
    const place = `${path === '' ? '' : `${path}/`}parameter[${index}]`;
    if (!isObject(content)) throw misshapen(`'${place}' is not an object.`);
    const name = content['name'];
    if (typeof name !== 'string' || name === '')
      throw invalidMessage([{ code: 'MISSING_VALUE', diagnostics: `'${place}/name' is missing.` }]);
    return { name, path: place, content };
  });
}

function readField(field: Field, rule: ParameterRule, values: Map<string, unknown[]>, issues: ErsIssue[]): void {
  const earlier = values.get(field.name) ?? [];
  if (earlier.length > 0 && !rule.cardinality.endsWith('*')) {
    issues.push({ code: 'INVALID_FHIR_STRUCTURE', diagnostics: `'${field.path}' (${field.name}) occurs more than once` });
    return;
  }
  // A value that was sent but is wrong is not also missing: it holds its place.
  values.set(field.name, earlier);
  try {
    earlier.push(readValue(field, rule));
  } catch (error) {
    if (error instanceof FieldProblem) issues.push(error.issue);
    else if (error instanceof ErsRefusal) issues.push(...error.issues);
    else throw error;
  }
}

function misshapen(diagnostics: string): ErsRefusal {
  return invalidMessage([{ code: 'INVALID_FHIR_STRUCTURE', diagnostics }]);
}
