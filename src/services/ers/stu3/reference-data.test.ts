import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, type Json } from '../seed/seeded-ers.ts';
import * as data from '../test-data.ts';
import { BASE, outcomeOf, testErs } from '../test-world.ts';
import { retrieveReferenceData } from './a004-retrieve-reference-data.ts';

const CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';
const PROFILES = 'https://fhir.nhs.uk/STU3/StructureDefinition/';

const ers = await testErs();

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
    property: [
      effectiveFrom,
      { code: 'deferToProviderContactDays', valueInteger: defer },
      { code: 'triageContactDays', valueInteger: triage },
    ],
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
    property: [
      property('effectiveFrom', 'dateTime'),
      property('effectiveTo', 'dateTime'),
      property('deferToProviderContactDays', 'integer'),
      property('triageContactDays', 'integer'),
    ],
    concept: [
      priority('ROUTINE', 'Routine', 40, 40),
      priority('URGENT', 'urgent', 10, 5),
      priority('TWO_WEEK_WAIT', 'Two Week Wait', 5, 2),
    ],
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
      {
        code: 'appointmentBookingCancellationReasonType',
        valueCoding: { system: `${CODES}eRS-AppointmentBookingCancellationReasonType-1`, code: 'PATIENT' },
      },
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
  for (const codeSystemType of ['FOO', 'priority', ''])
    assert.equal(await outcomeOf(ers.request(retrieveReferenceData, data.RC, { params: { codeSystemType } })), '404');
});
