/** Polling: e-RS's offer becomes what the hospital offers, and only then. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseSlot, saveSlots, slotById, takeSlot } from '../store/catalogue.ts';
import * as data from '../test-data.ts';
import { INSTANCE, type TestErs, testErs } from '../test-world.ts';
import { POLL_HOSPITALS, pollHospitals, polling, startPolling } from './slot-polling.ts';

const start = data.NOW + data.DAY;
const slot = (id: string) => ({ id, usrn: `USRN-${id}`, start, end: start + 600_000 });

async function statuses(ers: TestErs, ...ids: readonly string[]): Promise<readonly (string | undefined)[]> {
  const found = await Promise.all(ids.map((id) => slotById(ers.store.db, INSTANCE, id)));
  return found.map((each) => each?.status);
}

test('the answer replaces the offer of that clinic, and of no other', async () => {
  const ers = await testErs();
  await saveSlots(ers.store.db, INSTANCE, [{ ...slot('2'), serviceId: '11002', status: 'free' }]);
  ers.hospital.lists.set('11000', { revision: 1, slots: [slot('1'), slot('3')] });
  assert.equal(await pollHospitals(ers.world, INSTANCE), 1);
  assert.deepEqual(await statuses(ers, '1', '2', '3', data.SLOT.id), ['free', 'free', 'free', 'gone']);
  ers.hospital.lists.set('11000', { revision: 2, slots: [slot('3'), { ...slot('1'), clinician: '021600556514' }] });
  await pollHospitals(ers.world, INSTANCE);
  assert.equal((await slotById(ers.store.db, INSTANCE, '1'))?.clinician, '021600556514');
});

test('no answer leaves the old offer, and is asked for again', async () => {
  const ers = await testErs();
  ers.hospital.lists.set('11000', { revision: 1, slots: undefined });
  assert.equal(await pollHospitals(ers.world, INSTANCE), 0);
  assert.deepEqual(await statuses(ers, data.SLOT.id), ['free']);
  ers.hospital.lists.set('11000', { revision: 1, slots: [] });
  assert.equal(await pollHospitals(ers.world, INSTANCE), 1);
  assert.deepEqual(await statuses(ers, data.SLOT.id), ['gone']);
});

test('a list that has not changed is not taken again', async () => {
  const ers = await testErs();
  ers.hospital.lists.set('11000', { revision: 7, slots: [slot('1')] });
  assert.equal(await pollHospitals(ers.world, INSTANCE), 1);
  assert.equal(await pollHospitals(ers.world, INSTANCE), 0);
});

test('a booking is not undone by an answer that was on its way, nor hindered by one that missed it', async () => {
  const ers = await testErs();
  ers.hospital.lists.set('11000', { revision: 1, slots: [slot('1'), slot('2')] });
  await pollHospitals(ers.world, INSTANCE);
  assert.ok(await takeSlot(ers.store.db, INSTANCE, '1'));
  ers.hospital.lists.set('11000', { revision: 2, slots: [slot('1')] });
  await pollHospitals(ers.world, INSTANCE);
  assert.deepEqual(await statuses(ers, '1', '2'), ['booked', 'gone']);
  assert.ok(await takeSlot(ers.store.db, INSTANCE, '2'), 'the hospital confirmed it: that is why it is gone from the list');
});

test('after a cancellation the slot comes back when the hospital offers it again', async () => {
  const ers = await testErs();
  ers.hospital.lists.set('11000', { revision: 1, slots: [slot('1')] });
  await pollHospitals(ers.world, INSTANCE);
  await takeSlot(ers.store.db, INSTANCE, '1');
  // The poll may see the hospital's cancellation before e-RS has saved its own.
  ers.hospital.lists.set('11000', { revision: 2, slots: [slot('1')] });
  await pollHospitals(ers.world, INSTANCE);
  await releaseSlot(ers.store.db, INSTANCE, '1');
  assert.deepEqual(await statuses(ers, '1'), ['gone']);
  await pollHospitals(ers.world, INSTANCE);
  assert.deepEqual(await statuses(ers, '1'), ['free']);
});

test('polls follow each other at the interval, in one chain however often a job runs or polling begins anew', async () => {
  const ers = await testErs();
  const run = polling(ers.world);
  await ers.store.transaction((tx) => startPolling(ers.world, tx));
  const [first] = ers.jobs;
  assert.deepEqual([first?.kind, first?.dueAt], [POLL_HOSPITALS, data.NOW]);
  const job = { id: '1', kind: POLL_HOSPITALS, attempts: 0, payload: first?.payload ?? {} };
  await run(job);
  await run(job);
  assert.deepEqual(
    ers.jobs.slice(1).map((each) => each.dueAt),
    [data.NOW + 60_000],
  );
  await ers.store.transaction((tx) => startPolling(ers.world, tx));
  await run({ ...job, payload: ers.jobs[1]?.payload ?? {} });
  assert.equal(ers.jobs.length, 3, 'the chain of before has ended');
  await run({ ...job, payload: ers.jobs[2]?.payload ?? {} });
  assert.equal(ers.jobs.length, 4);
});
