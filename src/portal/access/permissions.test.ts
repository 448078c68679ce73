/** Least privilege, as a matrix: whatever is not in the table is refused, and each scope lets in exactly who it names. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type Action, may, PERMISSIONS, type Role, require, type Scope, type Subject } from './permissions.ts';
import { ANYONE, type Visitor } from './visitor.ts';

const member: Visitor = {
  ...ANYONE,
  role: 'supplier',
  accountId: 'me',
  name: 'Member',
  teams: [{ teamId: 'T', name: 'T', administrator: false }],
  by: 'session',
};
const administrator: Visitor = {
  ...member,
  accountId: 'boss',
  name: 'Administrator',
  teams: [{ teamId: 'T', name: 'T', administrator: true }],
};
const stranger: Visitor = { ...member, accountId: 'other', name: 'Stranger', teams: [] };
const euo: Visitor = { ...ANYONE, role: 'euo', accountId: 'cio', name: 'CIO', odsCode: 'R69', by: 'session' };
const reviewer: Visitor = { ...ANYONE, role: 'reviewer', accountId: 'rev', name: 'Reviewer', desks: ['ers-partners'], by: 'session' };
const operator: Visitor = { ...ANYONE, role: 'operator', accountId: 'op', name: 'Operator', by: 'session' };
const people: readonly Visitor[] = [ANYONE, member, administrator, stranger, euo, reviewer, operator];

const subjects: Readonly<Record<string, Subject>> = {
  'a thing of team T': { teamId: 'T', odsCode: 'R69', desk: 'ers-partners' },
  'a thing of another team': { teamId: 'U', odsCode: 'R68', desk: 'service-desk' },
  'a thing of the member personally': { accountId: 'me' },
};

/** Written apart from the product: whom each scope lets at each subject. */
const LETS: Readonly<Record<Scope, (visitor: Visitor, subject: string) => boolean>> = {
  all: () => true,
  own: (visitor, subject) =>
    (subject === 'a thing of team T' && (visitor === member || visitor === administrator)) ||
    (subject === 'a thing of the member personally' && visitor === member),
  administered: (visitor, subject) =>
    (subject === 'a thing of team T' && visitor === administrator) ||
    (subject === 'a thing of the member personally' && visitor === member),
  organisation: (visitor, subject) => subject === 'a thing of team T' && visitor === euo,
  desk: (visitor, subject) => subject === 'a thing of team T' && visitor === reviewer,
};

/** Who may do what, written apart from the product: a change of the product's table is a decision that is made here as well. */
const EXPECTED = `
  action                anyone  supplier      euo           reviewer  operator
  environment.see       all     all           all           all       all
  schedule.see          all     all           all           all       all
  schedule.subscribe    -       all           all           all       all
  schedule.change       -       -             -             -         all
  account.list          -       -             -             -         all
  account.change        -       -             -             -         all
  team.create           -       all           -             -         all
  team.see              -       own           -             all       all
  team.change           -       administered  -             -         all
  application.register  -       own           -             -         all
  application.see       -       own           -             all       all
  application.change    -       own           -             -         all
  application.revoke    -       administered  -             -         all
  application.operate   -       -             -             -         all
  asid.see              -       own           organisation  all       all
  asid.request          -       own           -             -         all
  asid.operate          -       -             -             -         all
  road.see              -       own           organisation  all       all
  road.begin            -       own           -             -         all
  road.act              -       own           -             -         all
  road.simulate-reviewers  -    -             -             -         all
  road.decide           -       -             organisation  desk      all
  audit.see             -       own           organisation  -         all
  connecting.see        -       own           -             desk      all
  connecting.ask        -       own           -             -         all
  connecting.decide     -       -             -             desk      all
  conformance.see       -       own           organisation  all       all
  conformance.run       -       own           -             -         all
  conformance.sign-off  -       -             organisation  -         -
  journal.see           -       own           -             -         all
  rehearsal.see         -       all           -             -         all
  rehearsal.change      -       -             -             -         all
  outbox.see            -       -             -             -         all
  mail.see              -       -             -             -         all
`;
const ROLES = ['anyone', 'supplier', 'euo', 'reviewer', 'operator'] as const satisfies readonly Role[];
const expected: ReadonlyMap<string, Readonly<Record<Role, string>>> = new Map(
  EXPECTED.trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [action = '', ...scopes] = line.trim().split(/\s+/);
      return [action, Object.fromEntries(ROLES.map((role, n) => [role, scopes[n] ?? 'missing'])) as Record<Role, string>];
    }),
);

function isScope(text: string): text is Scope {
  return Object.hasOwn(LETS, text);
}

describe('permissions', () => {
  test('the table of this test and the product’s have the same actions', () => {
    assert.deepEqual([...expected.keys()].sort(), Object.keys(PERMISSIONS).sort());
  });

  for (const action of Object.keys(PERMISSIONS) as Action[])
    test(action, () => {
      const row = expected.get(action);
      assert.ok(row);
      for (const visitor of people) {
        const scope: string = row[visitor.role];
        assert.ok(scope === '-' || isScope(scope), `${action}, ${visitor.role}: ${scope}`);
        assert.equal(may(visitor, action), scope !== '-', `${visitor.name}: anything at all`);
        for (const [name, subject] of Object.entries(subjects))
          assert.equal(may(visitor, action, subject), isScope(scope) && LETS[scope](visitor, name), `${visitor.name}: ${name}`);
      }
    });

  test('who has not signed in may look at environments, and at nothing else', () => {
    const allowed = (Object.keys(PERMISSIONS) as Action[]).filter((action) => may(ANYONE, action));
    for (const action of allowed) assert.match(action, /\.see$/, action);
    assert.ok(!allowed.includes('audit.see') && !allowed.includes('mail.see'));
  });

  test('a refusal asks the unknown to sign in, and tells the known that they may not', () => {
    assert.throws(
      () => require(ANYONE, 'team.create'),
      (error) => error instanceof LocalRefusal && error.status === 401,
    );
    assert.throws(
      () => require(euo, 'team.create'),
      (error) => error instanceof LocalRefusal && error.status === 403,
    );
    assert.doesNotThrow(() => require(member, 'team.create'));
  });

  test('a thing of a team is not also its maker’s own', () => {
    assert.equal(may(stranger, 'team.change', { teamId: 'T', accountId: 'other' }), false);
  });
});
