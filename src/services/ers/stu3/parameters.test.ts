import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ErsRefusal } from '../errors.ts';
import { type ParametersSpec, readParameters } from './parameters.ts';

const inner = { note: { kind: 'string', cardinality: '1..1', display: 'Note', maximumLength: 10 } } as const satisfies ParametersSpec;

const spec = {
  priority: { kind: 'coding', cardinality: '1..1', display: 'Priority', system: 'urn:priority', codes: ['ROUTINE', 'URGENT'] },
  specialty: { kind: 'coding', cardinality: '0..1', display: 'Specialty', system: { endsWith: '/SPECIALTY' } },
  list: { kind: 'codeableConcept', cardinality: '0..1', display: 'List', system: 'urn:list' },
  patient: { kind: 'identifier', cardinality: '0..1', display: 'Patient', system: 'urn:nhs', pattern: /^\d{10}$/ },
  days: { kind: 'unsignedInt', cardinality: '0..1', display: 'Days', maximum: 180 },
  start: { kind: 'instant', cardinality: '0..1', display: 'Start' },
  suitable: { kind: 'boolean', cardinality: '0..1', display: 'Suitable' },
  from: { kind: 'reference', cardinality: '0..1', display: 'From', pattern: /^X\/\d+$/ },
  letters: {
    kind: 'resource',
    cardinality: '0..*',
    display: 'Letters',
    resourceType: 'Parameters',
    read: (resource: unknown, path: string) => readParameters(resource, inner, path),
  },
} as const satisfies ParametersSpec;

const priority = { name: 'priority', valueCoding: { system: 'urn:priority', code: 'URGENT' } };

function parameters(...parameter: unknown[]): object {
  return { resourceType: 'Parameters', parameter };
}

function issuesOf(resource: unknown): string[] {
  try {
    readParameters(resource, spec);
  } catch (error) {
    assert.ok(error instanceof ErsRefusal);
    assert.equal(error.status, 422);
    return error.issues.map((each) => `${each.code} ${each.diagnostics}`);
  }
  return [];
}

test('a well-formed message becomes plain values', () => {
  const values = readParameters(
    parameters(
      priority,
      {
        name: 'specialty',
        valueCoding: {
          system: 'https://localhost:8143/referrals/FHIR/STU3/CodeSystem/SPECIALTY',
          code: 'CARDIOLOGY',
          display: 'Cardiology',
        },
      },
      {
        name: 'list',
        valueCodeableConcept: {
          coding: [
            { system: 'urn:other', code: 'A' },
            { system: 'urn:list', code: 'B' },
          ],
        },
      },
      { name: 'patient', valueIdentifier: { system: 'urn:nhs', value: '9912003888' } },
      { name: 'days', valueUnsignedInt: 14 },
      { name: 'start', valueInstant: '2024-05-01T10:55:00.000+01:00' },
      { name: 'suitable', valueBoolean: false },
      { name: 'from', valueReference: { reference: 'X/12' } },
      { name: 'letters', resource: parameters({ name: 'note', valueString: 'one' }) },
      { name: 'letters', resource: parameters({ name: 'note', valueString: 'two' }) },
    ),
    spec,
  );
  assert.deepEqual(values, {
    priority: { system: 'urn:priority', code: 'URGENT' },
    specialty: { system: 'https://localhost:8143/referrals/FHIR/STU3/CodeSystem/SPECIALTY', code: 'CARDIOLOGY', display: 'Cardiology' },
    list: { system: 'urn:list', code: 'B' },
    patient: '9912003888',
    days: 14,
    start: Date.parse('2024-05-01T09:55:00.000Z'),
    suitable: false,
    from: 'X/12',
    letters: [{ note: 'one' }, { note: 'two' }],
  });
});

const mistakes: readonly (readonly [what: string, resource: unknown, expected: readonly string[]])[] = [
  ['not a resource', [], ["INVALID_FHIR_STRUCTURE 'Parameters' is not a resource."]],
  ['another resource', { resourceType: 'List' }, ["INVALID_FHIR_STRUCTURE 'Parameters' (List) is not a Parameters resource."]],
  ['parameter as object', { resourceType: 'Parameters', parameter: {} }, ["INVALID_FHIR_STRUCTURE 'parameter' is not a list."]],
  ['an entry without name', parameters({}), ["MISSING_VALUE 'parameter[0]/name' is missing."]],
  ['nothing at all', { resourceType: 'Parameters' }, ["MISSING_VALUE 'Priority' is missing."]],
  [
    'an unknown name',
    parameters(priority, { name: 'unknownParameter', valueString: 'x' }),
    ["UNEXPECTED_FIELD 'parameter[1]' (unknownParameter) unknown parameter name"],
  ],
  [
    'a name that objects inherit',
    parameters(priority, { name: 'constructor' }),
    ["UNEXPECTED_FIELD 'parameter[1]' (constructor) unknown parameter name"],
  ],
  ['the same twice', parameters(priority, priority), ["INVALID_FHIR_STRUCTURE 'parameter[1]' (priority) occurs more than once"]],
  [
    'a code not in the system',
    parameters({ name: 'priority', valueCoding: { system: 'urn:priority', code: 'FOO' } }),
    ["INVALID_CODE 'Priority' (FOO) is invalid."],
  ],
  [
    'another system',
    parameters({ name: 'priority', valueCoding: { system: 'urn:x', code: 'URGENT' } }),
    ["INVALID_VALUE 'Priority' (urn:x|URGENT) is invalid."],
  ],
  ['a list for an object', parameters({ name: 'priority', valueCoding: [] }), ["INVALID_FHIR_STRUCTURE 'Priority' is not an object."]],
  ['another type', parameters({ name: 'priority', valueString: 'URGENT' }), ["INVALID_VALUE 'Priority' (valueString) is invalid."]],
  ['no value', parameters({ name: 'priority' }), ["MISSING_VALUE 'Priority' is missing."]],
  ['a number out of range', parameters(priority, { name: 'days', valueUnsignedInt: 181 }), ["INVALID_VALUE 'Days' (181) is invalid."]],
  ['a number as text', parameters(priority, { name: 'days', valueUnsignedInt: '7' }), ["INVALID_VALUE 'Days' (7) is invalid."]],
  [
    'a day that does not exist',
    parameters(priority, { name: 'start', valueInstant: '2024-02-30T00:00:00Z' }),
    ["INVALID_VALUE 'Start' (2024-02-30T00:00:00Z) is invalid."],
  ],
  [
    'a short NHS number',
    parameters(priority, { name: 'patient', valueIdentifier: { system: 'urn:nhs', value: '99' } }),
    ["INVALID_VALUE 'Patient' (99) is invalid."],
  ],
  [
    'mistakes inside a resource, and one beside it',
    parameters({ name: 'letters', resource: parameters({ name: 'note', valueString: 'far too long a text' }, { name: 'x' }) }),
    [
      "INVALID_VALUE 'Note' is longer than 10 characters.",
      "UNEXPECTED_FIELD 'parameter[0]/resource/parameter[1]' (x) unknown parameter name",
      "MISSING_VALUE 'Priority' is missing.",
    ],
  ],
];

for (const [what, resource, expected] of mistakes) {
  test(`refused: ${what}`, () => assert.deepEqual(issuesOf(resource), expected));
}

test('any value whatsoever is read or refused with 422', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      issuesOf(value);
    }),
  );
});

test('any content of known parameters is read or refused with 422', () => {
  const content = fc.record(
    {
      name: fc.constantFrom(...Object.keys(spec)),
      valueCoding: fc.anything(),
      valueCodeableConcept: fc.oneof(fc.anything(), fc.record({ coding: fc.anything() })),
      valueIdentifier: fc.oneof(fc.anything(), fc.record({ system: fc.anything(), value: fc.anything() })),
      valueUnsignedInt: fc.anything(),
      valueInstant: fc.oneof(fc.anything(), fc.string()),
      valueBoolean: fc.anything(),
      valueReference: fc.anything(),
      resource: fc.oneof(fc.anything(), fc.record({ resourceType: fc.constant('Parameters'), parameter: fc.anything() })),
    },
    { requiredKeys: ['name'] },
  );
  fc.assert(
    fc.property(fc.array(content), (entries) => {
      issuesOf(parameters(...entries));
    }),
  );
});

test('the number of issues and of parameters is bounded', () => {
  const unknownNames = Array.from({ length: 400 }, (_, index) => ({ name: `x${index}` }));
  assert.equal(issuesOf(parameters(...unknownNames)).length, 25);
  assert.match(String(issuesOf(parameters(...unknownNames, ...unknownNames))), /800 parameters; at most 500/);
});
