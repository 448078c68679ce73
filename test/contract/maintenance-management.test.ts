/** Maintenance over the management interface: the same suite in this process and over HTTP, every operation asked, each twice. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type InputOf,
  type ManagedEnvironment,
  manageHere,
  manageOverHttp,
  type OperationName,
  type OutputOf,
} from '../../src/environment/management/index.ts';
import { maintenanceOperations } from '../../src/environment/management/maintenance.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';

let platform: BootedPlatform;
before(async () => {
  platform = await bootForTests('INT');
});
after(() => platform.remove());

const adapters: readonly { readonly name: string; readonly of: () => ManagedEnvironment }[] = [
  { name: 'here', of: () => manageHere(platform.environment) },
  { name: 'http', of: () => manageOverHttp({ id: 'INT', url: platform.httpUrl, token: undefined }) },
];
const change = {
  title: 'Patch',
  environments: ['INT'],
  services: ['cis'],
  start: '2031-12-03T20:30',
  end: '2031-12-03T22:00',
  impact: 'outage',
  kind: 'patch',
  toBuild: '9.9',
  raisedBy: 'Operations',
  contact: 'operations',
} as const;

for (const { name, of } of adapters)
  describe(`maintenance, managed ${name === 'here' ? 'in this process' : 'over HTTP'}`, { concurrency: false }, () => {
    const asked = new Set<string>();
    const id = `FCS-${name}`;
    const call = <Name extends OperationName>(operation: Name, input: InputOf<Name>): Promise<OutputOf<Name>> => {
      asked.add(operation);
      return of().call(operation, input);
    };
    const twice = async <Name extends OperationName>(operation: Name, input: InputOf<Name>): Promise<OutputOf<Name>> => {
      const first = await call(operation, input);
      assert.deepEqual(comparable(await call(operation, input)), comparable(first), operation);
      return first;
    };
    /** As it is told, but for the moment at which it was asked. */
    const comparable = (answer: unknown): unknown =>
      JSON.parse(JSON.stringify(answer, (key, value) => (key === 'now' ? undefined : value)));
    const calendar = async (): Promise<string> =>
      (
        await twice('maintenance.calendar', {
          scheduleUrl: 'https://localhost/schedule',
          entryUrl: 'https://localhost/schedule/changes/',
        })
      ).text;

    /** What its events in the calendar say of their revision. */
    const sequenceOf = async (uid: string): Promise<readonly string[]> =>
      (await calendar())
        .split('BEGIN:VEVENT')
        .filter((event) => event.includes(`UID:${uid}@`))
        .flatMap((event) => [...event.matchAll(/SEQUENCE:\d+/g)].map(([line]) => line));

    test('an entry is added once, edited once, moved on, and has its history', async () => {
      assert.equal((await twice('maintenance.add-change', { id, change })).revision, 1);
      await assert.rejects(
        call('maintenance.add-change', { id, change: { ...change, title: 'Other' } }),
        (error) => error instanceof LocalRefusal && error.status === 409,
      );
      await assert.rejects(
        call('maintenance.add-change', { change: { ...change, environments: ['PROD'] } }),
        (error) => error instanceof LocalRefusal && error.code === 'change_elsewhere',
      );
      assert.equal((await twice('maintenance.edit-change', { id, change: { ...change, summary: 'More.' }, revision: 1 })).revision, 2);
      assert.equal((await twice('maintenance.act-on-change', { id, action: 'approve', revision: 2 })).status, 'approved');
      await assert.rejects(
        call('maintenance.act-on-change', { id, action: 'start' }),
        (error) => error instanceof LocalRefusal && error.code === 'change_early',
      );
      const { entry, history } = await twice('maintenance.change', { id });
      assert.deepEqual([entry.insideSlot, history.map((each) => each.what)], [true, ['approved', 'changed: summary', 'added']]);
      await assert.rejects(
        call('maintenance.act-on-change', { id, action: 'approve', revision: 1 }),
        (error) => error instanceof LocalRefusal && error.code === 'change_moved_on',
        'who approved it as it was before the edit has approved something else',
      );
    });

    test('what is under way by the clock is not put back, called off or rewritten, and brings its build', async () => {
      const { now } = await call('maintenance.schedule', {});
      const begun = (services: readonly 'ers'[], from: number, to: number) => ({
        ...change,
        toBuild: `5-${name}`,
        services: [...services],
        start: new Date(Date.parse(now) + from * 60_000).toISOString(),
        end: new Date(Date.parse(now) + to * 60_000).toISOString(),
      });
      const running = begun(['ers'], -60, 60);
      const one = await call('maintenance.add-change', { id: `${id}-RUNS`, change: running });
      assert.equal((await twice('maintenance.act-on-change', { id: one.id, action: 'approve' })).status, 'in-progress');
      const longer = { ...running, end: begun(['ers'], -60, 90).end };
      const put = await twice('maintenance.edit-change', { id: one.id, change: longer });
      assert.deepEqual([put.status, put.actions], ['in-progress', ['start', 'complete', 'overrun']]);
      for (const [wrong, code] of [
        [{ ...longer, title: 'Another' }, 'change_fixed'],
        [{ ...longer, end: begun(['ers'], -60, -1).end }, 'change_fixed'],
      ] as const)
        await assert.rejects(
          call('maintenance.edit-change', { id: one.id, change: wrong }),
          (error) => error instanceof LocalRefusal && error.code === code,
        );
      await assert.rejects(
        call('maintenance.act-on-change', { id: one.id, action: 'cancel' }),
        (error) => error instanceof LocalRefusal && error.code === 'change_status',
      );
      assert.equal((await twice('maintenance.act-on-change', { id: one.id, action: 'complete' })).status, 'complete');

      const over = await call('maintenance.add-change', {
        id: `${id}-OVER`,
        change: { ...begun(['ers'], -60, -30), toBuild: `4-${name}` },
      });
      const done = await twice('maintenance.act-on-change', { id: over.id, action: 'approve' });
      assert.deepEqual([done.status, done.actions], ['complete', []]);
      for (const action of ['start', 'cancel', 'complete'] as const)
        await assert.rejects(
          call('maintenance.act-on-change', { id: over.id, action }),
          (error) => error instanceof LocalRefusal && error.code === 'change_status',
          action,
        );
      await assert.rejects(
        call('maintenance.edit-change', { id: over.id, change: { ...begun(['ers'], -60, 30), toBuild: `4-${name}` } }),
        (error) => error instanceof LocalRefusal && error.code === 'change_fixed',
      );
      const { builds } = await call('maintenance.builds', {});
      const ers = builds.find((each) => each.application === 'ers')?.history.filter((each) => each.changeId?.startsWith(id));
      assert.deepEqual(
        ers?.map((each) => [each.version, each.changeId]),
        [
          [`5-${name}`, one.id],
          [`4-${name}`, over.id],
        ],
      );
      assert.equal(ers?.[1]?.deployedAt, over.end, 'by the clock it came at the end');
    });

    test('a date that there is not, or that is far off, is refused, and the schedule is as it was', async () => {
      const refused = (error: unknown): boolean => error instanceof LocalRefusal && error.status === 400;
      const far = { ...change, start: '9999-12-31T22:00', end: '9999-12-31T23:00' };
      await assert.rejects(call('maintenance.add-change', { id: `${id}-FAR`, change: far }), refused);
      await assert.rejects(call('maintenance.availability', { from: '9999-12-30T00:00:00Z' }), refused);
      await assert.rejects(call('maintenance.available-at', { service: 'cis', at: '9999-12-31T00:00:00Z' }), refused);
      for (const night of ['2026-06-31', '9999-12-29', '0000-00-00'])
        await assert.rejects(call('maintenance.set-night', { service: 'cis', night, kind: 'skipped' }), refused);
      await assert.rejects(call('maintenance.digest', { week: '2026-02-30' }), refused);
      assert.ok((await twice('maintenance.schedule', {})).changes.every((each) => each.id !== `${id}-FAR`));
      await twice('maintenance.digest', {});
    });

    test('releases, nights and patterns', async () => {
      const release = await twice('maintenance.add-release', { id: `REL-${name}`, releasedAt: '2031-12-02T10:00' });
      assert.equal(release.slotNight, '2031-12-03');
      assert.ok((await twice('maintenance.withdraw-release', { id: `REL-${name}` })).withdrawnAt);
      const night = { service: 'cis', night: '2031-12-10', kind: 'skipped' } as const;
      await twice('maintenance.set-night', night);
      assert.deepEqual(await sequenceOf('slot-int-cis'), ['SEQUENCE:1'], 'a night that is set again as it is makes no other revision');
      await assert.rejects(
        call('maintenance.set-night', { ...night, night: '2031-12-11' }),
        (error) => error instanceof LocalRefusal && error.code === 'no_such_night',
      );
      const { slots } = await twice('maintenance.set-pattern', { service: 'cis', pattern: 'partial', minutes: 30 });
      assert.deepEqual([slots[0]?.pattern, slots[0]?.minutes], ['partial', 30]);
      assert.equal((await call('maintenance.schedule', {})).slots[0]?.pattern, 'partial');
      const at = { service: 'cis', at: '2031-12-03T21:00' } as const;
      assert.equal((await twice('maintenance.available-at', at)).until, '2031-12-03T22:00:00.000Z', 'after the change the slot is idle');
      await twice('maintenance.set-pattern', { service: 'cis', pattern: 'whole' });
    });

    test('who asks until when is told, however far that is, and nothing when nobody knows', async () => {
      const { now } = await call('maintenance.schedule', {});
      const at = (days: number): string => new Date(Date.parse(now) + days * 86_400_000).toISOString();
      // No slot is on at noon.
      const far = { ...change, services: ['api-platform'] as const, start: at(-1), end: `${at(40).slice(0, 10)}T12:00:00.000Z` };
      const entry = { ...far, services: [...far.services] };
      await twice('maintenance.add-change', { id: `${id}-LONG`, change: entry });
      await twice('maintenance.act-on-change', { id: `${id}-LONG`, action: 'approve' });
      const ers = await twice('maintenance.available-at', { service: 'ers', at: now });
      assert.deepEqual([ers.available, ers.until], [false, far.end], 'the platform carries the interfaces of e-RS');
      assert.deepEqual(ers.interval?.causes.find((each) => each.impact === 'outage')?.kind, 'dependency');
      await twice('maintenance.act-on-change', { id: `${id}-LONG`, action: 'complete' });
      const back = (await call('maintenance.availability', { from: at(-2), to: at(50), service: 'api-platform' })).intervals;
      assert.ok(back.every((each) => each.causes.every((cause) => cause.id !== `${id}-LONG`) || each.end < at(1)));
    });

    test('availability, builds, digest and calendar', async () => {
      const { intervals } = await twice('maintenance.availability', { from: '2031-12-03', to: '2031-12-12', service: 'cis' });
      assert.deepEqual(
        intervals.map((each) => each.startLondon),
        ['2031-12-03T20:00:00', '2031-12-03T20:30:00', '2031-12-03T22:00:00'],
        'the night that is skipped is not there',
      );
      const at = await twice('maintenance.available-at', { service: 'cis', at: '2031-12-03T21:00' });
      assert.deepEqual([at.available, at.until], [false, '2031-12-04T06:00:00.000Z']);
      assert.equal((await twice('maintenance.add-build', { application: 'mesh', version: `1-${name}` })).version, `1-${name}`);
      const dated = { application: 'mesh', version: `0-${name}`, deployedAt: '2026-01-05T09:00', note: 'First' } as const;
      const { history } = await twice('maintenance.add-build', dated);
      for (const version of [`0-${name}`, `1-${name}`]) assert.equal(history.filter((each) => each.version === version).length, 1, version);
      assert.equal((await twice('maintenance.builds', {})).builds.length, 7);
      assert.ok((await twice('maintenance.digest', { week: '2031-12-03' })).changes.some((each) => each.id === id));
      assert.ok((await calendar()).includes(`UID:fcs-${id}@localspine`));
    });

    test('no operation is left out', () => assert.deepEqual([...asked].sort(), Object.keys(maintenanceOperations).sort()));
  });
