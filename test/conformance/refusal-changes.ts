import { appointmentBody, cancelledAppointmentBody } from '../helpers/messages.ts';
import { CODES, FILE, OTHER_FILE, PEOPLE, UBRN, type WorldState, world } from './refusal-world.ts';

// Bodies are messages of many shapes, changed in one place each.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
export type Json = any;
export type BusinessFunction = 'REFERRING_CLINICIAN' | 'REFERRING_CLINICIAN_ADMIN' | 'SERVICE_PROVIDER_CLINICIAN';

/** A request and the world it meets; a row changes either. */
export interface Draft {
  world: WorldState;
  method: 'GET' | 'POST' | 'PUT' | 'HEAD';
  path: string;
  as: BusinessFunction;
  ifMatch?: number;
  headers: Record<string, string>;
  body?: Json;
  /** How the hospital behaves for this request. */
  hospital?: { readonly operation: string; readonly behaviour: string };
  /** Ran through the admin API before the request. */
  admin?: { readonly method: 'PUT'; readonly path: string; readonly body: object };
}
export type Row = (draft: Draft) => void;
export interface Refusals {
  readonly valid: () => Draft;
  readonly rows: Readonly<Record<string, Row>>;
}

/** The uploaded file of its world is meant for the request it names. */
export const draft = (as: BusinessFunction, method: Draft['method'], path: string, changes: Partial<Draft> = {}): Draft => {
  const state = world();
  Object.assign(state.files[0] ?? {}, { intendedUbrn: /\d{12}/.exec(path)?.[0] ?? UBRN.advice });
  return { world: state, method, path, as, headers: {}, ...changes };
};
export const json = (text: string): Json => JSON.parse(text);
export const onReferral =
  (as: BusinessFunction, ubrn: string, operation: string, body?: string): (() => Draft) =>
  () =>
    draft(as, 'POST', `/STU3/ReferralRequest/${ubrn}/$ers.${operation}`, { ifMatch: 5, ...(body !== undefined && { body: json(body) }) });

/** A parameter of the message. */
export const parameter = (body: Json, name: string): Json => body.parameter.find((each: Json) => each.name === name);
export const remove =
  (name: string): Row =>
  ({ body }) => {
    body.parameter = body.parameter.filter((each: Json) => each.name !== name);
  };
export const add =
  (part: object): Row =>
  ({ body }) =>
    void body.parameter.push(part);
export const code =
  (name: string, value: string): Row =>
  ({ body }) => {
    const part = parameter(body, name);
    (part.valueCoding ?? part.valueCodeableConcept.coding[0]).code = value;
  };
export const unknownField = add({ name: 'unknownParameter', valueString: 'x' });
export const wrongType =
  (name: string): Row =>
  ({ body }) => {
    const part = parameter(body, name);
    for (const key of Object.keys(part)) if (key !== 'name') delete part[key];
    part.valueDecimal = 1.5;
  };
export const asList =
  (name: string): Row =>
  ({ body }) => {
    const part = parameter(body, name);
    for (const key of Object.keys(part)) if (key !== 'name') part[key] = [part[key]];
  };
export const patientIs =
  (changes: object): Row =>
  (each) =>
    void Object.assign(each.world.patient, changes);
export const sensitive = patientIs({ sensitivity: 'S' });
export const strangers: Row = ({ world: { referrals, advice, services } }) => {
  for (const each of [...referrals, ...advice]) each['referringOrganisation'] = 'R100';
  for (const each of services) each['workGroup'] = [];
};
export const otherUbrn =
  (ubrn: string): Row =>
  (each) => {
    each.path = each.path.replace(/\d{12}/, ubrn);
  };
export const otherKind = otherUbrn(UBRN.advice);
export const cancelled = otherUbrn(UBRN.cancelled);
export const file =
  (changes: object): Row =>
  ({ world: { files } }) =>
    void Object.assign(files[0] ?? {}, changes);

/** What every operation on a request refuses. */
export const ACCESS = { PATIENT_ERROR: sensitive, NO_RELATIONSHIP: strangers };
export const MESSAGE = (name: string) => ({
  MISSING_VALUE: remove(name),
  INVALID_VALUE: wrongType(name),
  UNEXPECTED_FIELD: unknownField,
  INVALID_FHIR_STRUCTURE: asList(name),
});
export const NEW_FILE = (name: string) => ({
  REFERENCE_NOT_FOUND: file({ id: OTHER_FILE }),
  // On the request already, as another type.
  INVALID_STATE: ({ world: state }: Draft) => {
    const [one] = state.files;
    state.files = [];
    const request = [...state.referrals, ...state.advice].find(({ ubrn }) => ubrn === one?.['intendedUbrn']);
    const [attached] = request?.['attachments'] ?? [];
    const type = name === 'referralLetterFile' ? 'PROVIDER' : 'REFERRER';
    request?.['attachments'].push({ ...attached, id: '99', type, fileId: FILE, title: 'results.pdf' });
  },
  DUPLICATE_FILENAME: file({ name: 'referralletter.pdf' }),
  CONFLICTING_VALUES: ({ body }: Draft) => {
    parameter(body, name).resource.content[0].attachment.contentType = 'text/plain';
  },
});

export const shortlist = (body: Json): Json => parameter(body, 'shortlist').resource;
export const criteriaOf = (body: Json): Json => parameter(body, 'searchCriteria')?.resource ?? shortlist(body).contained[0];
export const criteria =
  (...parts: readonly object[]): Row =>
  ({ body }) =>
    void criteriaOf(body).parameter.push(...parts);
export const organisation = (value: string): Row =>
  criteria({ name: 'organisation', valueIdentifier: { system: 'https://directory.spineservices.nhs.uk/STU3/Organization', value } });
export const clinician =
  (value: string): Row =>
  ({ body }) => {
    parameter(body, 'referringClinician').valueIdentifier.value = value;
  };
export const services =
  (...ids: readonly string[]): Row =>
  ({ body }) => {
    shortlist(body).entry = ids.map((value) => ({ item: { identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value } } }));
  };

/** Of every search, and of every shortlist that stands for one. */
export const SEARCH = {
  ...MESSAGE('shortlist'),
  INVALID_CODE: ({ body }: Draft) => {
    parameter(criteriaOf(body), 'specialty').valueCoding.code = 'NONSENSE';
  },
  INAPPROPRIATE_VALUE: ({ body }: Draft) => {
    parameter(criteriaOf(body), 'clinicType').valueCoding.code = 'EAR';
  },
  PATIENT_ERROR: sensitive,
  SNOMED_NOT_FOUND: criteria({ name: 'clinicalTerm', valueCoding: { system: 'http://snomed.info/sct', code: '999999999999' } }),
  ORGANISATION_IS_CLOSED: organisation(CODES.closed),
  ORGANISATION_NOT_APPROPRIATE: organisation(CODES.practice),
};
/** Of those by and for a referrer. */
export const REFERRER_SEARCH = {
  ...SEARCH,
  REFERENCE_NOT_FOUND: clinician('999999999999'),
  VALUE_IS_REQUIRED: remove('referringClinician'),
  FIELD_NOT_PERMITTED: (each: Draft) => {
    each.as = 'REFERRING_CLINICIAN';
  },
  REFERENCED_USER_IS_NOT_SPC: criteria({
    name: 'namedClinician',
    valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value: PEOPLE.referrerElsewhere },
  }),
  REFERENCED_USER_IS_NOT_ACTIVE: clinician(PEOPLE.inactive),
  REFERENCED_USER_NOT_IN_ORG: clinician(PEOPLE.referrerElsewhere),
  REFERENCED_USER_IS_NOT_RC: clinician(PEOPLE.providerOnly),
  REFERENCED_USER_IS_NOT_RC_AT_ORG: clinician(PEOPLE.referrerElsewhereProviderHere),
  NO_REG_GP_PRACTICE: patientIs({ gpPractice: undefined }),
};
export const SHORTLIST = (service: string, tooMany: readonly string[]) => ({
  TOO_MANY_ITEMS: services(...tooMany),
  DUPLICATE_SERVICE: services(service, service),
  SHORTLISTED_SERVICE_NOT_IN_RESULTS: services('11099'),
});
export const MANY = Array.from({ length: 21 }, (_, index) => String(12_000 + index));
export const BY_ADMINISTRATOR = { referringClinician: PEOPLE.clinician };
export const withClinician = (body: string): Json => {
  const message = json(body);
  message.parameter.push({
    name: 'referringClinician',
    valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value: PEOPLE.clinician },
  });
  return message;
};

export const WORKLIST = {
  ...MESSAGE('listType'),
  REFERENCE_NOT_FOUND: add({ name: 'service', valueIdentifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: '999999' } }),
  NO_RELATIONSHIP: (each: Draft) => {
    strangers(each);
    each.body.parameter.push({ name: 'service', valueIdentifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: '11002' } });
  },
  INVALID_CODE: code('listType', 'NONSENSE'),
};

export const slotQuery = (changes: Readonly<Record<string, string | undefined>> = {}): string => {
  const query = {
    'schedule.actor:HealthcareService': '11002',
    appointmentType: 'ROUTINE',
    status: 'free',
    _count: '20',
    page: '1',
    ...changes,
  };
  const sent = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined);
  return `/STU3/Slot?${new URLSearchParams(sent)}`;
};
export const slots =
  (changes: Readonly<Record<string, string | undefined>>): Row =>
  (each) => {
    each.path = slotQuery(changes);
  };
export const focus = (changes: Readonly<Record<string, string>> = {}): string =>
  `/STU3/Task?${new URLSearchParams({ focus: `ReferralRequest/${UBRN.unbooked}/_history/5`, intent: 'proposal', status: 'ready', ...changes })}`;

export const booking = (changes: Partial<Parameters<typeof appointmentBody>[0]> = {}): Json =>
  json(appointmentBody({ ubrn: UBRN.unbooked, version: 5, serviceId: '11002', slot: CODES.slot, ...changes }));
export const book =
  (changes: Partial<Parameters<typeof appointmentBody>[0]>): Row =>
  (each) => {
    each.body = booking(changes);
  };
export const deferral = (reason: string, serviceId = '11002'): Json =>
  json(appointmentBody({ ubrn: UBRN.unbooked, version: 5, serviceId, reason }));
export const atHospital =
  (operation: string, behaviour: string): Row =>
  (each) => {
    each.hospital = { operation, behaviour };
  };
export const bookedAtIndirect: Row = ({ world: { referrals } }) => {
  const one = referrals.find(({ ubrn }) => ubrn === UBRN.booked);
  if (one !== undefined) one['appointment'] = { ...one['appointment'], serviceId: '50002', slotId: undefined };
};
export const cancelledBooking = (): Json =>
  json(
    cancelledAppointmentBody({
      ...booking({ ubrn: UBRN.booked, version: 5 }),
      id: '70010',
    }),
  );
export const advice = (ubrn: string, operation: string, body?: string): Draft =>
  draft('SERVICE_PROVIDER_CLINICIAN', 'POST', `/STU3/CommunicationRequest/${ubrn}/$ers.${operation}`, {
    ifMatch: 5,
    ...(body !== undefined && { body: json(body) }),
  });
export const closed: Row = ({ world: state }) => {
  for (const each of state.advice) Object.assign(each, { category: 'CONVERSATION_ENDED_CANCELLED' });
};
export const noUrgent: Row = ({ world: state }) => {
  for (const each of state.services) each['priorities'] = ['URGENT'];
};
export const scanned =
  (availability: string): Row =>
  ({ world: { referrals } }) => {
    for (const each of referrals) for (const one of each['attachments'] ?? []) one.availability = availability;
  };

/** A022 and A028 do not list CONFLICTING_VALUES. */
export function withoutConflict<R extends { readonly CONFLICTING_VALUES: unknown }>({
  CONFLICTING_VALUES: _,
  ...rows
}: R): Omit<R, 'CONFLICTING_VALUES'> {
  return rows;
}
