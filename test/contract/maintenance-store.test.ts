/** The schedule of an environment on every engine: what one process writes, another that shares the database knows at its next look. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Maintenance } from '../../src/environment/maintenance/maintenance.ts';
import { environmentTables } from '../../src/environment/maintenance/migrations.ts';
import { readChange } from '../../src/environment/maintenance/reading.ts';
import { secureRandom } from '../../src/kernel/random.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import { World } from '../../src/kernel/world.ts';
import { engines } from './stores.ts';

const HOUR = 3_600_000;

for (const engine of engines)
  describe(`maintenance on ${engine.name}`, { skip: engine.skip }, () => {
    const open = async (name: string) => {
      const store = await engine.open(name, { kernel: kernelMigrations, environment: environmentTables });
      const world = await World.open(store);
      return {
        store,
        world,
        maintenance: await Maintenance.open({ environment: 'INT', store, world, random: secureRandom, mode: 'enforced' }),
      };
    };
    const content = (now: number) =>
      readChange({
        title: 'Work',
        environments: ['INT'],
        services: ['api-platform'],
        start: new Date(now - HOUR).toISOString(),
        end: new Date(now + HOUR).toISOString(),
        impact: 'outage',
        kind: 'build',
        toBuild: '2.0',
        raisedBy: 'Operations',
        contact: 'operations',
      });

    test('everything written is read back as it was, by who opens the database anew', async () => {
      const first = await open('maintenance_kept');
      const now = first.world.now();
      const entry = await first.maintenance.changes.add(content(now), { actor: 'Ada' });
      await first.maintenance.changes.act(entry.id, 'approve', { reason: 'Agreed' });
      await first.maintenance.changes.act(entry.id, 'start', {});
      await first.maintenance.changes.act(entry.id, 'complete', {});
      const release = await first.maintenance.addRelease({ releasedAt: Date.parse('2031-12-02T10:00:00Z'), build: '27.1' });
      await first.maintenance.withdrawRelease(release.id);
      const to = { start: Date.parse('2031-12-09T20:00:00Z'), end: Date.parse('2031-12-10T02:00:00Z') };
      await first.maintenance.setNight({ service: 'cis', night: '2031-12-10', kind: 'moved', to, reason: 'Audit' });
      await first.maintenance.setNight({ service: 'cis', night: '2031-12-10', kind: 'as-usual' });
      await first.maintenance.setPattern('cis', { pattern: 'flap', minutes: 5 });
      const { schedule } = first.maintenance;
      await first.store.close();
      const second = await open('maintenance_kept');
      assert.deepEqual(second.maintenance.schedule, schedule);
      assert.deepEqual(
        second.maintenance.schedule.exceptions.map(({ kind, revision }) => [kind, revision]),
        [['as-usual', 2]],
      );
      assert.deepEqual(
        (await second.maintenance.changes.history(entry.id)).map(({ revision, what, actor, reason }) => [revision, what, actor, reason]),
        [
          [4, 'complete', 'operator', undefined],
          [3, 'in-progress', 'operator', undefined],
          [2, 'approved', 'operator', 'Agreed'],
          [1, 'added', 'Ada', undefined],
        ],
      );
      const platform = (await second.maintenance.builds()).find((each) => each.application === 'api-platform');
      assert.deepEqual([platform?.builds[0]?.version, platform?.builds[0]?.changeId], ['2.0', entry.id]);
      await second.store.drop();
    });

    test('a change approved at one door closes the service at the other', {
      skip: engine.name === 'SQLite' ? 'one process has it to itself' : false,
    }, async () => {
      const [left, right] = [await open('maintenance_shared'), await open('maintenance_shared')];
      const entry = await left.maintenance.changes.add(content(left.world.now()), {});
      await left.maintenance.changes.act(entry.id, 'approve', {});
      assert.ok(left.maintenance.closed('api-platform'));
      assert.equal(right.maintenance.closed('api-platform'), undefined, 'it has not looked yet');
      await right.world.refresh();
      assert.ok(right.maintenance.closed('api-platform') && right.maintenance.closed('ers'));
      await left.maintenance.changes.act(entry.id, 'start', {});
      await left.maintenance.changes.act(entry.id, 'complete', {});
      await right.world.refresh();
      assert.equal(right.maintenance.closed('api-platform'), undefined);
      await left.store.close();
      await right.store.drop();
    });
  });
