/** Queries on uploaded files; their content is in the blob store under its hash. */
import type { Instant } from '../../../kernel/clock.ts';
import { type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import type { AvailabilityStatus, StoredFile } from '../model.ts';

interface FileRow {
  instance: string;
  id: string;
  name: string;
  content_type: string;
  size: number;
  hash: string;
  intended_ubrn: string | null;
  uploaded_by: string;
  uploaded_by_organisation: string;
  uploaded_at: number;
  status: AvailabilityStatus;
  linked_ubrn: string | null;
}

interface FileTables {
  ers_file: FileRow;
}

const byId = prepare<{ instance: string; id: string }, FileTables, FileRow>((db, value) =>
  db.selectFrom('ers_file').selectAll().where('instance', '=', value.instance).where('id', '=', value.id),
);

/** The file, or undefined. */
export async function fileById(db: Db, instance: string, id: string): Promise<StoredFile | undefined> {
  const [row] = await byId(db, { instance, id });
  return row === undefined ? undefined : fileOf(row);
}

/** The files that exist among those named, by id. */
export async function filesById(db: Db, instance: string, ids: readonly string[]): Promise<ReadonlyMap<string, StoredFile>> {
  if (ids.length === 0) return new Map();
  const rows = await tablesOf<FileTables>(db)
    .selectFrom('ers_file')
    .selectAll()
    .where('instance', '=', instance)
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, fileOf(row)]));
}

const statusesByUbrn = prepare<{ instance: string; ubrn: string }, FileTables, Pick<FileRow, 'id' | 'status'>>((db, value) =>
  db.selectFrom('ers_file').select(['id', 'status']).where('instance', '=', value.instance).where('linked_ubrn', '=', value.ubrn),
);

/** Scan results of the files linked to a request, by file id. */
export async function availabilityOf(db: Db, instance: string, ubrn: string): Promise<ReadonlyMap<string, AvailabilityStatus>> {
  const rows = await statusesByUbrn(db, { instance, ubrn });
  return new Map(rows.map((row) => [row.id, row.status]));
}

/** Writes an uploaded file. */
export async function insertFile(tx: Db, instance: string, file: StoredFile): Promise<void> {
  await tablesOf<FileTables>(tx).insertInto('ers_file').values(rowOf(instance, file)).execute();
}

/** Writes a file whether or not its id is taken: for import and seed. */
export async function replaceFile(tx: Db, instance: string, file: StoredFile): Promise<void> {
  await tablesOf<FileTables>(tx).deleteFrom('ers_file').where('instance', '=', instance).where('id', '=', file.id).execute();
  await insertFile(tx, instance, file);
}

/** Ties files to a request; false when one of them has been tied by someone else meanwhile. */
export async function linkFiles(tx: Db, instance: string, ids: readonly string[], ubrn: string): Promise<boolean> {
  if (ids.length === 0) return true;
  const result = await tablesOf<FileTables>(tx)
    .updateTable('ers_file')
    .set({ linked_ubrn: ubrn })
    .where('instance', '=', instance)
    .where('id', 'in', ids)
    .where('linked_ubrn', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === ids.length;
}

/** Loosens files from their request. They stay stored and may be linked to the same request again. */
export async function unlinkFiles(tx: Db, instance: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tablesOf<FileTables>(tx)
    .updateTable('ers_file')
    .set({ linked_ubrn: null })
    .where('instance', '=', instance)
    .where('id', 'in', ids)
    .execute();
}

/** Notes the result of the scan; only a pending file changes, so that a repeated scan is harmless. */
export async function recordScan(db: Db, instance: string, id: string, status: AvailabilityStatus): Promise<void> {
  await tablesOf<FileTables>(db)
    .updateTable('ers_file')
    .set({ status })
    .where('instance', '=', instance)
    .where('id', '=', id)
    .where('status', '=', 'PENDING')
    .execute();
}

/** Deletes uploads older than `before` that are linked to nothing, in every instance; gives the hashes of their content. */
export async function deleteUnlinkedFiles(tx: Db, before: Instant): Promise<readonly string[]> {
  const rows = await tablesOf<FileTables>(tx)
    .deleteFrom('ers_file')
    .where('linked_ubrn', 'is', null)
    .where('uploaded_at', '<', before)
    .returning('hash')
    .execute();
  return rows.map((row) => row.hash);
}

/** Whether any file of any instance has this content. */
export async function isContentUsed(db: Db, hash: string): Promise<boolean> {
  const row = await tablesOf<FileTables>(db).selectFrom('ers_file').select('id').where('hash', '=', hash).limit(1).executeTakeFirst();
  return row !== undefined;
}

function rowOf(instance: string, file: StoredFile): FileRow {
  return {
    instance,
    id: file.id,
    name: file.name,
    content_type: file.contentType,
    size: file.size,
    hash: file.hash,
    intended_ubrn: file.intendedUbrn ?? null,
    uploaded_by: file.uploadedBy,
    uploaded_by_organisation: file.uploadedByOrganisation,
    uploaded_at: file.uploadedAt,
    status: file.status,
    linked_ubrn: file.linkedUbrn ?? null,
  };
}

function fileOf(row: FileRow): StoredFile {
  return {
    id: row.id,
    name: row.name,
    contentType: row.content_type,
    size: row.size,
    hash: row.hash,
    ...(row.intended_ubrn !== null && { intendedUbrn: row.intended_ubrn }),
    uploadedBy: row.uploaded_by,
    uploadedByOrganisation: row.uploaded_by_organisation,
    uploadedAt: row.uploaded_at,
    status: row.status,
    ...(row.linked_ubrn !== null && { linkedUbrn: row.linked_ubrn }),
  };
}
