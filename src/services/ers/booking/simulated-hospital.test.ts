import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultEffect, Faults } from '../../../kernel/faults/faults.ts';
import { simulatedHospital } from './simulated-hospital.ts';

const request = {
  instance: 'Int1',
  ubrn: '000000070000',
  nhsNumber: '9912003888',
  serviceId: '11000',
  slotId: '11000001',
  usrn: 'USRN-11000001',
  start: 0,
};

/** Faults that apply once to one operation. */
function faultsOn(operation: string, behaviour: 'refuse' | 'error' | 'silence'): Faults {
  const left = [operation];
  return {
    take: async (service, asked, kinds): Promise<FaultEffect | undefined> => {
      assert.deepEqual([service, kinds], ['ers', ['partner']]);
      return left[0] === asked && left.shift() !== undefined ? { kind: 'partner', behaviour } : undefined;
    },
  };
}

for (const [behaviour, answer] of [
  ['refuse', 'refused'],
  ['error', 'error'],
  ['silence', 'silence'],
] as const) {
  test(`the hospital told to ${behaviour} does so once, then confirms`, async () => {
    const waits: number[] = [];
    const hospital = simulatedHospital({
      faults: faultsOn('A016', behaviour),
      settings: { pasTimeoutSeconds: 2 },
      pause: async (time) => void waits.push(time),
    });
    assert.equal(await hospital.book(request), answer);
    assert.equal(await hospital.book(request), 'confirmed');
    assert.deepEqual(waits, behaviour === 'silence' ? [2000] : []);
  });
}

test('a rule for any cancelling operation applies to a cancellation, and none to bookings', async () => {
  for (const operation of ['A014', 'A022', 'A034', 'A036']) {
    const hospital = simulatedHospital({ faults: faultsOn(operation, 'refuse'), settings: { pasTimeoutSeconds: 0 } });
    assert.equal(await hospital.book(request), 'confirmed');
    assert.equal(await hospital.cancel(request), 'refused');
    assert.equal(await hospital.cancel(request), 'confirmed');
  }
});

test('silence without a time-out is immediate', async () => {
  const hospital = simulatedHospital({ faults: faultsOn('A016', 'silence'), settings: { pasTimeoutSeconds: 0 } });
  assert.equal(await hospital.book(request), 'silence');
});
