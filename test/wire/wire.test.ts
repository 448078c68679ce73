/**
 * Every answer of e-RS that journeys, hostile input and published examples get, validated against the published specification. The specification is not part
 * of this project: REFERENCE_DIR names the folder that has it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Recorded } from '../helpers/recorder.ts';
import { Judge } from '../helpers/specification.ts';
import { DIFFERENCES, differenceFor } from './differences.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const reference = process.env['REFERENCE_DIR'];

test('every answer of the journeys and published examples is as the specification says', {
  skip: reference === undefined ? 'REFERENCE_DIR names no folder with the specification' : false,
}, (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'localspine-wire-'));
  try {
    const answers = journeys(folder);
    const judge = Judge.ofErs();
    const faults = new Map<string, number>();
    const used = new Set<string>();
    const operations = new Set<string>();
    let validated = 0;
    for (const answer of answers) {
      const { operation, faults: found } = judge.judge(answer);
      if (operation === undefined) continue;
      validated += 1;
      operations.add(operation);
      for (const fault of found) {
        const difference = differenceFor(operation, fault);
        if (difference === undefined) faults.set(`${operation}: ${fault}`, (faults.get(`${operation}: ${fault}`) ?? 0) + 1);
        else used.add(difference.what);
      }
    }
    context.diagnostic(
      `${validated} responses of ${operations.size} operations validated; ${used.size} of ${DIFFERENCES.length} known differences seen`,
    );
    assert.ok(validated > 100, `only ${validated} responses were seen`);
    assert.deepEqual(
      [...faults].map(([fault, count]) => `${fault} (${count} times)`),
      [],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Runs the tests that speak to e-RS, and gives what they heard. */
function journeys(folder: string): readonly Recorded[] {
  const files = globSync(['test/journeys/*.test.ts', 'test/conformance/*.test.ts', 'test/hostile/*.test.ts'], { cwd: ROOT });
  const { NODE_TEST_CONTEXT: _, ...variables } = process.env;
  const run = spawnSync(process.execPath, ['--test', ...files], {
    cwd: ROOT,
    env: { FUZZ_RUNS: '10', ...variables, WIRE_RECORD: folder },
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stdout.slice(-3_000));
  return globSync('*.jsonl', { cwd: folder }).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .trim()
      .split('\n')
      .map((line): Recorded => JSON.parse(line)),
  );
}
