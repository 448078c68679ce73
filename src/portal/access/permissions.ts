import { LocalRefusal } from '../../kernel/errors.ts';
import type { Visitor } from './visitor.ts';

/**
 * Who may do what, in one table (the issue of least privilege: whatever is not written here is refused). A role may do something to `all`, or only to
 * - `own`: what belongs to the visitor personally or to a team they are in;
 * - `administered`: what belongs to the visitor personally or to a team they administer;
 * - `organisation`: what concerns the NHS organisation they speak for;
 * - `desk`: what lies on a desk they work at.
 */
export const PERMISSIONS = {
  // environments
  'environment.see': { anyone: 'all', supplier: 'all', euo: 'all', reviewer: 'all', operator: 'all' },
  // maintenance and forward changes
  'schedule.see': { anyone: 'all', supplier: 'all', euo: 'all', reviewer: 'all', operator: 'all' },
  'schedule.subscribe': { supplier: 'all', euo: 'all', reviewer: 'all', operator: 'all' },
  'schedule.change': { operator: 'all' },
  // accounts and teams
  'account.list': { operator: 'all' },
  'account.change': { operator: 'all' },
  'team.create': { supplier: 'all', operator: 'all' },
  'team.see': { supplier: 'own', reviewer: 'all', operator: 'all' },
  'team.change': { supplier: 'administered', operator: 'all' },
  // applications and ASIDs
  'application.register': { supplier: 'own', operator: 'all' },
  'application.see': { supplier: 'own', reviewer: 'all', operator: 'all' },
  'application.change': { supplier: 'own', operator: 'all' },
  'application.revoke': { supplier: 'administered', operator: 'all' },
  'application.operate': { operator: 'all' },
  'asid.see': { supplier: 'own', euo: 'organisation', reviewer: 'all', operator: 'all' },
  'asid.request': { supplier: 'own', operator: 'all' },
  'asid.operate': { operator: 'all' },
  // roads to production
  'road.see': { supplier: 'own', euo: 'organisation', reviewer: 'all', operator: 'all' },
  'road.begin': { supplier: 'own', operator: 'all' },
  'road.act': { supplier: 'own', operator: 'all' },
  /** Simulated reviewers in place of people, where the deployment's reviewers are people. */
  'road.simulate-reviewers': { operator: 'all' },
  'road.decide': { euo: 'organisation', reviewer: 'desk', operator: 'all' },
  // audit trail
  'audit.see': { supplier: 'own', euo: 'organisation', operator: 'all' },
  // getting connected
  'connecting.see': { supplier: 'own', reviewer: 'desk', operator: 'all' },
  'connecting.ask': { supplier: 'own', operator: 'all' },
  'connecting.decide': { reviewer: 'desk', operator: 'all' },
  // conformance and user acceptance runs
  'conformance.see': { supplier: 'own', euo: 'organisation', reviewer: 'all', operator: 'all' },
  'conformance.run': { supplier: 'own', operator: 'all' },
  'conformance.sign-off': { euo: 'organisation' },
  // the inspector: exchanges of an environment, and what a rehearsal is made of
  'journal.see': { supplier: 'own', operator: 'all' },
  'rehearsal.see': { supplier: 'all', operator: 'all' },
  'rehearsal.change': { operator: 'all' },
  'outbox.see': { operator: 'all' },
  // mail that was sent
  'mail.see': { operator: 'all' },
} as const satisfies Readonly<Record<string, Permission>>;

export type Role = 'anyone' | 'supplier' | 'euo' | 'reviewer' | 'operator';
export type Scope = 'all' | 'own' | 'administered' | 'organisation' | 'desk';
type Permission = Readonly<Partial<Record<Role, Scope>>>;
export type Action = keyof typeof PERMISSIONS;

/** What an action is about. */
export interface Subject {
  /** Account it belongs to personally. */
  readonly accountId?: string | undefined;
  /** Team it belongs to. */
  readonly teamId?: string | undefined;
  /** NHS organisation it concerns. */
  readonly odsCode?: string | undefined;
  /** Desk whose decision it waits for, or who made it. */
  readonly desk?: string | undefined;
}

/** Whether a visitor may do something. Without a subject: whether there is anything at all they may do it to. */
export function may(visitor: Visitor, action: Action, about?: Subject): boolean {
  const permission: Permission = PERMISSIONS[action];
  const scope = permission[visitor.role];
  if (scope === undefined) return false;
  return about === undefined || within(scope, visitor, about);
}

function within(scope: Scope, visitor: Visitor, about: Subject): boolean {
  switch (scope) {
    case 'all':
      return true;
    case 'own':
      return isOwn(visitor, about) || visitor.teams.some((team) => team.teamId === about.teamId);
    case 'administered':
      return isOwn(visitor, about) || visitor.teams.some((team) => team.teamId === about.teamId && team.administrator);
    case 'organisation':
      return about.odsCode !== undefined && visitor.odsCode === about.odsCode;
    case 'desk':
      return about.desk !== undefined && visitor.desks.includes(about.desk);
  }
}

/** A thing of a team is never also somebody's own. */
function isOwn(visitor: Visitor, about: Subject): boolean {
  return about.teamId === undefined && about.accountId !== undefined && about.accountId === visitor.accountId;
}

/** Throws LocalRefusal 401 for who has not signed in and would need to, 403 for who may not. */
export function require(visitor: Visitor, action: Action, about?: Subject): void {
  if (may(visitor, action, about)) return;
  if (visitor.role === 'anyone') throw new LocalRefusal(401, 'sign_in', 'Sign in first.', 'Open /sign-in, or send an API token.');
  throw new LocalRefusal(
    403,
    'not_permitted',
    `${visitor.name} may not do this (${action}).`,
    'Ask the owner or an operator; docs/portal.md says who may do what.',
  );
}
