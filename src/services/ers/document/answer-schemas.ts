/** The JSON schemas of answers: what the writers put into every resource of a type, whatever state it is in. */
import { PRIORITY_DISPLAYS, REFERRAL_STATE_DISPLAYS, STU3_PROFILE } from '../codes.ts';
import type { JsonSchema } from './parameters-schema.ts';

const text = { type: 'string', minLength: 1 } as const;
const digits = { type: 'string', pattern: String.raw`^\d+$` } as const;
const ubrn = { type: 'string', pattern: String.raw`^\d{12}$` } as const;
const time = { type: 'string', format: 'date-time' } as const;
const objects = { type: 'array', items: { type: 'object' } } as const;
const versioned = { type: 'object', required: ['versionId'], properties: { versionId: digits } } as const;
const patient = identified(String.raw`^\d{10}$`);
const reference = { type: 'object', required: ['reference'], properties: { reference: text } } as const;

/** Members of each kind of resource beyond `resourceType`, the required ones apart from those that a state may leave out. */
const FORMS = {
  Appointment: {
    required: {
      id: text,
      meta: versioned,
      status: { enum: ['proposed', 'booked', 'cancelled'] },
      description: { const: 'e-Referral Appointment' },
      created: time,
      incomingReferral: { type: 'array', minItems: 1, maxItems: 1, items: reference },
      participant: { type: 'array', minItems: 2, items: { type: 'object', required: ['actor', 'status'] } },
    },
    optional: { reason: objects, start: time, end: time, slot: { type: 'array', items: reference }, comment: text },
  },
  Bundle: {
    required: { id: text, type: { const: 'searchset' }, link: { type: 'array', minItems: 1 } },
    optional: { total: { type: 'integer', minimum: 0 }, entry: objects },
  },
  CodeSystem: {
    required: { id: text, url: text, status: { const: 'active' }, content: { const: 'complete' }, concept: { ...objects, minItems: 1 } },
    optional: { property: objects },
  },
  Communication: {
    required: {
      id: text,
      status: { const: 'completed' },
      sent: time,
      note: { type: 'array', minItems: 1 },
      basedOn: { type: 'array', items: reference },
    },
    optional: { payload: objects },
  },
  CommunicationRequest: {
    required: {
      id: ubrn,
      meta: versioned,
      status: { enum: ['active', 'completed', 'cancelled'] },
      category: { type: 'array', minItems: 1 },
      subject: patient,
      contained: objects,
      extension: objects,
    },
    optional: { payload: objects },
  },
  HealthcareService: {
    required: { id: digits, meta: versioned, name: text, location: { type: 'array', minItems: 1 }, characteristic: objects },
    optional: { type: objects, extension: objects },
  },
  List: {
    required: { status: { const: 'current' }, mode: { const: 'snapshot' }, entry: objects },
    optional: { contained: objects, emptyReason: { type: 'object' } },
  },
  Parameters: { required: { meta: { type: 'object' } }, optional: {} },
  ReferralRequest: {
    required: {
      id: ubrn,
      meta: versioned,
      status: { enum: ['active', 'completed', 'cancelled'] },
      intent: { const: 'plan' },
      subject: patient,
      identifier: { type: 'array', minItems: 1 },
      contained: objects,
      extension: {
        type: 'array',
        items: { type: 'object', required: ['url'] },
        allOf: [
          contains('ReferralState', { extension: { contains: codedPart('state', 'valueCoding', REFERRAL_STATE_DISPLAYS) } }),
          contains('ReferralPriority', { valueCodeableConcept: { properties: { coding: { items: codeOf(PRIORITY_DISPLAYS) } } } }),
        ],
      },
    },
    optional: { specialty: { type: 'object' }, supportingInfo: { type: 'array', items: reference } },
  },
} as const satisfies Readonly<Record<string, { readonly required: Members; readonly optional: Members }>>;

type Members = Readonly<Record<string, JsonSchema>>;

/** A type of resource that operations answer with. */
export type AnswerForm = keyof typeof FORMS;

/** The schema of an answer: of the resource, and of what a Bundle or Parameters hold. */
export function answerSchema(answer: {
  readonly answers: AnswerForm;
  readonly holds?: readonly string[];
  readonly parts?: Readonly<Record<string, AnswerForm>>;
}): JsonSchema {
  const { answers, holds, parts } = answer;
  if (holds !== undefined) return resource(answers, { entry: { type: 'array', items: entryOf(holds) } });
  if (parts === undefined) return resource(answers);
  const [first] = Object.keys(parts);
  return resource(
    answers,
    {},
    {
      parameter: {
        type: 'array',
        items: { oneOf: Object.entries(parts).map(([name, form]) => partOf(name, form)) },
        contains: { properties: { name: { const: first } } },
      },
    },
  );
}

function resource(form: AnswerForm, optional: Members = {}, required: Members = {}): JsonSchema {
  const members: Members = { ...FORMS[form].required, ...required };
  return {
    type: 'object',
    required: ['resourceType', ...Object.keys(members)],
    properties: { resourceType: { const: form }, ...FORMS[form].optional, ...members, ...optional },
  };
}

function entryOf(types: readonly string[]): JsonSchema {
  return {
    type: 'object',
    required: ['fullUrl', 'resource', 'search'],
    properties: {
      fullUrl: text,
      resource: { type: 'object', required: ['resourceType', 'id'], properties: { resourceType: { enum: types }, id: text } },
      search: { type: 'object', required: ['mode'], properties: { mode: { enum: ['match', 'include'] } } },
    },
  };
}

function partOf(name: string, form: AnswerForm): JsonSchema {
  return { type: 'object', required: ['name', 'resource'], properties: { name: { const: name }, resource: resource(form) } };
}

function contains(name: string, properties: Members): JsonSchema {
  const url = { const: `${STU3_PROFILE}Extension-eRS-${name}-1` };
  return { contains: { type: 'object', required: ['url', ...Object.keys(properties)], properties: { url, ...properties } } };
}

function codedPart(url: string, member: string, displays: Readonly<Record<string, string>>): JsonSchema {
  return { type: 'object', required: ['url', member], properties: { url: { const: url }, [member]: codeOf(displays) } };
}

function codeOf(displays: Readonly<Record<string, string>>): JsonSchema {
  return { type: 'object', required: ['system', 'code'], properties: { system: text, code: { enum: Object.keys(displays) } } };
}

function identified(pattern: string): JsonSchema {
  const identifier = { type: 'object', required: ['system', 'value'], properties: { system: text, value: { type: 'string', pattern } } };
  return { type: 'object', required: ['identifier'], properties: { identifier } };
}
