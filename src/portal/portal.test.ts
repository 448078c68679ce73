/** The portal as a frame for its modules. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { ManualClock } from '../kernel/clock.ts';
import type { Store } from '../kernel/store/store.ts';
import type { PortalModule } from './module.ts';
import { Portal } from './portal.ts';

test('what goes wrong in one module does not keep the others from what is due, and is logged with its name', async () => {
  const [lines, settled]: [string[], string[]] = [[], []];
  const module = (name: string, settle: () => Promise<void>): PortalModule => ({
    name,
    title: name,
    migrations: {},
    create: () => ({ api: undefined, settle }),
  });
  const noting = (name: string) => module(name, async () => void settled.push(name));
  const portal = new Portal(
    {
      store: {} as Store,
      clock: new ManualClock(0),
      outbox: { enqueue: async () => undefined, wake: () => undefined },
      random: { uuid: () => '', bytes: (length: number) => Buffer.alloc(length) } as never,
      log: pino({}, { write: (line: string) => void lines.push(line) }),
      environments: [],
      baseUrl: 'https://localhost:8043',
      thisMachineOnly: true,
      operatorToken: 'nobody uses this',
      smtpUrl: undefined,
      reviewers: 'at-once',
      guard: () => undefined,
      errorPages: async () => [],
    },
    [
      noting('before'),
      module('broken', async () => {
        throw new Error('the environment is away');
      }),
      noting('after'),
    ],
  );
  await portal.settle();
  assert.deepEqual(settled, ['before', 'after']);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ module, error }) => [module, error]),
    [['broken', 'the environment is away']],
  );
});
