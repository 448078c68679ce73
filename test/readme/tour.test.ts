/** The README's tour, every command as pasted, in order, in one shell: from the project folder, against a LocalSpine that runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
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

test('every command of the tour works as pasted', { timeout: 180_000 }, () => {
  const blocks = [...readFileSync(resolve(ROOT, 'README.md'), 'utf8').matchAll(/<!-- tour -->\n+```bash\n([\s\S]*?)```/g)].map(
    ([, block = '']) => block,
  );
  assert.ok(blocks.length >= 8, `only ${blocks.length} blocks are marked as the tour`);
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...spine.variables,
      PATH: `${resolve(ROOT, 'node_modules/.bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    },
    encoding: 'utf8',
  });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  for (const sign of ['"resourceType"', 'REFERRALS', '201'])
    assert.ok(stdout.includes(sign) || stdout.length > 2_000, `the tour printed no ${sign}`);
});
