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

describe('permissions', () => {
  for (const action of Object.keys(PERMISSIONS) as Action[])
    test(action, () => {
      const row: Readonly<Partial<Record<Role, Scope>>> = PERMISSIONS[action];
      for (const visitor of people)
        for (const [name, subject] of Object.entries(subjects)) {
          const scope = row[visitor.role];
          assert.equal(may(visitor, action, subject), scope !== undefined && LETS[scope](visitor, name), `${visitor.name}: ${name}`);
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
