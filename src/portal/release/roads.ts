import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Job } from '../../kernel/outbox/outbox.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { AccessApi } from '../access/index.ts';
import { require } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Answers } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import { acceptedRows, acceptRows, confirmRows } from './accepted-rows.ts';
import { ACTOR_NAMES, isReviewer } from './actors.ts';
import { type ArtefactKind, artefact, isArtefactKind } from './artefacts.ts';
import { type Duty, dutiesOf } from './duties.ts';
import { artefactOf, type RoadFacts } from './facts.ts';
import { clocksOf, type Gathered, gather, type Sources } from './gather.ts';
import { letterFor } from './letters.ts';
import { type Act, act, answer, type Moved } from './life.ts';
import { rowsIssued, rowsOf } from './prod-form.ts';
import { consequencesOf } from './reopening.ts';
import { aboutOf, requireActor, requireKey, requireMode } from './road-rights.ts';
import { carryOut, type SetUp, setUpAfter } from './set-up.ts';
import {
  claimRoad,
  eventsOf,
  findRoad,
  insertEvent,
  insertRoad,
  listRoads,
  type ReviewMode,
  replaceDuties,
  type StoredRoad,
  saveArtefact,
  setReviewMode,
  type WaitingDuty,
  waitingDuties,
} from './store.ts';
import { dueAfter } from './waits.ts';

/** Kind of the outbox job by which a decision reaches an environment. */
export const SET_UP = 'release.set-up';
/** Kind of the outbox job by which reviewers go on after what a person did, also when the process has ended in between. */
export const ADVANCE = 'release.advance';

const ODS_CODE = /^[A-Z0-9]{2,8}$/u;
/** Reviewers come to rest long before; a road that does not is a fault of ours. */
const MOST_STEPS = 60;

/** What begins a road. */
export interface NewRoad {
  readonly product: string;
  readonly version: string;
  readonly supplierOds: string;
  /** The team that owns it; the visitor personally when absent. */
  readonly teamId?: string | undefined;
  readonly reviewers?: ReviewMode | undefined;
}

/** A road with what it is judged by. */
export interface RoadView extends Gathered {
  readonly road: StoredRoad;
}

/** What the module stands on. */
export interface RoadParts {
  readonly portal: Portal;
  readonly sources: Sources;
  readonly access: AccessApi;
  /** How reviewers act where a road says nothing. */
  readonly reviewers: ReviewMode;
  /** Tells the register of applications that one is live, in the transaction that confirms it. */
  readonly confirmLive: (tx: Db, appId: string, at: Instant) => Promise<void>;
}

/** The roads to production: one function behind page, API and command line for everything that can be done on one. */
export class Roads {
  readonly #parts: RoadParts;
  readonly #portal: Portal;
  /** Roads on which reviewers are at work in this process; one after the other on each. */
  readonly #advancing = new Map<string, Promise<void>>();

  constructor(parts: RoadParts) {
    this.#parts = parts;
    this.#portal = parts.portal;
  }

  get defaultReviewers(): ReviewMode {
    return this.#parts.reviewers;
  }

  /** Begins the road of a product version. Throws LocalRefusal 400, 403, 409. */
  async begin(visitor: Visitor, wish: NewRoad): Promise<StoredRoad> {
    const { store, random, clock, audit } = this.#portal;
    const owner = wish.teamId === undefined ? { accountId: visitor.accountId } : { teamId: wish.teamId };
    require(visitor, 'road.begin', owner);
    requireMode(visitor, this.#parts.reviewers, wish.reviewers);
    const [product, version] = [wish.product.trim(), wish.version.trim()];
    if (product === '' || product.length > 100 || version === '' || version.length > 40)
      throw new LocalRefusal(400, 'bad_product', 'Enter the product (at most 100 characters) and its version (at most 40).');
    if (!ODS_CODE.test(wish.supplierOds))
      throw new LocalRefusal(400, 'bad_ods_code', 'Enter the supplier’s ODS code: capital letters and digits, like X26.');
    const id = random.uuid();
    await store.transaction(async (tx) => {
      const supplierName = await this.#parts.access.ownerName(tx, owner);
      const road = {
        id,
        accountId: wish.teamId === undefined ? visitor.accountId : undefined,
        teamId: wish.teamId,
        supplierOds: wish.supplierOds,
        supplierName,
        product,
        version,
        reviewers: wish.reviewers,
        revision: 0,
        createdAt: clock.realNow(),
      };
      await insertRoad(tx, road);
      await audit.record(tx, visitor, {
        action: 'road.begin',
        subject: `road ${product} ${version}`,
        about: owner,
        detail: { roadId: id },
      });
    });
    return this.#require(id);
  }

  /** Roads the visitor may see, newest first. */
  async list(visitor: Visitor): Promise<readonly StoredRoad[]> {
    require(visitor, 'road.see');
    return (await listRoads(this.#portal.store.db)).filter((road) => this.#mayRead(visitor, road));
  }

  /** A road as it stands. Throws LocalRefusal 403, 404. */
  async view(visitor: Visitor, roadId: string): Promise<RoadView> {
    const road = await this.#require(roadId);
    if (!this.#mayRead(visitor, road)) require(visitor, 'road.see', aboutOf(road));
    return this.#gathered(road);
  }

  #mayRead(visitor: Visitor, road: StoredRoad): boolean {
    if (visitor.role === 'reviewer' || visitor.role === 'operator') return true;
    if (visitor.role === 'euo') return road.artefacts.some(({ key }) => key !== '' && key === visitor.odsCode);
    return road.teamId === undefined
      ? visitor.accountId !== undefined && road.accountId === visitor.accountId
      : visitor.teams.some((each) => each.teamId === road.teamId);
  }

  /** Duties on the roads that the visitor may see. Throws LocalRefusal 401, 403. */
  async waiting(visitor: Visitor): Promise<readonly { readonly road: StoredRoad; readonly duty: WaitingDuty }[]> {
    require(visitor, 'road.decide');
    const duties = await waitingDuties(this.#portal.store.db);
    const seen = await this.list(visitor);
    return duties.flatMap((duty) => {
      const road = seen.find(({ id }) => id === duty.roadId);
      return road === undefined ? [] : [{ road, duty }];
    });
  }

  /** Chooses how this road's reviewers act; simulated ones, where the deployment's are people, only as an operator. Throws LocalRefusal 403, 404. */
  async setReviewers(visitor: Visitor, roadId: string, mode: ReviewMode | undefined): Promise<void> {
    const road = await this.#require(roadId);
    require(visitor, 'road.act', aboutOf(road));
    if (mode !== road.reviewers) requireMode(visitor, this.#parts.reviewers, mode);
    await this.#portal.store.transaction(async (tx) => {
      await claimRoad(tx, road);
      await setReviewMode(tx, roadId, mode);
      await this.#record(tx, visitor, road, 'road.reviewers', { reviewers: mode ?? 'as set for LocalSpine' });
      // What the operator was to set up, and has not, a simulated one does now.
      const simulated = (mode ?? this.#parts.reviewers) !== 'person';
      if (simulated && artefactOf(road, 'prod-form').state === 'processing')
        await this.#enqueue(tx, SET_UP, { roadId, setUp: 'set-up-production' });
      await this.#enqueue(tx, ADVANCE, { roadId });
    });
    this.#portal.outbox.wake();
    await this.advance(roadId);
  }

  /** Keeps answers of the supplier. Throws LocalRefusal 403, 404, RoadRefusal 409. */
  async answer(visitor: Visitor, roadId: string, kind: ArtefactKind, key: string, given: Answers): Promise<void> {
    const road = await this.#require(roadId);
    require(visitor, 'road.act', aboutOf(road));
    requireKey(road, kind, key);
    const { facts } = await this.#gathered(road);
    const changed = answer(facts, kind, key, given);
    await this.#portal.store.transaction(async (tx) => {
      await claimRoad(tx, road);
      await saveArtefact(tx, roadId, changed);
    });
  }

  /**
   * Does something as the supplier or as a reviewer, whoever the table lets do it, and then lets simulated reviewers go on.
   *
   * @throws LocalRefusal 403, 404; RoadRefusal 409 with every reason
   */
  async act(
    visitor: Visitor,
    roadId: string,
    { kind, key, action, reasons = [] }: { kind: ArtefactKind; key: string; action: string; reasons?: readonly string[] | undefined },
  ): Promise<void> {
    const road = await this.#require(roadId);
    requireKey(road, kind, key);
    const actor = artefact(kind).transitions.find((each) => each.action === action)?.who;
    if (actor === undefined)
      throw new LocalRefusal(404, 'action_unknown', `${artefact(kind).title}: there is no action "${action.slice(0, 40)}".`);
    requireActor(visitor, road, actor, key);
    await this.#move(road, await this.#gathered(road), { kind, key, action, actor, reasons }, visitor);
    await this.advance(roadId);
  }

  /**
   * Lets reviewers do what has become due, until nothing is left for them to do, and writes down what waits for whom.
   */
  advance(roadId: string): Promise<void> {
    const before = this.#advancing.get(roadId) ?? Promise.resolve();
    const now = before.catch(() => undefined).then(() => this.#advance(roadId));
    this.#advancing.set(roadId, now);
    const leave = (): void => void (this.#advancing.get(roadId) === now && this.#advancing.delete(roadId));
    now.then(leave, leave);
    return now;
  }

  async #advance(roadId: string): Promise<void> {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const road = await this.#require(roadId);
      const gathered = await this.#gathered(road);
      const duties = await this.#planned(road, gathered);
      const due = duties.find(
        ({ mode, due: at, duty }) => mode === 'at-once' || (mode === 'realistic' && at <= gathered.nowFor(duty.kind)),
      );
      try {
        if (due === undefined) {
          const waiting = duties.map(({ duty, ...each }) => ({ ...duty, ...each }));
          await this.#portal.store.transaction((tx) => replaceDuties(tx, road, waiting));
          return;
        }
        const { kind, key, action, reviewer, reasons } = due.duty;
        await this.#move(road, gathered, { kind, key, action, actor: reviewer, reasons }, undefined);
      } catch (error) {
        // Somebody else was quicker, here or in another process: look again.
        if (!(error instanceof LocalRefusal && error.code === 'road_changed')) throw error;
      }
    }
    throw new Error(`the reviewers of road ${roadId} do not come to rest`);
  }

  /** Carries out what has become due on the environments' clocks. Cheap when nothing waits. */
  async settle(): Promise<void> {
    const waiting = (await waitingDuties(this.#portal.store.db)).filter(({ mode }) => mode === 'realistic');
    if (waiting.length === 0) return;
    const nowFor = await clocksOf(this.#parts.sources);
    const due = waiting.filter(({ kind, due: at }) => isArtefactKind(kind) && at <= nowFor(kind));
    for (const roadId of new Set(due.map((each) => each.roadId)))
      try {
        await this.advance(roadId);
      } catch (error) {
        // One road at fault keeps none of the others waiting.
        this.#portal.log.error({ err: error, roadId }, 'the reviewers of a road could not go on');
      }
  }

  /** Does an {@link ADVANCE} job. */
  doAdvance(job: Job): Promise<void> {
    return this.advance(String(job.payload['roadId']));
  }

  /** Does a {@link SET_UP} job, then lets reviewers go on. */
  async doSetUp(job: Job): Promise<void> {
    const roadId = String(job.payload['roadId']);
    // Another process may have carried out what was decided meanwhile: what was read before that must not have the last word.
    for (let before = await this.#require(roadId), again = true; again; ) {
      await carryOut(setUpIn(job), this.#parts.sources, before, await acceptedRows(this.#portal.store.db, roadId));
      const now = await this.#require(roadId);
      again = now.revision !== before.revision;
      before = now;
    }
    await this.advance(roadId);
  }

  /** Each duty with how and when it will be done; one that waited before keeps its beginning. */
  async #planned(
    road: StoredRoad,
    { facts, nowFor }: Gathered,
  ): Promise<readonly { readonly duty: Duty; readonly mode: ReviewMode; readonly since: Instant; readonly due: Instant }[]> {
    const before = await waitingDuties(this.#portal.store.db, road.id);
    const mode = road.reviewers ?? this.#parts.reviewers;
    return dutiesOf(facts).map((duty) => {
      const same = before.find((each) => each.kind === duty.kind && each.key === duty.key && each.action === duty.action);
      const since = same?.since ?? nowFor(duty.kind);
      return { duty, mode: duty.byPerson ? 'person' : mode, since, due: dueAfter(since, duty.wait) };
    });
  }

  async #move(road: StoredRoad, { facts, nowFor }: Gathered, one: Act, visitor: Visitor | undefined): Promise<void> {
    const moved = act({ ...facts, now: nowFor(one.kind) }, one);
    await this.#portal.store.transaction(async (tx) => {
      await claimRoad(tx, road);
      const done = [one, ...(await this.#follow(tx, road, await this.#write(tx, road, facts, moved, one, visitor), one, nowFor))];
      if (one.kind === 'prod-form' && one.action === 'accept') await acceptRows(tx, road.id, rowsEntered(road));
      if (one.kind === 'go-live' && one.action === 'confirm')
        for (const appId of await confirmRows(tx, road.id)) await this.#parts.confirmLive(tx, appId, this.#portal.clock.realNow());
      const operatorIsPerson = (road.reviewers ?? this.#parts.reviewers) === 'person';
      for (const setUp of new Set(done.map(({ kind, action }) => setUpAfter(kind, action, operatorIsPerson))))
        if (setUp !== undefined) await this.#enqueue(tx, SET_UP, { roadId: road.id, setUp });
      // Reviewers go on at once; should the process end before they have, they go on when it is back.
      if (visitor !== undefined) await this.#enqueue(tx, ADVANCE, { roadId: road.id });
    });
    this.#portal.outbox.wake();
  }

  #enqueue(tx: Db, kind: string, payload: Readonly<Record<string, string>>): Promise<void> {
    return this.#portal.outbox.enqueue(tx, kind, payload, this.#portal.clock.now());
  }

  /** What the action opens again besides, as the supplier's own doing; gives what was done. */
  async #follow(tx: Db, road: StoredRoad, facts: RoadFacts, { kind, action }: Act, nowFor: Gathered['nowFor']): Promise<readonly Act[]> {
    const done: Act[] = [];
    let now = facts;
    for (const each of consequencesOf(kind, action, facts)) {
      const one: Act = { ...each, key: '', actor: 'supplier' };
      now = await this.#write(tx, road, now, act({ ...now, now: nowFor(one.kind) }, one), one, undefined);
      done.push(one);
    }
    return done;
  }

  /** Writes an action down with its event, its mail and its audit entry; gives the facts after it. */
  async #write(tx: Db, road: StoredRoad, facts: RoadFacts, moved: Moved, one: Act, visitor: Visitor | undefined): Promise<RoadFacts> {
    const { clock, random, mail, baseUrl } = this.#portal;
    const { after, transition } = moved;
    const artefacts = facts.road.artefacts.map((each) => (each.kind === after.kind && each.key === after.key ? after : each));
    const now: RoadFacts = { ...facts, road: { ...facts.road, artefacts } };
    const by = visitor ?? { automatic: isReviewer(one.actor) ? `${ACTOR_NAMES[one.actor]} (simulated)` : 'The road itself' };
    await saveArtefact(tx, road.id, after);
    await insertEvent(tx, {
      eventId: random.orderedUuid(clock.realNow()),
      roadId: road.id,
      at: after.since,
      realAt: clock.realNow(),
      kind: one.kind,
      key: one.key,
      action: one.action,
      actor: one.actor,
      who: 'automatic' in by ? by.automatic : by.name,
      byPerson: visitor !== undefined,
      toState: after.state,
      reasons: transition.sendsBack === true ? [...(one.reasons ?? [])] : [],
      wait: transition.wait,
    });
    await this.#record(tx, by, road, `road.${one.action}`, { artefact: one.kind, key: one.key, state: after.state });
    const letter = letterFor(now.road, moved, baseUrl);
    if (letter !== undefined)
      for (const to of await this.#parts.access.ownerEmails(tx, { accountId: road.accountId, teamId: road.teamId }))
        await mail.send(tx, { ...letter, to });
    return now;
  }

  async #record(
    tx: Db,
    by: Visitor | { readonly automatic: string },
    road: StoredRoad,
    action: string,
    detail: Readonly<Record<string, string>>,
  ): Promise<void> {
    const odsCode = detail['key'] === '' ? undefined : detail['key'];
    await this.#portal.audit.record(tx, by, {
      action,
      subject: `road ${road.product} ${road.version}`,
      about: { ...aboutOf(road), odsCode },
      detail: { roadId: road.id, ...detail },
    });
  }

  async #gathered(road: StoredRoad): Promise<RoadView> {
    const gathered = await gather(this.#parts.sources, road, await eventsOf(this.#portal.store.db, road.id));
    return { road, ...gathered };
  }

  async #require(roadId: string): Promise<StoredRoad> {
    const road = await findRoad(this.#portal.store.db, roadId);
    if (road === undefined) throw new LocalRefusal(404, 'road_unknown', 'There is no such road.', 'List them: /roads.');
    return road;
  }
}

/** The rows of the PROD form as filled in. */
function rowsEntered(road: StoredRoad): ReturnType<typeof rowsOf> {
  const { answers } = artefactOf(road, 'prod-form');
  return rowsOf(rowsIssued(answers), answers);
}

function setUpIn({ payload }: Job): SetUp {
  const { setUp } = payload;
  if (setUp === 'set-up-integration' || setUp === 'set-up-production' || setUp === 'apply-stages') return setUp;
  throw new Error('a set-up job is not what this module writes');
}
