/** docs/conformance.md says what the comparison does: its tables are made from the same lists. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { withTables } from './page.ts';

const PAGE = new URL('../../docs/conformance.md', import.meta.url);

test('docs/conformance.md is up to date', () => {
  const page = readFileSync(PAGE, 'utf8');
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, withTables(page));
  else assert.equal(page, withTables(page), 'Make it again with: UPDATE_DOCS=1 node --test test/conformance/page.test.ts');
});
