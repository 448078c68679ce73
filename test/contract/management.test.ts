/**
 * The management interface (DESIGN.md, "Portal"): the same suite against an environment in this process and against one behind HTTP. An operation
 * added to the table is found here, and must be in the list of those that are asked.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ManagedEnvironment, manageHere, manageOverHttp } from '../../src/environment/management/index.ts';
import { operations } from '../../src/environment/management/operations.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';

let platform: BootedPlatform;
before(async () => {
  platform = await bootForTests('INT');
});
after(() => platform.remove());

const adapters: readonly { readonly name: string; readonly of: () => ManagedEnvironment }[] = [
  { name: 'in this process', of: () => manageHere(platform.environment) },
  { name: 'over HTTP', of: () => manageOverHttp({ id: 'INT', url: platform.httpUrl, token: undefined }) },
];

for (const { name, of } of adapters)
  describe(`management ${name}`, { concurrency: false }, () => {
    test('an environment describes itself', async () => {
      const description = await of().call('environment.describe', {});
      assert.deepEqual(
        [description.id, description.production, description.ready, description.ers.map((each) => each.instance)],
        ['INT', false, true, ['Int1']],
      );
      assert.equal((await of().call('environment.manifest', {})).id, 'INT');
      const { now } = await of().call('environment.now', {});
      assert.ok(Math.abs(now - description.now) < 60_000);
    });

    test('an input of another shape is refused, and says where', async () => {
      const wrong = { surprising: true } as never;
      await assert.rejects(
        of().call('environment.now', wrong),
        (error) => error instanceof LocalRefusal && error.status === 400 && error.code === 'bad_management_input',
      );
    });

    test('what is not an operation is not there', async () => {
      await assert.rejects(of().call('__proto__' as never, {} as never));
      await assert.rejects(of().call('toString' as never, {} as never));
    });
  });

test('every operation says what it does', () => {
  for (const [name, { summary }] of Object.entries(operations)) assert.match(summary, /^[A-Z].*\.$/, name);
});

test('an environment that does not answer is named', async () => {
  const nobody = manageOverHttp({ id: 'INT', url: 'http://127.0.0.1:9', token: undefined });
  await assert.rejects(nobody.call('environment.now', {}), (error) => error instanceof LocalRefusal && error.status === 503);
});
