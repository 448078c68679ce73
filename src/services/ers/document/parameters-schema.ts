/** The JSON schema of a `Parameters` message, from the table its reader goes by: what the document says is what is checked. */
import type { ParameterRule, ParametersSpec, SystemRule } from '../stu3/parameters.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Longest list of codes that is spelt out; the reader knows larger code systems by look-up. */
const SPELT_OUT = 60;

/** The schema (JSON Schema 2020-12) of a message with these parameters. */
export function parametersSchema(spec: ParametersSpec): JsonSchema {
  const entries = Object.entries(spec);
  return {
    type: 'object',
    required: entries.some(([, rule]) => rule.cardinality.startsWith('1')) ? ['resourceType', 'parameter'] : ['resourceType'],
    properties: {
      resourceType: { const: 'Parameters' },
      meta: { type: 'object' },
      parameter: { type: 'array', items: { oneOf: entries.map(([name, rule]) => parameterSchema(name, rule)) } },
    },
    allOf: entries.map(([name, rule]) => ({ properties: { parameter: occurrence(name, rule) } })),
  };
}

/** How often a parameter may and must occur. */
function occurrence(name: string, { cardinality }: ParameterRule): JsonSchema {
  return {
    contains: { type: 'object', required: ['name'], properties: { name: { const: name } } },
    minContains: cardinality.startsWith('1') ? 1 : 0,
    ...(cardinality.endsWith('1') && { maxContains: 1 }),
  };
}

function parameterSchema(name: string, rule: ParameterRule): JsonSchema {
  const [property, schema] = valueSchema(rule);
  return {
    type: 'object',
    title: name,
    description: `${rule.display}, ${rule.cardinality}`,
    required: ['name', property],
    properties: { name: { const: name }, [property]: schema },
  };
}

function valueSchema(rule: ParameterRule): readonly [property: string, schema: JsonSchema] {
  switch (rule.kind) {
    case 'coding':
      return ['valueCoding', codingSchema(rule.system, rule.codes)];
    case 'codeableConcept':
      return [
        'valueCodeableConcept',
        {
          type: 'object',
          required: ['coding'],
          properties: { coding: { type: 'array', minItems: 1, items: codingSchema(rule.system, rule.codes) } },
        },
      ];
    case 'identifier':
      return [
        'valueIdentifier',
        {
          type: 'object',
          required: ['value', ...systemRequired(rule.system)],
          properties: {
            ...systemSchema(rule.system),
            value: { type: 'string', minLength: 1, maxLength: 255, ...(rule.pattern !== undefined && { pattern: rule.pattern.source }) },
          },
        },
      ];
    case 'string':
      return ['valueString', { type: 'string', minLength: 1, ...(rule.maximumLength !== undefined && { maxLength: rule.maximumLength }) }];
    case 'boolean':
      return ['valueBoolean', { type: 'boolean' }];
    case 'unsignedInt':
    case 'integer':
      return [
        rule.kind === 'integer' ? 'valueInteger' : 'valueUnsignedInt',
        {
          type: 'integer',
          ...((rule.minimum !== undefined || rule.kind === 'unsignedInt') && { minimum: rule.minimum ?? 0 }),
          ...(rule.maximum !== undefined && { maximum: rule.maximum }),
        },
      ];
    case 'instant':
      return ['valueInstant', { type: 'string', format: 'date-time' }];
    case 'reference':
      return [
        'valueReference',
        {
          type: 'object',
          required: ['reference'],
          properties: { reference: { type: 'string', ...(rule.pattern !== undefined && { pattern: rule.pattern.source }) } },
        },
      ];
    case 'resource':
      return ['resource', resourceSchema(rule.resourceType, rule.parameters)];
  }
}

function resourceSchema(resourceType: string | undefined, parameters: ParametersSpec | undefined): JsonSchema {
  if (parameters !== undefined) return parametersSchema(parameters);
  if (resourceType === undefined) return { type: 'object' };
  return { type: 'object', required: ['resourceType'], properties: { resourceType: { const: resourceType } } };
}

function codingSchema(system: SystemRule | undefined, codes: readonly string[] | undefined): JsonSchema {
  return {
    type: 'object',
    required: ['code', ...systemRequired(system)],
    properties: {
      ...systemSchema(system),
      code: codes !== undefined && codes.length <= SPELT_OUT ? { type: 'string', enum: codes } : { type: 'string' },
      display: { type: 'string' },
    },
  };
}

function systemRequired(system: SystemRule | undefined): readonly string[] {
  return system === undefined ? [] : ['system'];
}

function systemSchema(system: SystemRule | undefined): Readonly<Record<string, JsonSchema>> {
  if (system === undefined) return { system: { type: 'string' } };
  if (typeof system === 'string') return { system: { const: system } };
  return { system: { type: 'string', pattern: `${system.endsWith.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$` } };
}
