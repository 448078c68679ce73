/** What the road says of endpoints is what e-RS does: who may call them, and which of them change something. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '../../services/ers/operations.ts';
import { ENDPOINTS } from './endpoints.ts';

for (const { id, applications, method, reads } of operations) {
  test(`${id} is known as e-RS answers it`, () => {
    const found = ENDPOINTS.find((each) => each.id === id);
    assert.deepEqual([...(found?.unattended ?? [])].sort(), [...applications].sort());
    const changesNothing = method === 'GET' || method === 'HEAD' || reads === true;
    assert.equal(found?.reads, changesNothing);
  });
}
