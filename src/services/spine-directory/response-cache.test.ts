import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseCache } from './response-cache.ts';

const ANSWER = { body: '{}', type: 'application/fhir+json' };

test('an answer is kept for as long as the setting says, and not at all when it is 0', () => {
  const cache = new ResponseCache(1_800);
  cache.put('a', ANSWER, 0);
  assert.equal(cache.get('a', 1_799_999), ANSWER);
  assert.equal(cache.get('a', 1_800_000), undefined);
  const none = new ResponseCache(0);
  none.put('a', ANSWER, 0);
  assert.equal(none.get('a', 0), undefined);
});

test('it keeps a bounded number of answers, the newest', () => {
  const cache = new ResponseCache(60);
  for (let n = 0; n < 2_000; n += 1) cache.put(String(n), ANSWER, 0);
  assert.deepEqual([cache.get('0', 1), cache.get('1999', 1)], [undefined, ANSWER]);
});
