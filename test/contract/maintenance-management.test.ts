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
      assert.deepEqual(JSON.parse(JSON.stringify(await call(operation, input))), JSON.parse(JSON.stringify(first)), operation);
      return first;
    };

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
      assert.equal((await call('maintenance.act-on-change', { id, action: 'approve' })).status, 'approved');
      await assert.rejects(
        call('maintenance.act-on-change', { id, action: 'start' }),
        (error) => error instanceof LocalRefusal && error.code === 'change_early',
      );
      const { entry, history } = await call('maintenance.change', { id });
      assert.deepEqual([entry.insideSlot, history.map((each) => each.what)], [true, ['approved', 'changed: summary', 'added']]);
    });

    test('releases, nights and patterns', async () => {
      const release = await twice('maintenance.add-release', { id: `REL-${name}`, releasedAt: '2031-12-02T10:00' });
      assert.equal(release.slotNight, '2031-12-03');
      assert.ok((await twice('maintenance.withdraw-release', { id: `REL-${name}` })).withdrawnAt);
      const night = { service: 'cis', night: '2031-12-10', kind: 'skipped' } as const;
      await call('maintenance.set-night', night);
      await assert.rejects(
        call('maintenance.set-night', { ...night, night: '2031-12-11' }),
        (error) => error instanceof LocalRefusal && error.code === 'no_such_night',
      );
      const { slots } = await call('maintenance.set-pattern', { service: 'cis', pattern: 'partial', minutes: 30 });
      assert.deepEqual([slots[0]?.pattern, slots[0]?.minutes], ['partial', 30]);
      assert.equal((await call('maintenance.schedule', {})).slots[0]?.pattern, 'partial');
    });

    test('availability, builds, digest and calendar', async () => {
      const { intervals } = await call('maintenance.availability', { from: '2031-12-03', to: '2031-12-12', service: 'cis' });
      assert.deepEqual(
        intervals.map((each) => each.startLondon),
        ['2031-12-03T20:00:00', '2031-12-03T20:30:00', '2031-12-03T22:00:00'],
        'the night that is skipped is not there',
      );
      const at = await call('maintenance.available-at', { service: 'cis', at: '2031-12-03T21:00' });
      assert.deepEqual([at.available, at.until], [false, '2031-12-04T06:00:00.000Z']);
      assert.equal((await call('maintenance.add-build', { application: 'mesh', version: `1-${name}` })).version, `1-${name}`);
      assert.equal((await call('maintenance.builds', {})).builds.length, 7);
      assert.ok((await call('maintenance.digest', { week: '2031-12-03' })).changes.some((each) => each.id === id));
      const { text } = await call('maintenance.calendar', {
        scheduleUrl: 'https://localhost/schedule',
        entryUrl: 'https://localhost/schedule/changes/',
      });
      assert.ok(text.includes(`UID:fcs-${id}@localspine`));
    });

    test('no operation is left out', () => assert.deepEqual([...asked].sort(), Object.keys(maintenanceOperations).sort()));
  });
