import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import type { Answers } from '../forms/form.ts';
import { isReviewer, type Reviewer } from './actors.ts';
import { ARTEFACTS, type Artefact, isArtefactKind } from './artefacts.ts';
import type { Duty } from './duties.ts';
import type { ArtefactState, Road } from './facts.ts';
import { readUseCase, unattendedOrganisationsOf } from './use-case.ts';

/** How reviewers of a road act: of themselves at once or after a realistic wait, or people (DESIGN.md D11). */
export const REVIEW_MODES = ['at-once', 'realistic', 'person'] as const;
export type ReviewMode = (typeof REVIEW_MODES)[number];

/** A road with what the portal keeps beside it. */
export interface StoredRoad extends Road {
  readonly accountId: string | undefined;
  readonly teamId: string | undefined;
  /** Of this road; the deployment's setting when absent. */
  readonly reviewers: ReviewMode | undefined;
  readonly revision: number;
  readonly createdAt: Instant;
}

/** Something that was done on a road. */
export interface RoadEvent {
  readonly eventId: string;
  readonly roadId: string;
  /** On the environment's clock. */
  readonly at: Instant;
  readonly realAt: Instant;
  readonly kind: string;
  readonly key: string;
  readonly action: string;
  readonly actor: string;
  readonly who: string;
  /** Somebody signed in did it, not simulated staff and not the road itself. */
  readonly byPerson: boolean;
  readonly toState: string;
  readonly reasons: readonly string[];
  readonly wait: string | undefined;
}

/** A duty as it waits for a reviewer. */
export interface WaitingDuty {
  readonly roadId: string;
  readonly kind: string;
  readonly key: string;
  readonly reviewer: Reviewer;
  readonly action: string;
  readonly since: Instant;
  readonly due: Instant;
  readonly mode: ReviewMode;
}

interface RoadRow {
  road_id: string;
  account_id: string | null;
  team_id: string | null;
  owner: string;
  supplier_ods: string;
  supplier_name: string;
  product: string;
  version: string;
  reviewers: string | null;
  revision: number;
  created_at: number;
}
interface ArtefactRow {
  road_id: string;
  kind: string;
  key: string;
  state: string;
  answers: string;
  reasons: string;
  since: number;
}
interface EventRow {
  event_id: string;
  road_id: string;
  at: number;
  real_at: number;
  kind: string;
  key: string;
  action: string;
  actor: string;
  who: string;
  by_person: number;
  to_state: string;
  reasons: string;
  wait: string | null;
}
interface DutyRow {
  road_id: string;
  kind: string;
  key: string;
  reviewer: string;
  action: string;
  since: number;
  due: number;
  mode: string;
}
interface Tables {
  release_road: RoadRow;
  release_artefact: ArtefactRow;
  release_event: EventRow;
  release_duty: DutyRow;
}

const answersCheck = Compile(Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])));
const textsCheck = Compile(Type.Array(Type.String()));

function readColumn<Schema extends TSchema>(check: ReturnType<typeof Compile<Schema>>, text: string): Static<Schema> {
  const value: unknown = JSON.parse(text);
  if (!check.Check(value)) throw new Error('a release column is not what this module writes');
  return value;
}

/** Begins a road. Throws LocalRefusal 409 when the owner has one for this product version. */
export async function insertRoad(tx: Db, road: Omit<StoredRoad, 'artefacts'>): Promise<void> {
  const result = await tablesOf<Tables>(tx)
    .insertInto('release_road')
    .values({
      road_id: road.id,
      account_id: road.accountId ?? null,
      team_id: road.teamId ?? null,
      owner: road.teamId ?? road.accountId ?? '',
      supplier_ods: road.supplierOds,
      supplier_name: road.supplierName,
      product: road.product,
      version: road.version,
      reviewers: road.reviewers ?? null,
      revision: road.revision,
      created_at: road.createdAt,
    })
    .onConflict((conflict) => conflict.columns(['owner', 'product', 'version']).doNothing())
    .executeTakeFirst();
  if (Number(result.numInsertedOrUpdatedRows ?? 0) === 0)
    throw new LocalRefusal(
      409,
      'road_taken',
      `There is a road for ${road.product} ${road.version} already.`,
      'Open it, or begin one for another version.',
    );
}

/** A road with all its artefacts: those nothing has happened to are as they begin. */
export async function findRoad(db: Db, roadId: string): Promise<StoredRoad | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('release_road').selectAll().where('road_id', '=', roadId).executeTakeFirst();
  return row && (await withArtefacts(db, row));
}

/** Roads, newest first. */
export async function listRoads(db: Db): Promise<readonly StoredRoad[]> {
  const rows = await tablesOf<Tables>(db).selectFrom('release_road').selectAll().orderBy('created_at', 'desc').orderBy('road_id').execute();
  const roads: StoredRoad[] = [];
  for (const row of rows) roads.push(await withArtefacts(db, row));
  return roads;
}

async function withArtefacts(db: Db, row: RoadRow): Promise<StoredRoad> {
  const stored = await tablesOf<Tables>(db).selectFrom('release_artefact').selectAll().where('road_id', '=', row.road_id).execute();
  const kept = stored.flatMap((each): ArtefactState[] =>
    isArtefactKind(each.kind)
      ? [
          {
            kind: each.kind,
            key: each.key,
            state: each.state,
            answers: readColumn(answersCheck, each.answers),
            reasons: readColumn(textsCheck, each.reasons),
            since: Number(each.since),
          },
        ]
      : [],
  );
  const createdAt = Number(row.created_at);
  return {
    id: row.road_id,
    accountId: row.account_id ?? undefined,
    teamId: row.team_id ?? undefined,
    supplierOds: row.supplier_ods,
    supplierName: row.supplier_name,
    product: row.product,
    version: row.version,
    reviewers: REVIEW_MODES.find((each) => each === row.reviewers),
    revision: Number(row.revision),
    createdAt,
    artefacts: completed(kept, createdAt),
  };
}

/** One artefact of every kind, and one for each organisation where the table says so. */
export function completed(kept: readonly ArtefactState[], createdAt: Instant): readonly ArtefactState[] {
  const useCase: Answers = kept.find(({ kind }) => kind === 'use-case')?.answers ?? {};
  const organisations = [
    ...new Set([...unattendedOrganisationsOf(readUseCase(useCase)), ...kept.filter(({ key }) => key !== '').map(({ key }) => key)]),
  ];
  const one = (definition: Artefact, key: string): ArtefactState =>
    kept.find((each) => each.kind === definition.kind && each.key === key) ?? {
      kind: definition.kind,
      key,
      state: definition.initial,
      answers: {},
      reasons: [],
      since: createdAt,
    };
  return ARTEFACTS.flatMap((each) => (each.perEuo === true ? organisations.map((ods) => one(each, ods)) : [one(each, '')]));
}

/**
 * Takes a road for a change: whoever read the same revision and comes later is refused.
 *
 * @throws LocalRefusal 409 when somebody else has changed it since
 */
export async function claimRoad(tx: Db, road: Pick<StoredRoad, 'id' | 'revision'>): Promise<void> {
  await claimRevision(tx, road, road.revision + 1);
}

async function claimRevision(tx: Db, { id, revision }: Pick<StoredRoad, 'id' | 'revision'>, next: number): Promise<void> {
  const result = await tablesOf<Tables>(tx)
    .updateTable('release_road')
    .set({ revision: next })
    .where('road_id', '=', id)
    .where('revision', '=', revision)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) === 0)
    throw new LocalRefusal(
      409,
      'road_changed',
      'Something else has happened on this road in the meantime.',
      'Look at it again, then repeat.',
    );
}

export async function setReviewMode(tx: Db, roadId: string, mode: ReviewMode | undefined): Promise<void> {
  await tablesOf<Tables>(tx)
    .updateTable('release_road')
    .set({ reviewers: mode ?? null })
    .where('road_id', '=', roadId)
    .execute();
}

export async function saveArtefact(tx: Db, roadId: string, artefact: ArtefactState): Promise<void> {
  const changes = {
    state: artefact.state,
    answers: JSON.stringify(artefact.answers),
    reasons: JSON.stringify(artefact.reasons),
    since: artefact.since,
  };
  await tablesOf<Tables>(tx)
    .insertInto('release_artefact')
    .values({ road_id: roadId, kind: artefact.kind, key: artefact.key, ...changes })
    .onConflict((conflict) => conflict.columns(['road_id', 'kind', 'key']).doUpdateSet(changes))
    .execute();
}

export async function insertEvent(tx: Db, event: RoadEvent): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('release_event')
    .values({
      event_id: event.eventId,
      road_id: event.roadId,
      at: event.at,
      real_at: event.realAt,
      kind: event.kind,
      key: event.key,
      action: event.action,
      actor: event.actor,
      who: event.who,
      by_person: event.byPerson ? 1 : 0,
      to_state: event.toState,
      reasons: JSON.stringify(event.reasons),
      wait: event.wait ?? null,
    })
    .execute();
}

/** Everything done on a road, oldest first. */
export async function eventsOf(db: Db, roadId: string): Promise<readonly RoadEvent[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('release_event')
    .selectAll()
    .where('road_id', '=', roadId)
    .orderBy('event_id')
    .execute();
  return rows.map((row) => ({
    eventId: row.event_id,
    roadId: row.road_id,
    at: Number(row.at),
    realAt: Number(row.real_at),
    kind: row.kind,
    key: row.key,
    action: row.action,
    actor: row.actor,
    who: row.who,
    byPerson: row.by_person === 1,
    toState: row.to_state,
    reasons: readColumn(textsCheck, row.reasons),
    wait: row.wait ?? undefined,
  }));
}

/** Duties that wait: of one road, or all; soonest first. */
export async function waitingDuties(db: Db, roadId?: string): Promise<readonly WaitingDuty[]> {
  let query = tablesOf<Tables>(db).selectFrom('release_duty').selectAll().orderBy('due').orderBy('road_id').orderBy('kind').orderBy('key');
  if (roadId !== undefined) query = query.where('road_id', '=', roadId);
  return (await query.execute()).flatMap((row) => {
    const mode = REVIEW_MODES.find((each) => each === row.mode);
    return mode === undefined || !isReviewer(row.reviewer)
      ? []
      : [
          {
            roadId: row.road_id,
            kind: row.kind,
            key: row.key,
            reviewer: row.reviewer,
            action: row.action,
            since: Number(row.since),
            due: Number(row.due),
            mode,
          },
        ];
  });
}

/**
 * Puts the duties of a road in place of those before.
 *
 * @throws LocalRefusal 409 when the road has changed since they were worked out; until the transaction ends nobody else can change it
 */
export async function replaceDuties(
  tx: Db,
  { id: roadId, revision }: Pick<StoredRoad, 'id' | 'revision'>,
  duties: readonly (Pick<Duty, 'kind' | 'key' | 'reviewer' | 'action'> & Pick<WaitingDuty, 'since' | 'due' | 'mode'>)[],
): Promise<void> {
  await claimRevision(tx, { id: roadId, revision }, revision);
  await tablesOf<Tables>(tx).deleteFrom('release_duty').where('road_id', '=', roadId).execute();
  for (const { kind, key, reviewer, action, since, due, mode } of duties)
    await tablesOf<Tables>(tx)
      .insertInto('release_duty')
      .values({ road_id: roadId, kind, key, reviewer, action, since, due, mode })
      .execute();
}
