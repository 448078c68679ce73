/** The README's first try and its tour, every command as pasted, in order, in one shell: from the project folder, against a LocalSpine that runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const spine = new LocalSpine();

before(async () => {
  await spine.start();
});
after(async () => {
  await spine.remove();
});

/** The blocks marked with a word. */
function blocksOf(mark: string): readonly string[] {
  const found = readFileSync(resolve(ROOT, 'README.md'), 'utf8').matchAll(/<!-- (\w+) -->\n+```bash\n([\s\S]*?)```/g);
  return [...found].flatMap(([, word, block = '']) => (word === mark ? [block] : []));
}

/** What commands print in one shell, when all of them succeed. */
function run(commands: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...spine.variables,
      PATH: `${resolve(ROOT, 'node_modules/.bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    },
    encoding: 'utf8',
  });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  return stdout;
}

test('the first try with curl only works as pasted, on the ports that are there', { timeout: 60_000 }, () => {
  const [block = ''] = blocksOf('sandbox');
  const folder = mkdtempSync(join(tmpdir(), 'localspine-readme-'));
  const { httpUrl } = spine.environment('SANDBOX');
  const pdf = join(folder, 'referral.pdf');
  const commands = block
    .replaceAll('http://localhost:8080', httpUrl)
    .replaceAll('referral.pdf', pdf)
    .replaceAll('curl ', 'curl --silent --show-error --fail-with-body ');
  const printed = run(commands);
  assert.match(printed, /"versionId":"5"[\s\S]*"versionId":"6"[\s\S]*SANDBOX has its seed data back/);
  assert.equal(readFileSync(pdf, 'latin1').slice(0, 5), '%PDF-');
  rmSync(folder, { recursive: true });
});

test('every command of the tour works as pasted', { timeout: 180_000 }, () => {
  const blocks = blocksOf('tour');
  assert.ok(blocks.length >= 8, `only ${blocks.length} blocks are marked as the tour`);
  const printed = run(blocks.join('\n'));
  for (const sign of [/ROUTINE/, /^R69: .*REFERRING_CLINICIAN/m, /^UBRN \d{12}, version \d+$/m, /^booked from /m, /^\d{12} is accepted$/m])
    assert.match(printed, sign);
});
