/**
 * Every published example pair of the operations that are here, sent over the wire to an environment in the pair's pre-state (`pairs/`).
 * The answer must be the example value for value, but for what `volatile.ts` and `differences.ts` list. The examples are not part of this
 * project: REFERENCE_DIR names the folder that has them.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { recordedOf } from '../helpers/recorder.ts';
import { Judge } from '../helpers/specification.ts';
import { type Application, makeKeyPair, Supplier } from '../helpers/supplier.ts';
import type { Deviation } from './comparison.ts';
import { DIFFERENCES, type Difference, differenceFor } from './differences.ts';
import { ENTRIES_IN_NO_ORDER } from './endpoints.ts';
import type { Json, Pair, Row } from './pair.ts';
import { ROWS } from './pairs/index.ts';
import { methodOf, PairSender, templateOf } from './sending.ts';
import { lastingDeviations } from './volatile.ts';

const reference = process.env['REFERENCE_DIR'];
const folder = reference === undefined ? '' : join(reference, 'ers/examples');
if (reference !== undefined && (!existsSync(folder) || readdirSync(folder).length === 0))
  throw new Error(`REFERENCE_DIR is ${reference}, but there are no examples in ${folder}`);
const read = (file: string): Json => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const pairs: readonly Pair[] = reference === undefined ? [] : read('index.json');

describe('published examples', {
  skip: reference === undefined ? 'REFERENCE_DIR names no folder with the examples' : false,
  concurrency: false,
}, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const supplier = new Supplier(spine);
  const passed = new Map<string, { pairs: number; passed: number }>();
  const met = new Set<Difference>();
  let app: Application;
  let sender: PairSender;
  let judge: Judge;

  before(async () => {
    judge = Judge.ofErs();
    await spine.start();
    app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
    sender = new PairSender(spine, supplier, app, read);
  });
  after(async () => {
    await spine.remove();
    for (const [endpoint, count] of [...passed].sort()) console.log(`${endpoint}: ${count.passed} of ${count.pairs} pairs`);
    const sum = [...passed.values()].reduce((total, each) => total + each.passed, 0);
    console.log(`${sum} of ${pairs.length} published pairs pass`);
  });

  for (const pair of pairs) {
    const count = passed.get(pair.endpoint) ?? { pairs: 0, passed: 0 };
    passed.set(pair.endpoint, { ...count, pairs: count.pairs + 1 });
    test(`${pair.endpoint} ${nameOf(pair.request) ?? ''} → ${nameOf(pair.response)}`, async () => {
      const row = rowOf(pair);
      const { reply, published } = await sender.send(pair, row);
      assert.equal(reply.status, pair.status, reply.text);
      assert.match(reply.headers['content-type'] ?? '', /^application\/fhir\+json/);
      assert.equal(reply.headers['etag'] !== undefined, pair.etag !== undefined && reply.status < 300, 'ETag');
      const version: string | undefined = reply.json.meta?.versionId;
      // Some examples show another version in the header than in the body: the body's is right (ers.md §21).
      if (reply.headers['etag'] !== undefined) assert.equal(reply.headers['etag'], version === undefined ? pair.etag : `W/"${version}"`);
      assert.deepEqual(judge.unexplained(recordedOf(methodOf(pair), templateOf(pair), reply)), []);
      const options = { entriesAreASet: ENTRIES_IN_NO_ORDER.has(pair.endpoint) };
      const unexplained = lastingDeviations(pair.endpoint, published, reply.json, options).filter((each) => {
        const difference = differenceFor(pair.endpoint, row.answer, each);
        if (difference !== undefined) met.add(difference);
        return difference === undefined;
      });
      assert.deepEqual(unexplained.map(lineOf), []);
      if (pair.method.includes('HEAD')) {
        const head = await sender.send({ ...pair, method: 'HEAD' }, row);
        const { status, text, headers } = head.reply;
        assert.deepEqual([status, text, headers['etag']], [reply.status, '', reply.headers['etag']]);
      }
      const now = passed.get(pair.endpoint) ?? count;
      passed.set(pair.endpoint, { ...now, passed: now.passed + 1 });
    });
  }

  test('every listed difference is met, and every row belongs to a pair', () => {
    const stale = DIFFERENCES.filter((each) => !met.has(each));
    assert.deepEqual(stale, []);
    const strays = ROWS.filter((row) => !pairs.some((pair) => belongs(row, pair)));
    assert.deepEqual(strays, []);
  });
});

function nameOf(file: string | undefined): string | undefined {
  return file?.split('/').at(-1)?.replace('.json', '');
}

function lineOf({ path, published, ours }: Deviation): string {
  return `${path}: published ${JSON.stringify(published)}, ours ${JSON.stringify(ours)}`;
}

function belongs(row: Row, pair: Pair): boolean {
  const answer = pair.response.replace('/responses/', '/').replace('.json', '');
  return row.answer === answer && (row.request === undefined || row.request === nameOf(pair.request));
}

function rowOf(pair: Pair): Row {
  const found = ROWS.filter((row) => belongs(row, pair));
  const [row] = found;
  assert.ok(row !== undefined && found.length === 1, `${found.length} rows for ${pair.response}`);
  return row;
}
