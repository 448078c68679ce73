/** What every store must do, on every engine (DESIGN.md D2, D3; engineering.md §3). */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pino from 'pino';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { StoreFaults } from '../../src/kernel/faults/store-faults.ts';
import { Exchange } from '../../src/kernel/http/exchange.ts';
import { Journal, journalMigrations } from '../../src/kernel/journal/journal.ts';
import { StoreOutbox } from '../../src/kernel/outbox/store-outbox.ts';
import { secureRandom } from '../../src/kernel/random.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import { openSqliteStore } from '../../src/kernel/store/sqlite.ts';
import { type Migrations, prepare, type Store, tablesOf } from '../../src/kernel/store/store.ts';
import { World } from '../../src/kernel/world.ts';
import { engines } from './stores.ts';

const letters: Migrations = {
  '0001-letters': {
    async up(db) {
      await db.schema
        .createTable('letter')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('sent_at', 'bigint', (column) => column.notNull())
        .addColumn('read', 'integer', (column) => column.notNull())
        .addColumn('note', 'text')
        .execute();
    },
  },
};
interface Letters {
  letter: { id: string; sent_at: number; read: number; note: string | null };
}
const byId = prepare<{ id: string }, Letters, { sent_at: number; note: string | null }>((db, values) =>
  db.selectFrom('letter').select(['sent_at', 'note']).where('id', '=', values.id),
);
const add = (store: Pick<Store, 'db'>, id: string, sentAt = 1_795_310_621_000) =>
  tablesOf<Letters>(store.db).insertInto('letter').values({ id, sent_at: sentAt, read: 0, note: null }).execute();
const all = async (store: Store) =>
  (await tablesOf<Letters>(store.db).selectFrom('letter').select('id').orderBy('id').execute()).map((row) => row.id);

for (const engine of engines) {
  describe(`a store on ${engine.name}`, { skip: engine.skip }, () => {
    let store: Store;
    before(async () => {
      store = await engine.open('letters', { kernel: kernelMigrations, letters });
    });
    after(async () => {
      await store.drop();
    });

    test('gives times back as the numbers they were', async () => {
      await add(store, 'time', 4_102_444_800_123);
      assert.equal((await byId(store.db, { id: 'time' }))[0]?.sent_at, 4_102_444_800_123);
    });

    test('runs a prepared query with new values each time, inside a transaction too', async () => {
      await add(store, 'p1', 1);
      await add(store, 'p2', 2);
      assert.equal((await byId(store.db, { id: 'p1' }))[0]?.sent_at, 1);
      assert.equal(await store.transaction(async (tx) => (await byId(tx, { id: 'p2' }))[0]?.sent_at), 2);
    });

    test('keeps all of a transaction or nothing', async () => {
      await assert.rejects(
        store.transaction(async (tx) => {
          await add({ db: tx }, 'half');
          throw new Error('stop');
        }),
        /stop/,
      );
      assert.deepEqual(await byId(store.db, { id: 'half' }), []);
    });

    test('lets exactly one of two writers win a conditional update', async () => {
      await add(store, 'race');
      const win = () =>
        store.transaction(async (tx) =>
          Number(
            (
              await tablesOf<Letters>(tx)
                .updateTable('letter')
                .set({ read: 1 })
                .where('id', '=', 'race')
                .where('read', '=', 0)
                .executeTakeFirst()
            ).numUpdatedRows,
          ),
        );
      const wins = await Promise.all(Array.from({ length: 10 }, win));
      assert.equal(
        wins.reduce((sum, each) => sum + each, 0),
        1,
      );
    });

    test('counts exactly when many count at once, and forgets old windows', async () => {
      const counts = await Promise.all(Array.from({ length: 20 }, () => store.increment('app', 60)));
      assert.deepEqual(
        [...counts].sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      assert.equal(await store.increment('app', 120), 1);
    });

    test('puts a snapshot back', async () => {
      await tablesOf<Letters>(store.db).deleteFrom('letter').execute();
      await add(store, 'kept');
      await store.saveSnapshot('before', ['letter']);
      await add(store, 'later');
      await tablesOf<Letters>(store.db).deleteFrom('letter').where('id', '=', 'kept').execute();
      await store.loadSnapshot('before', ['letter']);
      assert.deepEqual(await all(store), ['kept']);
      assert.deepEqual(
        (await store.listSnapshots()).map((each) => each.name),
        ['before'],
      );
      await assert.rejects(store.loadSnapshot('never', ['letter']), (error) => error instanceof LocalRefusal && error.status === 404);
      await assert.rejects(store.saveSnapshot('../away', ['letter']), (error) => error instanceof LocalRefusal && error.status === 400);
    });

    test('keeps the clock, forward only until released', async () => {
      const world = await World.open(store);
      const later = world.realNow() + 3_600_000;
      await world.setClock(later);
      assert.ok(Math.abs(world.now() - later) < 1_000);
      assert.ok(Math.abs((await World.open(store)).now() - later) < 1_000, 'another process sees it');
      await assert.rejects(world.setClock(later - 60_000), (error) => error instanceof LocalRefusal && error.code === 'clock_backwards');
      await world.releaseClock();
      assert.ok(Math.abs(world.now() - world.realNow()) < 1_000);
    });

    test('applies a counted fault rule exactly that often', async () => {
      const world = await World.open(store);
      const faults = new StoreFaults(store, world, secureRandom);
      await faults.add({ service: 'ers', operation: 'A016', effect: { kind: 'partner', behaviour: 'refuse' }, remaining: 2 });
      assert.equal(await faults.take('ers', 'A005', ['partner']), undefined);
      assert.equal(await faults.take('ers', 'A016', ['status']), undefined);
      const effects = await Promise.all(Array.from({ length: 5 }, () => faults.take('ers', 'A016', ['partner'])));
      assert.equal(effects.filter((effect) => effect !== undefined).length, 2);
      assert.deepEqual(await faults.list(), []);
    });

    test('does each outbox job once though two workers share it, and tries again what failed', async () => {
      const world = await World.open(store);
      const log = pino({ level: 'silent' });
      const workers = [1, 2].map(() => new StoreOutbox({ store, world, random: secureRandom, log }));
      const [first] = workers;
      assert.ok(first);
      const done: string[] = [];
      let failures = 1;
      const handlers = {
        'test.note': async (job: { payload: Readonly<Record<string, unknown>> }) => {
          if (job.payload['n'] === 'flaky' && failures-- > 0) throw new Error('not yet');
          done.push(String(job.payload['n']));
        },
      };
      await store.transaction(async (tx) => {
        for (let n = 0; n < 45; n += 1) await first.enqueue(tx, 'test.note', { n }, world.now() - 1);
        await first.enqueue(tx, 'test.note', { n: 'flaky' }, world.now() - 1);
        await first.enqueue(tx, 'test.note', { n: 'tomorrow' }, world.now() + 86_400_000);
      });
      for (const worker of workers) worker.start(handlers);
      await Promise.all(workers.map((worker) => worker.drained()));
      assert.equal(new Set(done).size, done.length, 'no job ran twice');
      assert.equal(done.length, 45);
      assert.equal(await first.waiting(), 2, 'the one that failed and the one not due are kept');
      await Promise.all(workers.map((worker) => worker.stop()));
    });

    test('has a journal that masks secrets, can be filtered and stays bounded', async () => {
      const journalStore = await engine.open('journal', { journal: journalMigrations });
      const world = await World.open(store);
      const journal = new Journal({
        store: journalStore,
        clock: world,
        random: secureRandom,
        keep: 100,
        onError: (text) => assert.fail(text),
      });
      const listener = { name: 'https', port: 1, baseUrl: 'https://localhost:1', ersInstance: 'Int1' } as const;
      for (let n = 0; n < 250; n += 1) {
        const exchange = new Exchange(listener, 0);
        exchange.service = n % 2 === 0 ? 'gateway' : 'ers';
        exchange.correlationId = `c${n}`;
        exchange.requestBody = 'grant_type=refresh_token&refresh_token=abcdefghijklmnopqrstuvwx1234';
        journal.record({
          exchange,
          method: 'POST',
          url: '/oauth2/token',
          status: n % 5 === 0 ? 401 : 200,
          milliseconds: 1,
          requestHeaders: { authorization: 'Bearer secrettokenvalue0000' },
          responseHeaders: () => ({}),
        });
        if (n % 50 === 0) await journal.flush();
      }
      const refused = await journal.list({ service: 'gateway', verdict: 'refused', limit: 10 });
      assert.ok(refused.length > 0 && refused.every((each) => each.service === 'gateway' && each.status === 401));
      const entry = await journal.show('c249');
      assert.equal(entry?.request.headers['authorization'], 'Bearer …0000');
      assert.equal(entry?.request.body, 'grant_type=refresh_token&refresh_token=…1234');
      assert.ok((await journal.list({ limit: 1_000 })).length <= 130);
      await journalStore.drop();
    });

    test('has a journal that keeps less of what comes in crowds, and finds it all the same', async () => {
      const journalStore = await engine.open('crowd', { journal: journalMigrations });
      const world = await World.open(store);
      const onError = (text: string) => assert.fail(text);
      const journal = new Journal({ store: journalStore, clock: world, random: secureRandom, keep: 1_000, onError });
      const listener = { name: 'https', port: 1, baseUrl: 'https://localhost:1', ersInstance: 'Int1' } as const;
      const record = (name: string, status: number) => {
        const exchange = new Exchange(listener, 0);
        Object.assign(exchange, { service: 'ers', operation: 'A005', correlationId: `correlation-${name}`, requestId: `request-${name}` });
        exchange.passed('ers.role', name);
        const facts = { method: 'GET', url: `/${name}`, status, milliseconds: 1, requestHeaders: { accept: '*/*' } };
        journal.record({ exchange, ...facts, responseHeaders: () => ({ etag: '1' }) });
      };
      for (let n = 0; n < 300; n += 1) record(`good-${n}`, 200);
      record('bad', 422);
      const last = await journal.show('request-good-299');
      assert.deepEqual(
        [last?.url, last?.verdict, last?.checks, last?.request, last?.response],
        ['/good-299', 'ok', [{ check: 'ers.role', passed: true, detail: 'good-299' }], { headers: {} }, { headers: {} }],
      );
      assert.deepEqual(await journal.show('correlation-good-299'), last);
      assert.deepEqual(await journal.show(last?.id ?? ''), last);
      assert.deepEqual((await journal.show('correlation-good-0'))?.response, { headers: { etag: '1' } });
      assert.deepEqual((await journal.show('request-bad'))?.request, { headers: { accept: '*/*' } }, 'refusals are kept whole');
      assert.equal((await journal.list({ correlationId: 'correlation-good-299', limit: 5 })).length, 1);
      assert.equal(await journal.show('nobody'), undefined);
      await journalStore.drop();
    });
  });
}

test('a SQLite file that another process holds is refused with one sentence', async () => {
  const file = join(tmpdir(), `localspine-held-${process.pid}.sqlite`);
  const first = await openSqliteStore({ file, migrations: { kernel: kernelMigrations } });
  await assert.rejects(
    openSqliteStore({ file, migrations: { kernel: kernelMigrations } }),
    (error) => error instanceof LocalRefusal && error.code === 'database_in_use',
  );
  await first.drop();
});

test('a file that is no database is refused with one sentence', async () => {
  const file = join(tmpdir(), `localspine-corrupt-${process.pid}.sqlite`);
  writeFileSync(file, 'this is not a database '.repeat(400));
  await assert.rejects(
    openSqliteStore({ file, migrations: { kernel: kernelMigrations } }),
    (error) => error instanceof LocalRefusal && error.code === 'database_corrupt',
  );
});

test('a database of a newer LocalSpine is refused with one sentence', async () => {
  const file = join(tmpdir(), `localspine-newer-${process.pid}.sqlite`);
  await (await openSqliteStore({ file, migrations: { kernel: kernelMigrations, letters } })).close();
  await assert.rejects(
    openSqliteStore({ file, migrations: { kernel: kernelMigrations } }),
    (error) => error instanceof LocalRefusal && error.code === 'database_newer',
  );
});
