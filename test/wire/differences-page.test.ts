/** docs/systems/ers-differences.md is the list that the wire test goes by. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { differencesPage } from './differences.ts';

const PAGE = new URL('../../docs/systems/ers-differences.md', import.meta.url);

test('docs/systems/ers-differences.md is up to date', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, differencesPage());
  assert.equal(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '', differencesPage(), 'Make it again with UPDATE_DOCS=1.');
});
