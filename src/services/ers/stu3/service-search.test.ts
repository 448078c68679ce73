import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErsRefusal } from '../errors.ts';
import { at, type Json, seededErs } from '../seed/seeded-ers.ts';
import * as data from '../test-data.ts';
import { BASE, outcomeOf } from '../test-world.ts';
import { patientServiceSearch } from './a010-patient-service-search.ts';

const CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';
const PROFILES = 'https://fhir.nhs.uk/STU3/StructureDefinition/';

const ers = await seededErs();

async function refusalOf(request: Promise<unknown>): Promise<readonly string[]> {
  try {
    await request;
  } catch (error) {
    assert.ok(error instanceof ErsRefusal, String(error));
    return [String(error.status), ...error.issues.map((each) => `${each.code} ${each.diagnostics}`)];
  }
  return [];
}

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

function search(
  criteria: readonly object[],
  more: readonly object[] = [],
  { priority = 'URGENT', patient = '9912003888', requestType = 'APPOINTMENT_REQUEST' } = {},
): object {
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
          parameter: [
            { name: 'priority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: priority } },
            ...criteria,
            { name: 'ageAndGenderAppropriate', valueBoolean: true },
          ],
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

const ruleOrganisation = (value: string) => ({
  name: 'commissioningRuleOrganisation',
  valueIdentifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value },
});
const referringClinician = (value: string) => ({
  name: 'referringClinician',
  valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value },
});
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
  assert.deepEqual(
    expected.filter((id) => !found.includes(id)),
    [],
  );
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
            {
              url: 'location',
              valueReference: {
                identifier: { system: 'https://directory.spineservices.nhs.uk/STU3/Organization', value: 'R69' },
                display: 'Cicero-Clinic',
              },
            },
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

/** Made for these tests: a patient without a practice, a hospital that has closed, a clinician who has left. */
const UNREGISTERED = '9990548609';
const CLOSED = 'RZZ99';
const LEFT = '900000000099';
await ers.store.transaction(async (tx) => {
  const known = await ers.world.demographics.patient(tx, '9912003888');
  assert.ok(known !== undefined);
  const { gpPractice: _practice, ...unregistered } = known;
  await ers.world.demographics.savePatient(tx, { ...unregistered, nhsNumber: UNREGISTERED });
  const hospital = await ers.world.directory.organisation(tx, 'R69');
  const person = await ers.world.directory.person(tx, '021600556514');
  assert.ok(hospital !== undefined && person !== undefined);
  await ers.world.directory.saveOrganisation(tx, { ...hospital, odsCode: CLOSED, open: false });
  await ers.world.directory.savePerson(tx, { ...person, userId: LEFT, active: false });
});
const term = (code: string) => ({ name: 'clinicalTerm', valueCoding: { system: 'http://snomed.info/sct', code } });
const specialtyCode = (code: string) => ({ system: `${BASE}/STU3/CodeSystem/SPECIALTY`, code });
const organisation = (value: string) => ({
  name: 'organisation',
  valueIdentifier: { system: 'https://directory.spineservices.nhs.uk/STU3/Organization', value },
});
const clinician = (value: string) => [{ name: 'namedClinician', valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value } }];

const refusals: readonly (readonly [what: string, body: object, outcome: string, caller?: typeof data.RC])[] = [
  ['an administrator who names no clinician', search(keys.heart), '422 VALUE_IS_REQUIRED', data.RCA],
  ['a clinician who names one', search(keys.heart, [referringClinician('021600556514')]), '422 FIELD_NOT_PERMITTED'],
  ['a clinician who is not known', search(keys.heart, [referringClinician('999999999999')]), '422 REFERENCE_NOT_FOUND', data.RCA],
  ['a user who refers nowhere', search(keys.heart, [referringClinician('555032006103')]), '422 REFERENCED_USER_IS_NOT_RC', data.RCA],
  ['a clinician of another practice', search(keys.heart, [referringClinician('555073103100')]), '422 REFERENCED_USER_NOT_IN_ORG', data.RCA],
  [
    'a referrer elsewhere who only provides here',
    search(keys.heart, [referringClinician('000000000101')]),
    '422 REFERENCED_USER_IS_NOT_RC_AT_ORG',
    data.RCA,
  ],
  ['a named clinician who does not provide', search(clinician('555073103100')), '422 REFERENCED_USER_IS_NOT_SPC'],
  ['a named clinician who is not known', search(clinician('999999999999')), '422 REFERENCE_NOT_FOUND'],
  ['an organisation that is not known', search([...keys.heart, organisation('QQQ')]), '422 REFERENCE_NOT_FOUND'],
  ['a practice as provider', search([...keys.heart, organisation('D82106')]), '422 ORGANISATION_NOT_APPROPRIATE'],
  ['a site as commissioning rule organisation', search(keys.heart, [ruleOrganisation('R6901')]), '422 ORGANISATION_NOT_APPROPRIATE'],
  [
    'a commissioning rule organisation for advice',
    search(keys.heart, [ruleOrganisation('R69')], { requestType: 'ADVICE_AND_GUIDANCE_REQUEST' }),
    '422 FIELD_NOT_PERMITTED',
  ],
  ['a postcode of no area', search([...keys.heart, { name: 'postcode', valueString: 'QQ1 1AA' }]), '422 REFERENCE_NOT_FOUND'],
  ['a patient who is not known', search(keys.heart, [], { patient: '9990000018' }), '422 REFERENCE_NOT_FOUND'],
  ['a number that is none', search(keys.heart, [], { patient: '1234567890' }), '422 INVALID_VALUE'],
  ['a sensitive patient', search(keys.heart, [], { patient: '9462979626' }), '422 PATIENT_ERROR'],
  ['a patient without a practice', search(keys.heart, [], { patient: UNREGISTERED }), '422 NO_REG_GP_PRACTICE'],
  ['an organisation that has closed', search([...keys.heart, organisation(CLOSED)]), '422 ORGANISATION_IS_CLOSED'],
  ['a named clinician who has left', search(clinician(LEFT)), '422 REFERENCED_USER_IS_NOT_ACTIVE'],
  ['a term of no dictionary', search([term('99')]), '422 SNOMED_NOT_FOUND'],
  [
    'a specialty that does not exist',
    search([{ ...keys.heart[0], valueCoding: specialtyCode('FOO') }, keys.heart[1] ?? {}]),
    '422 INVALID_CODE',
  ],
  [
    'a clinic type of another specialty',
    search([{ ...keys.heart[0], valueCoding: specialtyCode('NEUROLOGY') }, keys.heart[1] ?? {}]),
    '422 INAPPROPRIATE_VALUE',
  ],
  ['no parameters', { resourceType: 'Parameters', parameter: [] }, '422 MISSING_VALUE'],
  ['parameters that are no list', { resourceType: 'Parameters', parameter: {} }, '422 INVALID_FHIR_STRUCTURE'],
  ['a parameter of another name', search(keys.heart, [{ name: 'other', valueString: 'x' }]), '422 UNEXPECTED_FIELD'],
];

test('every code that A010 documents is given for something', () => {
  const documented = [
    'REFERENCE_NOT_FOUND',
    'INAPPROPRIATE_VALUE',
    'MISSING_VALUE',
    'VALUE_IS_REQUIRED',
    'FIELD_NOT_PERMITTED',
    'PATIENT_ERROR',
    'INVALID_VALUE',
    'INVALID_CODE',
    'UNEXPECTED_FIELD',
    'INVALID_FHIR_STRUCTURE',
    'REFERENCED_USER_IS_NOT_SPC',
    'ORGANISATION_IS_CLOSED',
    'ORGANISATION_NOT_APPROPRIATE',
    'REFERENCED_USER_IS_NOT_ACTIVE',
    'REFERENCED_USER_NOT_IN_ORG',
    'NO_REG_GP_PRACTICE',
    'REFERENCED_USER_IS_NOT_RC',
    'REFERENCED_USER_IS_NOT_RC_AT_ORG',
    'SNOMED_NOT_FOUND',
  ];
  const given = new Set(refusals.map(([, , outcome]) => outcome.slice('422 '.length)));
  assert.deepEqual([...given].sort(), documented.sort());
});

for (const [what, body, outcome, caller = data.RC] of refusals) {
  test(`A010 refuses ${what}`, async () => assert.equal(await outcomeOf(ers.request(patientServiceSearch, caller, { body })), outcome));
}

test('A010 names unknown parameters of the criteria by their place', async () => {
  const body = search([...keys.heart, { name: 'unknownParameter', valueString: 'x' }]);
  assert.deepEqual(await refusalOf(ers.request(patientServiceSearch, data.RC, { body })), [
    '422',
    "UNEXPECTED_FIELD 'parameter[3]/resource/parameter[3]' (unknownParameter) unknown parameter name",
  ]);
});
