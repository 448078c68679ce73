/**
 * `npm run bench`: what is fast, measured the same way every time. One run, floor and subject side by side in alternating rounds, medians,
 * printed as a table. `--short` for a quick look (CI), `--large` adds the load of 100,000 referrals.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LocalSpine } from '../test/helpers/localspine.ts';
import { createReferralBody, worklistBody } from '../test/helpers/messages.ts';
import { type Application, FHIR, type KeyPair, makeKeyPair, type Role, Supplier, signJwt } from '../test/helpers/supplier.ts';
import { measureFiles } from './files.ts';
import type { LoadPlan, LoadResult } from './load.ts';
import { importReferrals } from './referrals.ts';
import { benchTokens } from './tokens.ts';

const short = process.argv.includes('--short');
const large = process.argv.includes('--large') || !short;
const ROUNDS = short ? 3 : 5;
const MILLISECONDS = short ? 1_500 : 4_000;
const CONNECTIONS = 16;
const USER = '021600556514';
const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };

interface Measured extends LoadResult {
  readonly perSecond: number;
  readonly perProcessorSecond: number;
}

/** Processor time of a process and its threads so far, in seconds (Linux). */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

function measure(pid: number, plan: LoadPlan): Measured {
  const before = processorSeconds(pid);
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve(import.meta.dirname, 'load.ts')], {
    input: JSON.stringify(plan),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  const used = processorSeconds(pid) - before;
  const result: LoadResult = JSON.parse(stdout);
  if (result.unexpected > 0) throw new Error(`${result.unexpected} of ${result.requests} answers were not ${plan.expect}: ${plan.url}`);
  return { ...result, perSecond: result.requests / result.seconds, perProcessorSecond: result.requests / used };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function medianOf(rounds: readonly Measured[]): Measured {
  const of = (pick: (round: Measured) => number): number => median(rounds.map(pick));
  return {
    requests: of((r) => r.requests),
    unexpected: 0,
    seconds: of((r) => r.seconds),
    p50: of((r) => r.p50),
    p99: of((r) => r.p99),
    perSecond: of((r) => r.perSecond),
    perProcessorSecond: of((r) => r.perProcessorSecond),
  };
}

const rows: (readonly string[])[] = [['what', 'requests/s', 'per processor-second', 'p50 ms', 'p99 ms', 'beside the floor']];
function row(name: string, result: Measured, note = ''): void {
  rows.push([name, result.perSecond.toFixed(0), result.perProcessorSecond.toFixed(0), result.p50.toFixed(2), result.p99.toFixed(2), note]);
}

function printTable(): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((each) => each[column]?.length ?? 0))) ?? [];
  rows.forEach((each, index) => {
    console.log(
      each
        .map((cell, column) => (column === 0 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
    if (index === 0) console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  });
}

/** The floor in a process of its own, with a certificate of the same kind and a row of the same size. */
async function startFloor(folder: string, text: string): Promise<{ pid: number; port: number; caPath: string; stop: () => void }> {
  const port = 21_000 + (process.pid % 5_000);
  const [key, cert] = [join(folder, 'floor.key'), join(folder, 'floor.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(join(folder, 'row.json'), text);
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, 'floor.ts'), String(port), key, cert, join(folder, 'floor.sqlite'), join(folder, 'row.json')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((ready) => child.stdout.once('data', ready));
  return { pid: child.pid ?? 0, port, caPath: cert, stop: () => child.kill() };
}

async function startUp(): Promise<void> {
  const cold: number[] = [];
  const warm: number[] = [];
  let resident = 0;
  for (let round = 0; round < (short ? 2 : 5); round += 1) {
    const spine = new LocalSpine();
    for (const times of [cold, warm]) {
      const from = performance.now();
      await spine.start();
      await spine.call('INT', '/_localspine/health');
      times.push(performance.now() - from);
      for (const id of ['DEP', 'PROD']) await spine.call(id, '/_localspine/health');
      resident = Math.max(resident, residentMegabytes(spine.pid));
      await spine.stop();
    }
    await spine.remove();
  }
  console.log(`first boot to first answer, three environments: ${median(cold).toFixed(0)} ms (aim 5000)`);
  console.log(`warm boot to first answer, three environments:  ${median(warm).toFixed(0)} ms (aim 1500)`);
  console.log(`memory, three environments open and seeded:      ${resident.toFixed(0)} MiB (aim 250)\n`);
}

class Subject {
  readonly spine: LocalSpine;
  readonly supplier: Supplier;
  readonly app: Application;
  readonly keys: KeyPair;
  readonly caPath: string;
  readonly base: string;

  constructor(spine: LocalSpine, supplier: Supplier, app: Application, keys: KeyPair) {
    this.spine = spine;
    this.supplier = supplier;
    this.app = app;
    this.keys = keys;
    const environment = spine.environment('INT');
    this.caPath = environment.caPath;
    this.base = environment.baseUrl;
  }

  async plan(role: Role, path: string, parts: Partial<LoadPlan> = {}): Promise<LoadPlan> {
    const token: string = (await this.supplier.userToken(this.app, USER)).json.access_token;
    const headers = {
      authorization: `Bearer ${token}`,
      'nhsd-ers-business-function': role.businessFunction,
      'nhsd-end-user-organisation-ods': role.odsCode,
      'x-correlation-id': 'bench',
      'content-type': FHIR,
    };
    const { 'content-type': _, ...reading } = headers;
    return {
      url: `${this.base}/referrals/FHIR${path}`,
      method: parts.bodies === undefined ? 'GET' : 'POST',
      headers: parts.bodies === undefined ? reading : headers,
      caPath: this.caPath,
      connections: CONNECTIONS,
      milliseconds: MILLISECONDS,
      expect: 200,
      ...parts,
    };
  }

  assertions(count: number): string[] {
    const now = Math.floor(Date.now() / 1_000);
    return Array.from({ length: count }, (_, n) =>
      new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signJwt(
          { alg: 'RS512', typ: 'JWT', kid: this.keys.kid },
          {
            iss: this.app.apiKey,
            sub: this.app.apiKey,
            aud: this.supplier.tokenUrl(),
            jti: `bench-${now}-${n}-${Math.random()}`,
            exp: now + 290,
          },
          this.keys.privateKey,
        ),
      }).toString(),
    );
  }
}

async function subject(): Promise<Subject> {
  const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' }).start();
  const supplier = new Supplier(spine);
  const keys = makeKeyPair();
  return new Subject(spine, supplier, await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks }), keys);
}

console.log(
  `LocalSpine bench: ${cpus().length} cores (${cpus()[0]?.model ?? ''}), Node ${process.version}, ${ROUNDS} rounds of ${MILLISECONDS} ms, ${CONNECTIONS} connections, HTTPS keep-alive\n`,
);
await startUp();
const folder = mkdtempSync(join(tmpdir(), 'localspine-bench-'));
const bench = await subject();
try {
  const path = '/STU3/ReferralRequest/000000070001';
  const token: string = (await bench.supplier.userToken(bench.app, USER)).json.access_token;
  const sample = await bench.supplier.ers(token, referrer, path);
  if (sample.status !== 200) throw new Error(sample.text);
  const floor = await startFloor(folder, sample.text);
  const rounds: { floor: Measured[]; read: Measured[] } = { floor: [], read: [] };
  const floorPlan: LoadPlan = {
    url: `https://localhost:${floor.port}/row/17`,
    method: 'GET',
    headers: {},
    caPath: floor.caPath,
    connections: CONNECTIONS,
    milliseconds: MILLISECONDS,
    expect: 200,
  };
  const readPlan = await bench.plan(referrer, path);
  measure(floor.pid, floorPlan); // warm up both
  measure(bench.spine.pid, readPlan);
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.floor.push(measure(floor.pid, floorPlan));
    rounds.read.push(measure(bench.spine.pid, readPlan));
  }
  floor.stop();
  const [atFloor, read] = [medianOf(rounds.floor), medianOf(rounds.read)];
  row('floor: Fastify, Kysely, one row', atFloor, `${sample.bytes.length} bytes`);
  row(
    'A005 retrieve referral',
    read,
    `${(read.perProcessorSecond / atFloor.perProcessorSecond).toFixed(2)} of its work per processor-second (aim 0.5, at least 0.33); p99 ×${(read.p99 / atFloor.p99).toFixed(1)} (aim 3)`,
  );

  row(
    'A011 create referral',
    measure(
      bench.spine.pid,
      await bench.plan(referrer, '/STU3/ReferralRequest/$ers.createReferral', { bodies: [createReferralBody()], expect: 201 }),
    ),
  );
  const tokens = measure(bench.spine.pid, {
    url: bench.supplier.tokenUrl(),
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    bodies: bench.assertions(short ? 800 : 3_000),
    once: true,
    caPath: bench.caPath,
    connections: CONNECTIONS,
    milliseconds: 60_000,
    expect: 401,
  });
  row('token request: JWT checked to the end', tokens, 'RS512 verified; refused for want of an application scope');

  const files = await measureFiles({
    spine: bench.spine,
    plan: (to, parts) => bench.plan(referrer, to, parts),
    measure,
    milliseconds: MILLISECONDS,
  });
  for (const each of files) row(each.name, each.result, each.note);

  await importReferrals(bench.spine, 10_000, 1);
  row(
    'A008 worklist, 10,000 referrals in e-RS',
    measure(
      bench.spine.pid,
      await bench.plan(provider, '/STU3/ReferralRequest/$ers.fetchworklist', {
        bodies: [worklistBody('REFERRALS_FOR_REVIEW')],
        connections: 2,
      }),
    ),
    'the organisation’s own list',
  );
  if (large) {
    await importReferrals(bench.spine, 90_000, 10_001);
    const many = measure(bench.spine.pid, await bench.plan(referrer, path));
    row(
      'A005 with 100,000 referrals',
      many,
      `median ${((many.p50 / read.p50 - 1) * 100).toFixed(0)} % slower than with few (aim below 20)`,
    );
  }
  printTable();
  console.log('');
  await benchTokens({ short });
  console.log(`\nmemory after all this, INT alone: ${residentMegabytes(bench.spine.pid).toFixed(0)} MiB`);
} finally {
  await bench.spine.remove();
  rmSync(folder, { recursive: true, force: true });
}
