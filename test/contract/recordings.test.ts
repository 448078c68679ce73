/** Evidence on both engines, by two processes at once, and through both adapters of the management interface. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gatewayOf } from '../../src/environment/authorities.ts';
import { type ManagedEnvironment, manageHere, manageOverHttp } from '../../src/environment/management/index.ts';
import { recordingMigrations } from '../../src/environment/recording/migrations.ts';
import { APP, as, order, place } from '../../src/environment/recording/test-place.ts';
import { BEGINNING, hashOfLine } from '../../src/kernel/evidence/chain.ts';
import { openSeal } from '../../src/kernel/evidence/seal.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';
import { engines } from './stores.ts';

const migrations = { kernel: kernelMigrations, recording: recordingMigrations };

for (const engine of engines)
  describe(`recordings on ${engine.name}`, { skip: engine.skip, concurrency: false }, () => {
    test('are one chain, whoever writes at the same time', async () => {
      const store = await engine.open('recordings_one', migrations);
      const one = await place(store);
      await one.recordings.start(order('run', APP));
      await Promise.all(Array.from({ length: 20 }, () => one.ask('/refused', as(APP))));
      await one.recordings.stop('run');
      await checkChain(one, 20);
      assert.deepEqual(await one.recordings.delete('run'), { deleted: true });
      await store.close();
    });

    test('are one chain of two processes, and the second learns of what the first began', { skip: engine.name === 'SQLite' }, async () => {
      const stores = await Promise.all([engine.open('recordings_two', migrations), engine.open('recordings_two', migrations)]);
      const [one, other] = await Promise.all(stores.map((store) => place(store)));
      assert.ok(one && other);
      await one.recordings.start(order('run', APP));
      await Promise.all(Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? one : other).ask('/refused', as(APP))));
      await other.recordings.stop('run');
      assert.equal((await one.ask('/refused', as(APP))).status, 401);
      await checkChain(other, 30);
      for (const store of stores) await store.close();
    });
  });

async function checkChain({ recordings }: Awaited<ReturnType<typeof place>>, count: number): Promise<void> {
  const { opening, closing, exchanges, missed } = await recordings.show('run');
  const lines = [opening, ...(await recordings.lines('run')), closing ?? ''];
  assert.deepEqual([exchanges, missed, lines.length], [count, 0, count + 2]);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).previous),
    [BEGINNING, ...lines.slice(0, -1).map((line) => hashOfLine(line))],
  );
}

describe('recordings through the management interface', { concurrency: false }, () => {
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
    test(`begin, end, are sealed and removed, each as often as one likes, ${name}`, async () => {
      const environment = of();
      const { store } = platform.environment;
      const registered = await store.transaction((tx) =>
        gatewayOf(platform.environment).registerApplication(tx, { name: 'Recorded', accessMode: 'application-restricted' }),
      );
      const { applications } = await environment.call('recordings.applications', { ids: [registered.apiKey, 'nobody'] });
      assert.deepEqual(
        applications.map(({ appId, accessMode, capability }) => [appId, accessMode, capability]),
        [[registered.appId, 'application-restricted', 'provider']],
      );
      const id = `contract-${name.replaceAll(' ', '-')}`;
      const begin = { id, purpose: 'Contract', applications: [registered.appId] };
      const begun = await environment.call('recordings.start', begin);
      assert.deepEqual(await environment.call('recordings.start', begin), begun);
      assert.deepEqual(await environment.call('recordings.exchanges', { id, after: 0, limit: 10 }), { lines: [] });
      const ended = await environment.call('recordings.stop', { id });
      assert.deepEqual(await environment.call('recordings.stop', { id }), ended);
      assert.deepEqual(await environment.call('recordings.show', { id }), ended);
      const head = 'a'.repeat(64);
      for (let time = 0; time < 2; time += 1) {
        const { facts } = await openSeal((await environment.call('recordings.seal', { id, head, lines: 5 })).jws);
        assert.deepEqual([facts.recording, facts.head, facts.lines, facts.recordingHead], [id, head, 5, ended.head]);
      }
      assert.ok((await environment.call('recordings.list', {})).recordings.some((each) => each.id === id));
      const fingerprint = await environment.call('recordings.fingerprint', {});
      assert.equal(fingerprint['environment'], 'INT');
      for (const part of ['version', 'settings', 'builds', 'authorities', 'services']) assert.ok(fingerprint[part], part);
      assert.deepEqual(await environment.call('recordings.delete', { id }), { deleted: true });
      assert.deepEqual(await environment.call('recordings.delete', { id }), { deleted: false });
      await assert.rejects(environment.call('recordings.show', { id }), { status: 404, code: 'recording_unknown' });
    });

  test('end with the environment when it is started anew', async () => {
    const environment = manageHere(platform.environment);
    const { store } = platform.environment;
    const { appId } = await store.transaction((tx) =>
      gatewayOf(platform.environment).registerApplication(tx, { name: 'Gone', accessMode: 'application-restricted' }),
    );
    await environment.call('recordings.start', { id: 'anew', purpose: 'Anew', applications: [appId] });
    await platform.environment.resetAll();
    assert.equal((await environment.call('recordings.show', { id: 'anew' })).stopReason, 'reset');
  });
});
