/** Every query on the environment's own tables: forward changes with their revisions, live releases, exceptions, patterns, builds. */
import type { Instant } from '../../kernel/clock.ts';
import { type Db, tablesOf } from '../../kernel/store/store.ts';
import { APPLICATION_NAMES, type Build } from './builds.ts';
import type { ForwardChange } from './forward-change.ts';
import { type LiveRelease, PATTERNS, type Schedule, type SlotException, type SlotPattern } from './schedule.ts';
import { SLOT_SERVICES, type SlotService } from './slots.ts';

interface Tables {
  environment_change: { id: string; revision: number; status: string; start_at: number; document: string };
  environment_change_revision: {
    change_id: string;
    revision: number;
    what: string;
    actor: string;
    reason: string | null;
    at: number;
    document: string;
  };
  environment_live_release: {
    id: string;
    released_at: number;
    build: string | null;
    note: string | null;
    recorded_at: number;
    withdrawn_at: number | null;
  };
  environment_slot_exception: {
    service: string;
    night: string;
    kind: string;
    start_at: number | null;
    end_at: number | null;
    reason: string;
    revision: number;
    at: number;
  };
  environment_slot_pattern: { service: string; pattern: string; minutes: number };
  environment_build: {
    id: string;
    application: string;
    version: string;
    deployed_at: number;
    change_id: string | null;
    note: string | null;
  };
}

/** One revision of an entry, with what was done and by whom. */
export interface Revision {
  readonly revision: number;
  readonly what: string;
  readonly actor: string;
  readonly reason?: string;
  readonly at: Instant;
  readonly entry: ForwardChange;
}

/** All that is planned. What is cancelled is kept: calendars have to say so. */
export async function readSchedule(db: Db): Promise<Omit<Schedule, 'hasSlots'>> {
  const own = tablesOf<Tables>(db);
  const changes = await own.selectFrom('environment_change').select('document').orderBy('start_at').orderBy('id').execute();
  const releases = await own.selectFrom('environment_live_release').selectAll().orderBy('released_at').orderBy('id').execute();
  const exceptions = await own.selectFrom('environment_slot_exception').selectAll().orderBy('night').orderBy('service').execute();
  const patterns = await own.selectFrom('environment_slot_pattern').selectAll().execute();
  return {
    changes: changes.map(({ document }) => toChange(document)),
    releases: releases.map(toRelease),
    exceptions: exceptions.flatMap(toException),
    patterns: Object.fromEntries(patterns.flatMap(toPattern)),
  };
}

export async function findChange(db: Db, id: string): Promise<ForwardChange | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('environment_change').select('document').where('id', '=', id).executeTakeFirst();
  return row && toChange(row.document);
}

/** Writes a revision: the entry as it is now, and its place in the history. */
export async function saveChange(
  tx: Db,
  entry: ForwardChange,
  { what, actor, reason }: { readonly what: string; readonly actor: string; readonly reason?: string },
): Promise<void> {
  const own = tablesOf<Tables>(tx);
  const document = JSON.stringify(entry);
  const values = { revision: entry.revision, status: entry.status, start_at: entry.start, document };
  await own
    .insertInto('environment_change')
    .values({ id: entry.id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  await own
    .insertInto('environment_change_revision')
    .values({ change_id: entry.id, revision: entry.revision, what, actor, reason: reason ?? null, at: entry.updatedAt, document })
    .execute();
}

/** The revisions of an entry, newest first. */
export async function revisionsOf(db: Db, id: string): Promise<readonly Revision[]> {
  const rows = await tablesOf<Tables>(db)
    .selectFrom('environment_change_revision')
    .selectAll()
    .where('change_id', '=', id)
    .orderBy('revision', 'desc')
    .execute();
  return rows.map(({ revision, what, actor, reason, at, document }) => ({
    revision,
    what,
    actor,
    ...(reason !== null && { reason }),
    at,
    entry: toChange(document),
  }));
}

export async function insertRelease(tx: Db, release: LiveRelease): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('environment_live_release')
    .values({
      id: release.id,
      released_at: release.releasedAt,
      build: release.build ?? null,
      note: release.note ?? null,
      recorded_at: release.recordedAt,
      withdrawn_at: null,
    })
    .execute();
}

export async function findRelease(db: Db, id: string): Promise<LiveRelease | undefined> {
  const row = await tablesOf<Tables>(db).selectFrom('environment_live_release').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRelease(row);
}

export async function markWithdrawn(tx: Db, id: string, at: Instant): Promise<void> {
  await tablesOf<Tables>(tx).updateTable('environment_live_release').set({ withdrawn_at: at }).where('id', '=', id).execute();
}

export async function saveException(tx: Db, exception: SlotException): Promise<void> {
  const { service, night, to } = exception;
  const values = {
    kind: exception.kind,
    start_at: to?.start ?? null,
    end_at: to?.end ?? null,
    reason: exception.reason,
    revision: exception.revision,
    at: exception.at,
  };
  await tablesOf<Tables>(tx)
    .insertInto('environment_slot_exception')
    .values({ service, night, ...values })
    .onConflict((conflict) => conflict.columns(['service', 'night']).doUpdateSet(values))
    .execute();
}

export async function savePattern(tx: Db, service: SlotService, { pattern, minutes }: SlotPattern): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('environment_slot_pattern')
    .values({ service, pattern, minutes })
    .onConflict((conflict) => conflict.column('service').doUpdateSet({ pattern, minutes }))
    .execute();
}

export async function insertBuild(tx: Db, id: string, build: Build): Promise<void> {
  await tablesOf<Tables>(tx)
    .insertInto('environment_build')
    .values({
      id,
      application: build.application,
      version: build.version,
      deployed_at: build.deployedAt,
      change_id: build.changeId ?? null,
      note: build.note ?? null,
    })
    .execute();
}

/** Every build that was recorded, in the order in which that was done. */
export async function readBuilds(db: Db): Promise<readonly Build[]> {
  const rows = await tablesOf<Tables>(db).selectFrom('environment_build').selectAll().orderBy('id').execute();
  return rows.flatMap((row) => {
    const application = APPLICATION_NAMES.find((each) => each === row.application);
    if (application === undefined) return [];
    return [
      {
        application,
        version: row.version,
        deployedAt: row.deployed_at,
        ...(row.change_id !== null && { changeId: row.change_id }),
        ...(row.note !== null && { note: row.note }),
      },
    ];
  });
}

function toChange(document: string): ForwardChange {
  const entry: ForwardChange = JSON.parse(document);
  return entry;
}

function toRelease(row: Tables['environment_live_release']): LiveRelease {
  return {
    id: row.id,
    releasedAt: row.released_at,
    recordedAt: row.recorded_at,
    ...(row.build !== null && { build: row.build }),
    ...(row.note !== null && { note: row.note }),
    ...(row.withdrawn_at !== null && { withdrawnAt: row.withdrawn_at }),
  };
}

const KINDS = ['skipped', 'moved', 'withdrawn', 'as-usual'] as const;

function toException(row: Tables['environment_slot_exception']): readonly SlotException[] {
  const service = SLOT_SERVICES.find((each) => each === row.service);
  const kind = KINDS.find((each) => each === row.kind);
  if (service === undefined || kind === undefined) return [];
  const to = row.start_at !== null && row.end_at !== null ? { to: { start: row.start_at, end: row.end_at } } : {};
  return [{ service, night: row.night, kind, ...to, reason: row.reason, revision: row.revision, at: row.at }];
}

function toPattern(row: Tables['environment_slot_pattern']): readonly [SlotService, SlotPattern][] {
  const service = SLOT_SERVICES.find((each) => each === row.service);
  const pattern = PATTERNS.find((each) => each === row.pattern);
  return service === undefined || pattern === undefined ? [] : [[service, { pattern, minutes: row.minutes }]];
}
