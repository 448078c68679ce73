#!/usr/bin/env node
// Plain JavaScript that an older Node can run: it finds the Node this product needs and hands over to it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED_MAJOR = 24;
const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));

/** How large each half of the young generation may grow, in MiB. With Node's own 32 the first boot of three environments takes 50 MiB more. */
const HALF_OF_YOUNG_GENERATION = 16;

if (!isNewEnough()) handOver();
else if (canStartLean()) startLean();
else await run();

/** Node 24 with type stripping: the product runs from TypeScript source. */
function isNewEnough() {
  return Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR && Boolean(process.features.typescript);
}

/** Servers only, where a process can become another (not on Windows), and nobody holds a channel to this one or has set the size himself. */
function canStartLean() {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  const free = process.send === undefined && !options.includes('semi-space-size');
  return process.argv[2] === 'start' && free && process.platform !== 'win32' && process.execve !== undefined;
}

/** Begins again in this process with the size that can only be said when Node starts. */
function startLean() {
  const size = `--max-semi-space-size=${HALF_OF_YOUNG_GENERATION}`;
  process.execve(process.execPath, [process.execPath, size, ...process.execArgv, ...process.argv.slice(1)], process.env);
}

async function run() {
  keepCompiledCode();
  const source = join(root, 'src', 'cli', 'main.ts');
  // Node strips no types below node_modules: an installed package runs what tsc built.
  const installed = self.split(/[\\/]/).includes('node_modules');
  const entry = installed || !existsSync(source) ? join(root, 'dist', 'cli', 'main.js') : source;
  await import(pathToFileURL(entry).href);
}

function keepCompiledCode() {
  for (const folder of [join(root, 'node_modules', '.cache', 'localspine'), join(tmpdir(), 'localspine-compile-cache')]) {
    try {
      const { status } = nodeModule.enableCompileCache(folder);
      if (status !== nodeModule.constants.compileCacheStatus.FAILED) return;
    } catch {
      // Starting a little slower is no reason to complain.
    }
  }
}

/** Starts the Node of the npm package `node` with the same arguments; signals go in, the exit code comes out. */
function handOver() {
  const runtime = packagedNode();
  if (runtime === undefined) {
    process.stderr.write(
      `LocalSpine needs Node ${NEEDED_MAJOR}, and this is ${process.version}. Run "npm ci" in ${root}: it brings the right one.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(runtime, [self, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`Node ${NEEDED_MAJOR} could not be started (${error.message}). Run "npm ci" again.\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0)));
}

function packagedNode() {
  try {
    const folder = dirname(nodeModule.createRequire(import.meta.url).resolve('node/package.json'));
    return ['node', 'node.exe'].map((name) => join(folder, 'bin', name)).find((path) => existsSync(path));
  } catch {
    return undefined;
  }
}
