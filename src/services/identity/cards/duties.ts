/** Who may do what in the registration authority (applications.md §8), as tables. Pure. */
import { REGISTRATION_ACTIVITIES, type RoleProfile, shortJobRole } from '../../directory/index.ts';
import { CardRefusal } from './errors.ts';
import type { CardAction } from './states.ts';

export type Part = 'manager' | 'advanced-agent' | 'agent' | 'sponsor' | 'id-checker' | 'local-smartcard-administrator';

export const PART_NAMES: Readonly<Record<Part, string>> = {
  manager: 'Registration authority manager',
  'advanced-agent': 'Registration authority agent (advanced)',
  agent: 'Registration authority agent',
  sponsor: 'Sponsor',
  'id-checker': 'ID checker',
  'local-smartcard-administrator': 'Local smartcard administrator',
};

const BY_JOB_ROLE: Readonly<Record<string, Part>> = { R5080: 'manager', R5090: 'agent' };
const BY_ACTIVITY: Readonly<Record<string, Part>> = {
  [REGISTRATION_ACTIVITIES.sponsor]: 'sponsor',
  [REGISTRATION_ACTIVITIES.idChecker]: 'id-checker',
  [REGISTRATION_ACTIVITIES.localSmartcardAdministrator]: 'local-smartcard-administrator',
  [REGISTRATION_ACTIVITIES.advancedAgent]: 'advanced-agent',
};

/** The parts that a role plays in the registration authority; none for everybody else. */
export function partsOf(role: Pick<RoleProfile, 'jobRoleCode' | 'activityCodes'>): readonly Part[] {
  const byJob = BY_JOB_ROLE[shortJobRole(role.jobRoleCode)];
  const byActivity = role.activityCodes.flatMap((code) => BY_ACTIVITY[code] ?? []);
  return [...new Set([...(byJob === undefined ? [] : [byJob]), ...byActivity])];
}

const STAFF = ['manager', 'advanced-agent', 'agent'] as const;
const EVERYBODY = [...STAFF, 'sponsor', 'id-checker', 'local-smartcard-administrator'] as const;

export type Duty =
  | Exclude<CardAction, 'change-passcode' | 'lock'>
  | 'find'
  | 'register-person'
  | 'close-person'
  | 'request-card'
  | 'renew-expired'
  | 'grant-position'
  | 'request-position'
  | 'decide-position'
  | 'end-position';

/** duty → who may do it. Granting includes asking for: a sponsor's wish waits for the registration authority. */
export const DUTIES: Readonly<Record<Duty, readonly Part[]>> = {
  find: EVERYBODY,
  'register-person': [...STAFF, 'id-checker'],
  'close-person': STAFF,
  'request-card': STAFF,
  issue: STAFF,
  'issue-locked': STAFF,
  repair: STAFF,
  'repair-locked': STAFF,
  clear: STAFF,
  revoke: STAFF,
  'renew-expired': STAFF,
  unlock: [...STAFF, 'sponsor', 'local-smartcard-administrator'],
  renew: [...STAFF, 'sponsor', 'local-smartcard-administrator'],
  'grant-position': STAFF,
  'request-position': ['sponsor'],
  'decide-position': STAFF,
  'end-position': [...STAFF, 'sponsor'],
};

/** What the holder of a card may do to it (applications.md §8, self-service). A card that has expired is a matter of the registration authority. */
const OWN_CARD: readonly string[] = ['change-passcode', 'unlock', 'renew'];

/** Who acts. */
export type Actor =
  /** Whoever runs LocalSpine: the admin API and the command line. */
  | { readonly kind: 'operator' }
  /** Somebody of the registration authority, in the role they chose. */
  | {
      readonly kind: 'staff';
      readonly userId: string;
      readonly roleProfileId: string;
      readonly odsCode: string;
      /** A national body acts for every organisation. */
      readonly national: boolean;
      readonly parts: readonly Part[];
    }
  | { readonly kind: 'holder'; readonly userId: string }
  /** The card reader, so to speak: it counts wrong passcodes. */
  | { readonly kind: 'reader' };

/** How the history names an actor. */
export function actorText(actor: Actor): string {
  if (actor.kind === 'staff') return `${actor.userId} in role ${actor.roleProfileId}`;
  return actor.kind === 'holder' ? `${actor.userId}, the holder` : actor.kind;
}

/** Whether an actor may do something to a person, or to that person's card. */
export function may(actor: Actor, duty: Duty | 'change-passcode' | 'lock', subject: string | undefined): boolean {
  switch (actor.kind) {
    case 'operator':
      return true;
    case 'reader':
      return duty === 'lock';
    case 'holder':
      return subject === actor.userId && OWN_CARD.includes(duty);
    case 'staff':
      if (duty === 'change-passcode' || duty === 'lock') return false;
      if (duty !== 'find' && subject === actor.userId) return false;
      return DUTIES[duty].some((part) => actor.parts.includes(part));
  }
}

/** Throws CardRefusal 403 unless the actor may. */
export function permit(actor: Actor, duty: Duty | 'change-passcode' | 'lock', subject?: string): void {
  if (may(actor, duty, subject)) return;
  const own = actor.kind === 'staff' && subject === actor.userId;
  throw new CardRefusal(
    403,
    'not_permitted',
    own ? 'You cannot do this for yourself.' : 'Your role does not allow this.',
    own ? 'Ask a colleague, or use self-service.' : 'Sign in with a role that does: docs/systems/smartcards.md lists who may do what.',
  );
}

/** Throws CardRefusal 403 when a person of the registration authority reaches beyond their organisation and its sites (ours). */
export function permitAt(actor: Actor, place: { readonly odsCode: string; readonly parentOdsCode?: string }): void {
  if (actor.kind === 'operator') return;
  if (actor.kind === 'staff' && (actor.national || actor.odsCode === place.odsCode || actor.odsCode === place.parentOdsCode)) return;
  throw new CardRefusal(
    403,
    'other_organisation',
    `Your role does not reach ${place.odsCode}.`,
    'Positions are given by the registration authority of the organisation, or of the one above it.',
    'odsCode',
  );
}

/** Throws CardRefusal 403 unless it is the actor's own card, or the actor runs LocalSpine. */
export function permitReader(actor: Actor, holder: string): void {
  if (actor.kind === 'operator' || actor.kind === 'reader' || (actor.kind === 'holder' && actor.userId === holder)) return;
  throw new CardRefusal(403, 'not_permitted', 'This is not your card.');
}
