import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ZONES, zoneOf } from '../../services/dns/index.ts';
import { ENVIRONMENTS } from '../definitions.ts';
import type { ConnectionRow } from './model.ts';
import { type Reality, statusOf } from './status.ts';
import { connectionTable } from './table.ts';

const row = (id: string, environment: keyof typeof ENVIRONMENTS = 'DEP'): ConnectionRow => {
  const found = connectionTable(ENVIRONMENTS[environment]).find((each) => each.id === id);
  assert.ok(found, `no row ${id}`);
  return found;
};

describe('the table of connection information', () => {
  test('DEP has every row of the published tables (PTL-016 to PTL-066)', () => {
    const refs = new Set(connectionTable(ENVIRONMENTS.DEP).map((each) => each.ref));
    const expected = [16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42];
    expected.push(44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 63, 65, 66);
    for (const number of expected) assert.ok(refs.has(`PTL-0${number}`), `PTL-0${number}`);
  });

  test('an e-RS instance without rows of its own has the general ones', () => {
    const refs = connectionTable(ENVIRONMENTS.INT)
      .filter((each) => each.section === 'ers')
      .map((each) => each.ref);
    assert.deepEqual(refs, ['PTL-062', 'PTL-063', 'PTL-064', 'PTL-065', 'PTL-065', 'PTL-066']);
  });

  for (const definition of Object.values(ENVIRONMENTS)) {
    test(`${definition.id}: ids are unique, and every published name is in its zones and, where it is called, in its certificates`, () => {
      const rows = connectionTable(definition);
      assert.equal(new Set(rows.map((each) => each.id)).size, rows.length);
      for (const { id, published, direction } of rows) {
        const dns = published[definition.id]?.dns;
        if (dns === undefined) continue;
        assert.ok(zoneOf(dns, ZONES[definition.id] ?? []), `${id}: ${dns} is in no zone`);
        if (direction === 'in') assert.ok(definition.publishedNames.includes(dns), `${id}: ${dns} is not a name of ${definition.id}`);
      }
      for (const name of definition.publishedNames) assert.ok(zoneOf(name, ZONES[definition.id] ?? []), `${name} is in no zone`);
    });
  }

  test('the identifiers that are published stand where they belong', () => {
    assert.deepEqual([row('ers-dep1-api').partyKey, row('ers-dep1-api').asid], ['YEO-11809150', '606179841014']);
    assert.equal(row('ers-dep2-api').asid, undefined);
    assert.equal(row('messaging-reliable').partyKey, 'YES-0000806');
  });

  test('hosts that nobody outside knows are not made up', () => {
    for (const id of ['gazetteer', 'portal-dsa', 'application-das', 'ers-dep1-professional', 'ers-dep1-messaging'])
      assert.deepEqual(row(id).published, {}, id);
  });
});

describe('how it is with a row', () => {
  test('the central portal page is the portal’s, where one is above the environment (PTL-023)', () => {
    assert.deepEqual(statusOf(row('portal-central'), reality), {
      state: 'not-in-this-version',
      reason: 'This environment runs without a portal.',
    });
    const portalPage = 'https://localhost:8043/environments/DEP';
    const up = { state: 'up', local: { url: portalPage, port: 8043, service: 'portal' } };
    assert.deepEqual(statusOf(row('portal-central'), { ...reality, portalPage }), up);
    const troubled = { ...reality, portalPage, disturbed: new Set(['*']), slots: new Set(['spine-core'] as const), enforced: true };
    assert.deepEqual(statusOf(row('portal-central'), troubled), up, 'the portal answers whatever befalls the environment');
  });

  const reality: Reality = {
    routeOwner: (method, path) => (method === 'POST' && path === '/login/authvalidate' ? 'identity' : undefined),
    listeners: [{ name: 'https', port: 8243, baseUrl: 'https://localhost:8243' }],
    doors: [{ name: 'ldaps', service: 'directory', port: 8236, url: 'ldaps://localhost:8236' }],
    jobs: [],
    answers: [],
    disturbed: new Set(),
    slots: new Set(),
    enforced: false,
    portalPage: undefined,
    sourceAddress: '127.0.0.1',
  };

  test('up, where its route and its listener are there', () => {
    assert.deepEqual(statusOf(row('gas-validate'), reality), {
      state: 'up',
      local: { url: 'https://localhost:8243/login/authvalidate', port: 8243, service: 'identity' },
    });
    assert.equal(statusOf(row('ldaps-directory'), reality).local?.url, 'ldaps://localhost:8236');
  });

  test('not in this version, where one of them is not', () => {
    assert.equal(statusOf(row('gac-activate'), reality).state, 'not-in-this-version');
    assert.equal(statusOf(row('messaging-sync'), { ...reality, routeOwner: () => 'messaging' }).state, 'not-in-this-version');
    assert.equal(statusOf(row('ldaps-directory'), { ...reality, doors: [] }).state, 'not-in-this-version');
    assert.equal(statusOf(row('outbound-token-events'), reality).state, 'not-in-this-version');
  });

  test('degraded, where a fault rule disturbs its service', () => {
    for (const disturbed of ['identity', '*'])
      assert.equal(statusOf(row('gas-validate'), { ...reality, disturbed: new Set([disturbed]) }).state, 'degraded');
    assert.equal(statusOf(row('gas-validate'), { ...reality, disturbed: new Set(['ers']) }).state, 'up');
  });

  test('in maintenance, while the slot of its application is on', () => {
    assert.equal(statusOf(row('gas-validate'), { ...reality, slots: new Set(['cis'] as const) }).state, 'maintenance');
    assert.equal(statusOf(row('gas-validate'), { ...reality, slots: new Set(['spine-core'] as const) }).state, 'up');
  });

  test('a service says where it answers a row whose path nobody knows', () => {
    const answers = [{ row: 'gazetteer', path: '/login/authvalidate', listener: 'https', method: 'POST' } as const];
    assert.equal(statusOf(row('gazetteer'), { ...reality, answers }).state, 'up');
  });

  test('deliveries are there when somebody makes them', () => {
    const jobs = [{ service: 'identity', kind: 'identity.send-token-event' }];
    assert.deepEqual(statusOf(row('outbound-token-events'), { ...reality, jobs }), {
      state: 'up',
      local: { url: '127.0.0.1', service: 'identity' },
    });
  });
});
