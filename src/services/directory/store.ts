import { bit, type Db, prepare, tablesOf } from '../../kernel/store/store.ts';
import type { Organisation, Person, RecordKind, RoleProfile } from './model.ts';
import { type Author, recordChange } from './register/changes.ts';

interface DirectoryTables {
  directory_organisation: { ods_code: string; name: string; document: string };
  directory_person: { user_id: string; search_text: string; document: string };
  directory_role_profile: {
    role_profile_id: string;
    user_id: string;
    ods_code: string;
    position: number;
    active: number;
    document: string;
  };
  directory_role_activity: { user_id: string; ods_code: string; activity_code: string };
}

const BATCH = 100;

const activityAt = prepare<{ userId: string; odsCode: string; activityCode: string }, DirectoryTables, { user_id: string }>((db, values) =>
  db
    .selectFrom('directory_role_activity')
    .select('user_id')
    .where('user_id', '=', values.userId)
    .where('ods_code', '=', values.odsCode)
    .where('activity_code', '=', values.activityCode),
);
const organisationRow = prepare<{ odsCode: string }, DirectoryTables, { document: string }>((db, values) =>
  db.selectFrom('directory_organisation').select('document').where('ods_code', '=', values.odsCode),
);
const personRow = prepare<{ userId: string }, DirectoryTables, { document: string }>((db, values) =>
  db.selectFrom('directory_person').select('document').where('user_id', '=', values.userId),
);

/** Whether a user's active roles at an organisation include an activity. On the path of every API call: one key look-up. */
export async function hasActivityAt(db: Db, userId: string, odsCode: string, activityCode: string): Promise<boolean> {
  return (await activityAt(db, { userId, odsCode, activityCode })).length > 0;
}

export async function organisation(db: Db, odsCode: string): Promise<Organisation | undefined> {
  return (await organisationRow(db, { odsCode })).map(fromDocument<Organisation>)[0];
}

export async function organisations(db: Db, odsCodes: readonly string[]): Promise<readonly Organisation[]> {
  if (odsCodes.length === 0) return [];
  const rows = await tablesOf<DirectoryTables>(db)
    .selectFrom('directory_organisation')
    .select('document')
    .where('ods_code', 'in', [...odsCodes])
    .orderBy('ods_code')
    .execute();
  return rows.map(fromDocument<Organisation>);
}

export async function person(db: Db, userId: string): Promise<Person | undefined> {
  return (await personRow(db, { userId })).map(fromDocument<Person>)[0];
}

/** People for a list to choose from, those with published test ids first; `text` is part of a name or id. */
export async function people(
  db: Db,
  filter: { readonly text?: string; readonly limit: number; readonly activityCode?: string },
): Promise<readonly Person[]> {
  let query = tablesOf<DirectoryTables>(db).selectFrom('directory_person').select('document').orderBy('user_id').limit(filter.limit);
  if (filter.text !== undefined && filter.text !== '')
    query = query.where('search_text', 'like', `%${filter.text.toLowerCase().replace(/[%_\\]/g, '')}%`);
  const { activityCode } = filter;
  if (activityCode !== undefined)
    query = query.where('user_id', 'in', (from) =>
      from.selectFrom('directory_role_activity').select('user_id').where('activity_code', '=', activityCode),
    );
  return (await query.execute()).map(fromDocument<Person>);
}

/** Active role profiles of a person, in the order they were given. */
export async function roleProfiles(db: Db, userId: string): Promise<readonly RoleProfile[]> {
  const rows = await tablesOf<DirectoryTables>(db)
    .selectFrom('directory_role_profile')
    .select('document')
    .where('user_id', '=', userId)
    .where('active', '=', 1)
    .orderBy('position')
    .orderBy('role_profile_id')
    .execute();
  return rows.map(fromDocument<RoleProfile>);
}

export async function roleProfile(db: Db, roleProfileId: string): Promise<RoleProfile | undefined> {
  const row = await tablesOf<DirectoryTables>(db)
    .selectFrom('directory_role_profile')
    .select('document')
    .where('role_profile_id', '=', roleProfileId)
    .executeTakeFirst();
  return row === undefined ? undefined : fromDocument<RoleProfile>(row);
}

/** Users who may do something at an organisation, by id. */
export async function usersWithActivityAt(db: Db, odsCode: string, activityCode: string): Promise<readonly string[]> {
  const rows = await tablesOf<DirectoryTables>(db)
    .selectFrom('directory_role_activity')
    .select('user_id')
    .where('ods_code', '=', odsCode)
    .where('activity_code', '=', activityCode)
    .orderBy('user_id')
    .execute();
  return rows.map((row) => row.user_id);
}

/** Every organisation, by code. */
export async function allOrganisations(db: Db): Promise<readonly Organisation[]> {
  const rows = await tablesOf<DirectoryTables>(db).selectFrom('directory_organisation').select('document').orderBy('ods_code').execute();
  return rows.map(fromDocument<Organisation>);
}

/** Every person, by user id. */
export async function allPeople(db: Db): Promise<readonly Person[]> {
  const rows = await tablesOf<DirectoryTables>(db).selectFrom('directory_person').select('document').orderBy('user_id').execute();
  return rows.map(fromDocument<Person>);
}

/** Role profiles, closed ones too: all, or one person's. */
export async function allRoleProfiles(db: Db, userId?: string): Promise<readonly RoleProfile[]> {
  let query = tablesOf<DirectoryTables>(db).selectFrom('directory_role_profile').select('document').orderBy('user_id').orderBy('position');
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  return (await query.orderBy('role_profile_id').execute()).map(fromDocument<RoleProfile>);
}

/** Organisations whose code or name contains a text, by code. */
export async function searchOrganisations(db: Db, text: string, limit: number): Promise<readonly Organisation[]> {
  const wanted = text.trim().toLowerCase();
  const found = (await allOrganisations(db)).filter((each) => `${each.odsCode} ${each.name}`.toLowerCase().includes(wanted));
  return found.slice(0, limit);
}

/** What the change log needs of records that are saved: their kind, their id, and how they were. */
interface Logged<Entry> {
  readonly kind: RecordKind;
  readonly idOf: (entry: Entry) => string;
  readonly find: (db: Db, id: string) => Promise<Entry | undefined>;
}

/** Numbers the changes that saving `all` makes. The seed names no author: what it puts in first is where the change log begins. */
async function logChanges<Entry>(
  tx: Db,
  all: readonly Entry[],
  { kind, idOf, find }: Logged<Entry>,
  author: Author | undefined,
): Promise<void> {
  if (author === undefined) return;
  for (const after of all) {
    const before = await find(tx, idOf(after));
    await recordChange(tx, { kind, id: idOf(after), before, after }, author);
  }
}

export async function saveOrganisations(tx: Db, all: readonly Organisation[], author?: Author): Promise<void> {
  await logChanges(tx, all, { kind: 'organisation', idOf: (each) => each.odsCode, find: organisation }, author);
  for (const batch of batches(all)) {
    await tablesOf<DirectoryTables>(tx)
      .insertInto('directory_organisation')
      .values(batch.map((each) => ({ ods_code: each.odsCode, name: each.name, document: JSON.stringify(each) })))
      .onConflict((conflict) =>
        conflict.column('ods_code').doUpdateSet((set) => ({ name: set.ref('excluded.name'), document: set.ref('excluded.document') })),
      )
      .execute();
  }
}

export async function savePeople(tx: Db, all: readonly Person[], author?: Author): Promise<void> {
  await logChanges(tx, all, { kind: 'person', idOf: (each) => each.userId, find: person }, author);
  for (const batch of batches(all)) {
    await tablesOf<DirectoryTables>(tx)
      .insertInto('directory_person')
      .values(
        batch.map((each) => ({
          user_id: each.userId,
          search_text: `${each.givenName} ${each.familyName} ${each.userId}`.toLowerCase(),
          document: JSON.stringify(each),
        })),
      )
      .onConflict((conflict) =>
        conflict
          .column('user_id')
          .doUpdateSet((set) => ({ search_text: set.ref('excluded.search_text'), document: set.ref('excluded.document') })),
      )
      .execute();
  }
}

/** Puts role profiles in, and works out anew what their holders may do where. */
export async function saveRoleProfiles(tx: Db, all: readonly RoleProfile[], author?: Author): Promise<void> {
  await logChanges(tx, all, { kind: 'role-profile', idOf: (each) => each.roleProfileId, find: roleProfile }, author);
  const tables = tablesOf<DirectoryTables>(tx);
  for (const batch of batches(all)) {
    await tables
      .insertInto('directory_role_profile')
      .values(
        batch.map((each, position) => ({
          role_profile_id: each.roleProfileId,
          user_id: each.userId,
          ods_code: each.odsCode,
          position,
          active: bit(each.active),
          document: JSON.stringify(each),
        })),
      )
      .onConflict((conflict) =>
        conflict.column('role_profile_id').doUpdateSet((set) => ({
          user_id: set.ref('excluded.user_id'),
          ods_code: set.ref('excluded.ods_code'),
          active: set.ref('excluded.active'),
          document: set.ref('excluded.document'),
        })),
      )
      .execute();
  }
  for (const users of batches([...new Set(all.map((each) => each.userId))])) {
    const rows = await tables
      .selectFrom('directory_role_profile')
      .select('document')
      .where('user_id', 'in', users)
      .where('active', '=', 1)
      .execute();
    const activities = new Map(
      rows
        .map(fromDocument<RoleProfile>)
        .flatMap((each) =>
          each.activityCodes.map((code) => [
            `${each.userId}|${each.odsCode}|${code}`,
            { user_id: each.userId, ods_code: each.odsCode, activity_code: code },
          ]),
        ),
    );
    await tables.deleteFrom('directory_role_activity').where('user_id', 'in', users).execute();
    for (const batch of batches([...activities.values()])) await tables.insertInto('directory_role_activity').values(batch).execute();
  }
}

function fromDocument<T>(row: { document: string }): T {
  const value: T = JSON.parse(row.document);
  return value;
}

function batches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, index) => all.slice(index * BATCH, (index + 1) * BATCH));
}
