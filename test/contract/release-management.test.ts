/** What the road to production asks of an environment: the same in this process and over HTTP, and each may be repeated. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ManagedEnvironment, manageHere, manageOverHttp } from '../../src/environment/management/index.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';

let platform: BootedPlatform;
before(async () => {
  platform = await bootForTests('PROD');
});
after(() => platform.remove());

const adapters: readonly { readonly name: string; readonly of: () => ManagedEnvironment }[] = [
  { name: 'in this process', of: () => manageHere(platform.environment) },
  { name: 'over HTTP', of: () => manageOverHttp({ id: 'PROD', url: platform.httpUrl, token: undefined }) },
];

for (const { name, of } of adapters)
  describe(`the road's management ${name}`, { concurrency: false }, () => {
    test('an application registered in PROD is not live until it is said to be, step by step and each step twice', async () => {
      const managed = of();
      const appId = randomUUID();
      await managed.call('applications.register', { appId, name: 'Acme - Link', accessMode: 'application-restricted' });
      const stages = async () => (await managed.call('release.stages', { appIds: [appId, randomUUID()] })).applications;
      assert.deepEqual(await stages(), [{ appId, stage: 'not-live', override: false }]);
      for (const stage of ['smoke-test', 'live', 'not-live'] as const) {
        for (let time = 0; time < 2; time += 1)
          assert.deepEqual(await managed.call('release.setStage', { appId, stage }), { appId, stage });
        assert.deepEqual(await stages(), [{ appId, stage, override: false }]);
      }
      await assert.rejects(managed.call('release.setStage', { appId: randomUUID(), stage: 'live' }), {
        status: 404,
        code: 'application_unknown',
      });
    });

    test('people are known by where they have a role, organisations by their names', async () => {
      const managed = of();
      const { people } = await managed.call('release.people', { userIds: ['021600556514', '999999999999'] });
      assert.deepEqual(
        people.map(({ userId, organisations }) => [userId, [...organisations].sort()]),
        [['021600556514', ['R68', 'R69']]],
      );
      const { organisations } = await managed.call('release.organisations', { odsCodes: ['R69', 'ZZZ9'] });
      assert.deepEqual(
        organisations.map(({ odsCode }) => odsCode),
        ['R69'],
      );
    });

    test('the journal is asked for exchanges by correlation id, and for what an application has done', async () => {
      const managed = of();
      assert.deepEqual(await managed.call('release.exchanges', { correlationIds: [randomUUID()] }), { exchanges: [] });
      const appId = randomUUID();
      assert.deepEqual(await managed.call('release.calls', { appIds: [appId], since: 0 }), {
        calls: [{ appId, tokens: 0, succeeded: [] }],
      });
    });
  });
