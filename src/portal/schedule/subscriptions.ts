import type { OutputOf } from '../../environment/management/index.ts';
import { messageOf } from '../../kernel/errors.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import { access } from '../access/index.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Portal } from '../portal.ts';

interface Row {
  account_id: string;
  environment: string;
  week: string;
}
interface Tables {
  schedule_subscription: Row;
}
interface DueRow extends Row {
  readonly digest: OutputOf<'maintenance.digest'>;
}

const SENDER = 'Environment management';
/** Hour of Monday, by London's clocks, from which the digest goes out. */
const SENT_FROM = '07:00';

/** The weekly digest by mail. A week begins on the clock of each environment. */
export class Subscriptions {
  readonly #portal: Portal;

  constructor(portal: Portal) {
    this.#portal = portal;
  }

  /** Environments whose digest a person gets. */
  async of(accountId: string): Promise<readonly string[]> {
    const rows = await tablesOf<Tables>(this.#portal.store.db)
      .selectFrom('schedule_subscription')
      .select('environment')
      .where('account_id', '=', accountId)
      .orderBy('environment')
      .execute();
    return rows.map((each) => each.environment);
  }

  /** From now on a person gets the digest of exactly these environments; of new ones at once, for the week that is. */
  async set(visitor: Visitor & { readonly accountId: string }, environments: readonly string[]): Promise<void> {
    const before = await this.of(visitor.accountId);
    const added = environments.filter((each) => !before.includes(each));
    const digests = await Promise.all(added.map((id) => this.#portal.environment(id).call('maintenance.digest', {})));
    const text = digests.length === 0 ? undefined : await this.#letter(digests);
    await this.#portal.store.transaction(async (tx) => {
      const own = tablesOf<Tables>(tx);
      await own
        .deleteFrom('schedule_subscription')
        .where('account_id', '=', visitor.accountId)
        .where('environment', 'not in', [...environments, ''])
        .execute();
      for (const { environment, weekCommencing } of digests)
        await own
          .insertInto('schedule_subscription')
          .values({ account_id: visitor.accountId, environment, week: weekCommencing })
          .execute();
      await this.#portal.audit.record(tx, visitor, {
        action: 'schedule.subscribe',
        subject: 'weekly digest',
        about: { accountId: visitor.accountId },
        detail: { environments },
      });
      if (text !== undefined) await this.#send(tx, visitor.accountId, text);
    });
  }

  /**
   * Sends the digests of weeks that have begun. Costs one small query while nobody has subscribed. An environment that does not answer keeps nobody
   * else waiting: its digest goes out when it answers again.
   */
  async settle(): Promise<void> {
    const { store } = this.#portal;
    const rows = await tablesOf<Tables>(store.db).selectFrom('schedule_subscription').selectAll().execute();
    if (rows.length === 0) return;
    const due: DueRow[] = [];
    for (const id of new Set(rows.map((each) => each.environment))) {
      const own = rows.filter((each) => each.environment === id);
      await this.#dueIn(id, own).then(
        (found) => due.push(...found),
        (error: unknown) => this.#portal.log.warn({ environment: id, error: messageOf(error) }, 'its digest waits'),
      );
    }
    for (const accountId of new Set(due.map((each) => each.account_id)))
      await this.#sendDue(
        accountId,
        due.filter((each) => each.account_id === accountId),
      );
  }

  /** Those who have not had the digest of the week whose Monday is past on an environment's clock, with it. Clocks go back as well as forward. */
  async #dueIn(id: string, rows: readonly Row[]): Promise<readonly DueRow[]> {
    const found = this.#portal.environments.find((each) => each.id === id);
    if (found === undefined) return [];
    const { now } = await found.call('environment.now', {});
    const { addDays, londonTime, weekCommencing } = await import('../../environment/maintenance/london.ts');
    const wall = londonTime(now);
    const monday = weekCommencing(wall.slice(0, 10));
    const week = wall < `${monday}T${SENT_FROM}` ? addDays(monday, -7) : monday;
    // Who subscribes early on a Monday has this week's at once, before it goes out to the others.
    const due = rows.filter((each) => each.week !== week && each.week !== monday);
    if (due.length === 0) return [];
    const digest = await found.call('maintenance.digest', { week });
    return due.map((each) => ({ ...each, digest }));
  }

  async #sendDue(accountId: string, due: readonly DueRow[]): Promise<void> {
    const text = await this.#letter(due.map(({ digest }) => digest));
    await this.#portal.store.transaction(async (tx) => {
      let taken = 0;
      for (const { environment, week, digest } of due) {
        const result = await tablesOf<Tables>(tx)
          .updateTable('schedule_subscription')
          .set({ week: digest.weekCommencing })
          .where('account_id', '=', accountId)
          .where('environment', '=', environment)
          .where('week', '=', week)
          .executeTakeFirst();
        taken += Number(result.numUpdatedRows);
      }
      // Another process has sent it meanwhile.
      if (taken > 0) await this.#send(tx, accountId, text);
    });
  }

  async #letter(digests: Parameters<typeof import('../../environment/maintenance/digest.ts')['digestText']>[0]): Promise<string> {
    const { digestText } = await import('../../environment/maintenance/digest.ts');
    // Environments can be in different weeks, since each has its own clock.
    const weeks = new Map<string, (typeof digests)[number][]>();
    for (const digest of digests) weeks.set(digest.weekCommencing, [...(weeks.get(digest.weekCommencing) ?? []), digest]);
    return `${[...weeks.values()].map((each) => digestText(each)).join('\n')}\nRead it with links, or end the mails: ${this.#portal.baseUrl}/schedule/digest\n`;
  }

  async #send(tx: Db, accountId: string, text: string): Promise<void> {
    for (const to of await this.#portal.use(access).ownerEmails(tx, { accountId }))
      await this.#portal.mail.send(tx, { from: SENDER, to, subject: text.split('\n')[0] ?? 'Path to live', text });
  }
}
