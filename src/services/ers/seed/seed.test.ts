import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../../kernel/seeded-random.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { dayOf, horizonOf, sessionsToOpen } from '../booking/clinic.ts';
import type { OfferedSlot } from '../booking/hospital-system.ts';
import type { HealthcareService } from '../model.ts';
import { clinicType } from '../reference-data/reference-data.ts';
import { isWorkGroupMember, serviceById, servicesByIds, slotById } from '../store/catalogue.ts';
import { insertFile } from '../store/files.ts';
import { insertReferral, referralByUbrn } from '../store/referrals.ts';
import * as data from '../test-data.ts';
import { INSTANCE, testErs } from '../test-world.ts';
import { type SeedDirectory, seedCatalogue } from './catalogue.ts';
import { publishedServices } from './published-services.ts';
import { publishedReferrals } from './referrals.ts';
import { publishedPlan, publishedSlots, syntheticPlan } from './slots.ts';
import { syntheticServices } from './synthetic-services.ts';

const trusts = ['ZT1', 'ZT2', 'ZT3', 'ZT4'].map((odsCode) => ({
  odsCode,
  sites: [{ odsCode: `${odsCode}01`, name: `${odsCode} General`, postcode: 'ZY1 1AB' }],
  clinicians: [`90${odsCode.slice(2)}000000001`, `90${odsCode.slice(2)}000000002`],
}));

/** The slots that an invented clinic opens at first. */
function syntheticSlots(service: HealthcareService, random: SeededRandom): readonly OfferedSlot[] {
  const plan = syntheticPlan(service, random);
  if (plan === undefined) return [];
  return sessionsToOpen(service.id, plan, dayOf(data.NOW), data.NOW).flatMap((each) => each.slots);
}

test('the same seed gives the same services and slots; another seed others', () => {
  const build = (seed: string) => {
    const services = syntheticServices(new SeededRandom(seed), trusts);
    return JSON.stringify([services, services.map((each) => syntheticSlots(each, new SeededRandom(seed)))]);
  };
  assert.equal(build('one'), build('one'));
  assert.notEqual(build('one'), build('two'));
});

test('forty services are invented, of every kind, with clinic types of their specialty', () => {
  const services = syntheticServices(new SeededRandom('one'), trusts);
  assert.equal(services.length, 40);
  assert.equal(new Set(services.map((each) => each.name)).size, 40);
  for (const each of services) {
    assert.ok(each.clinicTypes.length > 0, each.name);
    for (const code of each.clinicTypes) assert.equal(clinicType(code)?.specialty, each.specialty, each.name);
  }
  const kinds = services.map((each) => `${each.requestFlows.join()} ${each.bookableType}`);
  assert.deepEqual([...new Set(kinds)].sort(), [
    'ADVICE_AND_GUIDANCE_REQUEST UNSPECIFIED',
    'APPOINTMENT_REQUEST DIRECTLY_BOOKABLE',
    'APPOINTMENT_REQUEST INDIRECTLY_BOOKABLE',
    'TRIAGE_REQUEST UNSPECIFIED',
  ]);
  assert.ok(
    services.some((each) => !each.published) &&
      services.some((each) => each.commissioning !== 'ALL') &&
      services.some((each) => each.genderTreated === 'MALE'),
  );
});

test('slots lie in the future, within working hours, on working days', () => {
  for (const service of syntheticServices(new SeededRandom('one'), trusts)) {
    const slots = syntheticSlots(service, new SeededRandom('one'));
    assert.equal(slots.length > 0, service.bookableType === 'DIRECTLY_BOOKABLE');
    assert.ok(slots.length === 0 || (slots.length >= 20 && slots.length <= 48), String(slots.length));
    for (const { start } of slots) {
      const time = new Date(start);
      assert.ok(start > data.NOW && ![0, 6].includes(time.getUTCDay()) && time.getUTCHours() >= 9 && time.getUTCHours() < 17);
    }
  }
});

test('slots of the published services have the published numbers', () => {
  const byId = new Map(publishedServices([]).map((each) => [each.id, publishedSlots(each, data.NOW)]));
  assert.equal(byId.get('11000')?.length, 12);
  assert.deepEqual(
    byId.get('12000')?.map((each) => each.id),
    ['12000001', '12000003', '12000004'],
  );
  assert.equal(new Set(byId.get('13000')?.map((each) => each.clinician)).size, 2);
  assert.deepEqual([byId.get('10000'), byId.get('11021'), byId.get('11016')], [[], [], []]);
  const all = [...byId.values()].flat();
  assert.equal(new Set(all.map((each) => each.id)).size, all.length);
  assert.ok(all.every((each) => each.start > data.NOW));
});

test('the clinic of a published service goes on as its examples began', () => {
  const slots = publishedSlots(data.service({ id: '14000' }), data.NOW);
  const plan = publishedPlan(slots);
  assert.ok(plan !== undefined);
  const next = sessionsToOpen('14000', plan, horizonOf(plan, data.NOW), data.NOW + 7 * data.DAY);
  assert.deepEqual(
    next.slice(0, 1).map(({ start, slots: hours }) => [new Date(start).toISOString(), hours.length, hours[0]?.clinician]),
    [['2026-12-01T09:00:00.000Z', 6, slots[0]?.clinician]],
  );
});

test('seeding fills an instance, and work groups are the reviewers of the provider', async () => {
  const ers = await testErs();
  const directory: SeedDirectory = {
    organisations: async (_db: Db, codes) => codes.map((odsCode) => ({ odsCode, name: odsCode, postcode: 'ZY1 1AB' })),
    usersWithActivityAt: async (_db: Db, odsCode, activity) => (activity === 'B1110' ? [`9${odsCode.charCodeAt(2)}000000001`] : []),
  };
  await ers.store.transaction((tx) => seedCatalogue(tx, 'Dep2', new SeededRandom('one'), data.NOW, directory));
  const db = ers.store.db;
  assert.equal((await serviceById(db, 'Dep2', '11002'))?.name, 'Good Cardiology Business Service');
  assert.equal((await servicesByIds(db, 'Dep2', ['60001', '60040', '12019', '99'])).size, 3);
  assert.equal((await slotById(db, 'Dep2', '11002001'))?.status, 'booked');
  assert.ok(await isWorkGroupMember(db, 'Dep2', '11002', '957000000001', 'R69'));
  assert.ok(!(await isWorkGroupMember(db, 'Dep2', '11002', '957000000001', 'R68')));
  // Another instance is another world.
  assert.equal(await serviceById(db, INSTANCE, '11002'), undefined);
});

test('the published referrals fit the published services and slots, and can be stored', async () => {
  const { referrals, files } = publishedReferrals(data.NOW);
  const services = new Map(publishedServices([]).map((each) => [each.id, each]));
  assert.deepEqual(
    referrals.map((each) => [each.ubrn, each.version, each.state]),
    [
      ['000000070000', 5, 'NOT_BOOKED'],
      ['000000070001', 5, 'BOOKED'],
      ['000000070002', 5, 'BOOKED'],
      ['000000070004', 5, 'TRIAGED_PROVIDER_TO_ACTION'],
      ['000000070012', 5, 'NOT_BOOKED'],
      ['000000070030', 5, 'AWAITING_TRIAGE'],
      ['000000070031', 5, 'NOT_BOOKED'],
      ['000000070032', 5, 'NOT_BOOKED'],
      ['000000070033', 5, 'BOOKED'],
      ['000000070034', 5, 'BOOKED'],
      ['000000070035', 5, 'NOT_BOOKED'],
    ],
  );
  for (const { shortlist, appointment, attachments, ubrn } of referrals) {
    for (const each of shortlist) assert.equal(services.get(each.serviceId)?.name, each.serviceName);
    if (appointment?.start !== undefined) assert.ok(appointment.start > data.NOW);
    for (const each of attachments) assert.equal(files.find(({ file }) => file.id === each.fileId)?.file.linkedUbrn, ubrn);
  }
  for (const { file, content } of files) assert.equal(content.length, file.size);
  const booked = referrals[1]?.appointment;
  const slot = publishedSlots(data.service({ id: '11002' }), data.NOW).find((each) => each.id === booked?.slotId);
  assert.deepEqual([booked?.start, booked?.end, booked?.clinician], [slot?.start, slot?.end, slot?.clinician]);
  const ers = await testErs();
  await ers.store.transaction(async (tx) => {
    for (const each of referrals) await insertReferral(tx, INSTANCE, each);
    for (const { file } of files) await insertFile(tx, INSTANCE, file);
  });
  assert.equal((await referralByUbrn(ers.store.db, INSTANCE, '000000070012'))?.attachments.length, 3);
});
