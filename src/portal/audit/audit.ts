import { type Expression, type SqlBool, sql } from 'kysely';
import type { Clock, Instant } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import type { Subject } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';

interface AuditRow {
  entry_id: string;
  at: number;
  account_id: string | null;
  who: string;
  acted_by: string | null;
  action: string;
  subject: string;
  environment: string | null;
  team_id: string | null;
  owner_account_id: string | null;
  ods_code: string | null;
  detail: string;
}
interface AuditTables {
  portal_audit: AuditRow;
}

/** Something somebody decided or looked at. */
export interface AuditFact {
  /** `application.register`, `secret.show` … */
  readonly action: string;
  /** What it was done to: `application 7f3c…`, `team Care Vista`. */
  readonly subject: string;
  readonly environment?: string | undefined;
  /** Whose it is: decides who else may read of it. */
  readonly about?: Subject;
  /** What changed, without secrets. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface AuditEntry {
  readonly entryId: string;
  readonly at: Instant;
  readonly who: string;
  readonly actedBy?: string;
  readonly action: string;
  readonly subject: string;
  readonly environment?: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly who?: string | undefined;
  readonly subject?: string | undefined;
  readonly environment?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** Entries before this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Who decides when no person does. */
export interface Automatic {
  /** `e-RS Partners (simulated)`. */
  readonly automatic: string;
}

/** The append-only record of decisions and of secrets shown, written in the transaction it witnesses (DESIGN.md D8). */
export class Audit {
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Writes an entry. `by` is who did it. */
  async record(tx: Db, by: Visitor | Automatic, fact: AuditFact): Promise<void> {
    const now = this.#clock.realNow();
    await tablesOf<AuditTables>(tx)
      .insertInto('portal_audit')
      .values({
        entry_id: this.#random.orderedUuid(now),
        at: now,
        account_id: 'automatic' in by ? null : (by.accountId ?? null),
        who: 'automatic' in by ? by.automatic : (by.email ?? by.name),
        acted_by: 'automatic' in by ? null : (by.actedBy ?? null),
        action: fact.action,
        subject: fact.subject,
        environment: fact.environment ?? null,
        team_id: fact.about?.teamId ?? null,
        owner_account_id: fact.about?.accountId ?? null,
        ods_code: fact.about?.odsCode ?? null,
        detail: JSON.stringify(fact.detail ?? {}),
      })
      .execute();
  }

  /** Newest first: what the visitor did, and what concerns what is theirs; operators see all. */
  async list(db: Db, visitor: Visitor, filter: AuditFilter): Promise<readonly AuditEntry[]> {
    let query = tablesOf<AuditTables>(db).selectFrom('portal_audit').selectAll().orderBy('entry_id', 'desc').limit(filter.limit);
    if (visitor.role !== 'operator')
      query = query.where((where) => {
        const teams = visitor.teams.map((each) => each.teamId);
        const parts = [where('account_id', '=', visitor.accountId ?? ''), where('owner_account_id', '=', visitor.accountId ?? '')];
        if (teams.length > 0) parts.push(where('team_id', 'in', teams));
        if (visitor.odsCode !== undefined) parts.push(where('ods_code', '=', visitor.odsCode));
        return where.or(parts);
      });
    const { action, who, subject, environment, from, to, before } = filter;
    if (action !== undefined) query = query.where(like('action', `${escaped(action)}%`));
    if (who !== undefined) query = query.where(like('who', `%${escaped(who)}%`));
    if (subject !== undefined) query = query.where(like('subject', `%${escaped(subject)}%`));
    if (environment !== undefined) query = query.where('environment', '=', environment);
    if (from !== undefined) query = query.where('at', '>=', from);
    if (to !== undefined) query = query.where('at', '<', to);
    if (before !== undefined) query = query.where('entry_id', '<', before);
    return (await query.execute()).map(entryOf);
  }
}

/** Whether a column fits a pattern, in any case, on every engine alike. */
function like(column: 'action' | 'who' | 'subject', pattern: string): Expression<SqlBool> {
  return sql<SqlBool>`lower(${sql.ref(column)}) like lower(${pattern}) escape '\\'`;
}

/** Wildcards a person typed are looked for as they are rather than obeyed. */
function escaped(text: string): string {
  return text.replace(/[%_\\]/g, '\\$&');
}

function entryOf(row: AuditRow): AuditEntry {
  return {
    entryId: row.entry_id,
    at: Number(row.at),
    who: row.who,
    ...(row.acted_by !== null && { actedBy: row.acted_by }),
    action: row.action,
    subject: row.subject,
    ...(row.environment !== null && { environment: row.environment }),
    detail: JSON.parse(row.detail),
  };
}
