/** Evidence is written before the answer goes out, hangs together, is bounded, and costs nothing to those who are not recorded. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { BEGINNING, hashOfLine } from '../../kernel/evidence/chain.ts';
import type { Store } from '../../kernel/store/store.ts';
import { APP, as, order, type Place, place, TOKEN } from './test-place.ts';

describe('a recording', () => {
  test('holds the exchanges of its applications and of nobody else, while it runs', async () => {
    const { recordings, ask, exchanges } = await place();
    assert.equal(recordings.watching, false);
    await ask('/long', as(APP));
    await recordings.start(order('run', APP));
    assert.equal(recordings.watching, true);
    await ask('/refused', as(APP));
    await ask('/refused', as('app-2'));
    await recordings.stop('run');
    assert.equal(recordings.watching, false);
    await ask('/refused', as(APP));
    const [only, ...others] = await exchanges();
    assert.deepEqual(others, []);
    const { number, appId, operation, method, url, status, verdict, refusal, checks } = only;
    assert.deepEqual(
      { number, appId, operation, method, url, status, verdict },
      { number: 1, appId: APP, operation: 'A005', method: 'GET', url: '/refused', status: 401, verdict: 'refused' },
    );
    assert.deepEqual(refusal, { check: 'gateway.token.expired', why: 'It is old.' });
    assert.deepEqual(checks, [{ check: 'gateway.token.expired', passed: false, detail: 'It is old.' }]);
  });

  test('is one chain from its opening to its closing', async () => {
    const { recordings, ask } = await place();
    await recordings.start(order('run', APP));
    for (let count = 0; count < 3; count += 1) await ask('/refused', as(APP));
    await recordings.stop('run');
    const { opening, closing, exchanges, head } = await recordings.show('run');
    const lines = [opening, ...(await recordings.lines('run')), closing ?? ''];
    assert.equal(exchanges, 3);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).previous),
      [BEGINNING, ...lines.slice(0, -1).map((line) => hashOfLine(line))],
    );
    assert.equal(head, hashOfLine(lines.at(-1) ?? ''));
    assert.equal(JSON.parse(closing ?? '').reason, 'stopped');
  });

  test('stays in order and whole when answers are made at the same time', async () => {
    const { recordings, ask, exchanges } = await place();
    await recordings.start(order('run', APP));
    await Promise.all(Array.from({ length: 40 }, () => ask('/refused', as(APP))));
    const numbers = (await exchanges()).map((each) => each.number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });

  test('masks secrets, and hashes what it shows of them', async () => {
    const { recordings, ask, exchanges } = await place();
    await recordings.start(order('run', APP));
    await ask('/echo', { method: 'POST', payload: { client_secret: 'my-own-secret-value' }, ...as(APP) });
    const [{ request, response, token }] = await exchanges();
    const text = JSON.stringify({ request, response });
    for (const secret of [TOKEN, 'my-own-secret-value', 'secret-secret-secret']) assert.equal(text.includes(secret), false, secret);
    assert.equal(request.masked, true);
    assert.equal(request.sha256, hashOfLine(request.body));
    assert.match(token, /^t-[0-9a-f]{16}$/);
  });

  test('keeps the start of a long body, with the hash of the whole', async () => {
    const { recordings, ask, exchanges } = await place();
    await recordings.start(order('run', APP));
    const { body } = await ask('/long', as(APP));
    const [{ response }] = await exchanges();
    assert.equal(response.cut, true);
    assert.equal(response.bytes, Buffer.byteLength(body));
    assert.equal(response.sha256, hashOfLine(body));
    assert.ok(body.startsWith(response.body));
  });

  test('is read a few megabytes at a time, however long its lines are, to its last', async () => {
    const { recordings, ask } = await place();
    await recordings.start(order('run', APP));
    for (let count = 0; count < 80; count += 1) await ask('/long', as(APP));
    const read: string[] = [];
    const pages: number[] = [];
    for (let page = await recordings.lines('run'); page.length > 0; page = await recordings.lines('run', read.length)) {
      read.push(...page);
      pages.push(Buffer.byteLength(page.join('')));
    }
    assert.deepEqual(
      read.map((line) => JSON.parse(line).number),
      Array.from({ length: 80 }, (_, index) => index + 1),
    );
    assert.ok(pages.length > 1 && Math.max(...pages) <= 4 * 1024 * 1024, pages.join());
    assert.equal((await recordings.lines('run', 0, 3)).length, 3);
  });

  test('has a streamed file as it went out, also one that broke off', async () => {
    const { recordings, ask, exchanges } = await place();
    await recordings.start(order('run', APP));
    await ask('/file', as(APP));
    await ask('/broken-file', as(APP)).catch(() => undefined);
    const [whole, broken] = await exchanges();
    const bytes = Buffer.concat([Buffer.from('%PDF-'), Buffer.from([0xff, 0xfe]), Buffer.from('end')]);
    assert.deepEqual(
      [whole.response.body, whole.response.encoding, whole.response.sha256],
      [bytes.toString('base64'), 'base64', hashOfLine(bytes)],
    );
    assert.equal(broken.response.unfinished, true);
  });

  test('has a file whose receiver was gone before it began, and the file is closed', async () => {
    const { app, recordings, exchanges, lateFile } = await place();
    await recordings.start(order('run', APP));
    const { port, hostname } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const client = connect(Number(port), hostname);
    client.write(`GET /late-file HTTP/1.1\r\nhost: here\r\napp: ${APP}\r\n\r\n`);
    await once(app.server, 'request');
    client.destroy();
    await new Promise((resolve) => lateFile.on('close', resolve));
    const [only, ...others] = await exchanges();
    assert.deepEqual([only.url, only.response.unfinished, others], ['/late-file', true, []]);
    await app.close();
  });

  test('knows whose a token was after it has ended', async () => {
    const { recordings, ask, exchanges } = await place();
    await recordings.start(order('run', APP));
    await ask('/long', as(APP));
    await ask('/refused');
    await ask('/refused', { headers: { authorization: 'Bearer somebody-elses-token-of-some-length' } });
    assert.deepEqual(
      (await exchanges()).map((each) => [each.appId, each.status]),
      [
        [APP, 200],
        [APP, 401],
      ],
    );
  });

  test('ends by itself when it is full, and the answer still goes out', async () => {
    const { recordings, ask } = await place();
    await recordings.start({ ...order('run', APP), mostExchanges: 2 });
    for (let count = 0; count < 3; count += 1) assert.equal((await ask('/refused', as(APP))).status, 401);
    const { exchanges, stopReason } = await recordings.show('run');
    assert.deepEqual([exchanges, stopReason, recordings.watching], [2, 'full', false]);
  });

  test('says that it has a gap when an exchange cannot be written; the answer goes out all the same', async () => {
    const { recordings, ask, store, failures } = await place();
    await recordings.start(order('run', APP));
    await store.db.schema.alterTable('recording_exchange').renameTo('elsewhere').execute();
    assert.equal((await ask('/refused', as(APP))).status, 401);
    await store.db.schema.alterTable('elsewhere').renameTo('recording_exchange').execute();
    assert.equal(failures.length, 1);
    assert.equal(JSON.parse((await recordings.stop('run')).closing ?? '').missed, 1);
  });
});

describe('a gap', () => {
  /** Nothing about recordings can be read or written until the answer is called. */
  async function outage({ db }: Store): Promise<() => Promise<void>> {
    const tables = ['recording', 'recording_exchange', 'recording_token'];
    for (const each of tables) await db.schema.alterTable(each).renameTo(`${each}_lost`).execute();
    return async () => {
      for (const each of tables) await db.schema.alterTable(`${each}_lost`).renameTo(each).execute();
    };
  }
  const missedOf = async ({ recordings }: Place, id = 'run'): Promise<[closing: number, told: number]> => {
    const { closing, missed } = await recordings.stop(id);
    return [JSON.parse(closing ?? '').missed, missed];
  };

  test('is owned to with the next exchange that is written, when the database took neither the exchange nor a note of it', async () => {
    const here = await place();
    await here.recordings.start(order('run', APP));
    await here.ask('/refused', as(APP));
    const back = await outage(here.store);
    for (let count = 0; count < 3; count += 1) assert.equal((await here.ask('/refused', as(APP))).status, 401);
    await here.ask('/file', as(APP));
    await back();
    assert.equal((await here.recordings.show('run')).missed, 0);
    await here.ask('/refused', as(APP));
    const { missed, exchanges } = await here.recordings.show('run');
    assert.deepEqual([missed, exchanges], [4, 2]);
    assert.deepEqual(await missedOf(here), [4, 4]);
  });

  test('is owned to in the closing, when nothing was written after it', async () => {
    const here = await place();
    await here.recordings.start(order('run', APP));
    await here.ask('/refused', as(APP));
    const back = await outage(here.store);
    await here.ask('/refused', as(APP));
    await assert.rejects(here.recordings.stop('run'));
    await back();
    assert.deepEqual(await missedOf(here), [1, 1]);
  });

  test('is counted when it could not even be read who is recorded', async () => {
    const here = await place();
    await here.recordings.start(order('run', APP));
    await here.recordings.start(order('other', 'app-2'));
    const back = await outage(here.store);
    await here.ask('/refused', as(APP));
    await here.ask('/refused', as(APP));
    await here.ask('/refused', as('app-3'));
    await here.ask('/refused', { headers: {} });
    await back();
    assert.deepEqual(await missedOf(here), [2, 2]);
    assert.deepEqual(await missedOf(here, 'other'), [0, 0]);
  });

  test('is counted in all recordings when it cannot be read whose a token is: it may have been of each', async () => {
    const here = await place();
    await here.recordings.start(order('run', APP));
    await here.recordings.start(order('other', 'app-2'));
    await here.ask('/long', as(APP));
    const back = await outage(here.store);
    await here.ask('/refused', { headers: { authorization: 'Bearer one-that-was-not-seen-yet-in-this-process' } });
    await back();
    assert.deepEqual(await missedOf(here), [1, 1]);
    assert.deepEqual(await missedOf(here, 'other'), [1, 1]);
  });

  test('of one recording is not one of the next', async () => {
    const here = await place();
    await here.recordings.start(order('run', APP));
    await here.ask('/refused', as(APP));
    const back = await outage(here.store);
    await here.ask('/refused', as(APP));
    await back();
    assert.deepEqual(await missedOf(here), [1, 1]);
    await here.recordings.start(order('next', APP));
    await here.ask('/refused', as(APP));
    assert.deepEqual(await missedOf(here, 'next'), [0, 0]);
  });
});

describe('starting and stopping', () => {
  test('may be repeated', async () => {
    const { recordings } = await place();
    const first = await recordings.start(order('run', APP));
    assert.deepEqual(await recordings.start(order('run', APP)), first);
    const stopped = await recordings.stop('run');
    assert.deepEqual(await recordings.stop('run'), stopped);
  });

  test('an application is in one recording at a time', async () => {
    const { recordings } = await place();
    await recordings.start(order('run', APP));
    await assert.rejects(recordings.start(order('other', 'app-2', APP)), { code: 'application_recorded', status: 409 });
    await recordings.stop('run');
    await recordings.start(order('other', 'app-2', APP));
  });

  test('refuses what is not there, and what is not over', async () => {
    const { recordings } = await place();
    await assert.rejects(recordings.start(order('run', 'unknown')), { status: 404 });
    await assert.rejects(recordings.stop('run'), { code: 'recording_unknown' });
    await recordings.start(order('run', APP));
    await assert.rejects(recordings.delete('run'), { code: 'recording_running' });
    await assert.rejects(recordings.seal('run', { head: '', lines: 1 }), { code: 'recording_running' });
    await recordings.stop('run');
    assert.deepEqual(await recordings.delete('run'), { deleted: true });
    assert.deepEqual(await recordings.delete('run'), { deleted: false });
  });
});
