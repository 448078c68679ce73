/** The Postman collection as users run it: newman, all requests in turn on fresh data. NEWMAN names its executable. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { LocalSpine } from '../helpers/localspine.ts';

const NEWMAN = process.env['NEWMAN'];

interface Execution {
  readonly item: { readonly name: string };
  readonly response?: { readonly code: number };
}

test('newman runs the collection of SANDBOX, and every request succeeds', {
  skip: NEWMAN === undefined ? 'NEWMAN names no executable' : false,
}, async (context) => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'SANDBOX' });
  await spine.start();
  try {
    const collection = join(spine.home, 'sandbox.postman_collection.json');
    const written = spine.cli('collection', '--environment', 'sandbox', '--format', 'postman', '--output', collection);
    assert.equal(written.status, 0, written.stderr);
    const report = join(spine.home, 'newman.json');
    await promisify(execFile)(NEWMAN ?? '', ['run', collection, '--reporters', 'json', '--reporter-json-export', report], {
      timeout: 120_000,
    });
    const { executions }: { executions: readonly Execution[] } = JSON.parse(readFileSync(report, 'utf8')).run;
    const failed = executions.filter(({ response }) => response === undefined || response.code >= 300);
    assert.deepEqual(
      failed.map(({ item, response }) => `${item.name}: ${response?.code}`),
      [],
    );
    assert.equal(executions.length, 40);
    context.diagnostic(`${executions.length} requests succeed`);
  } finally {
    await spine.remove();
  }
});
