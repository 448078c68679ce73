/** What is done to cards: each an act of somebody, checked, carried out and written down in one transaction (applications.md §8). */
import type { Db } from '../../../kernel/store/store.ts';
import { type CardKeys, makeKeys, putOnCard, revokeOnCard } from './credentials.ts';
import { type Actor, permit } from './duties.ts';
import { CardRefusal, personUnknown } from './errors.ts';
import { record } from './history.ts';
import type { Card, CardKind } from './model.ts';
import { checkPasscode, hashPasscode, isPasscode, sealHash } from './passcode.ts';
import { endSessionsOf, requireCard, tell } from './readers.ts';
import { type CardAction, EFFECTS, expiryOf, MOST_FAILURES, nextState, stateAt } from './states.ts';
import { cardsOf, saveCards } from './store.ts';
import type { CardWorld } from './world.ts';

/** What comes with an action. */
export interface ActionInput {
  readonly passcode?: string | undefined;
  /** `change-passcode` by the holder: the passcode until now. */
  readonly currentPasscode?: string | undefined;
  readonly reason?: string | undefined;
}

const NUMBER_DIGITS = '0123456789';

/** Asks for a card for a person. Throws CardRefusal 403, 404, 409. */
export function requestCard(world: CardWorld, actor: Actor, userId: string, kind: CardKind): Promise<Card> {
  return world.store.transaction((tx) => addCard(world, tx, actor, userId, kind));
}

/** Asks for a card and issues it at once: with a passcode it is active, without one it is issued locked. */
export async function issueCard(
  world: CardWorld,
  actor: Actor,
  wanted: { readonly userId: string; readonly kind: CardKind; readonly passcode?: string | undefined },
): Promise<Card> {
  permit(actor, issuing(wanted), wanted.userId);
  const means = await prepareCard(world, wanted);
  return world.store.transaction((tx) => issueCardIn(world, tx, actor, wanted, means));
}

/** Keys and the passcode's hash of a card to be issued: what takes time is made before the transaction. Throws CardRefusal 400. */
export function prepareCard(world: CardWorld, wanted: { readonly passcode?: string | undefined }): Promise<Means> {
  return prepareMeans(world, issuing(wanted), wanted);
}

/** Issues a card inside a transaction, with what was prepared for it. Throws as {@link issueCard}. */
export async function issueCardIn(
  world: CardWorld,
  tx: Db,
  actor: Actor,
  wanted: { readonly userId: string; readonly kind: CardKind; readonly passcode?: string | undefined },
  means: Means,
): Promise<Card> {
  permit(actor, issuing(wanted), wanted.userId);
  const card = await addCard(world, tx, actor, wanted.userId, wanted.kind);
  return carryOut(world, tx, actor, card, issuing(wanted), wanted, means);
}

function issuing({ passcode }: { readonly passcode?: string | undefined }): CardAction {
  return passcode === undefined ? 'issue-locked' : 'issue';
}

/**
 * Does something to a card.
 *
 * @throws CardRefusal 400 (input), 403 (who), 404, 409 (the card's state, or a card of that kind exists)
 */
export async function actOnCard(world: CardWorld, actor: Actor, cardNumber: string, action: CardAction, input: ActionInput): Promise<Card> {
  // Checked before slow work is done, and again inside the transaction.
  const seen = await requireCard(world.store.db, cardNumber);
  check(world, actor, seen, action, input);
  await checkCurrent(world, actor, seen, action, input);
  const means = await prepareMeans(world, action, input);
  const card = await world.store.transaction(async (tx) => {
    const present = await requireCard(tx, cardNumber);
    check(world, actor, present, action, input);
    return carryOut(world, tx, actor, present, action, input, means);
  });
  world.outbox.wake();
  return card;
}

/** What takes time and is made before the transaction. */
export interface Means {
  readonly keys?: CardKeys;
  readonly passcodeHash?: string;
}

async function prepareMeans(world: CardWorld, action: CardAction, input: ActionInput): Promise<Means> {
  const { passcode, newCertificates } = EFFECTS[action];
  const checked = passcode === true ? checkPasscode(input.passcode) : undefined;
  const [keys, passcodeHash] = await Promise.all([
    newCertificates === true ? makeKeys() : undefined,
    checked === undefined ? undefined : hashPasscode(checked, world.random),
  ]);
  return { ...(keys === undefined ? {} : { keys }), ...(passcodeHash === undefined ? {} : { passcodeHash }) };
}

/** Who, the card's state, and what must come with it. */
function check(world: CardWorld, actor: Actor, card: Card, action: CardAction, input: ActionInput): void {
  const now = world.clock.now();
  const state = stateAt(card, now);
  permit(actor, action === 'renew' && state === 'expired' ? 'renew-expired' : action, card.userId);
  if (actor.kind === 'holder' && action === 'renew' && state === 'expired')
    throw new CardRefusal(409, 'card_expired', 'The card has expired.', 'Ask your registration authority to renew it.');
  if (nextState(card, action, now) === undefined)
    throw new CardRefusal(
      409,
      'card_state',
      `The card is ${state}: that cannot be done to it (${action}).`,
      'docs/systems/smartcards.md has the table of what can be done when.',
    );
  if (EFFECTS[action].reason === true && (input.reason === undefined || input.reason.trim() === ''))
    throw new CardRefusal(400, 'reason_missing', 'Choose a reason', undefined, 'reason');
}

/** A holder who changes the passcode shows the one until now; a wrong one counts as at the reader. */
async function checkCurrent(world: CardWorld, actor: Actor, card: Card, action: CardAction, input: ActionInput): Promise<void> {
  if (action !== 'change-passcode' || actor.kind === 'operator') return;
  const current = checkPasscode(input.currentPasscode, 'currentPasscode');
  if (input.passcode === current)
    throw new CardRefusal(400, 'passcode_same', 'Choose a passcode that you do not have now', undefined, 'passcode');
  const verdict = await world.store.transaction((tx) => tryPasscode(world, tx, card.cardNumber, current));
  if (verdict.right) return;
  world.outbox.wake();
  throw new CardRefusal(
    verdict.locked ? 409 : 400,
    verdict.locked ? 'card_locked' : 'passcode_wrong',
    verdict.locked ? 'Too many wrong passcodes: the card is locked' : `That is not your passcode. Attempts left: ${verdict.attemptsLeft}`,
    undefined,
    'currentPasscode',
  );
}

/** Tries a passcode on an active card and counts: the fifth wrong one in a row locks it. */
export async function tryPasscode(
  world: CardWorld,
  tx: Db,
  cardNumber: string,
  passcode: string,
): Promise<{ readonly right: boolean; readonly locked: boolean; readonly attemptsLeft: number }> {
  const card = await requireCard(tx, cardNumber);
  if (stateAt(card, world.clock.now()) !== 'active') return { right: false, locked: card.state === 'locked', attemptsLeft: 0 };
  if (card.passcode !== undefined && (await isPasscode(world.sealer, cardNumber, card.passcode, passcode))) {
    if (card.failures > 0) await saveCards(tx, [{ ...card, failures: 0 }]);
    return { right: true, locked: false, attemptsLeft: MOST_FAILURES };
  }
  const failures = card.failures + 1;
  if (failures < MOST_FAILURES) {
    await saveCards(tx, [{ ...card, failures }]);
    return { right: false, locked: false, attemptsLeft: MOST_FAILURES - failures };
  }
  await carryOut(world, tx, { kind: 'reader' }, { ...card, failures }, 'lock', { reason: `${failures} wrong passcodes` }, {});
  return { right: false, locked: true, attemptsLeft: 0 };
}

async function carryOut(
  world: CardWorld,
  tx: Db,
  actor: Actor,
  card: Card,
  action: CardAction,
  input: ActionInput,
  means: Means,
): Promise<Card> {
  const now = world.clock.now();
  const state = nextState(card, action, now);
  if (state === undefined) throw new Error(`${action} on a card that is ${card.state}`);
  const { keys, passcodeHash } = means;
  const effects = EFFECTS[action];
  const { passcode, insertedAt, expiresAt, issuedAt, ...rest } = card;
  const sealed = passcodeHash === undefined ? keptPasscode(action, passcode) : sealHash(world.sealer, card.cardNumber, passcodeHash);
  const dates = keys === undefined ? { expiresAt, issuedAt } : { expiresAt: expiryOf(now), issuedAt: issuedAt ?? now };
  const empty = effects.losesCertificates === true;
  const next: Card = {
    ...rest,
    state,
    failures: action === 'lock' || action === 'renew' ? card.failures : 0,
    ...(sealed === undefined ? {} : { passcode: sealed }),
    ...(dates.issuedAt === undefined || (empty && state === 'requested') ? {} : { issuedAt: dates.issuedAt }),
    ...(dates.expiresAt === undefined || (empty && state === 'requested') ? {} : { expiresAt: dates.expiresAt }),
    ...(insertedAt === undefined || effects.endsSessions === true ? {} : { insertedAt }),
  };
  await saveCards(tx, [next]);
  if (empty) await revokeOnCard(world, tx, card.cardNumber, input.reason ?? action);
  if (keys !== undefined) await putOnCard(world, tx, next, keys);
  const ended = effects.endsSessions === true ? await endSessionsOf(world, tx, card) : 0;
  if (effects.endsSessions === true) await tell(world, tx, { kind: 'unusable', cardNumber: card.cardNumber, userId: card.userId });
  const detail = [
    `${stateAt(card, now)} → ${stateAt(next, now)}`,
    input.reason === undefined ? '' : `reason: ${input.reason.slice(0, 300)}`,
    ended === 0 ? '' : `${ended} session(s) ended`,
  ];
  await record(world, tx, actor, {
    action,
    userId: card.userId,
    cardNumber: card.cardNumber,
    detail: detail.filter((each) => each !== '').join('; '),
  });
  return next;
}

/** A cleared, cancelled or newly locked-issued card has no passcode any more. */
function keptPasscode(action: CardAction, passcode: string | undefined): string | undefined {
  return action === 'clear' || action === 'revoke' || action === 'repair-locked' ? undefined : passcode;
}

async function addCard(world: CardWorld, tx: Db, actor: Actor, userId: string, kind: CardKind): Promise<Card> {
  permit(actor, 'request-card', userId);
  const person = await world.directory.person(tx, userId);
  if (person === undefined) throw personUnknown(userId);
  if (!person.active) throw new CardRefusal(409, 'person_closed', 'The person’s profile is closed.', 'Reopen it first.', 'userId');
  // Certificates say who somebody is at level 3; a card for somebody less well checked would lie.
  if (person.identityAssuranceLevel < 3)
    throw new CardRefusal(
      409,
      'identity_not_checked',
      'A card needs identity assurance level 3.',
      'Check the person’s identity documents.',
      'userId',
    );
  const held = (await cardsOf(tx, userId)).find((each) => each.kind === kind && each.state !== 'revoked');
  if (held !== undefined)
    throw new CardRefusal(
      409,
      'card_held',
      `The person has such a card already: ${held.cardNumber}.`,
      'Unlock, repair or renew it, or revoke it first.',
      'kind',
    );
  const card: Card = {
    cardNumber: `41${world.random.text(12, NUMBER_DIGITS)}`,
    userId,
    kind,
    state: 'requested',
    failures: 0,
    requestedAt: world.clock.now(),
  };
  await saveCards(tx, [card]);
  await record(world, tx, actor, { action: 'request', userId, cardNumber: card.cardNumber, detail: kind });
  return card;
}
