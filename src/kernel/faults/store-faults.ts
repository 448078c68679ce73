import type { Clock } from '../clock.ts';
import { LocalRefusal } from '../errors.ts';
import type { Random } from '../random.ts';
import { type Store, tablesOf } from '../store/store.ts';
import type { World } from '../world.ts';
import type { FaultEffect, FaultRule, Faults } from './faults.ts';

interface FaultTables {
  kernel_fault: { id: string; service: string; operation: string; effect: string; remaining: number | null; created_at: number };
}

/** Fault rules in the store, shared by all replicas. */
export class StoreFaults implements Faults {
  readonly #store: Store;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(store: Store, world: World, random: Random) {
    this.#store = store;
    this.#world = world;
    this.#clock = world;
    this.#random = random;
  }

  take(service: string, operation: string, kinds: readonly FaultEffect['kind'][]): Promise<FaultEffect | undefined> | undefined {
    return this.#world.hasFaults ? this.#takeFirst(service, operation, kinds) : undefined;
  }

  async #takeFirst(service: string, operation: string, kinds: readonly FaultEffect['kind'][]): Promise<FaultEffect | undefined> {
    for (const rule of await this.list()) {
      const matches = (rule.service === '*' || rule.service === service) && (rule.operation === '*' || rule.operation === operation);
      if (matches && kinds.includes(rule.effect.kind) && (await this.#consume(rule))) return rule.effect;
    }
    return undefined;
  }

  /** Rules in the order they were added. */
  async list(): Promise<readonly FaultRule[]> {
    const rows = await tablesOf<FaultTables>(this.#store.db)
      .selectFrom('kernel_fault')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      service: row.service,
      operation: row.operation,
      effect: parseEffect(row.effect),
      remaining: row.remaining,
      createdAt: row.created_at,
    }));
  }

  /** Adds a rule under the id that is given, or a new one; gives it with its id. */
  async add(rule: Pick<FaultRule, 'service' | 'operation' | 'effect' | 'remaining'> & { readonly id?: string }): Promise<FaultRule> {
    const { id = this.#random.text(8, 'abcdefghjkmnpqrstuvwxyz23456789') } = rule;
    const added: FaultRule = { ...rule, id, createdAt: this.#clock.realNow() };
    await this.#changing(async (tx) => {
      await tablesOf<FaultTables>(tx)
        .insertInto('kernel_fault')
        .values({
          id: added.id,
          service: rule.service,
          operation: rule.operation,
          effect: JSON.stringify(rule.effect),
          remaining: rule.remaining,
          created_at: added.createdAt,
        })
        .execute();
    });
    return added;
  }

  /** Removes one rule, or all when no id is given. Throws LocalRefusal 404 for an unknown id. */
  async clear(id?: string): Promise<number> {
    let removed = 0;
    await this.#changing(async (tx) => {
      const query = tablesOf<FaultTables>(tx).deleteFrom('kernel_fault');
      const result = await (id === undefined ? query : query.where('id', '=', id)).executeTakeFirst();
      removed = Number(result.numDeletedRows);
      if (id !== undefined && removed === 0)
        throw new LocalRefusal(404, 'fault_unknown', `There is no fault rule ${id}.`, 'List them with: localspine fault list');
    });
    return removed;
  }

  /** Takes one from a counted rule; false when another request took the last. */
  async #consume(rule: FaultRule): Promise<boolean> {
    if (rule.remaining === null) return true;
    const left = await tablesOf<FaultTables>(this.#store.db)
      .updateTable('kernel_fault')
      .set((set) => ({ remaining: set('remaining', '-', 1) }))
      .where('id', '=', rule.id)
      .where('remaining', '>', 0)
      .returning('remaining')
      .executeTakeFirst();
    if (left === undefined) return false;
    if (left.remaining === 0)
      await this.#changing(
        async (tx) => void (await tablesOf<FaultTables>(tx).deleteFrom('kernel_fault').where('remaining', '=', 0).execute()),
      );
    return true;
  }

  async #changing(change: (tx: Store['db']) => Promise<void>): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await change(tx);
      const row = await tablesOf<FaultTables>(tx)
        .selectFrom('kernel_fault')
        .select((count) => count.fn.countAll<number>().as('rules'))
        .executeTakeFirstOrThrow();
      await this.#world.countFaults(tx, Number(row.rules));
    });
    await this.#world.reload();
  }
}

function parseEffect(text: string): FaultEffect {
  const effect: FaultEffect = JSON.parse(text);
  return effect;
}
