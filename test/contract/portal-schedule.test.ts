/**
 * Decisions of the portal about several environments, of which one does not answer, answers late, or lost what it had: each is audited once, reaches every
 * environment in the end, and is never done over what was decided after it.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import pino from 'pino';
import type { ChangeInput } from '../../src/environment/maintenance/reading.ts';
import { type ManagedEnvironment, manageHere } from '../../src/environment/management/index.ts';
import { ManualClock } from '../../src/kernel/clock.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import type { Job } from '../../src/kernel/outbox/outbox.ts';
import { secureRandom } from '../../src/kernel/random.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import type { Store } from '../../src/kernel/store/store.ts';
import { insertAccount } from '../../src/portal/access/accounts.ts';
import { access } from '../../src/portal/access/index.ts';
import { newAccount } from '../../src/portal/access/registration.ts';
import { ANYONE, type Visitor } from '../../src/portal/access/visitor.ts';
import { portalMigrations } from '../../src/portal/index.ts';
import { Portal } from '../../src/portal/portal.ts';
import { addRelease, withdrawRelease } from '../../src/portal/schedule/changing.ts';
import { deliverJob } from '../../src/portal/schedule/deliveries.ts';
import { actOn, addEntry, editEntry } from '../../src/portal/schedule/entries.ts';
import { findEntry } from '../../src/portal/schedule/schedule.ts';
import { Subscriptions } from '../../src/portal/schedule/subscriptions.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';
import { engines } from './stores.ts';

const operator: Visitor = { ...ANYONE, role: 'operator', accountId: 'op', name: 'Operator', email: 'op@example.com', by: 'session' };
const DAY = 86_400_000;
const CHANGE: ChangeInput = {
  title: 'Patch of the gateway',
  environments: ['INT', 'DEP'],
  services: ['api-platform'],
  start: '2031-12-03T20:30',
  end: '2031-12-03T22:00',
  impact: 'outage',
  kind: 'infrastructure',
  raisedBy: 'Operations',
  contact: 'operations',
};

for (const engine of engines)
  describe(`decisions about several environments on ${engine.name}`, { skip: engine.skip, concurrency: false }, () => {
    let platform: BootedPlatform;
    let store: Store;
    let portal: Portal;
    /** Ids of environments that do not answer. */
    const away = new Set<string>();
    const jobs: Job[] = [];
    const clock = new ManualClock(1_800_000_000_000);
    let count = 0;
    let id = '';

    before(async () => {
      platform = await bootForTests('INT,DEP');
      store = await engine.open('schedule', { kernel: kernelMigrations, ...portalMigrations });
      portal = new Portal(
        {
          store,
          clock,
          random: secureRandom,
          log: pino({ level: 'silent' }),
          outbox: {
            enqueue: async (_tx, kind, payload) => {
              jobs.push({ id: `${jobs.length}`, kind, payload, attempts: 0 });
            },
            wake: () => undefined,
          },
          environments: platform.environments.map((each) => sometimesAway(manageHere(each), away)),
          baseUrl: 'https://localhost:8043',
          thisMachineOnly: true,
          operatorToken: 'token',
          smtpUrl: undefined,
          reviewers: 'at-once',
          errorPages: async () => [],
          guard: () => undefined,
        },
        [access],
      );
    });
    after(async () => {
      await platform.remove();
      await store.drop();
    });
    beforeEach(() => {
      away.clear();
      jobs.length = 0;
      count += 1;
      id = `FCS-${engine.name.slice(0, 3)}-${count}`;
    });

    const there = async (environment: string) => {
      const { changes } = await portal.environment(environment).call('maintenance.schedule', {});
      return changes.find((each) => each.id === id);
    };
    const audited = async (): Promise<readonly string[]> =>
      (await portal.audit.list(store.db, operator, { subject: `forward change ${id}`, limit: 50 })).map((each) => each.action).sort();
    const refused = (status: number, code: string) => (error: unknown) =>
      error instanceof LocalRefusal && error.status === status && error.code === code;
    const doJobs = async (): Promise<void> => {
      for (const job of jobs) await deliverJob(portal, job);
    };

    test('an environment that is away gets the decision when it is back; repeating it meanwhile decides nothing anew', async () => {
      await addEntry(portal, operator, CHANGE, id);
      away.add('DEP');
      const approved = await actOn(portal, operator, id, 'approve', { revision: 1, reason: 'Agreed' });
      assert.equal(approved.recordedStatus, 'approved');
      assert.deepEqual((await findEntry(portal, id)).differences, [{ environment: 'DEP', how: 'no-answer' }]);
      await assert.rejects(doJobs(), refused(503, 'environment_unreachable'));
      await actOn(portal, operator, id, 'approve', {});
      assert.deepEqual(await audited(), ['schedule.add', 'schedule.approve']);
      away.clear();
      assert.deepEqual((await findEntry(portal, id)).differences, [{ environment: 'DEP', how: 'other-status' }]);
      await doJobs();
      await doJobs();
      assert.deepEqual([(await there('DEP'))?.recordedStatus, (await there('DEP'))?.revision], ['approved', 2]);
      assert.deepEqual((await findEntry(portal, id)).differences, []);
    });

    test('an entry that was added while an environment was away is added there as it stands by then', async () => {
      away.add('DEP');
      await addEntry(portal, operator, CHANGE, id);
      await editEntry(portal, operator, id, { ...CHANGE, title: 'Patch of both gateways' }, { revision: 1 });
      await actOn(portal, operator, id, 'approve', { revision: 2 });
      away.clear();
      await doJobs();
      const [int, dep] = [await there('INT'), await there('DEP')];
      assert.deepEqual([dep?.title, dep?.recordedStatus], ['Patch of both gateways', 'approved']);
      assert.deepEqual([int?.title, int?.recordedStatus], [dep?.title, dep?.recordedStatus]);
      assert.deepEqual(await audited(), ['schedule.add', 'schedule.approve', 'schedule.change']);
    });

    test('a job that comes late does not undo what was decided after it', async () => {
      await addEntry(portal, operator, CHANGE, id);
      await actOn(portal, operator, id, 'approve', {});
      await actOn(portal, operator, id, 'cancel', {});
      await doJobs();
      for (const environment of ['INT', 'DEP']) assert.equal((await there(environment))?.recordedStatus, 'cancelled', environment);
      assert.deepEqual(await audited(), ['schedule.add', 'schedule.approve', 'schedule.cancel']);
    });

    test('an environment that lost the entry gets it with the next decision', async () => {
      await addEntry(portal, operator, CHANGE, id);
      await portal.environment('DEP').call('environment.reset', { all: true });
      assert.deepEqual((await findEntry(portal, id)).differences, [{ environment: 'DEP', how: 'missing' }]);
      await actOn(portal, operator, id, 'approve', { revision: 1 });
      assert.equal((await there('DEP'))?.recordedStatus, 'approved');
    });

    test('approved in one environment only, it is finished by approving; a revision nobody has read is refused, and audited nowhere', async () => {
      await addEntry(portal, operator, CHANGE, id);
      await portal.environment('INT').call('maintenance.act-on-change', { id, action: 'approve' });
      const found = await findEntry(portal, id);
      assert.deepEqual([found.entry.revision, found.actions.includes('approve')], [2, true]);
      await assert.rejects(actOn(portal, operator, id, 'approve', { revision: 7 }), refused(409, 'change_moved_on'));
      await actOn(portal, operator, id, 'approve', { revision: 2 });
      for (const environment of ['INT', 'DEP'])
        assert.deepEqual([(await there(environment))?.recordedStatus, (await there(environment))?.revision], ['approved', 2], environment);
      await assert.rejects(actOn(portal, operator, id, 'approve', { revision: 1 }), refused(409, 'change_moved_on'));
      await actOn(portal, operator, id, 'approve', { revision: 2 });
      await addEntry(portal, operator, CHANGE, id);
      assert.deepEqual(await audited(), ['schedule.add', 'schedule.approve']);
    });

    test('what one environment would refuse is decided for none', async () => {
      await addEntry(portal, operator, CHANGE, id);
      await portal.environment('DEP').call('maintenance.act-on-change', { id, action: 'approve' });
      await assert.rejects(actOn(portal, operator, id, 'complete', {}), refused(409, 'change_status'));
      await assert.rejects(actOn(portal, operator, id, 'start', {}), refused(409, 'change_early'));
      assert.deepEqual([(await there('INT'))?.revision, (await there('DEP'))?.revision], [1, 2]);
      await actOn(portal, operator, id, 'cancel', {});
      await assert.rejects(actOn(portal, operator, id, 'approve', {}), refused(409, 'change_status'));
      await assert.rejects(editEntry(portal, operator, id, { ...CHANGE, title: 'Late' }, {}), refused(409, 'change_fixed'));
      assert.deepEqual(await audited(), ['schedule.add', 'schedule.cancel']);
    });

    test('environments are a set: named in another order they are the same', async () => {
      await addEntry(portal, operator, CHANGE, id);
      const title = 'Patch, renamed';
      const edited = await editEntry(portal, operator, id, { ...CHANGE, title, environments: ['DEP', 'INT'] }, { revision: 1 });
      assert.deepEqual([edited.title, edited.environments], [title, ['INT', 'DEP']]);
    });

    test('two who decide at once: one of them has decided', async () => {
      await addEntry(portal, operator, CHANGE, id);
      const both = await Promise.allSettled([
        actOn(portal, operator, id, 'approve', { revision: 1 }),
        actOn(portal, operator, id, 'cancel', { revision: 1 }),
      ]);
      await doJobs();
      const won = both.filter((each) => each.status === 'fulfilled');
      assert.equal(won.length, 1);
      assert.equal((await there('INT'))?.recordedStatus, won[0]?.value.recordedStatus);
      assert.equal((await there('INT'))?.recordedStatus, (await there('DEP'))?.recordedStatus);
      assert.equal((await audited()).length, 2);
    });

    test('a live release reaches an environment that was away, and not one whose release was taken back before', async () => {
      const release = { id: `REL-${count}`, releasedAt: '2031-12-02T10:00:00Z' };
      const known = async (environment: string) =>
        (await portal.environment(environment).call('maintenance.schedule', {})).releases.filter((each) => each.id === release.id);
      away.add('DEP');
      await addRelease(portal, operator, release);
      await addRelease(portal, operator, release);
      await withdrawRelease(portal, operator, release.id);
      away.clear();
      await doJobs();
      assert.notEqual((await known('INT'))[0]?.withdrawnAt, undefined);
      assert.equal((await known('DEP')).length, 0);
      const entries = await portal.audit.list(store.db, operator, { subject: `live release ${release.id}`, limit: 10 });
      assert.deepEqual(entries.map((each) => each.action).sort(), ['schedule.release', 'schedule.withdraw-release']);
      away.add('INT');
      await addRelease(portal, operator, { ...release, id: `REL-${count}-B` });
      away.clear();
      await doJobs();
      for (const { releases } of await Promise.all(['INT', 'DEP'].map((each) => portal.environment(each).call('maintenance.schedule', {}))))
        assert.ok(releases.some((each) => each.id === `REL-${count}-B` && each.withdrawnAt === undefined));
    });

    test('the weekly digest goes on after the clock is released, and while another environment does not answer', async () => {
      const account = newAccount({ accountId: 'op', email: 'op@example.com', name: 'Operator', password: null, createdAt: 0 });
      await store.transaction((tx) => insertAccount(tx, account));
      const subscriptions = new Subscriptions(portal);
      const mails = async (): Promise<number> => (await portal.mail.list(store.db, { to: 'op@example.com', limit: 50 })).length;
      const int = portal.environment('INT');
      await subscriptions.set({ ...operator, accountId: 'op' }, ['INT', 'DEP']);
      assert.equal(await mails(), 1);
      await subscriptions.settle();
      const first = await mails();
      await int.call('clock.set', { offsetMilliseconds: 21 * DAY });
      away.add('DEP');
      await subscriptions.settle();
      assert.equal(await mails(), first + 1);
      await int.call('clock.release', {});
      await subscriptions.settle();
      assert.equal(await mails(), first + 2, 'back in the present, the present week');
      await subscriptions.settle();
      assert.equal(await mails(), first + 2, 'once');
      await int.call('clock.set', { offsetMilliseconds: 7 * DAY });
      await subscriptions.settle();
      assert.equal(await mails(), first + 3, 'and the week after it');
      away.clear();
      await int.call('clock.release', {});
    });
  });

/** An environment that can be away. */
function sometimesAway(environment: ManagedEnvironment, away: ReadonlySet<string>): ManagedEnvironment {
  return {
    ...environment,
    call(name, input) {
      if (away.has(environment.id)) throw new LocalRefusal(503, 'environment_unreachable', `${environment.id} does not answer.`);
      return environment.call(name, input);
    },
  };
}
