/**
 * The floor: the least a correct server in this stack can do. A bare Fastify route over HTTPS that reads a row by key through Kysely from
 * a SQLite file and sends it. Arguments: port, key file, certificate file, database file, file with the row's text.
 */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { kernelMigrations } from '../src/kernel/store/kernel-migrations.ts';
import { openSqliteStore } from '../src/kernel/store/sqlite.ts';
import { tablesOf } from '../src/kernel/store/store.ts';

interface FloorTables {
  floor_row: { id: string; document: string };
}

const [port = '', key = '', cert = '', file = '', text = ''] = process.argv.slice(2);
const store = await openSqliteStore({
  file,
  migrations: {
    kernel: kernelMigrations,
    floor: {
      '0001-row': {
        async up(db) {
          await db.schema
            .createTable('floor_row')
            .addColumn('id', 'text', (column) => column.primaryKey())
            .addColumn('document', 'text', (column) => column.notNull())
            .execute();
        },
      },
    },
  },
});
const db = tablesOf<FloorTables>(store.db);
const document = readFileSync(text, 'utf8');
await db.deleteFrom('floor_row').execute();
for (let n = 0; n < 1_000; n += 1)
  await db
    .insertInto('floor_row')
    .values({ id: String(n), document })
    .execute();

const app = Fastify({ https: { key: readFileSync(key), cert: readFileSync(cert) } });
app.get<{ Params: { id: string } }>('/row/:id', async (request, reply) => {
  const row = await db.selectFrom('floor_row').select('document').where('id', '=', request.params.id).executeTakeFirst();
  if (row === undefined) return reply.code(404).send();
  return reply.type('application/fhir+json').send(row.document);
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
process.stdout.write('ready\n');
