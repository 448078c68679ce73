import { PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The audit trail. The database itself refuses to change or remove what is written (DESIGN.md D8). */
export const auditTables: Migration = {
  async up(db) {
    const postgres = db.getExecutor().adapter instanceof PostgresAdapter;
    await db.schema
      .createTable('portal_audit')
      .addColumn('entry_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('account_id', 'text')
      .addColumn('who', 'text', (column) => column.notNull())
      .addColumn('acted_by', 'text')
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('environment', 'text')
      .addColumn('team_id', 'text')
      .addColumn('owner_account_id', 'text')
      .addColumn('ods_code', 'text')
      .addColumn('detail', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('portal_audit_at').on('portal_audit').columns(['at', 'entry_id']).execute();
    await db.schema.createIndex('portal_audit_team').on('portal_audit').columns(['team_id', 'at']).execute();
    await db.schema.createIndex('portal_audit_subject').on('portal_audit').columns(['subject', 'at']).execute();
    if (postgres) {
      await sql`create function portal_audit_is_kept() returns trigger language plpgsql as $$ begin raise exception 'the audit trail is append-only'; end $$`.execute(
        db,
      );
      await sql`create trigger portal_audit_kept before update or delete on portal_audit for each row execute function portal_audit_is_kept()`.execute(
        db,
      );
    } else {
      await sql`create trigger portal_audit_no_update before update on portal_audit begin select raise(abort, 'the audit trail is append-only'); end`.execute(
        db,
      );
      await sql`create trigger portal_audit_no_delete before delete on portal_audit begin select raise(abort, 'the audit trail is append-only'); end`.execute(
        db,
      );
    }
  },
};
