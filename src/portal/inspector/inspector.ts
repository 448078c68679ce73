import type { FastifyRequest } from 'fastify';
import type { InputOf, ManagedEnvironment, OutputOf } from '../../environment/management/index.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type Action, may, require } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import { applications } from '../applications/index.ts';
import { recorded } from '../audit/recorded.ts';
import type { Portal } from '../portal.ts';

/** What of a journal a visitor may see: all of it, or the exchanges of these applications and those of nobody known. */
export type Sight = 'all' | readonly string[];
export type Exchanges = OutputOf<'journal.query'>;
export type Exchange = NonNullable<OutputOf<'journal.entry'>['entry']>;
export type Filter = Omit<InputOf<'journal.query'>, 'visibleTo'>;
export type NewFault = InputOf<'faults.add'>;

/** What to do with a clock. */
export type ClockWish = { readonly now: number } | { readonly advance: string } | { readonly release: true };

/** What the inspector's pages and API do; who may do it is decided here, and every change is recorded in the audit trail. */
export class Inspector {
  readonly #portal: Portal;

  constructor(portal: Portal) {
    this.#portal = portal;
  }

  /**
   * Whether somebody may look. On a machine of one's own, who has not signed in may: everybody who reaches the portal there reaches the admin API
   * as well, which says the same.
   *
   * @throws LocalRefusal 401 or 403
   */
  mayLook(visitor: Visitor, action: Action): void {
    if (visitor.role === 'anyone' && this.#portal.thisMachineOnly) return;
    require(visitor, action);
  }

  /** What of an environment's journal the visitor sees. Throws LocalRefusal 401 or 403. */
  async sight(visitor: Visitor, environment: ManagedEnvironment): Promise<Sight> {
    this.mayLook(visitor, 'journal.see');
    if (visitor.role === 'anyone' || may(visitor, 'rehearsal.change')) return 'all';
    return this.#portal.use(applications).appIdsOf(visitor, environment.id);
  }

  async exchanges(visitor: Visitor, environment: ManagedEnvironment, filter: Filter): Promise<Exchanges> {
    const sight = await this.sight(visitor, environment);
    return environment.call('journal.query', { ...filter, ...(sight !== 'all' && { visibleTo: [...sight] }) });
  }

  /** One exchange. Throws LocalRefusal 404 when there is none, or it is not the visitor's to see. */
  async exchange(visitor: Visitor, environment: ManagedEnvironment, id: string): Promise<Exchange> {
    const sight = await this.sight(visitor, environment);
    const { entry } = await environment.call('journal.entry', { id: id.slice(0, 200), ...(sight !== 'all' && { visibleTo: [...sight] }) });
    if (entry === undefined)
      throw new LocalRefusal(
        404,
        'exchange_unknown',
        `The journal of ${environment.id} has no exchange ${id.slice(0, 60)} for you to see.`,
        'Give the id, X-Request-ID or X-Correlation-ID; old exchanges are dropped.',
      );
    return entry;
  }

  /** Moves the clock. The wish is turned into a distance from real time, so that it may safely be asked for twice. */
  async moveClock(visitor: Visitor, environment: ManagedEnvironment, wish: ClockWish): Promise<OutputOf<'clock.show'>> {
    const offset = async (): Promise<number> => {
      const clock = await environment.call('clock.show', {});
      const wanted = 'advance' in wish ? clock.now + parseDuration(wish.advance) : 'now' in wish ? wish.now : clock.realNow;
      if (wanted < clock.now - 1_000)
        throw new LocalRefusal(
          409,
          'clock_backwards',
          'The clock only moves forward.',
          'Release it to go back to real time, or reset the environment to begin again.',
        );
      return Math.max(0, Math.round(wanted - clock.realNow));
    };
    if ('release' in wish) return this.#change(visitor, environment, 'clock.release', {}, () => environment.call('clock.release', {}));
    require(visitor, 'rehearsal.change');
    const offsetMilliseconds = await offset();
    return this.#change(visitor, environment, 'clock.set', { ...wish }, () => environment.call('clock.set', { offsetMilliseconds }));
  }

  addFault(visitor: Visitor, environment: ManagedEnvironment, fault: NewFault): Promise<OutputOf<'faults.add'>> {
    return this.#change(visitor, environment, 'fault.add', { ...fault }, () => environment.call('faults.add', fault));
  }

  /** Takes one fault away, or all. */
  clearFaults(visitor: Visitor, environment: ManagedEnvironment, id?: string): Promise<OutputOf<'faults.clear'>> {
    const which = id === undefined ? {} : { id };
    return this.#change(visitor, environment, 'fault.clear', which, () => environment.call('faults.clear', which));
  }

  saveSnapshot(visitor: Visitor, environment: ManagedEnvironment, name: string): Promise<OutputOf<'snapshots.save'>> {
    return this.#change(visitor, environment, 'snapshot.save', { name }, () => environment.call('snapshots.save', { name }));
  }

  loadSnapshot(visitor: Visitor, environment: ManagedEnvironment, name: string): Promise<OutputOf<'snapshots.load'>> {
    return this.#change(visitor, environment, 'snapshot.load', { name }, () => environment.call('snapshots.load', { name }));
  }

  reset(visitor: Visitor, environment: ManagedEnvironment, all: boolean): Promise<OutputOf<'environment.reset'>> {
    return this.#change(visitor, environment, 'environment.reset', { all }, () => environment.call('environment.reset', { all }));
  }

  import(
    visitor: Visitor,
    environment: ManagedEnvironment,
    document: Readonly<Record<string, unknown>>,
  ): Promise<OutputOf<'environment.import'>> {
    const members = Object.keys(document).slice(0, 20);
    return this.#change(visitor, environment, 'environment.import', { members }, () =>
      environment.call('environment.import', { document: { ...document } }),
    );
  }

  retryJob(visitor: Visitor, environment: ManagedEnvironment, id: string): Promise<OutputOf<'outbox.retry'>> {
    return this.#change(visitor, environment, 'outbox.retry', { id }, () => environment.call('outbox.retry', { id }));
  }

  /** The visitor and the environment of a request to look. */
  async looking(
    request: FastifyRequest,
    environmentId: string,
    action: Action,
  ): Promise<{ visitor: Visitor; environment: ManagedEnvironment }> {
    const visitor = await this.#portal.site.visitor(request);
    this.mayLook(visitor, action);
    return { visitor, environment: this.#portal.environment(environmentId) };
  }

  /** Makes a change in an environment, and writes it down first. */
  async #change<Result>(
    visitor: Visitor,
    environment: ManagedEnvironment,
    action: string,
    detail: Readonly<Record<string, unknown>>,
    make: () => Promise<Result>,
  ): Promise<Result> {
    require(visitor, 'rehearsal.change');
    const fact = { action, subject: `environment ${environment.id}`, environment: environment.id, detail };
    return recorded(this.#portal, visitor, fact, make);
  }
}
