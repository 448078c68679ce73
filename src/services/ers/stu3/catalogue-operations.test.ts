import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { SeededRandom } from '../../../kernel/seeded-random.ts';
import { directory } from '../../directory/index.ts';
import { seedCatalogue } from '../seed/catalogue.ts';
import { freeSlots, releaseSlot, saveServices, takeSlot } from '../store/catalogue.ts';
import { ErsRefusal } from '../errors.ts';
import * as data from '../test-data.ts';
import { BASE, INSTANCE, outcomeOf, type TestErs, testErs } from '../test-world.ts';
import { retrieveReferenceData } from './a004-retrieve-reference-data.ts';
import { patientServiceSearch } from './a010-patient-service-search.ts';
import { retrieveAppointmentSlots } from './a015-retrieve-appointment-slots.ts';

const CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';
const PROFILES = 'https://fhir.nhs.uk/STU3/StructureDefinition/';

let ers: TestErs;

/** The seeded directory of people, and the seeded services and slots. */
before(async () => {
  ers = await testErs();
  await ers.store.transaction(async (tx) => {
    const running = await directory.create(ers);
    await running.seed?.(tx, new SeededRandom('test'));
    await seedCatalogue(tx, INSTANCE, new SeededRandom('test'), data.NOW, ers.world.directory);
  });
});

type Json = Readonly<Record<string, unknown>>;

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((each, key) => (each as Json | undefined)?.[key], value);
}

async function refusalOf(request: Promise<unknown>): Promise<readonly string[]> {
  try {
    await request;
  } catch (error) {
    assert.ok(error instanceof ErsRefusal, String(error));
    return [String(error.status), ...error.issues.map((each) => `${each.code} ${each.diagnostics}`)];
  }
  return [];
}

// ---- A004

async function codeSystem(codeSystemType: string): Promise<Json> {
  const answer = await ers.request(retrieveReferenceData, data.RC, { params: { codeSystemType } });
  assert.equal(answer.content?.type, 'application/fhir+json');
  assert.ok(Buffer.isBuffer(answer.content.body));
  return JSON.parse(answer.content.body.toString()) as Json;
}

test('A004 PRIORITY: the whole answer', async () => {
  const effectiveFrom = { code: 'effectiveFrom', valueDateTime: '2004-06-01T00:00:00.000Z' };
  const priority = (code: string, display: string, defer: number, triage: number) => ({
    code,
    display,
    property: [effectiveFrom, { code: 'deferToProviderContactDays', valueInteger: defer }, { code: 'triageContactDays', valueInteger: triage }],
  });
  const property = (code: string, type: string) => ({ code, uri: `${CODES}eRS-Concept-Properties-1#${code}`, type });
  assert.deepEqual(await codeSystem('PRIORITY'), {
    id: 'PRIORITY',
    meta: { profile: ['http://hl7.org/fhir/StructureDefinition/shareablecodesystem'] },
    resourceType: 'CodeSystem',
    url: `${BASE}/STU3/CodeSystem/PRIORITY`,
    version: '1',
    name: 'e-RS Priority',
    status: 'active',
    experimental: false,
    date: '2022-01-21T13:28:30.188Z',
    publisher: 'e-Referral Service',
    description: 'e-RS Priority',
    copyright: 'Copyright (c) 2016 HL7 UK',
    caseSensitive: true,
    content: 'complete',
    property: [property('effectiveFrom', 'dateTime'), property('effectiveTo', 'dateTime'), property('deferToProviderContactDays', 'integer'), property('triageContactDays', 'integer')],
    concept: [priority('ROUTINE', 'Routine', 40, 40), priority('URGENT', 'urgent', 10, 5), priority('TWO_WEEK_WAIT', 'Two Week Wait', 5, 2)],
  });
});

test('A004 serves all six code systems in full', async () => {
  const sizes: [string, number][] = [
    ['APPOINTMENT-CANCELLATION-REASON', 36],
    ['REFERRAL-CANCELLATION-REASON', 18],
    ['APPOINTMENT-NON-ATTENDANCE-REASON', 8],
    ['PRIORITY', 3],
    ['SPECIALTY', 93],
    ['CLINIC-TYPE', 672],
  ];
  for (const [id, size] of sizes) assert.equal((at(await codeSystem(id), 'concept') as unknown[]).length, size, id);
});

test('A004 writes a reason, a specialty and a clinic type as the samples do', async () => {
  const find = (system: Json, code: string) => (system['concept'] as Json[]).find((each) => each['code'] === code);
  assert.deepEqual(find(await codeSystem('APPOINTMENT-CANCELLATION-REASON'), 'PATIENT_OTHER_ENGAGEMENT'), {
    code: 'PATIENT_OTHER_ENGAGEMENT',
    display: 'Patient - Other more pressing engagement',
    property: [
      { code: 'effectiveFrom', valueDateTime: '2004-06-01T00:00:00.000Z' },
      { code: 'appointmentBookingCancellationReasonType', valueCoding: { system: `${CODES}eRS-AppointmentBookingCancellationReasonType-1`, code: 'PATIENT' } },
      { code: 'willCancelWholeRequest', valueBoolean: false },
      { code: 'commentIsMandatory', valueBoolean: true },
      { code: 'businessFunction', valueCoding: { system: `${CODES}eRS-BusinessFunction-1`, code: 'REFERRING_CLINICIAN_ADMIN' } },
      { code: 'businessFunction', valueCoding: { system: `${CODES}eRS-BusinessFunction-1`, code: 'REFERRING_CLINICIAN' } },
      { code: 'usage', valueCoding: { system: `${CODES}eRS-AppointmentCancellationReasonUsage-1`, code: 'CANCEL' } },
    ],
  });
  assert.deepEqual(find(await codeSystem('SPECIALTY'), 'ADULT_MENTAL_ILLNESS'), {
    extension: [
      { url: `${PROFILES}Extension-eRS-EffectivefromDate-1`, valueDate: '2004-06-01' },
      { url: `${PROFILES}Extension-eRS-EffectivetoDate-1`, valueDate: '2008-05-09' },
    ],
    code: 'ADULT_MENTAL_ILLNESS',
    display: 'Adult Mental Illness',
    property: [
      { code: 'effectiveFrom', valueDateTime: '2004-06-01T00:00:00.000Z' },
      { code: 'effectiveTo', valueDateTime: '2008-05-09T00:00:00.000Z' },
    ],
  });
  assert.deepEqual(find(await codeSystem('CLINIC-TYPE'), 'ALLERGY_1'), {
    code: 'ALLERGY_1',
    display: 'Allergy',
    property: [
      { code: 'effectiveFrom', valueDateTime: '2004-06-01T00:00:00.000Z' },
      { code: 'specialty', valueCoding: { system: `${BASE}/STU3/CodeSystem/SPECIALTY`, code: 'ALLERGY' } },
    ],
  });
});

test('A004 knows no other code system, and minds case', async () => {
  for (const codeSystemType of ['FOO', 'priority', '']) assert.equal(await outcomeOf(ers.request(retrieveReferenceData, data.RC, { params: { codeSystemType } })), '404');
});

// ---- A010

const keys = {
  lipids: [
    { name: 'specialty', valueCoding: { system: '_baseUrl_/STU3/CodeSystem/SPECIALTY', code: 'CARDIOLOGY' } },
    { name: 'clinicType', valueCoding: { system: `${CODES}eRS-ClinicType-1`, code: 'LIPID_MANAGEMENT' } },
  ],
  heart: [
    { name: 'specialty', valueCoding: { system: `${BASE}/STU3/CodeSystem/SPECIALTY`, code: 'CARDIOLOGY' } },
    { name: 'clinicType', valueCoding: { system: `${CODES}eRS-ClinicType-1`, code: 'HEART_FAILURE' } },
  ],
  clinician: [{ name: 'namedClinician', valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value: '021600556514' } }],
};

function search(criteria: readonly object[], more: readonly object[] = [], { priority = 'URGENT', patient = '9912003888', requestType = 'APPOINTMENT_REQUEST' } = {}): object {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'requestType', valueCoding: { system: `${CODES}eRS-RequestType-1`, code: requestType } },
      { name: 'sortBy', valueCoding: { system: `${CODES}eRS-SortBy-1`, code: 'DISTANCE' } },
      { name: 'patient', valueIdentifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: patient } },
      {
        name: 'searchCriteria',
        resource: {
          resourceType: 'Parameters',
          id: 'ServiceSearchCriteria-1',
          parameter: [{ name: 'priority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: priority } }, ...criteria, { name: 'ageAndGenderAppropriate', valueBoolean: true }],
        },
      },
      ...more,
    ],
  };
}

async function servicesFound(body: object, caller = data.RC): Promise<readonly string[]> {
  const { resource } = await ers.request(patientServiceSearch, caller, { body });
  return (at(resource, 'entry') as Json[]).map((each) => String(at(each, 'item', 'identifier', 'value')));
}

const ruleOrganisation = (value: string) => ({ name: 'commissioningRuleOrganisation', valueIdentifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value } });
const referringClinician = (value: string) => ({ name: 'referringClinician', valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value } });
const waitLimit = { name: 'indicativeAppointmentWaitTimeLimit', valueUnsignedInt: 15 };

test('A010 finds the services of the published answers', async () => {
  const six = ['11030', '11021', '11010', '11007', '11008', '11002'];
  assert.deepEqual(await servicesFound(search(keys.lipids)), six);
  assert.deepEqual(await servicesFound(search(keys.lipids, [ruleOrganisation('R69')])), six);
  assert.deepEqual(await servicesFound(search(keys.clinician)), ['11002']);
  assert.deepEqual(await servicesFound(search([...keys.lipids, waitLimit], [referringClinician('021600556514')]), data.RCA), ['11002']);
});

test('A010 with every criterion of the published shortlist of twenty finds those twenty', async () => {
  const criteria = [
    ...keys.heart,
    { name: 'indicativeAppointmentWaitTimeLimit', valueUnsignedInt: 50 },
    { name: 'postcode', valueString: 'LS1 2UT' },
    { name: 'distanceLimit', valueUnsignedInt: 123 },
    { name: 'clinicalTerm', valueCoding: { system: 'http://snomed.info/sct', code: '1003' } },
    ...keys.clinician,
    { name: 'organisation', valueIdentifier: { system: 'https://directory.spineservices.nhs.uk/STU3/Organization', value: 'R69' } },
  ];
  const expected = Array.from({ length: 20 }, (_, index) => String(12_000 + index));
  const found = await servicesFound(search(criteria, [], { priority: 'ROUTINE' }));
  assert.deepEqual(expected.filter((id) => !found.includes(id)), []);
});

test('A010 writes an entry as the published answer does', async () => {
  const { resource } = await ers.request(patientServiceSearch, data.RC, { body: search(keys.lipids) });
  const concept = (url: string, system: string, code: string) => ({ url, valueCodeableConcept: { coding: [{ system, code }] } });
  assert.deepEqual(Object.keys(resource ?? {}), ['meta', 'resourceType', 'status', 'mode', 'entry']);
  assert.deepEqual(at(resource, 'entry', 2), {
    extension: [
      {
        extension: [
          { url: 'displayProminently', valueBoolean: false },
          { url: 'distance', valueUnsignedInt: 0 },
          concept('indicativeAppointmentWaitTime', `${CODES}eRS-IWT-1`, 'LIMITED_AVAILABILITY'),
        ],
        url: `${PROFILES}Extension-eRS-ServiceSearch-ListItem-1`,
      },
    ],
    item: {
      extension: [
        {
          extension: [
            { url: 'serviceName', valueString: 'Excellent Cardiology Business Service' },
            concept('specialty', `${BASE}/STU3/CodeSystem/SPECIALTY`, 'CARDIOLOGY'),
            concept('genderTreated', `${CODES}eRS-GenderTreated-1`, 'MALE_AND_FEMALE'),
            concept('bookableType', `${CODES}eRS-BookableType-1`, 'DIRECTLY_BOOKABLE'),
            concept('supportedAppointmentType', `${CODES}eRS-AppointmentType-1`, 'DIAGNOSTIC'),
            { url: 'referralLetterRequired', valueBoolean: false },
            { url: 'location', valueReference: { identifier: { system: 'https://directory.spineservices.nhs.uk/STU3/Organization', value: 'R69' }, display: 'Cicero-Clinic' } },
            { url: 'linkToNHSWebsite', valueString: 'https://www.nhs.uk/service-search/other-services/chooseandbook?serviceId=11010' },
            concept('supportedRequestFlowType', `${CODES}eRS-RequestFlowType-1`, 'APPOINTMENT_REQUEST'),
            concept('supportedRequestFlowType', `${CODES}eRS-RequestFlowType-1`, 'ADVICE_AND_GUIDANCE_REQUEST'),
          ],
          url: `${PROFILES}Extension-eRS-ServiceSummaryView-1`,
        },
      ],
      identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: '11010' },
    },
  });
});

test('A010 with nothing to find says so', async () => {
  const criteria = [{ name: 'clinicalTerm', valueCoding: { system: 'http://snomed.info/sct', code: '35489007' } }];
  const { resource } = await ers.request(patientServiceSearch, data.RC, { body: search(criteria, [], { priority: 'TWO_WEEK_WAIT' }) });
  assert.deepEqual(resource, {
    meta: { profile: [`${PROFILES}eRS-FetchServices-List-1`] },
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    entry: [],
    emptyReason: { coding: [{ system: 'http://hl7.org/fhir/ValueSet/list-empty-reason', code: 'nilknown', display: 'no results' }] },
  });
});

const organisation = (value: string) => ({ name: 'organisation', valueIdentifier: { system: 'https://directory.spineservices.nhs.uk/STU3/Organization', value } });
const clinician = (value: string) => [{ name: 'namedClinician', valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value } }];

const refusals: readonly (readonly [what: string, body: object, outcome: string, caller?: typeof data.RC])[] = [
  ['an administrator who names no clinician', search(keys.heart), '422 VALUE_IS_REQUIRED', data.RCA],
  ['a clinician who names one', search(keys.heart, [referringClinician('021600556514')]), '422 FIELD_NOT_PERMITTED'],
  ['a clinician who is not known', search(keys.heart, [referringClinician('999999999999')]), '422 REFERENCE_NOT_FOUND', data.RCA],
  ['a user who refers nowhere', search(keys.heart, [referringClinician('555032006103')]), '422 REFERENCED_USER_IS_NOT_RC', data.RCA],
  ['a clinician of another practice', search(keys.heart, [referringClinician('555073103100')]), '422 REFERENCED_USER_NOT_IN_ORG', data.RCA],
  ['a referrer elsewhere who only provides here', search(keys.heart, [referringClinician('000000000101')]), '422 REFERENCED_USER_IS_NOT_RC_AT_ORG', data.RCA],
  ['a named clinician who does not provide', search(clinician('555073103100')), '422 REFERENCED_USER_IS_NOT_SPC'],
  ['a named clinician who is not known', search(clinician('999999999999')), '422 REFERENCE_NOT_FOUND'],
  ['an organisation that is not known', search([...keys.heart, organisation('QQQ')]), '422 REFERENCE_NOT_FOUND'],
  ['a practice as provider', search([...keys.heart, organisation('D82106')]), '422 ORGANISATION_NOT_APPROPRIATE'],
  ['a site as commissioning rule organisation', search(keys.heart, [ruleOrganisation('R6901')]), '422 ORGANISATION_NOT_APPROPRIATE'],
  ['a commissioning rule organisation for advice', search(keys.heart, [ruleOrganisation('R69')], { requestType: 'ADVICE_AND_GUIDANCE_REQUEST' }), '422 FIELD_NOT_PERMITTED'],
  ['a postcode of no area', search([...keys.heart, { name: 'postcode', valueString: 'QQ1 1AA' }]), '422 REFERENCE_NOT_FOUND'],
  ['a patient who is not known', search(keys.heart, [], { patient: '9990548609' }), '422 REFERENCE_NOT_FOUND'],
  ['a number that is none', search(keys.heart, [], { patient: '1234567890' }), '422 INVALID_VALUE'],
  ['a sensitive patient', search(keys.heart, [], { patient: '9462979626' }), '422 PATIENT_ERROR'],
];

for (const [what, body, outcome, caller = data.RC] of refusals) {
  test(`A010 refuses ${what}`, async () => assert.equal(await outcomeOf(ers.request(patientServiceSearch, caller, { body })), outcome));
}

test('A010 names unknown parameters of the criteria by their place', async () => {
  const body = search([...keys.heart, { name: 'unknownParameter', valueString: 'x' }]);
  assert.deepEqual(await refusalOf(ers.request(patientServiceSearch, data.RC, { body })), ['422', "UNEXPECTED_FIELD 'parameter[3]/resource/parameter[3]' (unknownParameter) unknown parameter name"]);
});

// ---- A015

function slotRequest(serviceId: string, changes: Readonly<Record<string, string>> = {}, headers: Readonly<Record<string, string>> = { 'nhsd-ers-comm-rule-org': 'R69' }) {
  const query = { 'schedule.actor:HealthcareService': serviceId, appointmentType: 'ROUTINE', _count: '5', status: 'free', page: '1', ...changes };
  const sent = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '').map(([name, value]) => [name, [value]]));
  return ers.request(retrieveAppointmentSlots, data.RC, { query: sent, headers });
}

const link = (page: number) => `${BASE}/STU3/Slot?schedule.actor%3AHealthcareService=11000&appointmentType=ROUTINE&_count=5&status=free&_include=Slot%3Aschedule&page=${page}`;

test('A015 pages through the slots of a service', async () => {
  const seen: unknown[] = [];
  const links: unknown[] = [];
  for (const page of ['1', '2', '3']) {
    const { resource } = await slotRequest('11000', { page });
    assert.equal(at(resource, 'total'), 12);
    seen.push(...(at(resource, 'entry') as Json[]).filter((each) => at(each, 'search', 'mode') === 'match').map((each) => at(each, 'resource', 'id')));
    links.push(at(resource, 'link'));
  }
  assert.deepEqual(seen, [...Array.from({ length: 11 }, (_, index) => `110000${String(index + 1).padStart(2, '0')}`), '11000021']);
  assert.deepEqual(links, [
    [{ relation: 'self', url: link(1) }, { relation: 'next', url: link(2) }],
    [{ relation: 'self', url: link(2) }, { relation: 'previous', url: link(1) }, { relation: 'next', url: link(3) }],
    [{ relation: 'self', url: link(3) }, { relation: 'previous', url: link(2) }],
  ]);
});

test('A015 writes slots and schedules as the samples do', async () => {
  const { resource } = await slotRequest('13000');
  const entries = at(resource, 'entry') as Json[];
  assert.deepEqual(entries.map((each) => each['fullUrl']), ['Slot/13000001', 'Slot/13000002', 'Slot/13000003', 'Slot/13000004', 'Slot/13000005', 'Schedule/13000-921600556514', 'Schedule/13000'].map((each) => `${BASE}/STU3/${each}`));
  assert.deepEqual(entries[0], {
    fullUrl: `${BASE}/STU3/Slot/13000001`,
    resource: {
      id: '13000001',
      meta: { profile: ['https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Slot-1'] },
      resourceType: 'Slot',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/alternative-slot', value: 'USRN-13000001' }],
      schedule: { reference: 'Schedule/13000-921600556514' },
      status: 'free',
      start: '2026-11-26T09:00:00.000Z',
      end: '2026-11-26T10:00:00.000Z',
    },
    search: { mode: 'match' },
  });
  assert.deepEqual(at(entries[5], 'resource', 'actor'), [
    { identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: '13000' } },
    { identifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value: '921600556514' } },
  ]);
  assert.deepEqual(at(entries[6], 'resource', 'actor'), [{ identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: '13000' } }]);
});

test('A015 gives only the slots of a clinician when asked', async () => {
  const all = await slotRequest('14000', { _count: '20' });
  const own = await slotRequest('14000', { _count: '20', 'schedule.actor:Practitioner': '921600556514' });
  assert.deepEqual([at(all.resource, 'total'), at(own.resource, 'total')], [8, 6]);
  assert.match(String(at(own.resource, 'link', 0, 'url')), /HealthcareService=14000&schedule\.actor%3APractitioner=921600556514&appointmentType=/);
});

test('A015 without slots: an empty page, and no second one', async () => {
  const { resource, status } = await slotRequest('10000');
  assert.deepEqual([status, at(resource, 'total'), at(resource, 'entry')], [200, 0, []]);
  assert.deepEqual(await refusalOf(slotRequest('10000', { page: '2' })), ['400', "INVALID_VALUE 'Page Number' (2) is invalid."]);
});

const slotRefusals: readonly (readonly [what: string, request: () => Promise<unknown>, expected: readonly string[]])[] = [
  ['a page beyond the last', () => slotRequest('11000', { page: '5' }), ["INVALID_VALUE 'Page Number' (5) is invalid."]],
  ['a page that is no number', () => slotRequest('11000', { page: 'x' }), ["INVALID_VALUE 'Page Number' (x) is invalid."]],
  ['too many a page', () => slotRequest('11000', { _count: '101' }), ["INVALID_VALUE 'Page Size' (101) is invalid."]],
  ['no header', () => slotRequest('11000', {}, {}), ["MISSING_HEADER 'NHSD-eRS-Comm-Rule-Org' is missing."]],
  ['no page and no status', () => slotRequest('11000', { page: '', status: '' }), ["MISSING_PARAMETER 'Status' is missing.", "MISSING_PARAMETER 'Page Number' is missing."]],
  ['busy slots', () => slotRequest('11000', { status: 'busy' }), ["INVALID_VALUE 'Status' (busy) is invalid."]],
  ['a status that is none', () => slotRequest('11000', { status: 'open' }), ["INVALID_CODE 'Status' (open) is invalid."]],
  ['a priority that is none', () => slotRequest('11000', { appointmentType: 'SOON' }), ["INVALID_CODE 'Priority' (SOON) is invalid."]],
  ['an organisation that does not refer', () => slotRequest('11000', {}, { 'nhsd-ers-comm-rule-org': 'R6901' }), ["INVALID_VALUE 'NHSD-eRS-Comm-Rule-Org' (R6901) is invalid."]],
  ['a service that is not known', () => slotRequest('99'), ["REFERENCE_NOT_FOUND 'Service Id' (99) is not found."]],
  ['a triage service', () => slotRequest('11004'), ["INVALID_STATE 'Service Id' (11004) is not directly bookable."]],
  ['a service that books by telephone', () => slotRequest('11016'), ["INVALID_STATE 'Service Id' (11016) is not directly bookable."]],
  ['an unpublished service', () => slotRequest('60040'), ["SERVICE_UNAVAILABLE 'Service Id' (60040) is unavailable."]],
  ['a clinician of another service', () => slotRequest('11000', { 'schedule.actor:Practitioner': '021600556514' }), ["INVALID_VALUE 'Named Clinician' (021600556514) is invalid."]],
];

for (const [what, request, expected] of slotRefusals) {
  test(`A015 refuses ${what}`, async () => assert.deepEqual(await refusalOf(request()), ['400', ...expected]));
}

test('A015 offers nothing outside the booking window, the priority or the commissioning', async () => {
  const windowed = data.service({ id: '700', bookingWindowDays: { ROUTINE: { from: 100, to: 120 } }, priorities: ['ROUTINE'] });
  const menu = data.service({ id: '701', commissioning: { odsCodes: ['R68'] } });
  await ers.store.transaction((tx) => saveServices(tx, INSTANCE, [windowed, menu]));
  for (const [serviceId, appointmentType] of [['700', 'ROUTINE'], ['700', 'URGENT'], ['701', 'ROUTINE']] as const) {
    assert.equal(at((await slotRequest(serviceId, { appointmentType })).resource, 'total'), 0);
  }
});

test('a slot is won once, and comes back once', async () => {
  const { store } = ers;
  const ask = { serviceId: '12000', priority: 'ROUTINE', from: data.NOW, to: data.NOW + 30 * data.DAY } as const;
  const total = async () => (await freeSlots(store.db, INSTANCE, ask, { size: 1, number: 1 })).total;
  assert.equal(await total(), 3);
  const attempts = await Promise.all([1, 2, 3].map(() => store.transaction((tx) => takeSlot(tx, INSTANCE, '12000001'))));
  assert.deepEqual(attempts.filter(Boolean).length, 1);
  assert.equal(await total(), 2);
  assert.deepEqual([await releaseSlot(store.db, INSTANCE, '12000001'), await releaseSlot(store.db, INSTANCE, '12000001')], [true, false]);
  assert.equal(await total(), 3);
});
