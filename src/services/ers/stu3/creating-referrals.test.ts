import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditOf } from '../store/audit.ts';
import * as data from '../test-data.ts';
import { BASE, ersWith, INSTANCE, outcomeOf, stored, testErs } from '../test-world.ts';
import { retrieveReferralRequest } from './a005-retrieve-referral-request.ts';
import { createReferralOperation } from './a011-create-referral.ts';

const UBRN = '000000080000';
const path = { params: { ubrn: '000000080000' } };

const CRITERIA = [
  { name: 'priority', valueCoding: { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-Priority-1', code: 'URGENT' } },
  { name: 'specialty', valueCoding: { system: `${BASE}/STU3/CodeSystem/SPECIALTY`, code: 'CARDIOLOGY' } },
  { name: 'clinicType', valueCoding: { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ClinicType-1', code: 'HEART_FAILURE' } },
  { name: 'ageAndGenderAppropriate', valueBoolean: false },
];

function createBody(serviceIds: readonly string[], ...more: readonly object[]): object {
  const shortlist = {
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    contained: [{ resourceType: 'Parameters', id: 'ServiceSearchCriteria-1', parameter: CRITERIA }],
    extension: [
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-Shortlist-SearchCriteria-1',
        valueReference: { reference: '#ServiceSearchCriteria-1' },
      },
    ],
    entry: serviceIds.map((value) => ({ item: { identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value } } })),
  };
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'patient', valueIdentifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: '9912003888' } },
      {
        name: 'intentionToAddReferralLetter',
        valueCoding: { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralLetterIntention-1', code: 'NEED_TO_ADD_LATER' },
      },
      { name: 'firstReminderLetterFollowUpDays', valueUnsignedInt: 0 },
      { name: 'shortlist', resource: shortlist },
      ...more,
    ],
  };
}

test('A011 creates a referral shaped as the published sample', async () => {
  const ers = await testErs();
  const start = { name: 'eReferralPathwayStart', valueInstant: '2026-05-01T09:55:00.000Z' };
  const answer = await ers.request(createReferralOperation, data.RC, { body: createBody(['11000'], start) });
  assert.equal(answer.status, 201);
  assert.equal(answer.version, 3);
  const { requestId } = await stored(ers);
  assert.deepEqual(answer.resource, {
    id: '000000080000',
    meta: { versionId: '3', profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-ReferralRequest-1'] },
    resourceType: 'ReferralRequest',
    extension: [
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-eReferralPathwayStart-1',
        valueInstant: '2026-05-01T09:55:00.000Z',
      },
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-ReferralPriority-1',
        valueCodeableConcept: {
          coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-Priority-1', code: 'URGENT', display: 'Urgent' }],
        },
      },
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-ReferralShortlist-1',
        valueReference: { reference: '#shortlist' },
      },
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-Commissioning-Rule-Org-1',
        valueIdentifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'R69' },
      },
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-ReferralState-1',
        extension: [
          {
            url: 'state',
            valueCoding: { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralState-1', code: 'NOT_BOOKED', display: 'Not Booked' },
          },
        ],
      },
    ],
    contained: [
      {
        id: 'serviceSearchCriteria',
        meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-ServiceSearchCriteria-Parameters-1'] },
        resourceType: 'Parameters',
        parameter: [
          ...CRITERIA,
          {
            name: 'commissioningProvisioning',
            valueCoding: {
              system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-CommissioningProvisioning-1',
              code: 'ALL_AVAILABLE_FOR_BOOKING',
            },
          },
        ],
      },
      {
        id: 'shortlist',
        meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-Shortlist-List-1'] },
        resourceType: 'List',
        extension: [
          {
            url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-Shortlist-SearchCriteria-1',
            valueReference: { reference: '#serviceSearchCriteria' },
          },
        ],
        status: 'current',
        mode: 'snapshot',
        entry: [
          {
            item: {
              identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: '11000' },
              display: 'Forthright Cardiology Business Service',
            },
          },
        ],
      },
    ],
    status: 'active',
    subject: { identifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: '9912003888' } },
    supportingInfo: [],
    intent: 'plan',
    identifier: [{ system: 'https://fhir.nhs.uk/Id/ers-request-id', value: requestId }],
  });
  assert.match(requestId, /^r\.[0-9a-f-]{36}$/);
  const [entry] = await auditOf(ers.store.db, INSTANCE, UBRN);
  assert.deepEqual(
    [entry?.operation, entry?.userId, entry?.odsCode, entry?.asid, entry?.nhsNumber],
    ['A011', data.RC.userId, 'R69', '200000000001', '9912003888'],
  );
});

test('A011 refuses what the search does not find, and UBRNs are not skipped', async () => {
  const ers = await testErs();
  const create = (ids: readonly string[], ...more: readonly object[]) =>
    outcomeOf(ers.request(createReferralOperation, data.RC, { body: createBody(ids, ...more) }));
  assert.equal(await create(['11014']), '422 INAPPROPRIATE_VALUE');
  assert.equal(await create(['99999']), '422 REFERENCE_NOT_FOUND');
  assert.equal(await create(['11000', '11000']), '422 DUPLICATE_SERVICE');
  assert.equal(await create(['11000'], { name: 'eReferralPathwayStart', valueInstant: '2027-01-01T00:00:00Z' }), '422 INVALID_VALUE');
  assert.equal(await create(['11000'], { name: 'colour', valueString: 'red' }), '422 UNEXPECTED_FIELD');
  assert.equal(await create(['11000']), '201');
  assert.equal((await stored(ers)).ubrn, '000000080000');
});

test('A005 answers the booked referral with letter, appointment and state', async () => {
  const referral = data.bookedReferral({
    attachments: [data.letter({ attachedOnBehalfOf: '021600556111' })],
    additionalRequirements: ['TRANSPORT'],
    convertedFromAdvice: true,
    relatedReferrals: ['000000070000'],
  });
  const ers = await ersWith(referral);
  const { json = '', version } = await ers.request(retrieveReferralRequest, data.RC, path);
  assert.equal(version, referral.version);
  const written = JSON.parse(json);
  assert.deepEqual(
    written.extension.map((each: { url: string }) => each.url.replace(/^.*Extension-eRS-(.*)-1$/, '$1')),
    [
      'Appointment',
      'Appointment-Reference',
      'eReferralPathwayStart',
      'ReferralPriority',
      'ReferralShortlist',
      'Commissioning-Rule-Org',
      'ReferralState',
      'PatientAdditionalRequirement',
    ],
  );
  assert.deepEqual(
    written.contained.map((each: { id: string }) => each.id),
    ['serviceSearchCriteria', 'shortlist', 'appointment', 'DocumentReference-90000'],
  );
  assert.deepEqual(written.specialty, {
    coding: [{ system: `${BASE}/STU3/CodeSystem/SPECIALTY`, code: 'CARDIOLOGY', display: 'Cardiology' }],
  });
  assert.deepEqual(written.supportingInfo, [
    { reference: '#DocumentReference-90000' },
    { reference: `CommunicationRequest/${UBRN}` },
    { reference: 'ReferralRequest/000000070000' },
  ]);
  assert.deepEqual(written.contained[2], {
    id: 'appointment',
    meta: {
      versionId: '0',
      profile: [
        'https://fhir.nhs.uk/STU3/StructureDefinition/eRS-Appointment-1',
        'https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Appointment-1',
      ],
    },
    language: 'en',
    resourceType: 'Appointment',
    status: 'booked',
    description: 'e-Referral Appointment',
    start: '2026-12-01T09:00:00.000Z',
    end: '2026-12-01T10:00:00.000Z',
    slot: [{ reference: 'Slot/11000021' }],
    created: '2026-11-23T09:00:00.000Z',
    incomingReferral: [{ reference: `ReferralRequest/${UBRN}/_history/6` }],
    participant: [
      {
        actor: {
          identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: '11000' },
          display: 'Forthright Cardiology Business Service',
        },
        status: 'accepted',
      },
      { actor: { identifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: '9912003888' } }, status: 'accepted' },
    ],
  });
  const user = (value: string) => ({ valueReference: { identifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value } } });
  assert.deepEqual(written.contained[3], {
    id: 'DocumentReference-90000',
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-DocumentReference-1'] },
    resourceType: 'DocumentReference',
    type: { coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-AttachmentType-1', code: 'REFERRER', display: 'Referrer' }] },
    status: 'current',
    indexed: '2026-11-23T09:00:00.000Z',
    description: 'referralletter pdf',
    content: [
      {
        attachment: {
          id: '90000',
          extension: [
            {
              url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-AvailabilityStatus-1',
              valueCoding: { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-AvailabilityStatus-1', code: 'AVAILABLE' },
            },
            { url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-AttachedBy-1', ...user('021600556514') },
            {
              url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-AttachedByOrganisation-1',
              valueReference: { identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'R69' } },
            },
            { url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-AttachedOnBehalfOf-1', ...user('021600556111') },
          ],
          contentType: 'application/pdf',
          url: 'Binary/719f6045-e791-4029-8e0f-1201c02b0a55',
          size: 6,
          title: 'referralletter.pdf',
          creation: '2026-11-23',
        },
      },
    ],
  });
});

test('A005 shows a referral to those who have to do with it, in its current version only', async () => {
  const ers = await ersWith(
    data.bookedReferral(),
    data.bookedReferral({ ubrn: '000000080001', nhsNumber: '9462979626' }),
    data.referral({ ubrn: '000000080002' }),
  );
  const read = (caller: typeof data.RC, params: Record<string, string> = { ubrn: UBRN }) =>
    outcomeOf(ers.request(retrieveReferralRequest, caller, { params }));
  assert.equal(await read(data.RC), '200');
  assert.equal(await read(data.RC, { ubrn: UBRN, version: '6' }), '200');
  assert.equal(await read(data.RC, { ubrn: UBRN, version: '5' }), '404');
  assert.equal(await read(data.RC, { ubrn: '000000099999' }), '404');
  assert.equal(await read(data.SPC), '200');
  assert.equal(await read(data.SPCA), '200', 'on behalf of a clinician of the work group');
  assert.equal(await read(data.PROVIDER_APPLICATION), '200');
  assert.equal(await read({ ...data.SPC, userId: '111111111111' }), '422 NO_RELATIONSHIP');
  assert.equal(await read(data.userIn('REFERRING_CLINICIAN', 'R68')), '422 NO_RELATIONSHIP');
  assert.equal(await read({ ...data.PROVIDER_APPLICATION, odsCode: 'R69' }), '422 NO_RELATIONSHIP');
  assert.equal(await read(data.SPC, { ubrn: '000000080002' }), '422 NO_RELATIONSHIP', 'shortlisted only');
  assert.equal(await read(data.RC, { ubrn: '000000080001' }), '422 PATIENT_ERROR');
});
