/** Who may do what: the published table of the registration authority, cell by cell. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Actor, type Duty, may, type Part, partsOf, permit, permitAt, permitReader } from './duties.ts';

const staff = (part: Part, userId = '1'): Extract<Actor, { kind: 'staff' }> => ({
  kind: 'staff',
  userId,
  roleProfileId: '9',
  odsCode: 'R69',
  national: false,
  parts: [part],
});

/** Columns: manager, advanced agent, agent, sponsor, ID checker, local smartcard administrator. */
const PARTS: readonly Part[] = ['manager', 'advanced-agent', 'agent', 'sponsor', 'id-checker', 'local-smartcard-administrator'];
const TABLE: Readonly<Record<Duty, string>> = {
  find: 'xxxxxx',
  'register-person': 'xxx-x-',
  'close-person': 'xxx---',
  'request-card': 'xxx---',
  issue: 'xxx---',
  'issue-locked': 'xxx---',
  repair: 'xxx---',
  'repair-locked': 'xxx---',
  clear: 'xxx---',
  revoke: 'xxx---',
  'renew-expired': 'xxx---',
  unlock: 'xxxx-x',
  renew: 'xxxx-x',
  'grant-position': 'xxx---',
  'request-position': '---x--',
  'decide-position': 'xxx---',
  'end-position': 'xxxx--',
};

describe('the table of duties', () => {
  for (const [duty, row] of Object.entries(TABLE) as [Duty, string][])
    test(`${duty}: ${row}`, () => {
      for (const [n, part] of PARTS.entries()) assert.equal(may(staff(part), duty, '2'), row[n] === 'x', `${part} ${duty}`);
    });

  test('nobody does anything for themselves at the desk but look', () => {
    for (const duty of Object.keys(TABLE) as Duty[])
      for (const part of PARTS) if (duty !== 'find') assert.equal(may(staff(part), duty, '1'), false, `${part} ${duty}`);
  });

  test('a holder changes the passcode of, unlocks and renews the own card, and nothing of others', () => {
    const holder: Actor = { kind: 'holder', userId: '1' };
    for (const duty of ['change-passcode', 'unlock', 'renew'] as const) {
      assert.equal(may(holder, duty, '1'), true);
      assert.equal(may(holder, duty, '2'), false);
    }
    for (const duty of ['lock', 'revoke', 'repair', 'renew-expired', 'grant-position', 'find'] as const)
      assert.equal(may(holder, duty, '1'), false, duty);
    assert.throws(() => permitReader(holder, '2'), { status: 403 });
  });

  test('nobody at the desk knows a passcode or locks a card by hand', () => {
    for (const part of PARTS) for (const duty of ['change-passcode', 'lock'] as const) assert.equal(may(staff(part), duty, '2'), false);
    assert.throws(() => permit(staff('sponsor'), 'revoke', '2'), { code: 'not_permitted', status: 403 });
  });
});

test('parts come with job role and activities, and add up', () => {
  assert.deepEqual(partsOf({ jobRoleCode: 'S0080:G0450:R5080', activityCodes: [] }), ['manager']);
  assert.deepEqual(partsOf({ jobRoleCode: 'S0080:G0440:R5090', activityCodes: ['LOCAL-ADVANCED_AGENT'] }), ['agent', 'advanced-agent']);
  assert.deepEqual(partsOf({ jobRoleCode: 'S8002:G8003:R8010', activityCodes: ['LOCAL-SPONSOR', 'B1101', 'LOCAL-ID_CHECKER'] }), [
    'sponsor',
    'id-checker',
  ]);
  assert.deepEqual(partsOf({ jobRoleCode: 'S8000:G8000:R8000', activityCodes: ['B1101'] }), []);
});

test('positions are given at the own organisation and its sites; a national body reaches all', () => {
  const agent = staff('agent');
  permitAt(agent, { odsCode: 'R69' });
  permitAt(agent, { odsCode: 'R6901', parentOdsCode: 'R69' });
  assert.throws(() => permitAt(agent, { odsCode: 'RCD' }), { code: 'other_organisation' });
  permitAt({ ...agent, national: true }, { odsCode: 'RCD' });
  assert.throws(() => permitAt({ kind: 'holder', userId: '1' }, { odsCode: 'R69' }), { status: 403 });
});
