/** The life of a card as a table (applications.md §8: issued locked, active, locked by wrong passcodes, expired, cancelled). Pure. */

/** What is stored. That a card has expired follows from its date. */
export type StoredState = 'requested' | 'issued' | 'active' | 'locked' | 'revoked';
export type CardState = StoredState | 'expired';
export const CARD_STATES: readonly CardState[] = ['requested', 'issued', 'active', 'locked', 'expired', 'revoked'];

export const CARD_ACTIONS = [
  'issue',
  'issue-locked',
  'unlock',
  'lock',
  'change-passcode',
  'renew',
  'repair',
  'repair-locked',
  'clear',
  'revoke',
] as const;
export type CardAction = (typeof CARD_ACTIONS)[number];

const ALIVE = ['issued', 'active', 'locked', 'expired'] as const;
const fromAlive = <T extends StoredState>(to: T): Readonly<Record<(typeof ALIVE)[number], T>> => ({
  issued: to,
  active: to,
  locked: to,
  expired: to,
});

/** action → state before → state after. What is not here cannot be done. `as-before`: a renewed card is as locked as it was. */
export const TRANSITIONS: Readonly<Record<CardAction, Readonly<Partial<Record<CardState, StoredState | 'as-before'>>>>> = {
  issue: { requested: 'active' },
  'issue-locked': { requested: 'issued' },
  unlock: { issued: 'active', locked: 'active' },
  lock: { active: 'locked' },
  'change-passcode': { active: 'active' },
  renew: { active: 'active', expired: 'as-before' },
  repair: fromAlive('active'),
  'repair-locked': fromAlive('issued'),
  clear: fromAlive('requested'),
  revoke: { requested: 'revoked', ...fromAlive('revoked') },
};

/** What an action brings with it. */
export interface Effects {
  /** A new passcode is set. */
  readonly passcode?: true;
  /** New keys and certificates; those before are revoked. */
  readonly newCertificates?: true;
  /** The certificates on the card are revoked, and it is empty. */
  readonly losesCertificates?: true;
  /** Sessions opened with the card end. */
  readonly endsSessions?: true;
  /** Whoever does it says why. */
  readonly reason?: true;
}
export const EFFECTS: Readonly<Record<CardAction, Effects>> = {
  issue: { passcode: true, newCertificates: true },
  'issue-locked': { newCertificates: true },
  unlock: { passcode: true },
  lock: { endsSessions: true },
  'change-passcode': { passcode: true },
  renew: { newCertificates: true },
  repair: { passcode: true, newCertificates: true, endsSessions: true },
  'repair-locked': { newCertificates: true, endsSessions: true },
  clear: { losesCertificates: true, endsSessions: true, reason: true },
  revoke: { losesCertificates: true, endsSessions: true, reason: true },
};

/** Wrong passcodes in a row that lock a card (applications.md §8, inferred). */
export const MOST_FAILURES = 5;
/** Certificates, and with them the card, last two years (applications.md §8). */
export const CARD_YEARS = 2;
/** From this long before the end a card is said to be about to expire (ours). */
export const EXPIRY_NOTICE = 90 * 86_400_000;

interface Dated {
  readonly state: StoredState;
  readonly expiresAt?: number;
}

/** The state a card is in at an instant of business time. */
export function stateAt({ state, expiresAt }: Dated, now: number): CardState {
  const ages = state === 'issued' || state === 'active' || state === 'locked';
  return ages && expiresAt !== undefined && expiresAt <= now ? 'expired' : state;
}

/** What an action makes of a card; undefined when it cannot be done in its present state. */
export function nextState(card: Dated, action: CardAction, now: number): StoredState | undefined {
  const next = TRANSITIONS[action][stateAt(card, now)];
  return next === 'as-before' ? card.state : next;
}

/** Actions that can be done to a card now, in the order of the table. */
export function possibleActions(card: Dated, now: number): readonly CardAction[] {
  return CARD_ACTIONS.filter((action) => nextState(card, action, now) !== undefined);
}

/** When a card issued or renewed at an instant expires: the same day, years later. */
export function expiryOf(now: number): number {
  const date = new Date(now);
  return date.setUTCFullYear(date.getUTCFullYear() + CARD_YEARS);
}
