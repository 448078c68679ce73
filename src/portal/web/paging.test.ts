import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAGE_SIZE, pageOf } from './paging.ts';

test('the first page, the neighbours, and what was asked for wrongly', () => {
  const all = Array.from({ length: PAGE_SIZE + 1 }, (_, index) => index);
  const first = pageOf(all, undefined, '/list?environment=INT');
  assert.deepEqual([first.items.length, first.previous, first.next], [PAGE_SIZE, undefined, '/list?environment=INT&page=2']);
  const second = pageOf(all, '2', '/list');
  assert.deepEqual([second.items, second.previous, second.next], [[PAGE_SIZE], '/list?page=1', undefined]);
  for (const asked of ['0', '-1', 'x', '', '1e9']) assert.equal(pageOf(all, asked, '/list').page, 1);
  assert.equal(pageOf(all, '99', '/list').page, 2);
  assert.deepEqual(pageOf([], undefined, '/list').items, []);
});

test('all pages together are the list', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 120 }), (all) => {
      const { pages } = pageOf(all, undefined, '/list');
      const joined = Array.from({ length: pages }, (_, index) => pageOf(all, String(index + 1), '/list').items).flat();
      assert.deepEqual(joined, all);
    }),
  );
});
