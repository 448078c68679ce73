/** bin/localspine.js: the same command line, whatever Node starts it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/localspine.js', import.meta.url));
const PACKAGE: { version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
/** To the launcher a Node without type stripping is an old one. */
const OLD_NODE = ['--no-experimental-strip-types'];

function launch(nodeOptions: readonly string[], args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [...nodeOptions, LAUNCHER, ...args], { encoding: 'utf8' });
}

test('on a new Node the command runs at once', () => {
  const { status, stdout } = launch([], ['--version']);
  assert.deepEqual({ status, stdout }, { status: 0, stdout: `${PACKAGE.version}\n` });
});

test('an older Node hands over to the one that came with the package, with arguments, output and exit code', () => {
  assert.equal(launch(OLD_NODE, ['--version']).stdout, `${PACKAGE.version}\n`);
  const refused = launch(OLD_NODE, ['clock', 'advance', '--json']);
  assert.equal(refused.status, 2);
  assert.equal(JSON.parse(refused.stderr).error, 'usage');
});

test('a server begins again with a smaller young generation, unless a size is set', () => {
  const first = (...nodeOptions: readonly string[]) => {
    const tell = `data:text/javascript,process.on('exit', () => console.log(process.execArgv[0]))`;
    return launch([...nodeOptions, '--import', tell], ['start', '--help'])
      .stdout.trim()
      .split('\n')
      .at(-1);
  };
  assert.equal(first(), '--max-semi-space-size=16');
  assert.equal(first('--max-semi-space-size=4'), '--max-semi-space-size=4');
});

test('the launcher is plain JavaScript that asks nothing of the old Node but its own modules', () => {
  const imports = [...readFileSync(LAUNCHER, 'utf8').matchAll(/from '([^']+)'/g)].map(([, name]) => name);
  assert.deepEqual(
    imports.filter((name) => name?.startsWith('node:') !== true),
    [],
  );
  assert.ok(existsSync(LAUNCHER));
});

test('a reader that stops early is no failure', async () => {
  const child = spawn('sh', ['-c', `"${process.execPath}" "${LAUNCHER}" --help | head -n 1`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 0);
  assert.match(Buffer.concat(chunks).toString(), /^Usage: localspine/);
});
