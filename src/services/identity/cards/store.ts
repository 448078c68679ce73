/** Every query of the registration authority. */
import type { Compilable } from 'kysely';
import { type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import type { Card, CardCertificate, CardKind, CertificateUse, HistoryEntry, Position, PositionState, Registration } from './model.ts';
import type { StoredState } from './states.ts';

interface CardRow {
  card_number: string;
  user_id: string;
  kind: CardKind;
  state: StoredState;
  passcode: string | null;
  failures: number;
  requested_at: number;
  issued_at: number | null;
  expires_at: number | null;
  inserted_at: number | null;
}
interface CertificateRow {
  serial: string;
  card_number: string;
  use: CertificateUse;
  certificate: string;
  sealed_key: string;
  issued_at: number;
  expires_at: number;
  revoked_at: number | null;
  revoked_reason: string | null;
}
interface HistoryRow {
  id: string;
  at: number;
  user_id: string;
  card_number: string | null;
  action: string;
  actor: string;
  detail: string;
}
interface Tables {
  identity_card: CardRow;
  identity_card_certificate: CertificateRow;
  identity_registration: { user_id: string; match_key: string; document: string };
  identity_position: { role_profile_id: string; user_id: string; state: PositionState; requested_at: number; document: string };
  identity_history: HistoryRow;
}

const BATCH = 100;
const tables = (db: Db) => tablesOf<Tables>(db);

const ofUser = prepare<{ userId: string }, Tables, CardRow>(
  (db, values): Compilable<CardRow> =>
    db.selectFrom('identity_card').selectAll().where('user_id', '=', values.userId).orderBy('requested_at').orderBy('card_number'),
);

/** Cards of a person, oldest first. On the path of every sign-in. */
export async function cardsOf(db: Db, userId: string): Promise<readonly Card[]> {
  return (await ofUser(db, { userId })).map(cardFrom);
}

export async function findCard(db: Db, cardNumber: string): Promise<Card | undefined> {
  const row = await tables(db).selectFrom('identity_card').selectAll().where('card_number', '=', cardNumber).executeTakeFirst();
  return row && cardFrom(row);
}

/** Cards by number, for a list. */
export async function listCards(
  db: Db,
  filter: { readonly states?: readonly StoredState[]; readonly limit: number; readonly after?: string },
): Promise<readonly Card[]> {
  let query = tables(db).selectFrom('identity_card').selectAll().orderBy('card_number').limit(filter.limit);
  if (filter.states !== undefined) query = query.where('state', 'in', [...filter.states]);
  if (filter.after !== undefined) query = query.where('card_number', '>', filter.after);
  return (await query.execute()).map(cardFrom);
}

/** Keeps cards, in place of those with the same numbers. */
export async function saveCards(tx: Db, cards: readonly Card[]): Promise<void> {
  for (let start = 0; start < cards.length; start += BATCH)
    await tables(tx)
      .insertInto('identity_card')
      .values(cards.slice(start, start + BATCH).map(rowOf))
      .onConflict((conflict) =>
        conflict.column('card_number').doUpdateSet((set) => ({
          state: set.ref('excluded.state'),
          passcode: set.ref('excluded.passcode'),
          failures: set.ref('excluded.failures'),
          issued_at: set.ref('excluded.issued_at'),
          expires_at: set.ref('excluded.expires_at'),
          inserted_at: set.ref('excluded.inserted_at'),
        })),
      )
      .execute();
}

export async function insertCertificates(tx: Db, certificates: readonly CardCertificate[]): Promise<void> {
  if (certificates.length === 0) return;
  await tables(tx)
    .insertInto('identity_card_certificate')
    .values(
      certificates.map((each) => ({
        serial: each.serial,
        card_number: each.cardNumber,
        use: each.use,
        certificate: each.certificatePem,
        sealed_key: each.sealedKey,
        issued_at: each.issuedAt,
        expires_at: each.expiresAt,
        revoked_at: each.revokedAt ?? null,
        revoked_reason: each.revokedReason ?? null,
      })),
    )
    .execute();
}

/** Certificates that were ever on a card, newest first. */
export async function certificatesOf(db: Db, cardNumber: string): Promise<readonly CardCertificate[]> {
  const rows = await tables(db)
    .selectFrom('identity_card_certificate')
    .selectAll()
    .where('card_number', '=', cardNumber)
    .orderBy('issued_at', 'desc')
    .orderBy('use')
    .execute();
  return rows.map(certificateFrom);
}

export async function findCertificate(db: Db, serial: string): Promise<CardCertificate | undefined> {
  const row = await tables(db).selectFrom('identity_card_certificate').selectAll().where('serial', '=', serial).executeTakeFirst();
  return row && certificateFrom(row);
}

/** Revokes what is on a card; gives the serial numbers. */
export async function revokeCertificates(tx: Db, cardNumber: string, reason: string, realNow: number): Promise<readonly string[]> {
  const rows = await tables(tx)
    .updateTable('identity_card_certificate')
    .set({ revoked_at: realNow, revoked_reason: reason })
    .where('card_number', '=', cardNumber)
    .where('revoked_at', 'is', null)
    .returning('serial')
    .execute();
  return rows.map((row) => row.serial);
}

export async function saveRegistration(tx: Db, registration: Registration, matchKey: string): Promise<void> {
  await tables(tx)
    .insertInto('identity_registration')
    .values({ user_id: registration.userId, match_key: matchKey, document: JSON.stringify(registration) })
    .execute();
}

export async function findRegistration(db: Db, userId: string): Promise<Registration | undefined> {
  const row = await tables(db).selectFrom('identity_registration').select('document').where('user_id', '=', userId).executeTakeFirst();
  return row === undefined ? undefined : JSON.parse(row.document);
}

/** Who else was registered under the same name and date of birth. */
export async function usersMatching(db: Db, matchKey: string): Promise<readonly string[]> {
  const rows = await tables(db).selectFrom('identity_registration').select('user_id').where('match_key', '=', matchKey).execute();
  return rows.map((row) => row.user_id);
}

export async function savePosition(tx: Db, position: Position): Promise<void> {
  const row = { state: position.state, document: JSON.stringify(position) };
  await tables(tx)
    .insertInto('identity_position')
    .values({ role_profile_id: position.roleProfileId, user_id: position.userId, requested_at: position.requestedAt, ...row })
    .onConflict((conflict) => conflict.column('role_profile_id').doUpdateSet(row))
    .execute();
}

export async function findPosition(db: Db, roleProfileId: string): Promise<Position | undefined> {
  const row = await tables(db)
    .selectFrom('identity_position')
    .select('document')
    .where('role_profile_id', '=', roleProfileId)
    .executeTakeFirst();
  return row === undefined ? undefined : JSON.parse(row.document);
}

/** Positions that wait for a decision, oldest first. */
export async function requestedPositions(db: Db): Promise<readonly Position[]> {
  const rows = await tables(db)
    .selectFrom('identity_position')
    .select('document')
    .where('state', '=', 'requested')
    .orderBy('requested_at')
    .limit(200)
    .execute();
  return rows.map((row) => JSON.parse(row.document));
}

/** Positions the registration authority dealt with, of one person. */
export async function positionsOf(db: Db, userId: string): Promise<readonly Position[]> {
  const rows = await tables(db)
    .selectFrom('identity_position')
    .select('document')
    .where('user_id', '=', userId)
    .orderBy('requested_at')
    .execute();
  return rows.map((row) => JSON.parse(row.document));
}

export async function insertHistory(tx: Db, entry: HistoryEntry): Promise<void> {
  await tables(tx)
    .insertInto('identity_history')
    .values({
      id: entry.id,
      at: entry.at,
      user_id: entry.userId,
      card_number: entry.cardNumber ?? null,
      action: entry.action,
      actor: entry.actor,
      detail: entry.detail,
    })
    .execute();
}

/** What happened to a person's cards and positions, newest first. */
export async function historyOf(db: Db, userId: string, limit = 200): Promise<readonly HistoryEntry[]> {
  const rows = await tables(db)
    .selectFrom('identity_history')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    at: Number(row.at),
    userId: row.user_id,
    ...(row.card_number === null ? {} : { cardNumber: row.card_number }),
    action: row.action,
    actor: row.actor,
    detail: row.detail,
  }));
}

function rowOf(card: Card): CardRow {
  return {
    card_number: card.cardNumber,
    user_id: card.userId,
    kind: card.kind,
    state: card.state,
    passcode: card.passcode ?? null,
    failures: card.failures,
    requested_at: card.requestedAt,
    issued_at: card.issuedAt ?? null,
    expires_at: card.expiresAt ?? null,
    inserted_at: card.insertedAt ?? null,
  };
}

function cardFrom(row: CardRow): Card {
  return {
    cardNumber: row.card_number,
    userId: row.user_id,
    kind: row.kind,
    state: row.state,
    ...(row.passcode === null ? {} : { passcode: row.passcode }),
    failures: row.failures,
    requestedAt: Number(row.requested_at),
    ...(row.issued_at === null ? {} : { issuedAt: Number(row.issued_at) }),
    ...(row.expires_at === null ? {} : { expiresAt: Number(row.expires_at) }),
    ...(row.inserted_at === null ? {} : { insertedAt: Number(row.inserted_at) }),
  };
}

function certificateFrom(row: CertificateRow): CardCertificate {
  return {
    serial: row.serial,
    cardNumber: row.card_number,
    use: row.use,
    certificatePem: row.certificate,
    sealedKey: row.sealed_key,
    issuedAt: Number(row.issued_at),
    expiresAt: Number(row.expires_at),
    ...(row.revoked_at === null ? {} : { revokedAt: Number(row.revoked_at) }),
    ...(row.revoked_reason === null ? {} : { revokedReason: row.revoked_reason }),
  };
}
