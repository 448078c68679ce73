import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { scanFile } from '../files/scan-file.ts';
import type { Referral } from '../model.ts';
import { auditOf } from '../store/audit.ts';
import { saveSlots, slotById } from '../store/catalogue.ts';
import { fileById, insertFile } from '../store/files.ts';
import { releaseLock, takeLock } from '../store/locks.ts';
import { insertReferral, referralByUbrn } from '../store/referrals.ts';
import * as data from '../test-data.ts';
import { BASE, INSTANCE, outcomeOf, type TestErs, testErs } from '../test-world.ts';
import { retrieveReferralRequest } from './a005-retrieve-referral-request.ts';
import { retrieveAttachment } from './a006-retrieve-attachment.ts';
import { createReferralOperation } from './a011-create-referral.ts';
import { maintainReferralLetter } from './a012-maintain-referral-letter.ts';
import { acceptReferralOperation } from './a013-accept-referral.ts';
import { rejectReferralOperation } from './a014-reject-referral.ts';
import { bookOrDeferAppointment } from './a016-book-or-defer-appointment.ts';
import { uploadFile } from './a020-upload-file.ts';

const UBRN = '000000080000';
const path = { params: { ubrn: UBRN } };

async function ersWith(...referrals: readonly Referral[]): Promise<TestErs> {
  const ers = await testErs();
  await ers.store.transaction(async (tx) => {
    for (const each of referrals) await insertReferral(tx, INSTANCE, each);
  });
  return ers;
}

async function stored(ers: TestErs, ubrn = UBRN): Promise<Referral> {
  const referral = await referralByUbrn(ers.store.db, INSTANCE, ubrn);
  assert.ok(referral !== undefined);
  return referral;
}

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
  const { resource, version } = await ers.request(retrieveReferralRequest, data.RC, path);
  assert.equal(version, referral.version);
  const written = JSON.parse(JSON.stringify(resource));
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

function bookBody(changes: Record<string, unknown> = {}, version = 6): object {
  const participant = (system: string, value: string) => ({ actor: { identifier: { system, value } }, status: 'accepted' });
  return {
    resourceType: 'Appointment',
    id: 'appointment',
    language: 'en',
    status: 'booked',
    description: 'e-Referral Appointment',
    start: '2026-12-01T09:00:00+00:00',
    end: '2026-12-01T10:00:00+00:00',
    slot: [{ reference: 'Slot/11000021' }],
    incomingReferral: [{ reference: `ReferralRequest/${UBRN}/_history/${version}` }],
    participant: [
      participant('http://fhir.nhs.net/Id/ers-service', '11000'),
      participant('http://fhir.nhs.net/Id/nhs-number', '9912003888'),
    ],
    ...changes,
  };
}

function deferBody(code: string, changes: Record<string, unknown> = {}): object {
  const reason = [{ coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewReason-1', code }] }];
  const {
    start: _start,
    end: _end,
    slot: _slot,
    ...body
  } = bookBody({ status: 'proposed', reason, ...changes }) as Record<string, unknown>;
  return { ...body, ...('slot' in changes && { slot: changes['slot'] }) };
}

test('A016 books a slot: the hospital confirms, the slot is taken, the referral moves on by two', async () => {
  const ers = await ersWith(data.referral());
  const answer = await ers.request(bookOrDeferAppointment, data.RC, { body: bookBody() });
  assert.equal(answer.status, 201);
  assert.equal(answer.version, 0);
  const appointment = JSON.parse(JSON.stringify(answer.resource));
  assert.equal(appointment.id, '80000');
  assert.equal(appointment.incomingReferral[0].reference, `ReferralRequest/${UBRN}/_history/8`);
  assert.equal(answer.headers?.['location'], `${BASE}/STU3/Appointment/80000/_history/0`);
  assert.deepEqual(ers.hospital.asked, [`book 11000021 for ${UBRN}`]);
  assert.equal((await slotById(ers.store.db, INSTANCE, '11000021'))?.status, 'booked');
  assert.equal((await stored(ers)).state, 'BOOKED');
});

const hospitalSays = [
  ['refused', '422 UNABLE_TO_CONFIRM_APPOINTMENT', 'SLOT_NOT_AVAILABLE'],
  ['error', '502 PAS_RESPONDED_WITH_ERROR', 'SLOT_NOT_AVAILABLE'],
  ['silence', '504 PAS_NOT_RESPONDING', 'BOOKING_ATTEMPT_PROBLEM'],
] as const;
for (const [answer, refusal, deferral] of hospitalSays) {
  test(`when the hospital answers ${answer} nothing changes, and the referral can be deferred with ${deferral}`, async () => {
    const ers = await ersWith(data.referral());
    ers.hospital.answers = [answer];
    assert.equal(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: bookBody() })), refusal);
    assert.equal((await stored(ers)).version, 6);
    assert.equal((await slotById(ers.store.db, INSTANCE, '11000021'))?.status, 'free');
    const slot = [{ reference: 'Slot/11000021' }];
    const wrong = deferral === 'SLOT_NOT_AVAILABLE' ? deferBody('BOOKING_ATTEMPT_PROBLEM') : deferBody('SLOT_NOT_AVAILABLE', { slot });
    assert.notEqual(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: wrong })), '201');
    const right = deferBody(deferral, deferral === 'SLOT_NOT_AVAILABLE' ? { slot } : {});
    const { resource } = await ers.request(bookOrDeferAppointment, data.RC, { body: right });
    assert.equal(JSON.parse(JSON.stringify(resource)).slot, undefined, 'the slot is not echoed');
    assert.equal((await stored(ers)).state, 'DEFERRED_TO_PROVIDER');
  });
}

test('A016 defers only when there are no slots', async () => {
  const ers = await ersWith(data.referral());
  const defer = () =>
    outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: deferBody('NO_SLOTS_AT_SERVICE', { comment: 'None' }) }));
  assert.equal(await defer(), '422 SLOTS_CURRENTLY_AVAILABLE');
  await ers.store.transaction((tx) => saveSlots(tx, INSTANCE, [{ ...data.SLOT, status: 'withdrawn' }]));
  assert.equal(await defer(), '201');
});

test('of two referrals that want the last slot exactly one gets it, and the hospital is told to drop the other', async () => {
  const ers = await ersWith(data.referral(), data.referral({ ubrn: '000000080001' }));
  const other = bookBody({ incomingReferral: [{ reference: 'ReferralRequest/000000080001/_history/6' }] });
  const outcomes = await Promise.all([bookBody(), other].map((body) => outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body }))));
  assert.deepEqual(outcomes.sort(), ['201', '422 SLOT_NOT_AVAILABLE']);
  const states = [(await stored(ers)).state, (await stored(ers, '000000080001')).state];
  assert.deepEqual(states.sort(), ['BOOKED', 'NOT_BOOKED']);
  const loser = (await stored(ers)).state === 'BOOKED' ? '000000080001' : UBRN;
  assert.equal(
    ers.hospital.asked.filter((each) => each.startsWith('cancel')).join(),
    ers.hospital.asked.length === 3 ? `cancel 11000021 for ${loser}` : '',
  );
});

test('a slot that is withdrawn while the hospital thinks is refused, and the booking undone there', async () => {
  const ers = await ersWith(data.referral());
  ers.hospital.meanwhile = () => ers.store.transaction((tx) => saveSlots(tx, INSTANCE, [{ ...data.SLOT, status: 'withdrawn' }]));
  assert.equal(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: bookBody() })), '422 SLOT_NOT_AVAILABLE');
  assert.deepEqual(ers.hospital.asked, [`book 11000021 for ${UBRN}`, `cancel 11000021 for ${UBRN}`]);
  assert.equal((await stored(ers)).state, 'NOT_BOOKED');
});

test('while the hospital thinks, other changes get 423 and reads go on', async () => {
  const ers = await ersWith(data.referral());
  const meanwhile: string[] = [];
  ers.hospital.meanwhile = async () => {
    meanwhile.push(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: deferBody('TRIAGE') })));
    meanwhile.push(
      await outcomeOf(ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch: 6, body: letterBody(data.file().id) })),
    );
    meanwhile.push(await outcomeOf(ers.request(retrieveReferralRequest, data.RC, path)));
  };
  assert.equal(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body: bookBody() })), '201');
  assert.deepEqual(meanwhile, ['423', '423', '200']);
});

const badBookings: readonly (readonly [string, object, string])[] = [
  ['a stale version', bookBody({}, 5), '409'],
  [
    'an unknown UBRN',
    bookBody({ incomingReferral: [{ reference: 'ReferralRequest/000000099999/_history/6' }] }),
    '422 REFERENCE_NOT_FOUND',
  ],
  ['no incoming referral', bookBody({ incomingReferral: undefined }), '422 MISSING_VALUE'],
  ['no slot', bookBody({ slot: undefined }), '422 MISSING_VALUE'],
  ['a comment on a booking', bookBody({ comment: 'x' }), '422 INAPPROPRIATE_VALUE'],
  ['another description', bookBody({ description: 'Appointment' }), '422 INVALID_VALUE'],
  ['an unknown status', bookBody({ status: 'maybe' }), '422 INVALID_CODE'],
  ['a start without zone', bookBody({ start: '2026-12-01T09:00:00' }), '422 INVALID_VALUE'],
  ['a list for an object', bookBody({ participant: [[]] }), '422 INVALID_VALUE'],
  ['an unknown reason', deferBody('BORED'), '422 INVALID_CODE'],
  ['a comment of 1001 characters', deferBody('NO_SLOTS_AT_SERVICE', { comment: 'x'.repeat(1001) }), '422 INVALID_VALUE'],
  ['a deferral that names a slot', deferBody('NO_SLOTS_AT_SERVICE', { slot: [{ reference: 'Slot/1' }] }), '422 INAPPROPRIATE_VALUE'],
  ['a deferral of a slot it does not name', deferBody('SLOT_NOT_AVAILABLE'), '422 MISSING_VALUE'],
];
for (const [what, body, expected] of badBookings) {
  test(`A016 with ${what}: ${expected}`, async () => {
    const ers = await ersWith(data.referral());
    assert.equal(await outcomeOf(ers.request(bookOrDeferAppointment, data.RC, { body })), expected);
    assert.deepEqual(ers.hospital.asked, []);
  });
}

test('A013 accepts, once, and only for the work group; a stale version is 409', async () => {
  const ers = await ersWith(data.bookedReferral());
  const accept = (caller: typeof data.RC, ifMatch: number) => outcomeOf(ers.request(acceptReferralOperation, caller, { ...path, ifMatch }));
  assert.equal(await accept({ ...data.SPC, userId: '111111111111' }, 6), '422 NO_RELATIONSHIP');
  assert.equal(await accept(data.SPC, 5), '409');
  assert.equal(await accept(data.SPC, 6), '200');
  assert.equal((await stored(ers)).version, 7);
  assert.equal((await stored(ers)).reviewed, true);
  assert.equal(await accept(data.SPC, 7), '422 INVALID_REQUEST_STATE');
});

function rejectBody(code = 'SERVICE_INAPPROPRIATE', ...more: readonly object[]): object {
  const rejectionReason = {
    name: 'rejectionReason',
    valueCoding: { system: `${BASE}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`, code },
  };
  return {
    resourceType: 'Parameters',
    parameter: [rejectionReason, { name: 'rejectionComments', valueString: 'This is a short comment' }, ...more],
  };
}

test('A014 rejects: hospital first, then the referral; the provider may still read it', async () => {
  const ers = await ersWith(data.bookedReferral());
  await ers.store.transaction((tx) => saveSlots(tx, INSTANCE, [{ ...data.SLOT, status: 'booked' }]));
  const answer = await ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body: rejectBody() });
  assert.equal(answer.version, 7);
  const written = JSON.parse(JSON.stringify(answer.resource));
  const coding = {
    system: `${BASE}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`,
    code: 'SERVICE_INAPPROPRIATE',
    display: 'Inappropriate service',
  };
  const state = written.extension.find((each: { url: string }) => each.url.endsWith('ReferralState-1'));
  assert.deepEqual(state.extension.slice(1), [
    { url: 'reason', valueCoding: coding },
    { url: 'comments', valueString: 'This is a short comment' },
  ]);
  const appointment = written.contained.find((each: { id: string }) => each.id === 'appointment');
  assert.deepEqual(
    [appointment.status, appointment.meta.versionId, appointment.reason, appointment.comment],
    ['cancelled', '1', [{ coding: [coding] }], 'This is a short comment'],
  );
  assert.deepEqual([appointment.start, appointment.end, appointment.slot], [undefined, undefined, undefined]);
  assert.deepEqual(ers.hospital.asked, [`cancel 11000021 for ${UBRN}`]);
  assert.equal((await slotById(ers.store.db, INSTANCE, '11000021'))?.status, 'free');
  assert.equal(await outcomeOf(ers.request(retrieveReferralRequest, data.SPC, path)), '200');
  assert.equal(await outcomeOf(ers.request(acceptReferralOperation, data.SPC, { ...path, ifMatch: 7 })), '422 NO_RELATIONSHIP');
});

for (const [answer, expected] of [
  ['refused', '422 UNABLE_TO_CANCEL_APPOINTMENT'],
  ['error', '502 PAS_RESPONDED_WITH_ERROR'],
  ['silence', '504 PAS_NOT_RESPONDING'],
] as const) {
  test(`when the hospital answers a cancellation with ${answer}, nothing is rejected`, async () => {
    const ers = await ersWith(data.bookedReferral());
    ers.hospital.answers = [answer];
    assert.equal(await outcomeOf(ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body: rejectBody() })), expected);
    assert.equal((await stored(ers)).state, 'BOOKED');
    assert.equal(
      await outcomeOf(ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body: rejectBody() })),
      '200',
      'the lock was given back',
    );
  });
}

test('A014 refuses unknown codes and the PAS flag of a directly booked appointment before asking the hospital', async () => {
  const ers = await ersWith(data.bookedReferral());
  const reject = (body: object) => outcomeOf(ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body }));
  assert.equal(await reject(rejectBody('NO_SUCH')), '422 INVALID_CODE');
  assert.equal(await reject(rejectBody('PATIENT_ILL')), '422 INAPPROPRIATE_VALUE');
  assert.equal(await reject(rejectBody('OTHER', { name: 'appointmentCancelledInPAS', valueBoolean: true })), '422 FIELD_NOT_PERMITTED');
  assert.deepEqual(ers.hospital.asked, []);
});

function letterBody(...fileIds: readonly string[]): object {
  const document = (id: string) => ({
    resourceType: 'DocumentReference',
    type: { coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-AttachmentType-1', code: 'REFERRER' }] },
    status: 'current',
    indexed: '2026-11-24T08:05:03.652000+00:00',
    description: 'Blood test results',
    content: [{ attachment: { url: `Binary/${id}` } }],
  });
  return { resourceType: 'Parameters', parameter: fileIds.map((id) => ({ name: 'referralLetterFile', resource: document(id) })) };
}

test('a letter is uploaded, linked while it is scanned, and then downloaded by the provider', async () => {
  const ers = await ersWith(data.bookedReferral({ letterIntention: 'NEED_TO_ADD_LATER' }));
  const headers = { 'content-type': 'application/pdf', 'nhsd-ers-file-name': 'letter.pdf', 'nhsd-ers-referral-id': UBRN };
  const upload = await ers.request(uploadFile, data.RC, { headers, body: Readable.from([Buffer.from('%PDF-1.7 dear doctor')]) });
  assert.equal(upload.status, 201);
  const location = upload.headers?.['location'] ?? '';
  assert.match(location, /^Binary\/[0-9a-f-]{36}$/);
  const id = location.slice('Binary/'.length);
  assert.equal(ers.jobs[0]?.kind, 'ers.scan-file');
  assert.equal(ers.jobs[0]?.dueAt, data.NOW + 300_000);

  const linked = await ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch: 6, body: letterBody(id) });
  assert.equal(linked.version, 7);
  const written = JSON.parse(JSON.stringify(linked.resource));
  assert.deepEqual(written.supportingInfo, [{ reference: '#DocumentReference-90000' }]);
  assert.equal(written.contained[3].content[0].attachment.extension[0].valueCoding.code, 'PENDING');
  const download = () => ers.request(retrieveAttachment, data.SPC, { params: { attachmentLogicalId: id } });
  assert.equal(await outcomeOf(download()), '422 PENDING');

  await scanFile(ers.world)({ id: 'job', kind: 'ers.scan-file', payload: ers.jobs[0]?.payload ?? {}, attempts: 0 });
  const answer = await download();
  assert.equal(answer.content?.type, 'application/pdf');
  assert.deepEqual(answer.headers, { 'content-length': '20', 'content-disposition': 'attachment; filename="letter.pdf"' });
  assert.ok(answer.content?.body instanceof Readable);
  assert.equal(await text(answer.content.body), '%PDF-1.7 dear doctor');
  assert.equal(
    await outcomeOf(ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch: 7, body: letterBody(id) })),
    '422 NO_CHANGES_DETECTED',
  );
  assert.equal(await outcomeOf(ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch: 6, body: letterBody(id) })), '409');
});

test('A006: unknown files are 404; files linked to nothing, or to somebody else, are refused', async () => {
  const ers = await ersWith(data.bookedReferral());
  await ers.store.transaction(async (tx) => {
    await insertFile(tx, INSTANCE, data.file());
    await insertFile(tx, INSTANCE, data.file({ id: 'linked', linkedUbrn: UBRN }));
  });
  const read = (caller: typeof data.RC, attachmentLogicalId: string) =>
    outcomeOf(ers.request(retrieveAttachment, caller, { params: { attachmentLogicalId } }));
  assert.equal(await read(data.RC, 'nothing'), '404');
  assert.equal(await read(data.RC, data.file().id), '422 NO_RELATIONSHIP');
  assert.equal(await read({ ...data.SPC, userId: '111111111111' }, 'linked'), '422 NO_RELATIONSHIP');
});

test('letters replaced are unlinked and can be linked again', async () => {
  const ers = await ersWith(data.referral());
  await ers.store.transaction(async (tx) => {
    await insertFile(tx, INSTANCE, data.file());
    await insertFile(tx, INSTANCE, data.file({ id: 'second', name: 'second.pdf' }));
  });
  const send = (ifMatch: number, ...ids: readonly string[]) =>
    ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch, body: letterBody(...ids) });
  await send(6, data.file().id);
  await send(7, 'second');
  assert.equal((await fileById(ers.store.db, INSTANCE, data.file().id))?.linkedUbrn, undefined);
  const answer = await send(8, 'second', data.file().id);
  assert.deepEqual(JSON.parse(JSON.stringify(answer.resource)).supportingInfo, [
    { reference: '#DocumentReference-90001' },
    { reference: '#DocumentReference-90002' },
  ]);
});

const badUploads: readonly (readonly [string, Record<string, string>, number, string])[] = [
  ['no file name', { 'content-type': 'text/plain' }, 1, '422 MISSING_VALUE'],
  ['another extension', { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.pdf' }, 1, '422 CONFLICTING_VALUES'],
  [
    'a bad referral id',
    { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt', 'nhsd-ers-referral-id': '12' },
    1,
    '422 INVALID_VALUE',
  ],
  ['exactly 5 MiB', { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt' }, 5_242_880, '201'],
  ['one byte more', { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt' }, 5_242_881, '422 FILE_SIZE_ERROR'],
];
for (const [what, headers, size, expected] of badUploads) {
  test(`A020 with ${what}: ${expected}`, async () => {
    const ers = await testErs();
    assert.equal(await outcomeOf(ers.request(uploadFile, data.RC, { headers, body: Readable.from([Buffer.alloc(size, 'x')]) })), expected);
  });
}

test('a referral held by somebody else is 423 until the lock is given back or runs out', async () => {
  const ers = await ersWith(data.bookedReferral());
  const accept = () => outcomeOf(ers.request(acceptReferralOperation, data.SPC, { ...path, ifMatch: 6 }));
  const reject = () => outcomeOf(ers.request(rejectReferralOperation, data.SPC, { ...path, ifMatch: 6, body: rejectBody() }));
  await ers.store.transaction((tx) => takeLock(tx, INSTANCE, UBRN, 'a person', data.NOW, data.NOW + 1000));
  assert.deepEqual([await accept(), await reject()], ['423', '423']);
  await ers.store.transaction((tx) => releaseLock(tx, INSTANCE, UBRN, 'somebody else'));
  assert.equal(await accept(), '423', 'only the holder gives it back');
  ers.clock.advance(1000);
  assert.equal(await accept(), '200');
});
