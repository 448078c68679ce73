/** Values for a JSON schema as our OpenAPI documents write them: what it asks for, or the same shape with odd texts in it. */
import fc from 'fast-check';

export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** What breaks programs: nothing, names of their own insides, markup, templates, wildcards, control characters, long texts, half a character. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '"\'><img src=x onerror=alert(1)>',
  '{{7*7}}',
  '{% include "x" %}',
  "' or 1=1 --",
  '%',
  '%00',
  '_',
  '\r\nset-cookie: a=b',
  '-1',
  '0',
  '1e309',
  'NaN',
  '99999999999999999999',
  '0000-00-00',
  '+275760-09-13',
  '9999-12-31T23:59:59Z',
  'P99999999Y',
  '\ud800',
  '‮',
  '😀'.repeat(50),
  'x'.repeat(400),
];

/** Values of a schema; with `texts`, every text is one of them. */
export function fromSchema(schema: Schema, texts?: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((each) => fromSchema(each, texts)));
  switch (schema.type) {
    case 'string':
      return textFor(schema, texts);
    case 'integer':
      return fc.oneof(fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 1_000 }), fc.maxSafeInteger());
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fromSchema(schema.items ?? {}, texts), { maxLength: Math.min(schema.maxItems ?? 4, 4) });
    case 'object':
      return objectFor(schema, texts);
    default:
      return fc.jsonValue();
  }
}

function textFor({ pattern, maxLength = 60 }: Schema, texts: readonly string[] | undefined): fc.Arbitrary<string> {
  if (texts !== undefined) return fc.constantFrom(...texts);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.oneof(
    fc.string({ maxLength: Math.min(maxLength, 60), unit: 'binary' }),
    fc.constantFrom('INT', 'R69', '1.0', '2030-01-01T10:00:00Z'),
  );
}

function objectFor(
  { properties = {}, patternProperties = {}, required = [] }: Schema,
  texts: readonly string[] | undefined,
): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, fromSchema(schema, texts)]));
  const [free] = Object.values(patternProperties);
  if (free !== undefined)
    return fc.dictionary(fc.constantFrom(...ODD_TEXTS, 'a', 'reason', 'patients'), fromSchema(free, texts), { maxKeys: 5 });
  return fc.record(fields, { requiredKeys: required.filter((name) => Object.hasOwn(fields, name)) });
}
