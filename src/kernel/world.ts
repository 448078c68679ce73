import { type Clock, type Instant, isoInstant, systemTime } from './clock.ts';
import { LocalRefusal } from './errors.ts';
import { type Db, prepare, type Store, tablesOf } from './store/store.ts';

interface WorldRow {
  id: number;
  clock_offset: number;
  fault_rules: number;
  recordings: number;
  recording_turn: number;
  agreed_version: number;
  seeded_at: number | null;
  created_at: number;
}
interface WorldTables {
  kernel_world: WorldRow;
}

const readWorld = prepare<Record<string, never>, WorldTables, WorldRow>((db) =>
  db.selectFrom('kernel_world').selectAll().where('id', '=', 1),
);

/**
 * What all replicas of an environment agree on (DESIGN.md D3, D15): how far the clock was moved and whether any fault rule is set. A
 * process that has the database to itself knows it; others look at the start of each request.
 */
export class World implements Clock {
  readonly #store: Store;
  #row: WorldRow = {
    id: 1,
    clock_offset: 0,
    fault_rules: 0,
    agreed_version: 0,
    recordings: 0,
    recording_turn: 0,
    seeded_at: null,
    created_at: 0,
  };
  /** What processes keep in memory of the store, to be read again when another has changed it. */
  readonly #kept: (() => Promise<void>)[] = [];
  #agreedVersion = 0;

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Reads the world of a database, making it on first boot. */
  static async open(store: Store): Promise<World> {
    const world = new World(store);
    await tablesOf<WorldTables>(store.db)
      .insertInto('kernel_world')
      .values({
        id: 1,
        clock_offset: 0,
        fault_rules: 0,
        agreed_version: 0,
        recordings: 0,
        recording_turn: 0,
        seeded_at: null,
        created_at: systemTime.now(),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    await world.reload();
    return world;
  }

  now(): Instant {
    return systemTime.now() + this.#row.clock_offset;
  }

  realNow(): Instant {
    return systemTime.now();
  }

  get clockOffset(): number {
    return this.#row.clock_offset;
  }

  get hasFaults(): boolean {
    return this.#row.fault_rules > 0;
  }

  /** True while exchanges of some application are recorded as evidence. */
  get hasRecordings(): boolean {
    return this.#row.recordings > 0;
  }

  /** Changes whenever a recording begins or ends: what a process remembers of them is then to be read anew. */
  get recordingTurn(): number {
    return this.#row.recording_turn;
  }

  get seeded(): boolean {
    return this.#row.seeded_at !== null;
  }

  /** True when there are no other processes to learn from. */
  get exclusive(): boolean {
    return this.#store.exclusive;
  }

  /** Brings this process up to what the others know; free when there are no others. */
  async refresh(): Promise<void> {
    if (!this.#store.exclusive) await this.reload();
  }

  async reload(): Promise<void> {
    const [row] = await readWorld(this.#store.db, {});
    if (row === undefined) return;
    this.#row = row;
    if (row.agreed_version === this.#agreedVersion) return;
    await Promise.all(this.#kept.map((load) => load()));
    this.#agreedVersion = row.agreed_version;
  }

  /** Has `load` called when {@link changeAgreed} was called, by whichever process. */
  keep(load: () => Promise<void>): void {
    this.#kept.push(load);
  }

  /** Says, in the transaction of a change, that what processes keep in memory is out of date. Call {@link reload} when it is through. */
  async changeAgreed(tx: Db): Promise<void> {
    await tablesOf<WorldTables>(tx)
      .updateTable('kernel_world')
      .set((set) => ({ agreed_version: set('agreed_version', '+', 1) }))
      .where('id', '=', 1)
      .execute();
  }

  /** When the environment's database was made, in real time. */
  get createdAt(): Instant {
    return this.#row.created_at;
  }

  /**
   * Moves business time forward to `instant`. Throws LocalRefusal 409 when that is in the past: appointments, letters and tokens
   * already made would contradict it.
   */
  async setClock(instant: Instant): Promise<void> {
    if (instant < this.now()) {
      throw new LocalRefusal(
        409,
        'clock_backwards',
        `The clock stands at ${isoInstant(this.now())} and only moves forward.`,
        'Use "localspine clock release" to go back to real time, or "localspine reset" to begin again.',
      );
    }
    await this.#update({ clock_offset: instant - systemTime.now() });
  }

  /** Back to real time. */
  async releaseClock(): Promise<void> {
    await this.#update({ clock_offset: 0 });
  }

  /** Takes the first boot for this process, inside its transaction; false when another process has done it. */
  async claimFirstBoot(tx: Db): Promise<boolean> {
    const result = await tablesOf<WorldTables>(tx)
      .updateTable('kernel_world')
      .set({ seeded_at: this.realNow() })
      .where('id', '=', 1)
      .where('seeded_at', 'is', null)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) > 0;
  }

  /** Keeps the number of fault rules beside the clock, so that requests learn of both in one read. */
  async countFaults(tx: Db, rules: number): Promise<void> {
    await tablesOf<WorldTables>(tx).updateTable('kernel_world').set({ fault_rules: rules }).where('id', '=', 1).execute();
  }

  /** Says how many recordings run now; the processes learn of it as they do of the clock, this one by {@link reload}. */
  async countRecordings(tx: Db, running: number): Promise<void> {
    await tablesOf<WorldTables>(tx)
      .updateTable('kernel_world')
      .set((value) => ({ recordings: running, recording_turn: value('recording_turn', '+', 1) }))
      .where('id', '=', 1)
      .execute();
  }

  async #update(values: Partial<WorldRow>): Promise<void> {
    await tablesOf<WorldTables>(this.#store.db).updateTable('kernel_world').set(values).where('id', '=', 1).execute();
    await this.reload();
  }
}
