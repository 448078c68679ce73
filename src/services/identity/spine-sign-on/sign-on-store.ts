/** Every query of Spine sign-on. Tickets are found by their hash; the text itself, needed to tell listeners, is sealed. */
import type { Sealer } from '../../../kernel/sealer.ts';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import type { Challenge, Mode, SpineSession } from './model.ts';

interface SessionRow {
  ticket_hash: string;
  sealed_ticket: string;
  user_id: string;
  card: string;
  started_at: number;
  used_at: number;
  document: string;
}

interface SignOnTables {
  identity_spine_challenge: { challenge: string; signature: string; log_session_id: string; expires_at: number };
  identity_spine_session: SessionRow;
  identity_spine_listener: { ticket_hash: string; url: string };
}

/** What stands for "every session" where a listener names its session. */
const ALL_SESSIONS = '*';
const TICKET = 'identity/spine-ticket';

const tables = (db: Db) => tablesOf<SignOnTables>(db);

/** Keeps a challenge; those whose time is over go. */
export async function insertChallenge(tx: Db, challenge: Challenge, now: number): Promise<void> {
  await tables(tx).deleteFrom('identity_spine_challenge').where('expires_at', '<=', now).execute();
  await tables(tx)
    .insertInto('identity_spine_challenge')
    .values({
      challenge: challenge.challenge,
      signature: challenge.signature,
      log_session_id: challenge.logSessionId,
      expires_at: challenge.expiresAt,
    })
    .execute();
}

/** Takes a challenge: whoever asks a second time finds none. */
export async function takeChallenge(db: Db, challenge: string): Promise<Challenge | undefined> {
  const row = await tables(db).deleteFrom('identity_spine_challenge').where('challenge', '=', challenge).returningAll().executeTakeFirst();
  return (
    row && {
      challenge: row.challenge,
      signature: row.signature,
      logSessionId: row.log_session_id,
      expiresAt: Number(row.expires_at),
    }
  );
}

/** Sessions and their listeners. */
export class SessionStore {
  readonly #sealer: Sealer;

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  async insert(tx: Db, session: SpineSession): Promise<void> {
    await tables(tx)
      .insertInto('identity_spine_session')
      .values({
        ticket_hash: session.ticketHash,
        sealed_ticket: this.#sealer.seal(TICKET, session.ticket),
        user_id: session.userId,
        card: session.card,
        started_at: session.startedAt,
        used_at: session.usedAt,
        document: documentOf(session),
      })
      .execute();
  }

  async find(db: Db, ticketHash: string): Promise<SpineSession | undefined> {
    const row = await tables(db).selectFrom('identity_spine_session').selectAll().where('ticket_hash', '=', ticketHash).executeTakeFirst();
    return row && this.#sessionOf(row);
  }

  async all(db: Db): Promise<readonly SpineSession[]> {
    const rows = await tables(db).selectFrom('identity_spine_session').selectAll().orderBy('started_at').execute();
    return rows.map((row) => this.#sessionOf(row));
  }

  async ofCard(db: Db, card: string): Promise<readonly SpineSession[]> {
    const rows = await tables(db).selectFrom('identity_spine_session').selectAll().where('card', '=', card).execute();
    return rows.map((row) => this.#sessionOf(row));
  }

  /** Notes that a session was used; false when it has gone meanwhile. */
  async touch(db: Db, ticketHash: string, now: number): Promise<void> {
    await tables(db).updateTable('identity_spine_session').set({ used_at: now }).where('ticket_hash', '=', ticketHash).execute();
  }

  /** Keeps role, mode and properties. */
  async change(tx: Db, session: SpineSession): Promise<void> {
    await tables(tx)
      .updateTable('identity_spine_session')
      .set({ used_at: session.usedAt, document: documentOf(session) })
      .where('ticket_hash', '=', session.ticketHash)
      .execute();
  }

  /** Removes a session, and gives it to the one caller who did. */
  async take(tx: Db, ticketHash: string): Promise<SpineSession | undefined> {
    const row = await tables(tx)
      .deleteFrom('identity_spine_session')
      .where('ticket_hash', '=', ticketHash)
      .returningAll()
      .executeTakeFirst();
    return row && this.#sessionOf(row);
  }

  /** Registers a listener for one session; the same address twice counts once. */
  async listen(tx: Db, url: string, ticketHash: string = ALL_SESSIONS): Promise<void> {
    await tables(tx)
      .insertInto('identity_spine_listener')
      .values({ ticket_hash: ticketHash, url })
      .onConflict((conflict) => conflict.columns(['ticket_hash', 'url']).doNothing())
      .execute();
  }

  /** Addresses to be told of a session's events: its own listeners, and those of all sessions; each once. */
  async listeners(db: Db, ticketHash: string): Promise<readonly string[]> {
    const rows = await tables(db)
      .selectFrom('identity_spine_listener')
      .select('url')
      .distinct()
      .where('ticket_hash', 'in', [ticketHash, ALL_SESSIONS])
      .orderBy('url')
      .execute();
    return rows.map(({ url }) => url);
  }

  async listenersOfAll(db: Db): Promise<readonly string[]> {
    const rows = await tables(db).selectFrom('identity_spine_listener').select('url').where('ticket_hash', '=', ALL_SESSIONS).execute();
    return rows.map(({ url }) => url);
  }

  /** How many listeners a session has of its own. */
  async countListeners(db: Db, ticketHash: string): Promise<number> {
    const rows = await tables(db).selectFrom('identity_spine_listener').select('url').where('ticket_hash', '=', ticketHash).execute();
    return rows.length;
  }

  async forgetListeners(tx: Db, ticketHash: string): Promise<void> {
    await tables(tx).deleteFrom('identity_spine_listener').where('ticket_hash', '=', ticketHash).execute();
  }

  /** Removes a listener of all sessions; false when there was none. */
  async forgetListenerOfAll(tx: Db, url: string): Promise<boolean> {
    const removed = await tables(tx)
      .deleteFrom('identity_spine_listener')
      .where('ticket_hash', '=', ALL_SESSIONS)
      .where('url', '=', url)
      .returning('url')
      .executeTakeFirst();
    return removed !== undefined;
  }

  #sessionOf(row: SessionRow): SpineSession {
    const document: SessionDocument = JSON.parse(row.document);
    return {
      ...document,
      ticketHash: row.ticket_hash,
      ticket: this.#sealer.open(TICKET, row.sealed_ticket),
      userId: row.user_id,
      card: row.card,
      startedAt: Number(row.started_at),
      usedAt: Number(row.used_at),
    };
  }
}

interface SessionDocument {
  readonly clientIp: string;
  readonly logSessionId: string;
  readonly authenticatedAt: number;
  readonly maximum: number;
  readonly idle: number;
  readonly roleProfileId?: string;
  readonly mode: Mode;
  readonly properties: Readonly<Record<string, string>>;
}

function documentOf({ ticketHash, ticket, userId, card, startedAt, usedAt, ...document }: SpineSession): string {
  const kept: SessionDocument = document;
  return JSON.stringify(kept);
}
