/** Two doors to the schedule of one environment on one PostgreSQL: who changes it at the same moment is told the same, or refused; nothing breaks. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Maintenance } from '../../src/environment/maintenance/maintenance.ts';
import { environmentTables } from '../../src/environment/maintenance/migrations.ts';
import { readChange } from '../../src/environment/maintenance/reading.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { secureRandom } from '../../src/kernel/random.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import { openPostgresStore } from '../../src/kernel/store/postgres.ts';
import type { Store } from '../../src/kernel/store/store.ts';
import { World } from '../../src/kernel/world.ts';
import { type OwnDatabase, ownDatabase } from '../helpers/postgres.ts';

const server = process.env['TEST_POSTGRES_URL'];
const ROUNDS = 20;

describe('two doors to one schedule', {
  skip: server === undefined ? 'TEST_POSTGRES_URL names no server' : false,
  concurrency: false,
}, () => {
  let database: OwnDatabase;
  const stores: Store[] = [];
  const doors: Maintenance[] = [];

  before(async () => {
    database = await ownDatabase(server ?? '', 'maintenance_doors');
    for (let door = 0; door < 2; door += 1) {
      const store = await openPostgresStore({
        url: database.url,
        schema: 'int',
        migrations: { kernel: kernelMigrations, environment: environmentTables },
      });
      stores.push(store);
      const world = await World.open(store);
      doors.push(await Maintenance.open({ environment: 'INT', store, world, random: secureRandom, mode: 'enforced' }));
    }
  });
  after(async () => {
    await Promise.all(stores.map((each) => each.close()));
    await database.drop();
  });

  /** What both doors answer to the same at once: values, or refusals by their code. Anything else breaks the test. */
  const atBoth = async <Value>(ask: (door: Maintenance, n: number) => Promise<Value>) => {
    const outcomes = await Promise.allSettled(doors.map(ask));
    const values: Value[] = [];
    const refusals: string[] = [];
    for (const outcome of outcomes)
      if (outcome.status === 'fulfilled') values.push(outcome.value);
      else if (outcome.reason instanceof LocalRefusal) refusals.push(`${outcome.reason.status} ${outcome.reason.code}`);
      else throw outcome.reason;
    return { values, refusals };
  };
  const content = (title: string) =>
    readChange({
      title,
      environments: ['INT'],
      services: ['api-platform'],
      start: '2031-12-03T20:30',
      end: '2031-12-03T22:00',
      impact: 'outage',
      kind: 'infrastructure',
      raisedBy: 'Operations',
      contact: 'operations',
    });
  const first = (): Maintenance => doors[0] as Maintenance;

  test('the same entry is added once; of two that differ one is refused', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const same = await atBoth((door) => door.changes.add(content('One'), {}, `FCS-SAME-${round}`));
      assert.deepEqual([same.values.length, same.refusals], [2, []]);
      assert.equal((await first().changes.history(`FCS-SAME-${round}`)).length, 1);
      const other = await atBoth((door, n) => door.changes.add(content(`Number ${n}`), {}, `FCS-OTHER-${round}`));
      assert.deepEqual([other.values.length, other.refusals], [1, ['409 change_exists']]);
    }
  });

  test('of two edits of one revision one is taken', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = `FCS-SAME-${round}`;
      const { values, refusals } = await atBoth((door, n) => door.changes.edit(id, content(`Door ${n}`), { revision: 1 }));
      assert.deepEqual([values.length, refusals], [1, ['409 change_moved_on']]);
      assert.deepEqual(
        (await first().changes.history(id)).map((each) => each.revision),
        [2, 1],
      );
    }
  });

  test('an entry is approved once, however many say so; called off at one door, it is not started at the other', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = `FCS-SAME-${round}`;
      const { values, refusals } = await atBoth((door) => door.changes.act(id, 'approve', { revision: 2 }));
      assert.deepEqual([values.map((each) => each.revision), refusals], [[3, 3], []]);
      const rivals = await atBoth((door, n) => door.changes.act(id, n === 0 ? 'cancel' : 'start', { revision: 3 }));
      assert.deepEqual(
        [rivals.values.map((each) => each.status), rivals.refusals.length],
        [['cancelled'], 1],
        'it is too early to start it',
      );
    }
  });

  test('a night has a revision for each change of it, whichever door that came by', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { values } = await atBoth((door, n) =>
        door.setNight({ service: 'cis', night: '2031-12-10', kind: 'skipped', reason: `Round ${round}, door ${n}` }),
      );
      assert.deepEqual(
        values.map((each) => each.revision).sort((one, other) => one - other),
        [2 * round + 1, 2 * round + 2],
      );
    }
    const same = await atBoth((door) => door.setNight({ service: 'cis', night: '2031-12-17', kind: 'withdrawn' }));
    assert.deepEqual(
      same.values.map((each) => each.revision),
      [1, 1],
    );
  });

  test('a release and a build are recorded once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const releasedAt = Date.parse('2031-12-02T10:00:00Z');
      const { values } = await atBoth((door) => door.addRelease({ releasedAt }, `REL-${round}`));
      assert.equal(values.length, 2);
      const builds = await atBoth((door) => door.addBuild({ application: 'mesh', version: `1.${round}` }));
      for (const { builds: history } of builds.values) assert.equal(history.filter((each) => each.version === `1.${round}`).length, 1);
    }
    const [mesh] = (await first().builds()).filter((each) => each.application === 'mesh');
    assert.equal(mesh?.builds.length, ROUNDS + 1);
  });
});
