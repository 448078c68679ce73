/** Cards, people and their history as they are shown: to software as JSON, to pages as values. No secret is part of any view. */
import { isoInstant } from '../../../kernel/clock.ts';
import type { Db } from '../../../kernel/store/store.ts';
import type { Person } from '../../directory/index.ts';
import { CardRefusal, cardUnknown, personUnknown } from './errors.ts';
import { cardFor } from './issued.ts';
import type { Card, CardCertificate, CardKind, HistoryEntry, Position } from './model.ts';
import { type CardState, EXPIRY_NOTICE, possibleActions, stateAt } from './states.ts';
import { cardsOf, certificatesOf, findCard, findRegistration, historyOf, listCards, positionsOf } from './store.ts';
import type { CardWorld } from './world.ts';

export interface CardView {
  readonly cardNumber: string;
  readonly userId: string;
  readonly holder: string;
  readonly kind: CardKind;
  readonly state: CardState;
  readonly inserted: boolean;
  readonly wrongPasscodes: number;
  readonly requestedAt: string;
  readonly issuedAt?: string;
  readonly expiresAt?: string;
  /** Less than ninety days are left. */
  readonly aboutToExpire: boolean;
  readonly possibleActions: readonly string[];
}

export interface CertificateView {
  readonly serial: string;
  readonly use: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly revoked?: { readonly at: string; readonly reason: string };
  readonly pem: string;
}

export interface HistoryView extends Omit<HistoryEntry, 'at' | 'id'> {
  readonly at: string;
}

/** A card with all that is known of it. */
export interface CardPage extends CardView {
  readonly certificates: readonly CertificateView[];
  readonly history: readonly HistoryView[];
}

export interface PersonPage {
  readonly person: Person;
  readonly name: string;
  readonly registered?: { readonly birthDate: string; readonly documents: readonly string[] };
  /** What the person may act as now. */
  readonly positions: readonly (Omit<Position, 'requestedAt'> & { readonly requestedAt?: string })[];
  readonly cards: readonly CardView[];
  readonly history: readonly HistoryView[];
}

export function nameOf({ title, givenName, familyName }: Person): string {
  return `${title} ${givenName} ${familyName}`.trim();
}

export function cardView(card: Card, holder: Person | undefined, now: number): CardView {
  const { cardNumber, userId, kind, failures, requestedAt, issuedAt, expiresAt } = card;
  const state = stateAt(card, now);
  return {
    cardNumber,
    userId,
    holder: holder === undefined ? '' : nameOf(holder),
    kind,
    state,
    inserted: card.insertedAt !== undefined,
    wrongPasscodes: failures,
    requestedAt: isoInstant(requestedAt),
    ...(issuedAt === undefined ? {} : { issuedAt: isoInstant(issuedAt) }),
    ...(expiresAt === undefined ? {} : { expiresAt: isoInstant(expiresAt) }),
    aboutToExpire: state === 'active' && expiresAt !== undefined && expiresAt - now < EXPIRY_NOTICE,
    possibleActions: possibleActions(card, now),
  };
}

/**
 * The card that is meant: by its number, or by its holder's user id when that is easier to remember (the one a reader would get).
 *
 * @throws CardRefusal 404
 */
export async function meantCard(world: Pick<CardWorld, 'clock'>, db: Db, reference: string): Promise<Card> {
  const byNumber = await findCard(db, reference);
  if (byNumber !== undefined) return byNumber;
  const held = await cardsOf(db, reference);
  const now = world.clock.now();
  const found = cardFor(held, 'smartcard', now) ?? cardFor(held, 'virtual', now);
  if (found === undefined) throw cardUnknown(reference);
  return found;
}

export async function cardPage(world: CardWorld, db: Db, reference: string): Promise<CardPage> {
  const card = await meantCard(world, db, reference);
  const holder = await world.directory.person(db, card.userId);
  const history = await historyOf(db, card.userId);
  return {
    ...cardView(card, holder, world.clock.now()),
    certificates: (await certificatesOf(db, card.cardNumber)).map(certificateView),
    history: history.filter((each) => each.cardNumber === card.cardNumber).map(historyView),
  };
}

/** Cards for a list: of the people whose name or id has the text, or of everybody. */
export async function cardList(
  world: CardWorld,
  db: Db,
  filter: { readonly text?: string; readonly state?: CardState; readonly limit: number },
): Promise<readonly CardView[]> {
  const { text, state, limit } = filter;
  const now = world.clock.now();
  const views: CardView[] = [];
  if (text !== undefined) {
    for (const person of await world.directory.people(db, { text, limit }))
      for (const card of await cardsOf(db, person.userId)) views.push(cardView(card, person, now));
  } else
    for (const card of await listCards(db, { limit: 5_000 })) {
      if (state !== undefined && stateAt(card, now) !== state) continue;
      views.push(cardView(card, await world.directory.person(db, card.userId), now));
      if (views.length >= limit) break;
    }
  return views.filter((each) => state === undefined || each.state === state).slice(0, limit);
}

/** Throws CardRefusal 404. */
export async function personPage(world: CardWorld, db: Db, userId: string): Promise<PersonPage> {
  const person = await world.directory.person(db, userId);
  if (person === undefined) throw personUnknown(userId);
  const now = world.clock.now();
  const registration = await findRegistration(db, userId);
  const kept = await positionsOf(db, userId);
  const profiles = await world.directory.roleProfiles(db, userId);
  const others = profiles.filter((each) => !kept.some((position) => position.roleProfileId === each.roleProfileId));
  return {
    person,
    name: nameOf(person),
    ...(registration === undefined
      ? {}
      : { registered: { birthDate: registration.birthDate, documents: registration.documents.map((each) => each.kind) } }),
    positions: [
      ...others.map(({ workgroupCodes: _, active: __, ...each }) => ({ ...each, state: 'granted' as const, requestedBy: 'directory' })),
      ...kept.map((each) => ({ ...each, requestedAt: isoInstant(each.requestedAt) })),
    ],
    cards: (await cardsOf(db, userId)).map((each) => cardView(each, person, now)),
    history: (await historyOf(db, userId)).map(historyView),
  };
}

function certificateView(certificate: CardCertificate): CertificateView {
  const { serial, use, issuedAt, expiresAt, revokedAt, revokedReason, certificatePem } = certificate;
  return {
    serial,
    use,
    issuedAt: isoInstant(issuedAt),
    expiresAt: isoInstant(expiresAt),
    ...(revokedAt === undefined ? {} : { revoked: { at: isoInstant(revokedAt), reason: revokedReason ?? '' } }),
    pem: certificatePem,
  };
}

function historyView({ id: _, ...entry }: HistoryEntry): HistoryView {
  return { ...entry, at: isoInstant(entry.at) };
}

/** Throws CardRefusal 400 unless the text names a kind of card. */
export function cardKind(text: string | undefined): CardKind {
  if (text === undefined || text === 'smartcard') return 'smartcard';
  if (text === 'virtual') return 'virtual';
  throw new CardRefusal(400, 'card_kind', 'A card is a smartcard or virtual.', undefined, 'kind');
}
