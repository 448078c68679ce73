/** The simulated hospitals on a real store: the book decides, a fault rule overrules it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FaultEffect, Faults, PartnerBehaviour } from '../../../kernel/faults/faults.ts';
import { addSessions, holderOf, readBook } from '../store/appointment-book.ts';
import { saveSlots, slotById } from '../store/catalogue.ts';
import { insertReferral } from '../store/referrals.ts';
import * as data from '../test-data.ts';
import { INSTANCE, type TestErs, testErs } from '../test-world.ts';
import { withdrawFromBook } from './appointment-book.ts';
import { BOOKING_CONFIRMED, settleConfirmation } from './hospital-notices.ts';
import type { BookingRequest, HospitalAnswer, HospitalSystem } from './hospital-system.ts';
import { simulatedHospital } from './simulated-hospital.ts';

const SERVICE = '11000';
const SLOTS = ['101', '102', '103'];
const NO_FAULTS: Faults = { take: async () => undefined };

/** Faults that apply once to one operation. */
function faultsOn(operation: string, behaviour: PartnerBehaviour): Faults {
  const left = [operation];
  return {
    take: async (_service, asked, kinds): Promise<FaultEffect | undefined> => {
      assert.deepEqual(kinds, ['partner']);
      return left[0] === asked && left.shift() !== undefined ? { kind: 'partner', behaviour } : undefined;
    },
  };
}

interface Hospital {
  readonly ers: TestErs;
  readonly hospital: HospitalSystem;
  readonly waits: readonly number[];
}

/** A clinic with one session tomorrow: three slots, room for `capacity` patients. */
async function clinic(faults: Faults = NO_FAULTS, capacity = 3): Promise<Hospital> {
  const ers = await testErs();
  const start = data.NOW + data.DAY;
  const slots = SLOTS.map((id, place) => ({ id, usrn: `USRN-${id}`, start: start + place * 600_000, end: start + (place + 1) * 600_000 }));
  await ers.store.transaction(async (tx) => {
    await addSessions(tx, INSTANCE, SERVICE, [{ id: 'morning', start, capacity, slots }]);
    await saveSlots(
      tx,
      INSTANCE,
      slots.map((each) => ({ ...each, serviceId: SERVICE, status: 'free' })),
    );
  });
  const waits: number[] = [];
  const hospital = simulatedHospital({
    ...ers,
    faults,
    settings: { pasTimeoutSeconds: 2 },
    pause: async (time) => void waits.push(time),
  });
  return { ers, hospital, waits };
}

function request(slotId = '101', ubrn = '000000080000'): BookingRequest {
  return {
    instance: INSTANCE,
    ubrn,
    nhsNumber: '9912003888',
    serviceId: SERVICE,
    slotId,
    usrn: `USRN-${slotId}`,
    start: data.NOW + data.DAY,
  };
}

async function offered({ hospital }: Hospital): Promise<readonly string[] | undefined> {
  return (await hospital.availableSlots(INSTANCE, SERVICE))?.map((each) => each.id);
}

async function revision({ hospital }: Hospital): Promise<number | undefined> {
  return (await hospital.clinics(INSTANCE)).find((each) => each.serviceId === SERVICE)?.revision;
}

test('a slot is booked once, by whoever asks first; asking again for one’s own is answered with yes', async () => {
  const at = await clinic();
  assert.equal(await at.hospital.book(request()), 'confirmed');
  assert.equal(await at.hospital.book(request('101', '000000080001')), 'refused');
  assert.equal(await at.hospital.book(request()), 'confirmed');
  assert.deepEqual(await offered(at), ['102', '103']);
  assert.equal((await readBook(at.ers.store.db, INSTANCE, SERVICE))[0]?.bookings.length, 1);
});

test('no hospital books a slot it does not have, that has begun, or that is another clinic’s', async () => {
  const at = await clinic();
  assert.equal(await at.hospital.book(request('999')), 'refused');
  assert.equal(await at.hospital.book({ ...request(), serviceId: '11002' }), 'refused');
  at.ers.clock.advance(data.DAY);
  assert.equal(await at.hospital.book(request()), 'refused');
});

test('a full session takes nobody, and its other slots are no longer offered', async () => {
  const at = await clinic(NO_FAULTS, 2);
  assert.equal(await at.hospital.book(request('101', '1')), 'confirmed');
  const before = await revision(at);
  assert.equal(await at.hospital.book(request('102', '2')), 'confirmed');
  assert.notEqual(await revision(at), before, 'e-RS has something to poll');
  assert.deepEqual(await offered(at), []);
  assert.equal(await at.hospital.book(request('103', '3')), 'refused');
  assert.equal(await holderOf(at.ers.store.db, INSTANCE, '103'), undefined);
  assert.equal(await at.hospital.cancel(request('101', '1')), 'confirmed');
  assert.deepEqual(await offered(at), ['101', '103']);
});

test('a cancelled slot is open again; cancelling what is not booked changes nothing', async () => {
  const at = await clinic();
  await at.hospital.book(request());
  assert.equal(await at.hospital.cancel(request('101', '000000080001')), 'confirmed');
  assert.deepEqual(await offered(at), ['102', '103'], 'another’s booking stays');
  assert.equal(await at.hospital.cancel(request()), 'confirmed');
  assert.equal(await at.hospital.cancel(request()), 'confirmed');
  assert.deepEqual(await offered(at), SLOTS);
  const [slot] = await readBook(at.ers.store.db, INSTANCE, SERVICE);
  assert.deepEqual(
    slot?.bookings.map((each) => [each.ubrn, each.cancelledAt]),
    [['000000080000', data.NOW]],
  );
});

const behaviours: readonly (readonly [PartnerBehaviour, HospitalAnswer, waits: readonly number[], inTheBook: boolean])[] = [
  ['refuse', 'refused', [], false],
  ['error', 'error', [], false],
  ['silence', 'silence', [2_000], false],
  ['late', 'silence', [2_000], true],
  ['withdraw', 'refused', [], false],
];
for (const [behaviour, answer, waits, inTheBook] of behaviours) {
  test(`told to ${behaviour}, the hospital answers ${answer} once${inTheBook ? ' and keeps the booking' : ''}`, async () => {
    const at = await clinic(faultsOn('A016', behaviour));
    assert.equal(await at.hospital.book(request()), answer);
    assert.deepEqual(at.waits, waits);
    assert.equal((await holderOf(at.ers.store.db, INSTANCE, '101')) !== undefined, inTheBook);
    assert.equal(await at.hospital.book(request()), behaviour === 'withdraw' ? 'refused' : 'confirmed');
    assert.equal((await slotById(at.ers.store.db, INSTANCE, '101'))?.status, behaviour === 'withdraw' ? 'withdrawn' : 'free');
  });
}

test('a rule for any cancelling operation applies to the next cancellation, and none to bookings or to what e-RS takes back', async () => {
  for (const operation of ['A014', 'A022', 'A034', 'A036']) {
    const at = await clinic(faultsOn(operation, 'refuse'));
    assert.equal(await at.hospital.book(request()), 'confirmed');
    assert.equal(await at.hospital.cancel({ ...request('102'), compensation: true }), 'confirmed');
    assert.equal(await at.hospital.cancel(request()), 'refused');
    assert.deepEqual(await offered(at), ['102', '103'], 'a refused cancellation changes nothing');
    assert.equal(await at.hospital.cancel(request()), 'confirmed');
  }
});

test('a clinic told to be silent does not answer the poll', async () => {
  const at = await clinic(faultsOn('slot-poll', 'silence'));
  assert.equal(await offered(at), undefined);
  assert.deepEqual(await offered(at), SLOTS);
});

test('a confirmation that came too late is taken back, unless the referral holds the slot by then', async () => {
  for (const held of [false, true]) {
    const at = await clinic(faultsOn('A016', 'late'));
    const { ers, hospital } = at;
    assert.equal(await hospital.book(request()), 'silence');
    const [job] = ers.jobs.filter((each) => each.kind === BOOKING_CONFIRMED);
    assert.ok(job !== undefined && job.dueAt > data.NOW + 2_000, 'after e-RS has stopped waiting');
    const referral = held ? { ...data.bookedReferral(), ubrn: '000000080000' } : data.referral({ ubrn: '000000080000' });
    const { appointment } = referral;
    await insertReferral(ers.store.db, INSTANCE, {
      ...referral,
      ...(appointment !== undefined && { appointment: { ...appointment, slotId: '101' } }),
    });
    const settle = settleConfirmation({ ...ers.world, hospital });
    await settle({ id: '1', attempts: 0, ...job });
    await settle({ id: '1', attempts: 1, ...job });
    assert.equal(await holderOf(ers.store.db, INSTANCE, '101'), held ? '000000080000' : undefined);
  }
});

test('whatever is asked in whatever order, no slot has two patients and no session more than it takes', async () => {
  const at = await clinic(NO_FAULTS, 2);
  const { db } = at.ers.store;
  const ubrn = fc.constantFrom('1', '2', '3', '4');
  const slot = fc.constantFrom(...SLOTS);
  const command = fc.oneof(
    fc.record({ kind: fc.constant('book' as const), slot, ubrn }),
    fc.record({ kind: fc.constant('cancel' as const), slot, ubrn }),
    fc.record({ kind: fc.constant('withdraw' as const), slot, ubrn }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(command, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (rounds) => {
      for (const round of rounds) {
        const answers = await Promise.all(
          round.map(async (each) => {
            if (each.kind === 'book') return at.hospital.book(request(each.slot, each.ubrn));
            if (each.kind === 'cancel') return at.hospital.cancel(request(each.slot, each.ubrn));
            return at.ers.store.transaction((tx) => withdrawFromBook(tx, INSTANCE, SERVICE, each.slot));
          }),
        );
        const book = await readBook(db, INSTANCE, SERVICE);
        const current = book.map((each) => each.bookings.filter(({ cancelledAt }) => cancelledAt === undefined));
        for (const [index, bookings] of current.entries()) {
          assert.ok(bookings.length <= 1, 'one patient a slot');
          assert.equal(bookings.length === 1, book[index]?.status === 'booked', 'the slot says what the bookings say');
        }
        assert.ok(current.flat().length <= 2, 'no more patients than the session takes');
        const onOffer = await offered(at);
        assert.equal(onOffer?.length, current.flat().length === 2 ? 0 : book.filter((each) => each.status === 'open').length);
        // A yes is a promise: whoever got one holds the slot, unless they gave it back in the same breath.
        for (const [place, { kind, slot: id, ubrn: who }] of round.entries()) {
          const givenBack = round.some((each) => each.kind === 'cancel' && each.slot === id && each.ubrn === who);
          if (kind === 'book' && answers[place] === 'confirmed' && !givenBack) assert.equal(await holderOf(db, INSTANCE, id), who);
        }
      }
      for (const id of SLOTS) for (const who of ['1', '2', '3', '4']) await at.hospital.cancel(request(id, who));
    }),
    { numRuns: 60 },
  );
});
