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
