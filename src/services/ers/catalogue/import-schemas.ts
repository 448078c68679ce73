/** What an import may hold of the directory of services: shapes of `HealthcareService` and `Slot`. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';

const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 2000 });
const Id = Type.String({ pattern: '^[0-9]{1,12}$' });
const OdsCode = Type.String({ pattern: '^[A-Z0-9]{2,10}$' });
const UserId = Type.String({ pattern: '^[0-9]{1,12}$' });
const Code = Type.String({ pattern: '^[A-Z0-9_]{1,100}$' });
const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
const Days = Type.Integer({ minimum: 0, maximum: 3650 });
const Age = Type.Integer({ minimum: 0, maximum: 150 });
/** ASID or party key; published examples have both forms. */
const SpineId = Type.String({ pattern: '^[A-Z0-9-]{1,30}$' });
const Priority = Type.Union([Type.Literal('ROUTINE'), Type.Literal('URGENT'), Type.Literal('TWO_WEEK_WAIT')]);
const Window = Type.Object({ from: Days, to: Days }, strict);

const ImportedService = Type.Object(
  {
    id: Id,
    version: Type.Integer({ minimum: 0 }),
    name: Text,
    providerOdsCode: OdsCode,
    locationOdsCode: OdsCode,
    locationName: Text,
    postcode: Type.Optional(Type.String({ minLength: 5, maxLength: 8 })),
    specialty: Code,
    clinicTypes: Type.Array(Code, { minItems: 1, maxItems: 100 }),
    requestFlows: Type.Array(
      Type.Union([Type.Literal('APPOINTMENT_REQUEST'), Type.Literal('TRIAGE_REQUEST'), Type.Literal('ADVICE_AND_GUIDANCE_REQUEST')]),
      { minItems: 1, maxItems: 2 },
    ),
    bookableType: Type.Union([Type.Literal('DIRECTLY_BOOKABLE'), Type.Literal('INDIRECTLY_BOOKABLE'), Type.Literal('UNSPECIFIED')]),
    appointmentType: Type.Optional(Code),
    priorities: Type.Array(Priority, { minItems: 1, maxItems: 3 }),
    bookingWindowDays: Type.Optional(
      Type.Object({ ROUTINE: Type.Optional(Window), URGENT: Type.Optional(Window), TWO_WEEK_WAIT: Type.Optional(Window) }, strict),
    ),
    genderTreated: Type.Union([Type.Literal('MALE'), Type.Literal('FEMALE'), Type.Literal('MALE_AND_FEMALE')]),
    ageTreated: Type.Optional(Type.Object({ low: Type.Optional(Age), high: Type.Optional(Age) }, strict)),
    referralLetterRequired: Type.Boolean(),
    clinicalTerms: Type.Array(Type.String({ pattern: '^[0-9]{1,18}$' }), { maxItems: 200 }),
    namedClinicians: Type.Array(UserId, { maxItems: 200 }),
    additionalRequirements: Type.Array(Type.Union([Type.Literal('ADVOCACY'), Type.Literal('INTERPRETER'), Type.Literal('TRANSPORT')]), {
      maxItems: 3,
    }),
    indicativeAppointmentWait: Type.Union([Days, Type.Literal('LIMITED_AVAILABILITY'), Type.Literal('NOT_APPLICABLE')]),
    indicativeTreatmentWait: Type.Optional(Days),
    capacityAlert: Type.Optional(Type.Literal('LOW')),
    displayProminently: Type.Boolean(),
    referrerAlert: Type.Optional(Text),
    exclusions: Type.Optional(Text),
    suggestedInvestigations: Type.Optional(Text),
    conditionsTreated: Type.Optional(Text),
    instructions: Type.Optional(Text),
    hoursOfOperation: Type.Optional(Text),
    telephone: Type.Optional(Text),
    professionalContacts: Type.Optional(
      Type.Array(
        Type.Object(
          {
            system: Type.Union([Type.Literal('phone'), Type.Literal('fax'), Type.Literal('email')]),
            value: Type.String({ minLength: 1, maxLength: 255 }),
          },
          strict,
        ),
        { maxItems: 20 },
      ),
    ),
    pasEndpoint: Type.Optional(Type.Object({ asid: Type.Optional(SpineId), partyKey: Type.Optional(SpineId) }, strict)),
    commissioning: Type.Union([
      Type.Literal('ALL'),
      Type.Object({ odsCodes: Type.Array(OdsCode, { maxItems: 1000 }), from: Type.Optional(Day), to: Type.Optional(Day) }, strict),
    ]),
    published: Type.Boolean(),
    workGroup: Type.Array(Type.Object({ userId: UserId, odsCode: OdsCode }, strict), { maxItems: 500 }),
    freezeDays: Type.Optional(Days),
  },
  strict,
);

/** Times are ISO instants with a zone. */
const When = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})$',
});
const ImportedSlot = Type.Object(
  {
    id: Id,
    serviceId: Id,
    usrn: Type.String({ minLength: 1, maxLength: 100 }),
    clinician: Type.Optional(UserId),
    start: When,
    end: When,
    priority: Type.Optional(Priority),
    status: Type.Optional(Type.Union([Type.Literal('free'), Type.Literal('booked'), Type.Literal('withdrawn')])),
  },
  strict,
);

const ImportedSession = Type.Object(
  {
    weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, uniqueItems: true }),
    from: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
    slots: Type.Integer({ minimum: 1, maximum: 99 }),
    minutes: Type.Integer({ minimum: 1, maximum: 480 }),
    capacity: Type.Optional(Type.Integer({ minimum: 1, maximum: 99 })),
    clinician: Type.Optional(UserId),
    priority: Type.Optional(Priority),
  },
  strict,
);
const ImportedClinic = Type.Object(
  {
    serviceId: Id,
    plan: Type.Object(
      {
        workingDaysAhead: Type.Integer({ minimum: 1, maximum: 260 }),
        sessions: Type.Array(ImportedSession, { minItems: 1, maxItems: 20 }),
      },
      strict,
    ),
  },
  strict,
);

const MAXIMUM_RECORDS = 50_000;
export const services = Compile(Type.Array(ImportedService, { maxItems: MAXIMUM_RECORDS }));
export const slots = Compile(Type.Array(ImportedSlot, { maxItems: MAXIMUM_RECORDS }));
export const clinics = Compile(Type.Array(ImportedClinic, { maxItems: 5_000 }));
