/**
 * `node bench/portal.ts`, and part of `npm run bench`: what the portal's pages and API cost with as much in it as a department has: 200 applications,
 * 50 roads, 50 plans, 10,000 audit entries, 5,000 mails, 20,000 exchanges. Aim: p95 below 50 ms.
 */
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { entryInserter, journalMigrations } from '../src/kernel/journal/entry.ts';
import { idPrefix } from '../src/kernel/journal/search.ts';
import { openSqliteStore } from '../src/kernel/store/sqlite.ts';
import { LocalSpine, type Reply } from '../test/helpers/localspine.ts';
import { PortalUser, portalOf } from '../test/helpers/portal.ts';
import { residentMegabytes } from './measure.ts';

const AIM_MILLISECONDS = 50;
const BATCH = 40;
const RELEASE_LEAD = 'Rae Release Lead';
const OPERATOR = 'Ola Operator';

interface Sizes {
  readonly applications: number;
  readonly roads: number;
  readonly audit: number;
  readonly mails: number;
  readonly exchanges: number;
}

interface Made {
  readonly appId: string;
  readonly roadId: string;
  readonly planId: string;
  readonly teamId: string;
}

function good(reply: Reply): Reply {
  if (reply.status >= 300) throw new Error(`${reply.status} ${reply.text.slice(0, 300)}`);
  return reply;
}

/** Applications, roads and plans as a release lead makes them, by the API. */
async function makeWork(lead: PortalUser, { applications, roads }: Sizes): Promise<Made> {
  const [{ teamId }] = good(await lead.api('GET', '/teams')).json.teams;
  let [appId, roadId, planId] = ['', '', ''];
  for (let index = 0; index < applications; index += 1) {
    const wish = { environment: 'INT', teamId, accessMode: 'user-restricted', supplier: 'Care Vista', app: `Link ${index}` };
    ({ appId } = good(await lead.api('POST', '/applications', wish)).json);
  }
  for (let index = 0; index < roads; index += 1) {
    const product = { product: `Link ${index}`, version: '1.0', teamId };
    ({ roadId } = good(await lead.api('POST', '/roads', { ...product, supplierOds: 'X26', reviewers: 'person' })).json);
    const answers = { 'organisations.application-restricted-referrer': 'R69', justification: 'Referrals' };
    good(await lead.api('PUT', `/roads/${roadId}/use-case/answers`, { answers }));
    ({ planId } = good(await lead.api('POST', '/connecting', { environment: 'INT', services: ['ers-user'], ...product })).json);
  }
  return { appId, roadId, planId, teamId };
}

/** Audit entries and mails, straight into the tables of a portal that is stopped. */
function fillPortal(home: string, teamId: string, { audit, mails }: Sizes): void {
  const database = new DatabaseSync(join(home, 'portal.sqlite'));
  const now = Date.now();
  const id = (index: number): string => `01900000-0000-7000-8000-${String(index).padStart(12, '0')}`;
  database.exec('begin');
  const entry = database.prepare(
    "insert into portal_audit (entry_id, at, who, action, subject, environment, team_id, detail) values (?, ?, ?, ?, ?, 'INT', ?, '{}')",
  );
  for (let index = 0; index < audit; index += 1)
    entry.run(
      id(index),
      now - index,
      `person${index % 50}@example.com`,
      'application.change',
      `application ${index}`,
      index % 4 === 0 ? teamId : `team ${index % 40}`,
    );
  const mail = database.prepare(
    "insert into portal_mail (mail_id, at, sender, recipient, subject, body, delivery) values (?, ?, 'e-RS Partners', ?, ?, ?, 'kept')",
  );
  for (let index = 0; index < mails; index += 1)
    mail.run(
      id(index),
      now - index,
      index % 10 === 0 ? 'release@localspine.example' : `person${index % 50}@example.com`,
      `Mail ${index}`,
      'x'.repeat(400),
    );
  database.exec('commit');
  database.close();
}

/** Exchanges of one application, in the journal of an INT that is stopped. */
async function fillJournal(home: string, appId: string, exchanges: number): Promise<void> {
  const store = await openSqliteStore({ file: join(home, 'int/journal.sqlite'), migrations: { journal: journalMigrations } });
  const insert = entryInserter(BATCH);
  const begin = Date.now() - exchanges;
  const summary = JSON.stringify({ method: 'GET', url: '/referrals/FHIR/STU3/ReferralRequest/000000070000', milliseconds: 1.2 });
  for (let index = 0; index < exchanges; index += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, offset) => {
      const at = begin + index + offset;
      const id = `${idPrefix(at)}${(index + offset).toString(36).padStart(4, '0')}load`;
      return [id, at, 'ers', 'A005', 200, 'ok', appId, '9990000999', `c-${id}`, `r-${id}`, 1, summary, JSON.stringify({ checks: [] })];
    }).flat();
    await store.transaction(async (tx) => void (await insert(tx, rows)));
  }
  await store.close();
}

async function timesOf(user: PortalUser, path: string, count: number): Promise<readonly number[]> {
  const once = async (): Promise<number> => {
    const from = performance.now();
    const reply = path.startsWith('/api/') ? await user.api('GET', path.slice('/api'.length)) : await user.send('GET', path);
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text.slice(0, 200)}`);
    return performance.now() - from;
  };
  for (let warm = 0; warm < 5; warm += 1) await once();
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await once());
  return times.sort((left, right) => left - right);
}

/** Fills a portal and prints p50 and p95 of each page, asked for one after the other. */
export async function benchPortal({ short }: { readonly short: boolean }): Promise<void> {
  const sizes: Sizes = short
    ? { applications: 50, roads: 15, audit: 2_000, mails: 1_000, exchanges: 4_000 }
    : { applications: 200, roads: 50, audit: 10_000, mails: 5_000, exchanges: 20_000 };
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP,PROD' });
  try {
    await spine.start();
    const made = await makeWork(await new PortalUser(portalOf(spine)).demonstration(RELEASE_LEAD), sizes);
    await spine.stop();
    fillPortal(spine.home, made.teamId, sizes);
    await fillJournal(spine.home, made.appId, sizes.exchanges);
    await spine.start();
    const lead = await new PortalUser(portalOf(spine)).demonstration(RELEASE_LEAD);
    const operator = await new PortalUser(portalOf(spine)).demonstration(OPERATOR);
    console.log(
      `portal with ${sizes.applications} applications, ${sizes.roads} roads and plans, ${sizes.audit} audit entries, ${sizes.mails} mails, ${sizes.exchanges} exchanges (aim: p95 below ${AIM_MILLISECONDS} ms)`,
    );
    for (const path of pathsOf(made))
      for (const [who, user] of [
        ['lead', lead],
        ['operator', operator],
      ] as const) {
        const times = await timesOf(user, path, short ? 20 : 60);
        const [p50 = 0, p95 = 0] = [times[Math.floor(times.length * 0.5)], times[Math.floor(times.length * 0.95)]];
        const shown = path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, ':id');
        console.log(
          `${shown.padEnd(40)} ${who.padEnd(9)} p50 ${p50.toFixed(1).padStart(6)}  p95 ${p95.toFixed(1).padStart(6)}${p95 > AIM_MILLISECONDS ? '  SLOW' : ''}`,
        );
      }
    console.log(`memory with three environments and the portal in use: ${residentMegabytes(spine.pid).toFixed(0)} MiB`);
  } finally {
    await spine.remove();
  }
}

function pathsOf({ appId, roadId, planId, teamId }: Made): readonly string[] {
  return [
    '/',
    '/account',
    '/teams',
    `/teams/${teamId}`,
    '/environments',
    '/environments/INT',
    '/environments/INT/connections',
    '/environment-access',
    `/applications/${appId}`,
    `/applications/${appId}/usage`,
    '/asids',
    '/connecting',
    `/connecting/${planId}`,
    '/roads',
    `/roads/${roadId}`,
    `/roads/${roadId}/history`,
    `/roads/${roadId}/use-case`,
    '/conformance',
    '/schedule',
    '/audit',
    '/mail',
    '/inspect/INT',
    `/inspect/INT?app=${appId}`,
    '/help/errors',
    '/api/applications',
    '/api/asids',
    '/api/connecting',
    '/api/roads',
    `/api/roads/${roadId}`,
    '/api/audit',
    '/api/mail',
    '/api/environments',
  ];
}

if (process.argv[1] === resolve(import.meta.filename)) await benchPortal({ short: process.argv.includes('--short') });
