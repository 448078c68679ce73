import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OwnedMigrations } from '../../src/kernel/store/migrate.ts';
import { openPostgresStore } from '../../src/kernel/store/postgres.ts';
import { openSqliteStore } from '../../src/kernel/store/sqlite.ts';
import type { Store } from '../../src/kernel/store/store.ts';

/** An engine the contract runs on. */
export interface Engine {
  readonly name: string;
  /** Why it is left out, or false. */
  readonly skip: string | false;
  /** Opens the database of that name; the same name is the same database. */
  open(name: string, migrations: OwnedMigrations): Promise<Store>;
}

const folder = mkdtempSync(join(tmpdir(), 'localspine-contract-'));
const url = process.env['TEST_POSTGRES_URL'];
const run = process.pid;

export const engines: readonly Engine[] = [
  { name: 'SQLite', skip: false, open: (name, migrations) => openSqliteStore({ file: join(folder, `${name}.sqlite`), migrations }) },
  {
    name: 'PostgreSQL',
    skip: url === undefined ? 'TEST_POSTGRES_URL names no server' : false,
    open: (name, migrations) => openPostgresStore({ url: url ?? '', schema: `contract_${run}_${name}`, migrations }),
  },
];
