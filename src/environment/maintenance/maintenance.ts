import type { FastifyReply } from 'fastify';
import type { Availability, Closed, Frozen, Registered } from '../../kernel/availability.ts';
import { type Clock, type Instant, isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Exchange } from '../../kernel/http/exchange.ts';
import type { Random } from '../../kernel/random.ts';
import type { Db, Store } from '../../kernel/store/store.ts';
import type { World } from '../../kernel/world.ts';
import type { EnvironmentId } from '../definitions.ts';
import {
  APPLICATION_NAMES,
  type ApplicationName,
  type Build,
  type BuildHistory,
  buildHistories,
  buildsByClock,
  isKnownBuild,
} from './builds.ts';
import { type Moment, momentAt } from './closures.ts';
import { ForwardChanges } from './forward-changes.ts';
import { freezeAt } from './freezes.ts';
import { isDay } from './london.ts';
import {
  findRelease,
  insertBuild,
  insertRelease,
  markWithdrawn,
  readBuilds,
  readSchedule,
  saveException,
  savePattern,
} from './maintenance-store.ts';
import {
  FURTHEST_MOVE,
  isNightOf,
  type LiveRelease,
  NOTHING_PLANNED,
  type Schedule,
  type SlotException,
  type SlotPattern,
} from './schedule.ts';
import { MAINTAINED, type Maintained, nightOf, SERVICE_TITLES, type SlotService, type Span } from './slots.ts';

export interface MaintenanceParts {
  readonly environment: EnvironmentId;
  readonly store: Store;
  readonly world: World;
  readonly random: Random;
  readonly mode: 'announced' | 'enforced';
}

const LONGEST_RETRY_SECONDS = 120;

/**
 * Maintenance of one environment: its slots, forward changes, live releases and builds, and what is closed because of them. The schedule is
 * kept in memory, and read again when any process has changed it; the moment is looked at anew when its next boundary has passed.
 */
export class Maintenance implements Availability {
  readonly environment: EnvironmentId;
  readonly mode: 'announced' | 'enforced';
  readonly #store: Store;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #random: Random;
  #schedule: Schedule;
  #moment: Moment | undefined;
  /** Entries of the Forward Change Schedule. */
  readonly changes: ForwardChanges;

  private constructor({ environment, store, world, random, mode }: MaintenanceParts) {
    this.environment = environment;
    this.mode = mode;
    this.#store = store;
    this.#world = world;
    this.#clock = world;
    this.#random = random;
    this.#schedule = { ...NOTHING_PLANNED, hasSlots: environment !== 'SANDBOX' };
    this.changes = new ForwardChanges({
      environment,
      db: store.db,
      random,
      now: () => this.now(),
      changing: (body) => this.#changing(body),
      buildId: () => this.#buildId(),
    });
  }

  /** Reads the schedule of an environment. */
  static async open(parts: MaintenanceParts): Promise<Maintenance> {
    const maintenance = new Maintenance(parts);
    await maintenance.#load();
    parts.world.keep(() => maintenance.#load());
    return maintenance;
  }

  get schedule(): Schedule {
    return this.#schedule;
  }

  /** Business time: what the schedule goes by. */
  now(): Instant {
    return this.#clock.now();
  }

  closed(service: string): Closed | undefined {
    return this.mode === 'enforced' ? this.#closedAt(service, this.#clock.now()) : undefined;
  }

  frozen(what: Registered): Frozen | undefined {
    return this.mode === 'enforced' ? freezeAt(what, this.#schedule.changes, this.#clock.now()) : undefined;
  }

  /** Whether a national application is in maintenance: where that is enforced, whether it is closed; else whether its slot or a change is on. */
  inMaintenance(service: Maintained): boolean {
    const moment = this.moment(this.#clock.now());
    if (this.mode === 'enforced') return moment.closed.has(service);
    return moment.closed.has(service) || [...moment.nights.keys()].some((each) => each === service);
  }

  /** Says on an answer, and in the journal, that what served it is in maintenance (DESIGN.md D14). */
  announce(exchange: Exchange, reply: FastifyReply): void {
    const now = this.#clock.now();
    const closed = this.#closedAt(exchange.maintained ?? '', now);
    if (closed === undefined) return;
    const until = closed.until === undefined ? '' : `; until="${isoInstant(closed.until)}"`;
    void reply.header('localspine-maintenance', `${closed.service}; ${this.mode}${until}`);
    if (this.mode === 'announced')
      exchange.advise({
        check: 'maintenance.announced',
        why: `${closed.service} is in ${closed.cause}. Maintenance is only announced here; a national environment may be down now.`,
        fix: 'To rehearse that, start with LOCALSPINE_MAINTENANCE=enforced.',
      });
  }

  #closedAt(service: string, now: Instant): Closed | undefined {
    const name = MAINTAINED.find((each) => each === service);
    if (name === undefined) return undefined;
    const closure = this.moment(now).closed.get(name);
    if (closure === undefined) return undefined;
    const seconds = Math.min(LONGEST_RETRY_SECONDS, Math.max(1, Math.ceil((closure.end - now) / 1_000)));
    return {
      service: SERVICE_TITLES[name],
      cause: closure.cause,
      retryAfterSeconds: seconds,
      ...(Number.isFinite(closure.end) && { until: closure.end }),
    };
  }

  /** How it is with everything now; computed once between two boundaries. */
  moment(now: Instant): Moment {
    const known = this.#moment;
    if (known !== undefined && now >= known.from && now < known.until) return known;
    this.#moment = momentAt(this.#schedule, now);
    return this.#moment;
  }

  #buildId(): string {
    return this.#random.orderedUuid(this.#clock.realNow());
  }

  /** Records a live release of e-RS, which brings a slot. The same id again changes nothing. Throws LocalRefusal 409. */
  async addRelease(
    release: Pick<LiveRelease, 'releasedAt' | 'build' | 'note'>,
    id = `REL-${this.#random.text(8, '0123456789ABCDEFGHJKMNPQRSTVWXYZ')}`,
  ): Promise<LiveRelease> {
    return this.#changing(async (tx) => {
      const known = await findRelease(tx, id);
      if (known?.releasedAt === release.releasedAt) return known;
      if (known !== undefined) throw new LocalRefusal(409, 'release_exists', `There is a live release ${id} already.`, 'Give another id.');
      const added: LiveRelease = { ...release, id, recordedAt: this.now() };
      await insertRelease(tx, added);
      return added;
    });
  }

  /** Takes a live release back; the slot it brought is called off. Throws LocalRefusal 404. */
  async withdrawRelease(id: string): Promise<LiveRelease> {
    return this.#changing(async (tx) => {
      const known = await findRelease(tx, id);
      if (known === undefined)
        throw new LocalRefusal(
          404,
          'release_unknown',
          `There is no live release ${id}.`,
          'List them: localspine maintenance release list.',
        );
      if (known.withdrawnAt !== undefined) return known;
      const now = this.now();
      await markWithdrawn(tx, id, now);
      return { ...known, withdrawnAt: now };
    });
  }

  /**
   * Leaves a night out, moves it, calls it off, or puts it back to its usual time. A night that is so already stays as it is.
   *
   * @throws LocalRefusal 400 when the slot has no such night, or it is moved too far
   */
  async setNight(
    wanted: Pick<SlotException, 'service' | 'night' | 'kind'> & { readonly to?: Span; readonly reason?: string },
  ): Promise<SlotException> {
    const { service, night, kind, to, reason = '' } = wanted;
    const unknown = (): LocalRefusal =>
      new LocalRefusal(
        400,
        'no_such_night',
        `The slot of ${SERVICE_TITLES[service]} has no night of ${night}.`,
        'See its nights: localspine maintenance show.',
      );
    if (!isDay(night)) throw unknown();
    if ((kind === 'moved') !== (to !== undefined))
      throw new LocalRefusal(400, 'bad_night', 'A night that is moved, and no other, has a new start and end.');
    const usual = nightOf(service, night);
    if (to !== undefined && (to.end <= to.start || Math.abs(to.start - usual.start) > FURTHEST_MOVE || to.end - to.start > FURTHEST_MOVE))
      throw new LocalRefusal(400, 'bad_night', 'A night is moved by two weeks at most, and ends after it begins.');
    return this.#changing(async (tx) => {
      const schedule = await this.#read(tx);
      if (!isNightOf(service, night, schedule)) throw unknown();
      const before = schedule.exceptions.find((each) => each.service === service && each.night === night);
      if (before?.kind === kind && before.reason === reason && before.to?.start === to?.start && before.to?.end === to?.end) return before;
      const revision = (before?.revision ?? 0) + 1;
      const exception: SlotException = { service, night, kind, ...(to !== undefined && { to }), reason, revision, at: this.now() };
      await saveException(tx, exception);
      return exception;
    });
  }

  /** How a slot takes its service down from now on. Throws LocalRefusal 400 when minutes are missing. */
  async setPattern(
    service: SlotService,
    { pattern, minutes }: { readonly pattern: SlotPattern['pattern']; readonly minutes?: number },
  ): Promise<SlotPattern> {
    const timed = pattern === 'partial' || pattern === 'flap';
    if (timed !== (minutes !== undefined))
      throw new LocalRefusal(400, 'bad_pattern', `The pattern ${pattern} ${timed ? 'needs a number of' : 'has no'} minutes.`);
    const result: SlotPattern = { pattern, minutes: minutes ?? 0 };
    await this.#changing((tx) => savePattern(tx, service, result));
    return result;
  }

  /**
   * Records what runs since when. What is recorded already, or runs already when no time is said, is not recorded again.
   *
   * @throws LocalRefusal 400 for an unknown application
   */
  async addBuild(build: Omit<Build, 'deployedAt'> & { readonly deployedAt?: Instant }): Promise<BuildHistory> {
    return this.#changing(async (tx) => {
      const known = await this.#knownBuilds(tx);
      const history = this.#historyOf(build.application, known);
      if (isKnownBuild(build, known, history)) return history;
      const added: Build = { ...build, deployedAt: build.deployedAt ?? this.now() };
      await insertBuild(tx, this.#buildId(), added);
      return this.#historyOf(build.application, [...known, added]);
    });
  }

  /** Every application with its builds, newest first. */
  async builds(): Promise<readonly BuildHistory[]> {
    return this.#histories(await this.#knownBuilds(this.#store.db));
  }

  async #knownBuilds(db: Db): Promise<readonly Build[]> {
    const { changes } = await this.#read(db);
    return [...buildsByClock(changes, this.now()), ...(await readBuilds(db))];
  }

  #histories(known: readonly Build[]): readonly BuildHistory[] {
    return buildHistories(known, this.#world.createdAt, this.now());
  }

  #historyOf(application: ApplicationName, known: readonly Build[]): BuildHistory {
    const found = this.#histories(known).find((each) => each.application === application);
    if (found === undefined)
      throw new LocalRefusal(
        400,
        'application_unknown',
        `There is no application ${application}.`,
        `There are ${APPLICATION_NAMES.join(', ')}.`,
      );
    return found;
  }

  async #load(): Promise<void> {
    this.#schedule = await this.#read(this.#store.db);
    this.#moment = undefined;
  }

  async #read(db: Db): Promise<Schedule> {
    return { ...(await readSchedule(db)), hasSlots: this.#schedule.hasSlots };
  }

  /**
   * Changes the schedule, for every process. That it changes is said first: it locks the world's row, so that of two who change it at once the
   * second begins when the first is through, and `body` reads what it decides by as the first left it.
   */
  async #changing<Value>(body: (tx: Db) => Promise<Value>): Promise<Value> {
    const result = await this.#store.transaction(async (tx) => {
      await this.#world.changeAgreed(tx);
      return body(tx);
    });
    await this.#world.reload();
    return result;
  }
}
