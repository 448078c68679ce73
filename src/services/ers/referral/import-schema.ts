/** Referrals as `POST /_localspine/import` takes them: the model as a schema, times as ISO text or milliseconds. */
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { REFERRAL_STATES } from '../codes.ts';

/** The pieces that imports of referrals and of advice requests are made of. */
export const optional = <S extends TSchema>(schema: S) => Type.Optional(schema);
export const oneOf = <const V extends readonly string[]>(values: V) =>
  Type.Unsafe<V[number]>(Type.Union(values.map((each) => Type.Literal(each))));
export const time = Type.Unsafe<string | number>(
  Type.Union([Type.Integer(), Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$' })]),
);
export const date = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
export const ubrn = Type.String({ pattern: '^\\d{12}$' });
export const number = Type.String({ pattern: '^\\d{1,19}$' });
export const name = Type.String({ minLength: 1, maxLength: 255 });
export const text = Type.String({ minLength: 1, maxLength: 8000 });
export const version = Type.Integer({ minimum: 0 });
export const closed = { additionalProperties: false } as const;

const code = Type.Object({ system: name, code: name, display: optional(name) }, closed);
export const priority = oneOf(['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT']);

export const criteria = Type.Object(
  {
    priority,
    specialty: optional(name),
    clinicType: optional(name),
    indicativeAppointmentWaitTimeLimit: optional(version),
    postcode: optional(name),
    distanceLimit: optional(version),
    clinicalTerm: optional(Type.Object({ code: name, display: optional(name) }, closed)),
    namedClinician: optional(name),
    ageAndGenderAppropriate: Type.Boolean(),
    organisation: optional(name),
    commissioningProvisioning: optional(name),
  },
  closed,
);

const appointment = Type.Object(
  {
    id: number,
    version,
    status: oneOf(['booked', 'proposed', 'cancelled', 'noshow', 'fulfilled']),
    serviceId: number,
    serviceName: name,
    clinician: optional(name),
    start: optional(time),
    end: optional(time),
    slotId: optional(name),
    created: time,
    reason: optional(code),
    comment: optional(text),
  },
  closed,
);

export const attachment = Type.Object(
  {
    id: number,
    type: oneOf(['REFERRER', 'PROVIDER', 'ADVICE_REQUEST', 'GUIDANCE_RESPONSE']),
    fileId: name,
    title: name,
    contentType: name,
    size: version,
    description: optional(text),
    indexed: time,
    creation: date,
    attachedBy: name,
    attachedByOrganisation: name,
    attachedOnBehalfOf: optional(name),
    /** Content of the file in base64; without it the file is an empty one. */
    content: optional(Type.String()),
    availability: optional(oneOf(['PENDING', 'AVAILABLE', 'THREATS_FOUND', 'VALIDATION_FAILED'])),
  },
  closed,
);

export const importedReferral = Type.Object(
  {
    ubrn,
    version,
    requestId: optional(Type.String({ pattern: '^r\\.[0-9a-f-]{36}$' })),
    status: oneOf(['active', 'cancelled', 'completed']),
    state: oneOf(REFERRAL_STATES),
    stateReason: optional(code),
    stateComments: optional(text),
    nhsNumber: Type.String({ pattern: '^\\d{10}$' }),
    priority,
    criteria,
    shortlist: Type.Array(Type.Object({ serviceId: number, serviceName: name }, closed), { minItems: 1, maxItems: 20 }),
    commissioningRuleOrganisation: name,
    referringOrganisation: name,
    referrer: name,
    createdBy: optional(name),
    createdAt: time,
    updatedAt: optional(time),
    letterIntention: oneOf(['NEED_TO_ADD_LATER', 'NOT_INTENDING_TO_ADD']),
    letterDue: optional(date),
    clinicalInfoFirstSubmitted: optional(time),
    clinicalInfoLastUpdated: optional(time),
    pathwayStart: optional(time),
    firstReminderLetterFollowUpDays: optional(version),
    specialty: optional(name),
    appointment: optional(appointment),
    attachments: optional(Type.Array(attachment)),
    reviewed: optional(Type.Boolean()),
    contextStatus: optional(oneOf(['NEVER_REVIEWED', 'LETTER_CHANGED', 'PRIORITY_CHANGED', 'PRIORITY_AND_LETTER_CHANGED'])),
    additionalRequirements: optional(Type.Array(oneOf(['ADVOCACY', 'INTERPRETER', 'TRANSPORT']))),
    relatedReferrals: optional(Type.Array(ubrn)),
    convertedFromAdvice: optional(Type.Boolean()),
    receivedAt: optional(time),
    formerServices: optional(Type.Array(number)),
    cancelledByOrganisation: optional(name),
    toCancelInPas: optional(Type.Literal(true)),
    onwardReferral: optional(Type.Literal(true)),
  },
  closed,
);
export type ImportedAttachment = Static<typeof attachment>;
export type ImportedReferral = Static<typeof importedReferral>;

export const importedReferrals = Compile(Type.Array(importedReferral));
