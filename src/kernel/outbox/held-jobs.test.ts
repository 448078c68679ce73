import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { ALWAYS_OPEN, type Closed } from '../availability.ts';
import { secureRandom } from '../random.ts';
import { kernelMigrations } from '../store/kernel-migrations.ts';
import { openMemoryStore } from '../store/memory.ts';
import { World } from '../world.ts';
import { StoreOutbox } from './store-outbox.ts';

test('deliveries of a closed application wait and go in their order afterwards; others go on', async () => {
  const store = await openMemoryStore({ kernel: kernelMigrations });
  const world = await World.open(store);
  let closed: Closed | undefined = { service: 'Spine CIS', cause: 'its maintenance slot', retryAfterSeconds: 120 };
  const outbox = new StoreOutbox({
    store,
    world,
    random: secureRandom,
    log: pino({ level: 'silent' }),
    availability: { ...ALWAYS_OPEN, closed: (service) => (service === 'cis' ? closed : undefined) },
  });
  const done: string[] = [];
  const handler = async ({ payload }: { readonly payload: Readonly<Record<string, unknown>> }): Promise<void> => {
    done.push(String(payload['n']));
  };
  const now = world.now();
  await store.transaction(async (tx) => {
    for (const [n, dueAt] of [
      [3, now - 1],
      [1, now - 30],
      [2, now - 20],
    ] as const)
      await outbox.enqueue(tx, 'identity.send-token-event', { n }, dueAt);
    await outbox.enqueue(tx, 'pki.publish', { n: 'other' }, now - 5);
  });
  outbox.start({ 'identity.send-token-event': handler, 'pki.publish': handler }, { 'identity.send-token-event': 'cis' });
  await outbox.drained();
  assert.deepEqual(done, ['other']);
  assert.equal(await outbox.waiting(), 3);
  closed = undefined;
  outbox.wake();
  await outbox.drained();
  assert.deepEqual(done, ['other', '1', '2', '3']);
  await outbox.stop();
  await store.close();
});
