import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErsRefusal } from '../errors.ts';
import { at, type Json, seededErs } from '../seed/seeded-ers.ts';
import { freeSlots, releaseSlot, saveServices, takeSlot } from '../store/catalogue.ts';
import * as data from '../test-data.ts';
import { BASE, INSTANCE } from '../test-world.ts';
import { retrieveAppointmentSlots } from './a015-retrieve-appointment-slots.ts';

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

function slotRequest(
  serviceId: string,
  changes: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = { 'nhsd-ers-comm-rule-org': 'R69' },
) {
  const query = {
    'schedule.actor:HealthcareService': serviceId,
    appointmentType: 'ROUTINE',
    _count: '5',
    status: 'free',
    page: '1',
    ...changes,
  };
  const sent = Object.fromEntries(
    Object.entries(query)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, [value]]),
  );
  return ers.request(retrieveAppointmentSlots, data.RC, { query: sent, headers });
}

const link = (page: number) =>
  `${BASE}/STU3/Slot?schedule.actor%3AHealthcareService=11000&appointmentType=ROUTINE&_count=5&status=free&_include=Slot%3Aschedule&page=${page}`;

test('A015 pages through the slots of a service', async () => {
  const seen: unknown[] = [];
  const links: unknown[] = [];
  for (const page of ['1', '2', '3']) {
    const { resource } = await slotRequest('11000', { page });
    assert.equal(at(resource, 'total'), 12);
    seen.push(
      ...(at(resource, 'entry') as Json[])
        .filter((each) => at(each, 'search', 'mode') === 'match')
        .map((each) => at(each, 'resource', 'id')),
    );
    links.push(at(resource, 'link'));
  }
  assert.deepEqual(seen, [...Array.from({ length: 11 }, (_, index) => `110000${String(index + 1).padStart(2, '0')}`), '11000021']);
  assert.deepEqual(links, [
    [
      { relation: 'self', url: link(1) },
      { relation: 'next', url: link(2) },
    ],
    [
      { relation: 'self', url: link(2) },
      { relation: 'previous', url: link(1) },
      { relation: 'next', url: link(3) },
    ],
    [
      { relation: 'self', url: link(3) },
      { relation: 'previous', url: link(2) },
    ],
  ]);
});

test('A015 writes slots and schedules as the samples do', async () => {
  const { resource } = await slotRequest('13000');
  const entries = at(resource, 'entry') as Json[];
  assert.deepEqual(
    entries.map((each) => each['fullUrl']),
    [
      'Slot/13000001',
      'Slot/13000002',
      'Slot/13000003',
      'Slot/13000004',
      'Slot/13000005',
      'Schedule/13000-921600556514',
      'Schedule/13000',
    ].map((each) => `${BASE}/STU3/${each}`),
  );
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
  assert.match(
    String(at(own.resource, 'link', 0, 'url')),
    /HealthcareService=14000&schedule\.actor%3APractitioner=921600556514&appointmentType=/,
  );
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
  [
    'no page and no status',
    () => slotRequest('11000', { page: '', status: '' }),
    ["MISSING_PARAMETER 'Status' is missing.", "MISSING_PARAMETER 'Page Number' is missing."],
  ],
  ['busy slots', () => slotRequest('11000', { status: 'busy' }), ["INVALID_VALUE 'Status' (busy) is invalid."]],
  ['a status that is none', () => slotRequest('11000', { status: 'open' }), ["INVALID_CODE 'Status' (open) is invalid."]],
  ['a priority that is none', () => slotRequest('11000', { appointmentType: 'SOON' }), ["INVALID_CODE 'Priority' (SOON) is invalid."]],
  [
    'an organisation that does not refer',
    () => slotRequest('11000', {}, { 'nhsd-ers-comm-rule-org': 'R6901' }),
    ["INVALID_VALUE 'NHSD-eRS-Comm-Rule-Org' (R6901) is invalid."],
  ],
  ['a service that is not known', () => slotRequest('99'), ["REFERENCE_NOT_FOUND 'Service Id' (99) is not found."]],
  ['a triage service', () => slotRequest('11004'), ["INVALID_STATE 'Service Id' (11004) is not directly bookable."]],
  ['a service that books by telephone', () => slotRequest('11016'), ["INVALID_STATE 'Service Id' (11016) is not directly bookable."]],
  ['an unpublished service', () => slotRequest('60040'), ["SERVICE_UNAVAILABLE 'Service Id' (60040) is unavailable."]],
  [
    'a clinician of another service',
    () => slotRequest('11000', { 'schedule.actor:Practitioner': '021600556514' }),
    ["INVALID_VALUE 'Named Clinician' (021600556514) is invalid."],
  ],
];

for (const [what, request, expected] of slotRefusals) {
  test(`A015 refuses ${what}`, async () => assert.deepEqual(await refusalOf(request()), ['400', ...expected]));
}

test('A015 offers nothing outside the booking window, the priority or the commissioning', async () => {
  const windowed = data.service({ id: '700', bookingWindowDays: { ROUTINE: { from: 100, to: 120 } }, priorities: ['ROUTINE'] });
  const menu = data.service({ id: '701', commissioning: { odsCodes: ['R68'] } });
  await ers.store.transaction((tx) => saveServices(tx, INSTANCE, [windowed, menu]));
  for (const [serviceId, appointmentType] of [
    ['700', 'ROUTINE'],
    ['700', 'URGENT'],
    ['701', 'ROUTINE'],
  ] as const) {
    assert.equal(at((await slotRequest(serviceId, { appointmentType })).resource, 'total'), 0);
  }
});

test('a slot is won once, let go once, and not on offer before the hospital offers it again', async () => {
  const { store } = ers;
  const ask = { serviceId: '12000', priority: 'ROUTINE', from: data.NOW, to: data.NOW + 30 * data.DAY } as const;
  const total = async () => (await freeSlots(store.db, INSTANCE, ask, { size: 1, number: 1 })).total;
  assert.equal(await total(), 3);
  const attempts = await Promise.all([1, 2, 3].map(() => store.transaction((tx) => takeSlot(tx, INSTANCE, '12000001'))));
  assert.deepEqual(attempts.filter(Boolean).length, 1);
  assert.equal(await total(), 2);
  assert.deepEqual([await releaseSlot(store.db, INSTANCE, '12000001'), await releaseSlot(store.db, INSTANCE, '12000001')], [true, false]);
  assert.equal(await total(), 2);
});
