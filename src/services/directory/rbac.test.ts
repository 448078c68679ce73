/** Role-based access control as data: codes are well formed and known, and the tree of activities means what is published. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../kernel/seeded-random.ts';
import {
  activities,
  activityName,
  allows,
  areasOfWork,
  ersBusinessFunctions,
  fullJobRoles,
  jobRoles,
  shortJobRole,
  shortName,
} from './index.ts';
import { seedOrganisations } from './seed/organisations.ts';
import { seedPeople } from './seed/people.ts';

test('codes have their national form, names are there, and nothing is listed twice', () => {
  for (const { code, name, local } of activities) {
    assert.match(code, local === true ? /^LOCAL-[A-Z_]+$/ : /^B\d{4}$/);
    assert.notEqual(name, '');
  }
  assert.equal(new Set(activities.map((each) => each.code)).size, activities.length);
  assert.equal(jobRoles.size, 392);
  for (const { code, name } of fullJobRoles) {
    assert.match(code, /^S\d{4}:G\d{4}:R\d{4}$/);
    assert.match(name, /^"[^"]+":"[^"]+":"[^"]+"$/);
    assert.ok(jobRoles.has(shortJobRole(code)), code);
  }
  for (const { code } of areasOfWork) assert.match(code, /^P\d{4}:Q\d{4}:T\d{4}$/);
  assert.equal(shortName('"Admin & Clerical":"Admin":"Demographic Administrator"'), 'Demographic Administrator');
});

test('e-RS asks for activities of this list and calls them the same', () => {
  for (const { activityCode, activity } of ersBusinessFunctions) assert.equal(activityName(activityCode), activity, activityCode);
});

test('what seeded people hold is in the list', () => {
  const random = new SeededRandom('test');
  for (const role of seedPeople(random, seedOrganisations(random)).roleProfiles) {
    assert.ok(jobRoles.has(shortJobRole(role.jobRoleCode)), role.jobRoleCode);
    for (const code of role.activityCodes) assert.ok(activityName(code), code);
  }
});

const role = (jobRole: string, ...activityCodes: string[]) => ({ jobRoleCode: `S0000:G0000:${jobRole}`, activityCodes });
const truths: readonly (readonly [string, ReturnType<typeof role>, string, boolean])[] = [
  ['the activity itself', role('R9999', 'B0264'), 'B0264', true],
  ['another activity', role('R9999', 'B0264'), 'B0370', false],
  ['an activity below', role('R9999', 'B0420'), 'B0278', true],
  ['an activity above', role('R9999', 'B0278'), 'B0420', false],
  ['the baseline of the job role', role('R0260'), 'B0278', true],
  ['the baseline of something below', role('R8000'), 'B0278', true],
  ['a job role without', role('R8009'), 'B0278', false],
];
for (const [what, held, wanted, expected] of truths)
  test(`${what} ${expected ? 'allows' : 'does not allow'} ${wanted}`, () => assert.equal(allows(held, wanted), expected));
