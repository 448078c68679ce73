/** docs/settings.md says what the program does: it is made from the same tables. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { settingsPage } from './settings-page.ts';

const PAGE = new URL('../../docs/settings.md', import.meta.url);

test('docs/settings.md is up to date', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, settingsPage());
  assert.equal(readFileSync(PAGE, 'utf8'), settingsPage(), 'Make it again with: UPDATE_DOCS=1 node --test src/cli/settings-page.test.ts');
});
