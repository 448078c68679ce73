/**
 * The LDAP directory with 100,000 systems, beside OpenLDAP slapd with the same where that is installed: the same clients, the same searches,
 * one after the other in one run. `node bench/directory.ts [--short]` alone, or {@link benchDirectory} from `npm run bench`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { accreditedSystemEntry, CONTAINERS, type EntryText, messageHandlingSystemEntry } from '../src/services/directory/ldap/records.ts';
import type { AccreditedSystem, MessageHandlingSystem } from '../src/services/directory/model.ts';
import { CONTRACTS, namedInteraction } from '../src/services/directory/register/names.ts';
import { LocalSpine } from '../test/helpers/localspine.ts';
import type { DirectoryLoad, DirectoryLoadResult } from './directory-load.ts';
import { median, processorSeconds, residentMegabytes } from './measure.ts';
import { isSlapdInstalled, startSlapd } from './slapd.ts';

const ORGANISATIONS = 10_000;
const HANDLERS = 9;
const COMMON = 'urn:nhs:names:services:bench:REPC_IN000001UK01';
const AT = Date.UTC(2020, 0, 1);
const APPROVAL = { requestor: 'System', requestedAt: AT, approver: 'System', approvedAt: AT };
const INTERACTIONS = [COMMON, ...Array.from({ length: HANDLERS - 1 }, (_, n) => `urn:nhs:names:services:pds:PRPA_IN00000${n}UK01`)];

const codeOf = (n: number): string => `T${String(n).padStart(5, '0')}`;

function familyOf(
  n: number,
): Pick<AccreditedSystem, 'odsCode' | 'partyKey' | 'manufacturerOdsCode' | 'productKey' | 'productName' | 'productVersion'> {
  const odsCode = codeOf(n);
  return {
    odsCode,
    partyKey: `${odsCode}-${900_000 + n}`,
    manufacturerOdsCode: 'ZS001',
    productKey: '1001',
    productName: 'Bench system',
    productVersion: '1.0',
  };
}

export function* systems(): Generator<AccreditedSystem> {
  for (let n = 0; n < ORGANISATIONS; n += 1)
    yield {
      asid: String(300_000_000_000 + n),
      ...familyOf(n),
      displayName: 'Bench',
      interactions: INTERACTIONS,
      clientOdsCodes: [codeOf(n)],
      accessControlFeatures: [],
      categoryBag: [],
      approval: APPROVAL,
    };
}

export function* handlers(): Generator<MessageHandlingSystem> {
  for (let n = 0; n < ORGANISATIONS; n += 1)
    for (const [index, id] of INTERACTIONS.entries()) {
      const split = id.lastIndexOf(':');
      const interaction = namedInteraction(id.slice(0, split), id.slice(split + 1));
      yield {
        cpaId: `S${400_000_000_000 + n * HANDLERS + index}`,
        ...familyOf(n),
        serviceName: interaction.serviceName,
        action: interaction.action,
        interactionId: id,
        endpoints: [`https://${codeOf(n).toLowerCase()}.thirdparty.nhs.uk/reliablemessaging/reliablerequest`],
        fqdn: `${codeOf(n).toLowerCase()}.thirdparty.nhs.uk`,
        contract: CONTRACTS[interaction.pattern],
        approval: { ...APPROVAL, dnsApprover: 'System', dnsApprovedAt: AT },
      };
    }
}

function* entries(): Generator<EntryText> {
  yield* CONTAINERS;
  for (const each of systems()) yield accreditedSystemEntry(each);
  for (const each of handlers()) yield messageHandlingSystemEntry(each);
}

/** Puts the systems into the database of a LocalSpine that is not running. */
export function fill(home: string): void {
  const database = new DatabaseSync(join(home, 'int', 'int.sqlite'));
  database.exec('begin');
  const system = database.prepare(
    'insert into directory_accredited_system (asid, ods_code, party_key, position, document) values (?, ?, ?, ?, ?)',
  );
  let position = 1_000_000;
  for (const each of systems()) system.run(each.asid, each.odsCode, each.partyKey.toLowerCase(), position++, JSON.stringify(each));
  const handler = database.prepare(
    'insert into directory_message_handling_system (cpa_id, ods_code, party_key, interaction_id, fqdn, position, document) values (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const each of handlers())
    handler.run(each.cpaId, each.odsCode, each.partyKey.toLowerCase(), each.interactionId, each.fqdn, position++, JSON.stringify(each));
  database.exec('commit');
  database.close();
}

interface Subject {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly caPath: string;
  readonly loadSeconds: number;
}

interface Figures extends DirectoryLoadResult {
  readonly perSecond: number;
  readonly microseconds: number;
}

export function put(subject: Subject, load: Omit<DirectoryLoad, 'port' | 'caPath'>): Figures {
  const before = processorSeconds(subject.pid);
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve(import.meta.dirname, 'directory-load.ts')], {
    input: JSON.stringify({ ...load, port: subject.port, caPath: subject.caPath }),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${subject.name}: ${stderr}`);
  const result: DirectoryLoadResult = JSON.parse(stdout);
  const used = processorSeconds(subject.pid) - before;
  return { ...result, perSecond: result.searches / result.seconds, microseconds: (used / result.searches) * 1e6 };
}

const PAIRS = Array.from({ length: 2_000 }, (_, n) => [codeOf((n * 7_919) % ORGANISATIONS), INTERACTIONS[n % HANDLERS] ?? COMMON] as const);

/** The loads, by name. */
export function loads(short: boolean): readonly (readonly [string, Omit<DirectoryLoad, 'port' | 'caPath'>])[] {
  const milliseconds = short ? 1_500 : 4_000;
  const search = { kind: 'search', milliseconds, pairs: PAIRS, expectEntries: 1, filter: 'pair' } as const;
  return [
    ['equality search, 1 connection', { ...search, connections: 1 }],
    ['equality search, 16 connections', { ...search, connections: 16 }],
    ['connect, bind, search, unbind, 4 at once', { ...search, kind: 'connect', connections: 4 }],
    ['10,000 entries', { ...search, connections: 1, filter: 'interaction', pairs: [['', COMMON]], expectEntries: ORGANISATIONS }],
  ];
}

/** Measures both and prints their figures side by side. */
export async function benchDirectory({ short }: { readonly short: boolean }): Promise<void> {
  console.log('LDAP directory with 100,000 systems');
  const folder = mkdtempSync(join(tmpdir(), 'localspine-directory-'));
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const slapd = isSlapdInstalled() ? await startSlapd(folder, 22_000 + (process.pid % 5_000), entries()) : undefined;
  try {
    await spine.start();
    await spine.stop();
    fill(spine.home);
    await spine.start();
    const manifest: { doors: readonly { name: string; port: number }[] } = (await spine.admin('INT', '/manifest')).json;
    const port = manifest.doors.find(({ name }) => name === 'ldaps')?.port ?? 0;
    const own: Subject = { name: 'LocalSpine', pid: spine.pid, port, caPath: spine.environment('INT').caPath, loadSeconds: 0 };
    const from = performance.now();
    const [, first] = loads(true)[0] ?? [];
    if (first !== undefined) put(own, { ...first, milliseconds: 1 });
    const subjects = [
      { ...own, loadSeconds: (performance.now() - from) / 1_000 },
      ...(slapd === undefined ? [] : [{ name: 'slapd', ...slapd }]),
    ];
    for (const [name, load] of loads(short)) {
      for (const subject of subjects) put(subject, { ...load, milliseconds: 1_000 }); // warm up
      // In turns, so that whatever else the machine does falls on both.
      const rounds = Array.from({ length: 3 }, () => subjects.map((subject) => put(subject, load)));
      report(
        name,
        subjects,
        subjects.map((_, index) => middle(rounds.map((round) => round[index]).filter((each) => each !== undefined))),
      );
    }
    for (const subject of subjects)
      console.log(
        `  ${subject.name.padEnd(10)} load ${subject.loadSeconds.toFixed(1)} s, ${residentMegabytes(subject.pid).toFixed(0)} MiB`,
      );
    if (slapd === undefined) console.log('  (slapd is not installed: nothing to compare with)');
  } finally {
    slapd?.stop();
    await spine.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The medians of several rounds. */
function middle(rounds: readonly Figures[]): Figures {
  const of = (pick: (each: Figures) => number): number => median(rounds.map(pick));
  return {
    searches: of((each) => each.searches),
    seconds: of((each) => each.seconds),
    p50: of((each) => each.p50),
    p99: of((each) => each.p99),
    octets: of((each) => each.octets),
    perSecond: of((each) => each.perSecond),
    microseconds: of((each) => each.microseconds),
  };
}

function report(name: string, subjects: readonly Subject[], figures: readonly Figures[]): void {
  console.log(`  ${name}`);
  figures.forEach((each, index) => {
    const figure = `${each.perSecond.toFixed(each.perSecond < 50 ? 1 : 0)}/s, p50 ${each.p50.toFixed(2)} ms, p99 ${each.p99.toFixed(2)} ms, ${each.microseconds.toFixed(0)} µs of processor time each`;
    console.log(`    ${(subjects[index]?.name ?? '').padEnd(10)} ${figure}`);
  });
  const [own, other] = figures;
  if (own !== undefined && other !== undefined)
    console.log(
      `    ratio      ${(own.perSecond / other.perSecond).toFixed(2)}× the throughput, ${(own.microseconds / other.microseconds).toFixed(2)}× the processor time`,
    );
}

if (import.meta.main) await benchDirectory({ short: process.argv.includes('--short') });
