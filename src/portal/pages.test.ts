/** Every template of the portal is one: a fault in a page that no journey opens would be found by whoever opens it first. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import nunjucks from 'nunjucks';
import { designSystemFolder } from '../kernel/web/pages.ts';

test('every template of the portal compiles', () => {
  const views = join(import.meta.dirname, '../kernel/web/views');
  const loader = new nunjucks.FileSystemLoader([import.meta.dirname, views, designSystemFolder()]);
  const templates = new nunjucks.Environment(loader, { autoescape: true, trimBlocks: true, lstripBlocks: true });
  const files = globSync('**/*.njk', { cwd: import.meta.dirname });
  assert.ok(files.length > 50, `only ${files.length} templates were found`);
  for (const file of files) assert.doesNotThrow(() => templates.getTemplate(file, true), file);
});
