/** Maintenance and changes in the portal: an operator announces, suppliers read, subscribe and are mailed (PTL-091 to PTL-095). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { PortalUser, portalOf, tokenIn } from '../helpers/portal.ts';

const FORM = {
  title: 'Certificates of generation 2',
  summary: 'The old generation goes.',
  environments: ['INT', 'DEP'],
  services: ['cis'],
  'start-day': '3',
  'start-month': '12',
  'start-year': '2031',
  'start-time': '21:00',
  'end-day': '3',
  'end-month': '12',
  'end-year': '2031',
  'end-time': '23.00',
  impact: 'outage',
  kind: 'certificate',
  oldGeneration: 'G1',
  newGeneration: 'G2',
  actionForSuppliers: 'Install <both> sets.',
  raisedBy: 'Operations',
  contact: 'operations@example.nhs.uk',
} as const;
const CHANGE = {
  title: 'Search index rebuilt',
  environments: ['INT'],
  services: ['ers'],
  start: '2031-12-11T10:00',
  end: '2031-12-11T12:00',
  impact: 'degraded',
  kind: 'data refresh',
  raisedBy: 'e-RS team',
  contact: 'ers@example.nhs.uk',
} as const;

describe('maintenance and changes in the portal', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP,PROD' });
  let operator: PortalUser;
  let supplier: PortalUser;
  let stranger: PortalUser;
  let entry = '';

  before(async () => {
    await spine.start();
    const base = portalOf(spine);
    [operator, supplier, stranger] = [new PortalUser(base), new PortalUser(base), new PortalUser(base)];
    await operator.demonstration('Ola Operator');
    await supplier.demonstration('Rae Release Lead');
  });
  after(() => spine.remove());

  test('everybody may read the schedule; only operators are offered to change it', async () => {
    const page = await stranger.open('/schedule');
    assert.equal(page.status, 200);
    assert.match(page.text, /Wednesday 8pm to Thursday 6am \(following a live e-RS release\)/);
    assert.doesNotMatch(page.text, /Add a forward change/);
    assert.match((await operator.open('/schedule')).text, /Add a forward change/);
    assert.equal((await supplier.open('/schedule/new')).status, 403);
  });

  test('a form that is not right says so at its fields', async () => {
    const page = await operator.submit('/schedule/new', {
      ...FORM,
      title: '',
      services: [],
      'end-day': '2',
      newGeneration: '',
      step: 'check',
    });
    assert.equal(page.status, 400);
    for (const text of [
      'Enter a title',
      'Choose at least one service',
      'The end must be after the start',
      'says which generation of the authorities comes',
    ])
      assert.ok(page.text.includes(text), text);
    assert.match(page.text, /<title>Error: /);
    assert.match(page.text, /href="#end-day"/);
  });

  test('answers are checked before they are written, and can be changed', async () => {
    const check = await operator.submit('/schedule/new', { ...FORM, step: 'check' });
    assert.match(check.text, /Check the forward change/);
    assert.match(check.text, /Wednesday 3 December 2031 at 21:00/);
    assert.match(check.text, /Install &lt;both&gt; sets\./);
    assert.equal((await spine.admin('INT', '/maintenance')).json.changes.length, 0, 'nothing is written yet');
    const again = await operator.post('/schedule/new', { csrf: tokenIn(check.text), ...FORM, step: 'change' });
    assert.match(again.text, /value="Certificates of generation 2"/);
    const id = /name="id" value="([^"]+)"/.exec(check.text)?.[1] ?? '';
    const done = await operator.post('/schedule/new', { csrf: tokenIn(check.text), ...FORM, id, step: 'confirm' });
    assert.match(done.text, /The forward change is added/);
    await operator.post('/schedule/new', { csrf: tokenIn(check.text), ...FORM, id, step: 'confirm' });
    entry = /\/schedule\/changes\/([^?]+)/.exec(done.path)?.[1] ?? '';
    for (const environment of ['INT', 'DEP']) {
      const { changes } = (await spine.admin(environment, '/maintenance')).json;
      assert.deepEqual([changes.length, changes[0].id, changes[0].start], [1, entry, '2031-12-03T21:00:00.000Z'], environment);
    }
    assert.equal((await spine.admin('PROD', '/maintenance')).json.changes.length, 0);
  });

  test('an entry is approved in every environment it names, and a stale page changes nothing', async () => {
    const page = await operator.open(`/schedule/changes/${entry}`);
    const form = { csrf: tokenIn(page.text), revision: '1', action: 'approve', reason: 'Agreed at the board' };
    const approved = await operator.post(`/schedule/changes/${entry}/act`, form);
    assert.match(approved.text, /Approved/);
    assert.match(approved.text, /approved: Agreed at the board/);
    assert.equal((await operator.post(`/schedule/changes/${entry}/act`, { ...form, action: 'cancel' })).status, 409);
    for (const environment of ['INT', 'DEP'])
      assert.equal((await spine.admin(environment, '/maintenance')).json.changes[0].recordedStatus, 'approved');
    assert.equal(
      (await supplier.post(`/schedule/changes/${entry}/act`, { ...form, csrf: tokenIn((await supplier.open('/teams/new')).text) })).status,
      403,
    );
  });

  test('editing another plan of it asks for approval again', async () => {
    const edit = await operator.open(`/schedule/changes/${entry}/edit`);
    const revision = /name="revision" value="(\d+)"/.exec(edit.text)?.[1] ?? '';
    const fields = { ...FORM, 'end-time': '23:30', csrf: tokenIn(edit.text), revision, step: 'confirm' };
    const done = await operator.post(`/schedule/changes/${entry}/edit`, fields);
    assert.match(done.text, /The forward change is changed/);
    assert.match(done.text, /changed: end/);
    assert.match(done.text, /Planned/);
  });

  test('the API does what the pages do, and no more for anybody', async () => {
    assert.equal((await stranger.api('POST', '/schedule/changes', { change: CHANGE })).status, 401);
    assert.equal((await supplier.api('POST', '/schedule/changes', { change: CHANGE })).status, 403);
    const bad = await operator.api('POST', '/schedule/changes', { change: { ...CHANGE, title: '' } });
    assert.deepEqual([bad.status, bad.json.error], [400, 'bad_change']);
    const added = await operator.api('POST', '/schedule/changes', { id: 'FCS-API', change: CHANGE });
    assert.deepEqual([added.status, added.json.flags[0].flag], [201, 'outside-slot']);
    const changed = await operator.api('PUT', '/schedule/changes/FCS-API', { change: { ...CHANGE, impact: 'at-risk' }, revision: 1 });
    assert.deepEqual([changed.status, changed.json.revision], [200, 2]);
    assert.equal((await operator.api('PUT', '/schedule/changes/FCS-API', { change: CHANGE, revision: 1 })).status, 409);
    assert.equal((await operator.api('POST', '/schedule/changes/FCS-API/cancel', {})).json.status, 'cancelled');
    assert.equal((await stranger.api('GET', '/schedule/changes/FCS-API')).json.history.length, 3);
    assert.equal((await stranger.api('GET', '/schedule/changes/FCS-NONE')).status, 404);
    const { json } = await stranger.api('GET', '/environments/int/availability?from=2031-12-03&to=2031-12-05&service=cis');
    assert.deepEqual(
      json.intervals.map((each: { startLondon: string; impact: string }) => [each.startLondon, each.impact]),
      [
        ['2031-12-03T20:00:00', 'outage'],
        ['2031-12-03T21:00:00', 'outage'],
        ['2031-12-03T23:30:00', 'outage'],
      ],
    );
  });

  test('a live release brings e-RS a slot in every environment', async () => {
    const done = await operator.submit('/schedule/releases', { releasedAt: '2031-12-02T10:00', build: '27.1' });
    assert.match(done.text, /Wednesday 3 December 2031/);
    for (const environment of ['INT', 'DEP', 'PROD'])
      assert.equal((await spine.admin(environment, '/maintenance')).json.releases[0].slotNight, '2031-12-03');
    assert.equal((await operator.submit('/schedule/releases', { releasedAt: 'yesterday' })).status, 400);
  });

  test('the calendar of a month is a table; the feeds are iCalendar', async () => {
    const month = await stranger.open('/schedule/calendar?month=2031-12');
    assert.match(month.text, /Calendar: December 2031/);
    assert.match(month.text, /20:00 e-RS slot: INT, DEP, PROD/);
    assert.match(month.text, /21:00 Certificates of generation 2: INT, DEP/);
    const merged = await stranger.open('/calendar.ics');
    assert.match(merged.headers['content-type'] ?? '', /^text\/calendar/);
    assert.equal(merged.text.match(new RegExp(`UID:fcs-${entry}@localspine`, 'g'))?.length, 1, 'once, though it is about two environments');
    assert.equal(merged.text.match(/UID:slot-\w+-cis@localspine/g)?.length, 3);
    const int = await stranger.open('/calendar/int.ics?alarm=on');
    assert.match(int.text, /BEGIN:VALARM/);
    assert.equal((await stranger.open('/calendar/moon.ics')).status, 404);
  });

  test('build versions, compared with live', async () => {
    const added = await operator.api('POST', '/environments/int/builds', { application: 'ers', version: '27.1' });
    assert.equal(added.status, 201, added.text);
    const page = await stranger.open('/schedule/builds');
    assert.match(page.text, /Live has LocalSpine/);
    assert.match(page.text, /The same as live/);
    const { builds } = (await stranger.api('GET', '/builds')).json;
    const ers = builds.find(
      (each: { environment: string; application: string }) => each.environment === 'INT' && each.application === 'ers',
    );
    assert.deepEqual([ers.version, ers.matchesLive, ers.history.length], ['27.1', false, 2]);
  });

  test('a night of a slot is changed on a page: form, what is wrong, answers to check, done; a supplier may not', async () => {
    const list = await stranger.open('/schedule/slots');
    assert.equal(list.status, 200);
    assert.doesNotMatch(list.text, /Change a night/);
    assert.equal((await supplier.open('/schedule/nights')).status, 403);
    const { slots } = (await spine.admin('INT', '/maintenance')).json;
    const { night } = slots.find((each: { service: string }) => each.service === 'spine-core').next[1];
    const link = `/schedule/nights?environment=INT&service=spine-core&night=${night}`;
    assert.match((await operator.open(link)).text, new RegExp(`name="night"[^>]*value="${night}"|value="${night}"[^>]*name="night"`));
    const fields = { environment: 'INT', service: 'spine-core', night, kind: 'skipped', reason: 'Nothing <planned>' };
    const wrong = await operator.submit('/schedule/nights', { ...fields, night: 'tonight', kind: '', step: 'check' });
    assert.equal(wrong.status, 400);
    for (const id of ['night', 'kind']) assert.match(wrong.text, new RegExp(`href="#${id}"`));
    const unmoved = await operator.submit('/schedule/nights', { ...fields, kind: 'moved', start: '2031-12-03T22:00', step: 'check' });
    assert.match(unmoved.text, /Enter when it ends instead/);
    const check = await operator.submit('/schedule/nights', { ...fields, step: 'check' });
    assert.match(check.text, /Check your answers/);
    assert.match(check.text, /Nothing &lt;planned&gt;/);
    const csrf = tokenIn(check.text);
    assert.match((await operator.post('/schedule/nights', { csrf, ...fields, step: 'change' })).text, /Nothing &lt;planned&gt;/);
    const done = await operator.post('/schedule/nights', { csrf, ...fields, step: 'confirm' });
    assert.match(done.text, /The night is changed/);
    assert.match(done.text, /Left out: Nothing &lt;planned&gt;/);
    await operator.post('/schedule/nights', { csrf, ...fields, step: 'confirm' });
    const nights = (await operator.api('GET', '/audit?action=schedule.night')).json.entries;
    assert.deepEqual([nights.length, nights[0].environment], [1, 'INT'], 'sent twice, it was decided once');
    const monday = await operator.post('/schedule/nights', { csrf, ...fields, night: '2031-12-01', step: 'confirm' });
    assert.equal(monday.status, 400);
    assert.match(monday.text, /has no night of 2031-12-01/);
    const body = { service: 'spine-core', night, kind: 'as-usual' };
    assert.equal((await supplier.api('PUT', '/environments/int/nights', body)).status, 403);
    const { status, json } = await operator.api('PUT', '/environments/int/nights', body);
    assert.equal(status, 200);
    const held = json.slots.find((each: { service: string }) => each.service === 'spine-core').next;
    assert.equal(held.find((each: { night: string }) => each.night === night).held, 'as-usual');
  });

  test('how a slot takes its service down is changed on a page, and over the API', async () => {
    const fields = { environment: 'DEP', service: 'cis', pattern: 'partial', minutes: '' };
    const wrong = await operator.submit('/schedule/patterns', { ...fields, step: 'check' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /Enter the minutes/);
    const check = await operator.submit('/schedule/patterns', { ...fields, minutes: '30', step: 'check' });
    assert.match(check.text, /At first/);
    assert.equal((await spine.admin('DEP', '/maintenance')).json.slots[1].pattern, 'whole', 'nothing is written yet');
    const done = await operator.post('/schedule/patterns', { csrf: tokenIn(check.text), ...fields, minutes: '30', step: 'confirm' });
    assert.match(done.text, /The slot is changed/);
    assert.match(done.text, /down for the first 30 minutes/);
    const body = { service: 'cis', pattern: 'whole' };
    assert.equal((await stranger.api('PUT', '/environments/dep/patterns', body)).status, 401);
    for (const _again of [1, 2]) assert.equal((await operator.api('PUT', '/environments/dep/patterns', body)).status, 200);
    assert.equal((await operator.api('PUT', '/environments/dep/patterns', { ...body, minutes: 5 })).status, 400);
    const { slots } = (await spine.admin('DEP', '/maintenance')).json;
    assert.equal(slots.find((each: { service: string }) => each.service === 'cis').pattern, 'whole');
  });

  test('a build is recorded on a page', async () => {
    const fields = { environment: 'PROD', application: 'mesh', version: '6.3', deployedAt: '', note: 'By hand' };
    const wrong = await operator.submit('/schedule/builds/new', { ...fields, version: '', deployedAt: 'soon', step: 'check' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /href="#version"/);
    const check = await operator.submit('/schedule/builds/new', { ...fields, step: 'check' });
    assert.match(check.text, /6\.3/);
    const csrf = tokenIn(check.text);
    const done = await operator.post('/schedule/builds/new', { csrf, ...fields, step: 'confirm' });
    assert.match(done.text, /The build is recorded/);
    await operator.post('/schedule/builds/new', { csrf, ...fields, step: 'confirm' });
    const { builds } = (await stranger.api('GET', '/builds')).json;
    const mesh = builds.find(
      (each: { environment: string; application: string }) => each.environment === 'PROD' && each.application === 'mesh',
    );
    assert.deepEqual([mesh.version, mesh.history.length], ['6.3', 2], 'once');
    assert.equal((await supplier.open('/schedule/builds/new')).status, 403);
  });

  test('an entry that is approved in one environment only is shown to differ, and finished: on the page, and by the command repeated', async () => {
    const change = { ...CHANGE, environments: ['INT', 'DEP'] };
    const statuses = async (id: string) =>
      Promise.all(['INT', 'DEP'].map(async (each) => (await spine.admin(each, `/maintenance/changes/${id}`)).json.entry.recordedStatus));
    for (const id of ['FCS-HALF', 'FCS-HALF2']) {
      assert.equal((await operator.api('POST', '/schedule/changes', { id, change })).status, 201);
      await spine.admin('INT', `/maintenance/changes/${id}/approve`, { method: 'POST', body: {} });
      assert.deepEqual(await statuses(id), ['approved', 'planned']);
    }
    const page = await operator.open('/schedule/changes/FCS-HALF');
    assert.match(page.text, /Differs in DEP: its status is another one there/);
    assert.match((await stranger.open('/schedule')).text, /Differs in DEP/);
    assert.match((await stranger.open('/calendar.ics')).text.replaceAll('\r\n ', ''), /DESCRIPTION:[^\r]*Differs in DEP\./);
    assert.deepEqual((await stranger.api('GET', '/schedule/changes/FCS-HALF')).json.differences, [
      { environment: 'DEP', how: 'other-status' },
    ]);
    const form = { csrf: tokenIn(page.text), revision: '2', action: 'approve', reason: '' };
    const done = await operator.post('/schedule/changes/FCS-HALF/act', form);
    assert.doesNotMatch(done.text, /Differs in/);
    assert.deepEqual(await statuses('FCS-HALF'), ['approved', 'approved']);
    for (const _again of [1, 2]) {
      const { status, stderr } = spine.cli('maintenance', 'approve', 'FCS-HALF2');
      assert.equal(status, 0, stderr);
    }
    assert.deepEqual(await statuses('FCS-HALF2'), ['approved', 'approved']);
    // What DEP lost it gets again.
    await spine.admin('DEP', '/reset', { method: 'POST', body: { all: true } });
    assert.equal((await spine.admin('DEP', '/maintenance/changes/FCS-HALF2')).status, 404);
    const { status, stderr } = spine.cli('maintenance', 'cancel', 'FCS-HALF2');
    assert.equal(status, 0, stderr);
    assert.deepEqual(await statuses('FCS-HALF2'), ['cancelled', 'cancelled']);
    assert.equal(spine.cli('maintenance', 'complete', 'FCS-HALF2').status, 1);
  });

  test('editing another field leaves the times to the second, and in the hour that comes twice', async () => {
    const times = { start: '2031-10-26T01:30:15Z', end: '2031-10-26T03:10:45Z' };
    assert.equal((await operator.api('POST', '/schedule/changes', { id: 'FCS-TWICE', change: { ...CHANGE, ...times } })).status, 201);
    const edit = await operator.open('/schedule/changes/FCS-TWICE/edit');
    const part = (name: string): string => new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(edit.text)?.[1] ?? '';
    const parts = ['start', 'end'].flatMap((name) => ['day', 'month', 'year', 'time'].map((each) => `${name}-${each}`));
    const { title: _title, start: _start, end: _end, ...rest } = CHANGE;
    const fields = { ...rest, ...Object.fromEntries(parts.map((name) => [name, part(name)])), title: 'Renamed', revision: '1' };
    assert.equal(fields['start-time' as keyof typeof fields], '01:30');
    const done = await operator.post('/schedule/changes/FCS-TWICE/edit', { csrf: tokenIn(edit.text), ...fields, step: 'confirm' });
    assert.match(done.text, /The forward change is changed/);
    const { entry: renamed } = (await spine.admin('INT', '/maintenance/changes/FCS-TWICE')).json;
    assert.deepEqual([renamed.title, renamed.start, renamed.end], ['Renamed', '2031-10-26T01:30:15.000Z', '2031-10-26T03:10:45.000Z']);
  });

  test('the command line: 3 when a service is not available all of a time, and no feed is no calendar', async () => {
    const asked = (...args: readonly string[]) => spine.cli('maintenance', 'availability', '--service', 'cis', ...args).status;
    assert.equal(asked('--from', '2031-12-10T19:00', '--to', '2031-12-10T21:00'), 3);
    assert.equal(asked('--from', '2031-12-10T17:00', '--to', '2031-12-10T19:00'), 0);
    assert.equal(spine.cli('maintenance', 'availability', '--from', '2031-12-10T19:00', '--to', '2031-12-10T21:00').status, 0, 'a list');
    assert.match(spine.cli('maintenance', 'ical').stdout, /^BEGIN:VCALENDAR/);
  });

  test('the digest is a page and a text; subscribers get it by mail, at once and every Monday', async () => {
    const page = await stranger.open('/schedule/digest?week=2031-12-03');
    assert.match(page.text, /Week commencing Monday 1 December 2031/);
    assert.match(page.text, /Certificates of generation 2/);
    assert.match(
      (await stranger.open('/schedule/digest.txt?week=2031-12-03')).text,
      /Spine CIS, INT, DEP, PROD: Wednesday 3 December 2031 at 20:00/,
    );
    const saved = await supplier.submit('/schedule/digest', { environments: ['INT'] }, '/schedule/subscription');
    assert.match(saved.text, /Your subscription is changed/);
    const mails = async (): Promise<readonly { subject: string }[]> =>
      (await supplier.api('GET', '/mail')).json.mails.filter((each: { subject: string }) => each.subject.startsWith('Path to live: week'));
    assert.equal((await mails()).length, 1);
    assert.equal((await stranger.api('PUT', '/schedule/subscription', { environments: ['INT'] })).status, 401);
    // Ten days on there has been a Monday morning.
    await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: '10d' } });
    for (let tries = 0; tries < 100 && (await mails()).length < 2; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal((await mails()).length, 2);
    await supplier.api('PUT', '/schedule/subscription', { environments: [] });
    assert.deepEqual((await supplier.api('GET', '/schedule/subscription')).json, { environments: [] });
  });

  test('the audit trail has every decision', async () => {
    const { entries } = (await operator.api('GET', '/audit?action=schedule')).json;
    const actions = new Set(entries.map((each: { action: string }) => each.action));
    for (const action of [
      'schedule.add',
      'schedule.approve',
      'schedule.change',
      'schedule.cancel',
      'schedule.release',
      'schedule.build',
      'schedule.subscribe',
    ])
      assert.ok(actions.has(action), action);
  });
});
