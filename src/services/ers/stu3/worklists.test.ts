import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { Caller } from '../model.ts';
import * as data from '../test-data.ts';
import { BASE, ersWith, outcomeOf, type TestErs, testErs } from '../test-world.ts';
import { retrieveWorklist } from './a008-retrieve-worklist.ts';

const concept = (name: string, system: string, code: string) => ({ name, valueCodeableConcept: { coding: [{ system, code }] } });
const identifier = (name: string, system: string, value: string) => ({ name, valueIdentifier: { system, value } });
const service = (id: string) => identifier('service', 'http://fhir.nhs.net/Id/ers-service', id);
const indicator = (name: string, code: string) => concept(name, 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-AssignedIndicator-1', code);

function listBody(list: string, ...filters: readonly object[]): object {
  return {
    resourceType: 'Parameters',
    parameter: [concept('listType', 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralListSelector-1', list), ...filters],
  };
}

async function ubrnsOf(ers: TestErs, caller: Caller, list: string, ...filters: readonly object[]): Promise<readonly string[]> {
  const { resource } = await ers.request(retrieveWorklist, caller, { body: listBody(list, ...filters) });
  return JSON.parse(JSON.stringify(resource)).entry.map((each: { item: { reference: string } }) =>
    each.item.reference.replace('ReferralRequest/', ''),
  );
}

const ROUTINE = { coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-Priority-1', code: 'ROUTINE' }] };

test('the review list is shaped as the published sample: people contained, columns in order', async () => {
  const booked = data.bookedReferral({
    appointment: data.appointment({ clinician: '021600556514' }),
    clinicalInfoFirstSubmitted: data.NOW - data.HOUR,
    attachments: [data.letter()],
  });
  const ers = await ersWith(booked);
  const { resource } = await ers.request(retrieveWorklist, data.SPC, { body: listBody('REFERRALS_FOR_REVIEW') });
  assert.deepEqual(JSON.parse(JSON.stringify(resource)), {
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-FetchWorklist-List-1'] },
    resourceType: 'List',
    contained: [
      {
        id: 'Practitioner-021600556514',
        meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-Practitioner-1'] },
        resourceType: 'Practitioner',
        identifier: [{ system: 'http://fhir.nhs.net/Id/sds-user-id', value: '021600556514' }],
      },
      {
        id: 'Patient-9912003888',
        meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-Patient-1'] },
        resourceType: 'Patient',
        identifier: [{ system: 'http://fhir.nhs.net/Id/nhs-number', value: '9912003888' }],
      },
    ],
    status: 'current',
    mode: 'snapshot',
    entry: [
      {
        extension: [
          {
            extension: [
              { url: 'priority', valueCodeableConcept: ROUTINE },
              { url: 'specialty', valueCodeableConcept: { coding: [{ system: `${BASE}/STU3/CodeSystem/SPECIALTY`, code: 'CARDIOLOGY' }] } },
              { url: 'patient', valueReference: { reference: '#Patient-9912003888' } },
              { url: 'allocatedClinician', valueReference: { reference: '#Practitioner-021600556514' } },
              { url: 'eReferralPathwayStart', valueDateTime: '2026-11-23T09:00:00.000Z' },
              { url: 'clinicalInfoPrinted', valueBoolean: false },
              {
                url: 'requestContextStatus',
                valueCodeableConcept: {
                  coding: [
                    {
                      system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-RequestContextStatus-1',
                      code: 'NEVER_REVIEWED',
                      display: 'Never Reviewed',
                    },
                  ],
                },
              },
              { url: 'clinicalInfoFirstSubmitted', valueDateTime: '2026-11-24T08:00:00.000Z' },
              { url: 'appointmentStart', valueDateTime: '2026-12-01T09:00:00.000Z' },
              {
                url: 'referralType',
                valueCodeableConcept: {
                  coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralType-1', code: 'APPOINTMENT' }],
                },
              },
              {
                url: 'service',
                valueReference: {
                  identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: '11000' },
                  display: 'Forthright Cardiology Business Service',
                },
              },
              { url: 'referralRequestVersion', valueInteger: 6 },
            ],
            url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-ReferralsforReview-WorkListItem-1',
          },
        ],
        item: { reference: 'ReferralRequest/000000080000' },
      },
    ],
  });
});

const NO_SLOTS = { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewReason-1', code: 'NO_SLOTS_AT_SERVICE' };
const proposed = (serviceId: string) => data.appointment({ status: 'proposed', serviceId });

test('the slot issues list says when the patient can expect a call, in working days', async () => {
  const { start: _start, end: _end, slotId: _slotId, ...atService } = proposed('11000');
  const deferred = data.referral({
    state: 'DEFERRED_TO_PROVIDER',
    priority: 'TWO_WEEK_WAIT',
    appointment: atService,
    stateReason: NO_SLOTS,
    receivedAt: data.NOW,
    pathwayStart: data.NOW,
  });
  const ers = await ersWith(deferred);
  const { resource } = await ers.request(retrieveWorklist, data.SPA, { body: listBody('APPOINTMENT_SLOT_ISSUES') });
  const [entry] = JSON.parse(JSON.stringify(resource)).entry;
  assert.deepEqual(
    entry.extension[0].extension.map((each: { url: string }) => each.url),
    [
      'priority',
      'specialty',
      'patient',
      'eReferralPathwayStart',
      'clinicalInfoPrinted',
      'ubrnReceived',
      'patientContactExpected',
      'clinicalInformationStatus',
      'reason',
      'service',
    ],
  );
  assert.deepEqual(entry.extension[0].extension[6], { url: 'patientContactExpected', valueDate: '2026-12-01' });
  assert.deepEqual(entry.extension[0].extension[8], { url: 'reason', valueCodeableConcept: { coding: [NO_SLOTS] } });
  assert.equal(JSON.parse(JSON.stringify(resource)).contained, undefined);
});

test('referrer lists hold what the organisation referred, with reason and letter due date where they belong', async () => {
  const reason = { system: 'APPOINTMENT-CANCELLATION-REASON', code: 'OTHER', display: 'Other reason' };
  const ers = await ersWith(
    data.referral({ state: 'REJECTED', stateReason: reason, appointment: data.appointment({ status: 'cancelled' }) }),
    data.referral({ ubrn: '000000080001', letterIntention: 'NEED_TO_ADD_LATER', letterDue: '2026-11-25' }),
    data.referral({ ubrn: '000000080002', referringOrganisation: 'R68' }),
  );
  const columns = async (list: string): Promise<readonly object[]> => {
    const { resource } = await ers.request(retrieveWorklist, data.userIn('REFERRING_ADMIN'), { body: listBody(list) });
    return JSON.parse(JSON.stringify(resource)).entry.flatMap(
      (each: { extension: [{ extension: object[] }] }) => each.extension[0].extension,
    );
  };
  const created = '2026-11-22T09:00:00.000Z';
  const common = [
    { url: 'patient', valueReference: { identifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: '9912003888' } } },
    { url: 'priority', valueCodeableConcept: ROUTINE },
    { url: 'referralCreated', valueDateTime: created },
    { url: 'clinicalContext', valueString: 'CARDIOLOGY/HEART_FAILURE' },
    { url: 'referrer', valueReference: { identifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value: '021600556514' } } },
  ];
  const state = (code: string, display: string) => ({
    url: 'status',
    valueCodeableConcept: { coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralState-1', code, display }] },
  });
  assert.deepEqual(await columns('REJECTED_TRIAGE_RESPONSE'), [
    ...common,
    { url: 'referralLastUpdated', valueDateTime: created },
    state('REJECTED', 'Rejected'),
    { url: 'reason', valueCodeableConcept: { coding: [{ ...reason, system: `${BASE}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON` }] } },
  ]);
  assert.deepEqual(await columns('LETTERS_OUTSTANDING'), [...common, { url: 'letterDue', valueDate: '2026-11-25' }]);
  assert.deepEqual(await columns('AWAITING_BOOKING'), [
    ...common,
    { url: 'referralLastUpdated', valueDateTime: created },
    state('NOT_BOOKED', 'Not booked'),
  ]);
  assert.deepEqual(await columns('ASSESSMENT_RETURNED_CANCELLED_DNA'), []);
});

test('worklists spell states in their own way, and a triage response shows no reason', async () => {
  const reason = { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewOutcome-1', code: 'RETURN_TO_REFERRER_WITH_ADVICE' };
  const columns = async (list: string, changes: Parameters<typeof data.referral>[0]) => {
    const ers = await ersWith(data.referral({ ...changes, letterIntention: 'NOT_INTENDING_TO_ADD' }));
    const { resource } = await ers.request(retrieveWorklist, data.RC, { body: listBody(list) });
    const [entry] = JSON.parse(JSON.stringify(resource)).entry;
    const found: { url: string; valueCodeableConcept?: object }[] = entry.extension[0].extension;
    return found;
  };
  const cancelled = await columns('AWAITING_BOOKING', { state: 'APPT_CANCELLED_BY_PATIENT' });
  assert.deepEqual(cancelled.find((each) => each.url === 'status')?.valueCodeableConcept, {
    coding: [
      {
        system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralState-1',
        code: 'APP_CANCELLED_BY_PATIENT',
        display: 'Appointment cancelled by patient',
      },
    ],
  });
  const returned = await columns('REJECTED_TRIAGE_RESPONSE', { state: 'TRIAGE_RESPONSE', stateReason: reason });
  assert.deepEqual(
    returned.filter((each) => each.url === 'reason' || each.url === 'status').map((each) => each.url),
    ['status'],
  );
});

test('the review list: oldest pathway first; bookings whose day is over have left it', async () => {
  const ers = await ersWith(
    data.bookedReferral({ pathwayStart: data.NOW - data.DAY }),
    data.bookedReferral({ ubrn: '000000080001', pathwayStart: data.NOW - 5 * data.DAY }),
    data.bookedReferral({ ubrn: '000000080002', pathwayStart: data.NOW - data.DAY }),
    data.bookedReferral({ ubrn: '000000080003', appointment: data.appointment({ start: data.NOW - data.DAY }) }),
    data.bookedReferral({ ubrn: '000000080004', reviewed: true }),
  );
  assert.deepEqual(await ubrnsOf(ers, data.SPC, 'REFERRALS_FOR_REVIEW'), ['000000080001', '000000080000', '000000080002']);
  ers.clock.advance(8 * data.DAY);
  assert.deepEqual(await ubrnsOf(ers, data.SPC, 'REFERRALS_FOR_REVIEW'), []);
});

test('clinicians see the services of their work groups, administrators and applications all of the provider', async () => {
  const ers = await ersWith(data.bookedReferral());
  assert.deepEqual(await ubrnsOf(ers, data.SPCA, 'REFERRALS_FOR_REVIEW'), ['000000080000']);
  assert.deepEqual(await ubrnsOf(ers, { ...data.SPC, userId: '111111111111' }, 'REFERRALS_FOR_REVIEW'), []);
  assert.deepEqual(await ubrnsOf(ers, { ...data.SPA, odsCode: 'R69' }, 'REFERRALS_FOR_REVIEW'), []);
  assert.deepEqual(await ubrnsOf(ers, data.PROVIDER_APPLICATION, 'REFERRALS_FOR_REVIEW', service('11000')), ['000000080000']);
});

test('filters narrow a provider list', async () => {
  const ers = await ersWith(
    data.bookedReferral({ appointment: data.appointment({ clinician: data.RC.userId }) }),
    data.bookedReferral({ ubrn: '000000080001' }),
  );
  const list = (...filters: readonly object[]) => ubrnsOf(ers, data.SPC, 'REFERRALS_FOR_REVIEW', ...filters);
  const specialty = (code: string) => concept('specialty', `${BASE}/STU3/CodeSystem/SPECIALTY`, code);
  const clinician = (id: string) => identifier('clinician', 'http://fhir.nhs.net/Id/sds-user-id', id);
  const location = (code: string) => identifier('location', 'https://directory.spineservices.nhs.uk/STU3/Organization', code);
  assert.equal((await list(service('11000'))).length, 2);
  assert.deepEqual(await list(service('50001')), []);
  assert.equal((await list(indicator('specialtyAssignedIndicator', 'ASSIGNED'), specialty('CARDIOLOGY'))).length, 2);
  assert.deepEqual(await list(indicator('clinicianAssignedIndicator', 'ASSIGNED'), clinician(data.RC.userId)), ['000000080000']);
  assert.deepEqual(await list(indicator('clinicianAssignedIndicator', 'NOT_ASSIGNED')), ['000000080001']);
  assert.deepEqual(await list(location('R69')), []);
  assert.equal((await list(location('R68'))).length, 2);

  const refused = (caller: Caller, ...filters: readonly object[]) =>
    outcomeOf(ers.request(retrieveWorklist, caller, { body: listBody('REFERRALS_FOR_REVIEW', ...filters) }));
  assert.equal(await refused(data.SPC, service('99999')), '422 REFERENCE_NOT_FOUND');
  assert.equal(await refused(data.SPC, location('XXX')), '422 REFERENCE_NOT_FOUND');
  assert.equal(
    await refused(data.SPC, indicator('clinicianAssignedIndicator', 'ASSIGNED'), clinician('000000000009')),
    '422 REFERENCE_NOT_FOUND',
  );
  assert.equal(await refused(data.SPC, indicator('specialtyAssignedIndicator', 'ASSIGNED'), specialty('NONE')), '422 REFERENCE_NOT_FOUND');
  assert.equal(await refused({ ...data.SPC, userId: '111111111111' }, service('11000')), '422 NO_RELATIONSHIP');
  assert.equal(await refused(data.SPC, specialty('CARDIOLOGY')), '422 UNEXPECTED_FIELD');
  assert.equal(await refused(data.PROVIDER_APPLICATION), '422 MISSING_VALUE');
});

test('the wrong side is 403, unknown lists and filters on referrer lists are 422', async () => {
  const ers = await testErs();
  const ask = (caller: Caller, body: object) => outcomeOf(ers.request(retrieveWorklist, caller, { body }));
  assert.equal(await ask(data.RC, listBody('REFERRALS_FOR_REVIEW')), '403 FORBIDDEN');
  assert.equal(await ask(data.SPC, listBody('AWAITING_BOOKING')), '403 FORBIDDEN');
  assert.equal(await ask(data.PROVIDER_APPLICATION, listBody('LETTERS_OUTSTANDING', service('11000'))), '403 FORBIDDEN');
  assert.equal(await ask(data.RC, listBody('AWAITING_BOOKING', service('11000'))), '422 UNEXPECTED_FIELD');
  assert.equal(await ask(data.RC, listBody('MY_LIST')), '422 INVALID_CODE');
  assert.equal(await ask(data.RC, { resourceType: 'Parameters', parameter: [] }), '422 MISSING_VALUE');
});

test('the third pull of a service by an application in a day is served and noted; the next day counts anew', async () => {
  const ers = await testErs();
  const pull = async () => {
    const { exchange } = await ers.request(retrieveWorklist, data.PROVIDER_APPLICATION, {
      body: listBody('REFERRALS_FOR_REVIEW', service('11000')),
    });
    return exchange.checks.filter((each) => each.check === 'ers.worklist-pulls').length;
  };
  assert.deepEqual([await pull(), await pull(), await pull()], [0, 0, 1]);
  ers.clock.advance(data.DAY);
  assert.equal(await pull(), 0);
});

test('worklists are answered from an index, never by reading the table', async () => {
  const ers = await testErs();
  const plan = async (where: string): Promise<string> => {
    const rows = await sql<{
      detail: string;
    }>`explain query plan select document from ers_referral where instance = 'Int1' and ${sql.raw(where)}`.execute(ers.store.db);
    return rows.rows.map((each) => each.detail).join('; ');
  };
  assert.match(await plan(`service_id in ('1', '2') and provider_list = 'REFERRALS_FOR_REVIEW'`), /USING INDEX ers_referral_provider_list/);
  assert.match(
    await plan(`referring_organisation = 'R69' and referrer_list = 'AWAITING_BOOKING'`),
    /USING INDEX ers_referral_referrer_list/,
  );
  assert.match(await plan(`referring_organisation = 'R69' and letter_outstanding = 1`), /USING INDEX ers_referral_letters/);
});
