/**
 * Tokens and sign-ons: how many a second by each flow, what a gateway check costs, and whether a million live tokens change that.
 * `node bench/tokens.ts [--short]` alone, or {@link benchTokens} from `npm run bench`.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Agent, request } from 'undici';
import { openSqliteStore } from '../src/kernel/store/sqlite.ts';
import { verifyAccessToken } from '../src/services/gateway/access.ts';
import { gateway } from '../src/services/gateway/index.ts';
import type { TokenFacts } from '../src/services/gateway/log-on.ts';
import { fingerprint } from '../src/services/gateway/secrets.ts';
import { insertApplication } from '../src/services/gateway/store/applications.ts';
import { insertToken } from '../src/services/gateway/store/tokens.ts';
import type { GatewayWorld } from '../src/services/gateway/world.ts';
import { formOf } from '../test/helpers/browser.ts';
import { LocalSpine } from '../test/helpers/localspine.ts';
import { type Application, type KeyPair, location, makeKeyPair, Supplier, signJwt } from '../test/helpers/supplier.ts';

const CONNECTIONS = 8;
const CALLBACK = 'http://localhost:3999/callback';
const USER = '656005750107';
const REALM = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;

interface Rate {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Runs `work` on so many connections until every item is used up. */
async function rate<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<Rate> {
  const times: number[] = [];
  let next = 0;
  const begin = performance.now();
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      const from = performance.now();
      await work(item);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { perSecond: items.length / ((performance.now() - begin) / 1_000), p50: at(0.5), p99: at(0.99) };
}

class TokenBench {
  readonly spine: LocalSpine;
  readonly supplier: Supplier;
  readonly keys = makeKeyPair();
  readonly #agent: Agent;
  readonly #base: string;

  constructor(spine: LocalSpine) {
    this.spine = spine;
    this.supplier = new Supplier(spine);
    const environment = spine.environment('INT');
    this.#base = environment.baseUrl;
    this.#agent = new Agent({ connect: { ca: readFileSync(environment.caPath) }, connections: CONNECTIONS });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async post(path: string, members: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
    const url = `${this.#base}${path}`;
    const answer = await request(url, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: FORM,
      body: new URLSearchParams(members).toString(),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text);
  }

  /** One call through the gateway's check: /userinfo answers an application's token with a refusal, after the check. */
  async check(token: string): Promise<void> {
    const answer = await request(`${this.#base}/oauth2/userinfo`, {
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${token}` },
    });
    await answer.body.dump();
    if (answer.statusCode !== 400) throw new Error(`the check answered ${answer.statusCode}`);
  }

  assertion(app: Application): string {
    const exp = Math.floor(Date.now() / 1_000) + 290;
    const claims = { iss: app.apiKey, sub: app.apiKey, aud: this.supplier.tokenUrl(), jti: randomUUID(), exp };
    return signJwt({ alg: 'RS512', typ: 'JWT', kid: this.keys.kid }, claims, this.keys.privateKey);
  }

  /** A whole sign-on at CIS2 by script: authorise, one post, code, tokens. Gives the ID token. */
  async signOn(client: { readonly client_id: string; readonly client_secret: string }): Promise<string> {
    const query = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid nationalrbacaccess',
    });
    const page = await this.spine.call('INT', `${REALM}/authorize?${query}`);
    const back = await this.supplier.form(formOf(page).action, { method: 'smartcard', username: USER, passcode: '1234' });
    const code = new URL(location(back)).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...client };
    return (await this.post(`${REALM}/access_token`, form))['id_token'] ?? '';
  }
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Puts live tokens straight into the store of a stopped LocalSpine: copies of one, under drawn fingerprints. */
function addLiveTokens(file: string, count: number): void {
  const database = new DatabaseSync(file);
  database.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into gateway_token (hash, app_id, chain_id, facts, issued_at, expires_at)
    select lower(hex(randomblob(21))) || i, t.app_id, null, t.facts, t.issued_at, t.expires_at + 86400000
    from n, (select * from gateway_token order by issued_at desc limit 1) t`);
  database.close();
}

/** What one check costs without HTTP: the product's own function over a store of its own with so many live tokens. */
async function checkInProcess(live: number): Promise<{ readonly microseconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'localspine-tokens-'));
  const file = join(folder, 'tokens.sqlite');
  const migrations = { gateway: gateway.migrations };
  try {
    const empty = await openSqliteStore({ file, migrations });
    const facts: TokenFacts = {
      kind: 'app',
      grantType: 'client_credentials',
      provider: 'apim',
      authLevel: 'level3',
      scopes: ['s'],
      products: ['p'],
    };
    const application = {
      appId: 'a',
      name: 'n',
      accessMode: 'application-restricted',
      status: 'approved',
      subscriptions: [],
      attributes: {},
    } as const;
    const now = Date.now();
    await insertApplication(empty.db, {
      ...application,
      callbackUrl: undefined,
      asid: undefined,
      jwks: undefined,
      jwksUrl: undefined,
      stage: 'live',
      registration: undefined,
      createdAt: now,
    });
    const token = { hash: fingerprint('token'), appId: 'a', chainId: undefined, facts, issuedAt: now, expiresAt: now + 600_000 };
    await insertToken(empty.db, token);
    await empty.close();
    addLiveTokens(file, live);
    const store = await openSqliteStore({ file, migrations });
    const world = {
      store,
      clock: { now: () => Date.now(), realNow: () => Date.now() },
      environment: { id: 'INT' },
    } as unknown as GatewayWorld;
    const checks = 20_000;
    let from = 0;
    for (let n = -2_000; n < checks; n += 1) {
      if (n === 0) from = performance.now();
      await verifyAccessToken(world, store.db, 'Bearer token');
    }
    const microseconds = ((performance.now() - from) / checks) * 1_000;
    await store.close();
    return { microseconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The two applications and the relying party that ask. */
interface Clients {
  readonly unattended: Application;
  readonly attended: Application;
  readonly relyingParty: { readonly client_id: string; readonly client_secret: string };
}

async function register({ supplier, spine, keys: { jwks } }: TokenBench): Promise<Clients> {
  const body = { client_name: 'Bench', redirect_uris: [CALLBACK] };
  const { client_id, client_secret } = (await spine.admin('INT', '/identity/clients', { method: 'POST', body })).json;
  return {
    unattended: await supplier.register({ accessMode: 'application-restricted', jwks }),
    attended: await supplier.register({ accessMode: 'user-restricted', jwks, callbackUrl: CALLBACK }),
    relyingParty: { client_id, client_secret },
  };
}

function line(name: string, { perSecond, p50, p99 }: Rate, note = ''): void {
  console.log(`${name.padEnd(52)} ${perSecond.toFixed(0).padStart(6)}/s  p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms  ${note}`);
}

/** Tokens and sign-ons a second, flow by flow. */
async function flows(bench: TokenBench, { unattended, attended, relyingParty }: Clients, count: number): Promise<void> {
  const times = <Item>(many: number, make: () => Item): Item[] => Array.from({ length: many }, make);
  const asserted = (app: Application, rest: Readonly<Record<string, string>>): Promise<Rate> =>
    rate(
      times(count, () => bench.assertion(app)),
      async (client_assertion) => void (await bench.post('/oauth2/token', { client_assertion_type: ASSERTION, client_assertion, ...rest })),
    );
  line('application-restricted: signed JWT', await asserted(unattended, { grant_type: 'client_credentials' }));
  const signOns = times(count / 2, () => relyingParty);
  line('sign-on at CIS2: pages, code, ID token', await rate(signOns, async (client) => void (await bench.signOn(client))));
  const exchange = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    subject_token: await bench.signOn(relyingParty),
  };
  line('separate: token exchange of an ID token', await asserted(attended, exchange));
  const logOn = async (): Promise<string> => (await bench.supplier.userToken(attended, USER)).json.refresh_token;
  line('combined: log-on, code, token (simulated log-on)', await rate(signOns, async () => void (await logOn())));
  const chains = await Promise.all(times(CONNECTIONS, logOn));
  const secret = { client_id: attended.apiKey, client_secret: attended.secret };
  const refresh = async (): Promise<void> => {
    const refreshed = await bench.post('/oauth2-mock/token', { grant_type: 'refresh_token', refresh_token: chains.pop() ?? '', ...secret });
    chains.push(refreshed['refresh_token'] ?? '');
  };
  line(
    'combined: refresh',
    await rate(
      times(count, () => 0),
      refresh,
    ),
  );
}

/** The gateway's check over HTTP, warmed up. */
async function checks(bench: TokenBench, app: Application, keys: KeyPair, count: number): Promise<Rate> {
  const token: string = (await bench.supplier.clientCredentials(app, keys)).json.access_token;
  const work = Array.from({ length: count }, () => token);
  await rate(work, (each) => bench.check(each));
  return rate(work, (each) => bench.check(each));
}

/** Measures and prints; takes half a minute when short. */
export async function benchTokens({ short }: { readonly short: boolean }): Promise<void> {
  const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' }).start();
  const [count, live] = short ? [300, 100_000] : [2_000, 1_000_000];
  let bench = new TokenBench(spine);
  try {
    const clients = await register(bench);
    console.log(`tokens and sign-ons, ${count} of each over ${CONNECTIONS} connections`);
    await flows(bench, clients, count);
    const { keys } = bench;
    const few = await checks(bench, clients.unattended, keys, count * 5);
    line('gateway check and answer, few tokens', few);
    await bench.close();
    await spine.stop();
    addLiveTokens(join(spine.home, 'int/int.sqlite'), live);
    await spine.start();
    bench = new TokenBench(spine);
    const many = await checks(bench, clients.unattended, keys, count * 5);
    const slower = `median ${((many.p50 / few.p50 - 1) * 100).toFixed(0)} % slower`;
    line(`gateway check and answer, ${live.toLocaleString('en-GB')} live tokens`, many, slower);
    console.log(`memory with so many: ${residentMegabytes(spine.pid).toFixed(0)} MiB (aim below 300)`);
    for (const size of [1_000, live])
      console.log(
        `one check alone, ${size.toLocaleString('en-GB')} live tokens: ${(await checkInProcess(size)).microseconds.toFixed(1)} µs`,
      );
  } finally {
    await bench.close();
    await spine.remove();
  }
}

if (process.argv[1] === import.meta.filename) await benchTokens({ short: process.argv.includes('--short') });
