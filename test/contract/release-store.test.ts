/** What the road keeps of production and of its reviewers, on every engine. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import type { Store } from '../../src/kernel/store/store.ts';
import { portalMigrations } from '../../src/portal/index.ts';
import { acceptedRows, acceptRows, confirmRows } from '../../src/portal/release/accepted-rows.ts';
import { claimRoad, findRoad, insertRoad, replaceDuties, type StoredRoad, waitingDuties } from '../../src/portal/release/store.ts';
import { engines } from './stores.ts';

const PROVIDER = { ods: 'R69', use: 'application-restricted-provider', asid: '' } as const;

for (const engine of engines)
  describe(`roads on ${engine.name}`, { skip: engine.skip, concurrency: false }, () => {
    let store: Store;
    before(async () => {
      store = await engine.open('release_store', { kernel: kernelMigrations, ...portalMigrations });
    });
    after(() => store.close());

    const newRoad = async (id: string): Promise<StoredRoad> => {
      const owner = { accountId: 'a', teamId: undefined, supplierOds: 'X26', supplierName: 'Acme' };
      await store.transaction((tx) =>
        insertRoad(tx, { id, ...owner, product: id, version: '1', reviewers: undefined, revision: 0, createdAt: 1 }),
      );
      const road = await findRoad(store.db, id);
      assert.ok(road);
      return road;
    };
    const rowsOf = async (roadId: string) =>
      (await acceptedRows(store.db, roadId)).map(({ appId, ods, inForm, live }) => ({ appId, ods, inForm, live }));
    const accept = (roadId: string, ...rows: Parameters<typeof acceptRows>[2]) => store.transaction((tx) => acceptRows(tx, roadId, rows));

    test('duties worked out before the road changed do not take the place of newer ones', async () => {
      const stale = await newRoad('duties');
      const duty = { kind: 'use-case', key: '', reviewer: 'ers-partners', since: 1, due: 1, mode: 'person' } as const;
      await store.transaction((tx) => claimRoad(tx, stale));
      const fresh = await findRoad(store.db, stale.id);
      assert.ok(fresh);
      await store.transaction((tx) => replaceDuties(tx, fresh, [{ ...duty, action: 'accept' }]));
      await assert.rejects(
        store.transaction((tx) => replaceDuties(tx, stale, [])),
        { code: 'road_changed' },
      );
      assert.deepEqual(
        (await waitingDuties(store.db, stale.id)).map(({ action }) => action),
        ['accept'],
      );
      assert.equal((await findRoad(store.db, stale.id))?.revision, fresh.revision, 'duties are no change of the road');
    });

    test('an application replaced on the form stays known; live is what was confirmed, for its organisation and use', async () => {
      const { id } = await newRoad('rows');
      await accept(id, { ...PROVIDER, appId: 'one' });
      assert.deepEqual(await store.transaction((tx) => confirmRows(tx, id)), ['one']);
      await accept(id, { ...PROVIDER, appId: 'two' });
      assert.deepEqual(await rowsOf(id), [
        { appId: 'one', ods: 'R69', inForm: false, live: true },
        { appId: 'two', ods: 'R69', inForm: true, live: false },
      ]);
      await accept(id, { ...PROVIDER, appId: 'one', ods: 'RCD' }, { ...PROVIDER, appId: 'two' });
      assert.deepEqual(
        (await rowsOf(id)).find(({ appId }) => appId === 'one'),
        { appId: 'one', ods: 'RCD', inForm: true, live: false },
      );
    });

    test('an application that is live by the road of one version is live for the next', async () => {
      const [first, next] = [await newRoad('first'), await newRoad('next')];
      await accept(first.id, { ...PROVIDER, appId: 'shared' });
      await store.transaction((tx) => confirmRows(tx, first.id));
      await accept(next.id, { ...PROVIDER, appId: 'shared' });
      assert.deepEqual(await rowsOf(next.id), [{ appId: 'shared', ods: 'R69', inForm: true, live: true }]);
    });
  });
