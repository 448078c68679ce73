/**
 * Tokens and sign-ons: how many a second by each flow, what a gateway check costs, and whether a million live tokens change that.
 * `node bench/tokens.ts [--short]` alone, or {@link benchTokens} from `npm run bench`.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Agent, request } from 'undici';
import { formOf } from '../test/helpers/browser.ts';
import { LocalSpine } from '../test/helpers/localspine.ts';
import { type Application, location, makeKeyPair, Supplier, signJwt } from '../test/helpers/supplier.ts';

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

/** Measures and prints; takes half a minute when short. */
export async function benchTokens({ short }: { readonly short: boolean }): Promise<void> {
  const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' }).start();
  let bench = new TokenBench(spine);
  const line = (name: string, { perSecond, p50, p99 }: Rate, note = ''): void =>
    console.log(`${name.padEnd(52)} ${perSecond.toFixed(0).padStart(6)}/s  p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms  ${note}`);
  try {
    const unattended = await bench.supplier.register({ accessMode: 'application-restricted', jwks: bench.keys.jwks });
    const attended = await bench.supplier.register({ accessMode: 'user-restricted', jwks: bench.keys.jwks, callbackUrl: CALLBACK });
    const body = { client_name: 'Bench', redirect_uris: [CALLBACK] };
    const { client_id, client_secret } = (await spine.admin('INT', '/identity/clients', { method: 'POST', body })).json;
    const count = short ? 300 : 2_000;
    const times = <Item>(make: () => Item): Item[] => Array.from({ length: count }, make);
    console.log(`tokens and sign-ons, ${count} of each over ${CONNECTIONS} connections`);

    const clientCredentials = { grant_type: 'client_credentials', client_assertion_type: ASSERTION };
    const assertions = times(() => bench.assertion(unattended));
    line(
      'application-restricted: signed JWT',
      await rate(
        assertions,
        async (client_assertion) => void (await bench.post('/oauth2/token', { ...clientCredentials, client_assertion })),
      ),
    );

    line(
      'sign-on at CIS2: pages, code, ID token',
      await rate(times(() => ({ client_id, client_secret })).slice(0, count / 2), async (client) => void (await bench.signOn(client))),
    );

    const idToken = await bench.signOn({ client_id, client_secret });
    const exchange = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: idToken,
      client_assertion_type: ASSERTION,
    };
    const exchanged = times(() => bench.assertion(attended));
    line(
      'separate: token exchange of an ID token',
      await rate(exchanged, async (client_assertion) => void (await bench.post('/oauth2/token', { ...exchange, client_assertion }))),
    );

    const chains: string[] = [];
    for (let n = 0; n < CONNECTIONS; n += 1) chains.push((await bench.supplier.userToken(attended, USER)).json.refresh_token);
    const secret = { client_id: attended.apiKey, client_secret: attended.secret };
    const refreshes = times(() => 0);
    line(
      'combined: refresh',
      await rate(refreshes, async () => {
        const refresh_token = chains.pop() ?? '';
        chains.push(
          (await bench.post('/oauth2-mock/token', { grant_type: 'refresh_token', refresh_token, ...secret }))['refresh_token'] ?? '',
        );
      }),
    );
    line(
      'combined: log-on, code, token (simulated log-on)',
      await rate(times(() => 0).slice(0, count / 2), async () => void (await bench.supplier.userToken(attended, USER))),
    );

    const token = (await bench.supplier.clientCredentials(unattended, bench.keys)).json.access_token;
    const checks = Array.from({ length: count * 5 }, () => token);
    await rate(checks, (each) => bench.check(each));
    const few = await rate(checks, (each) => bench.check(each));
    line('gateway check and answer, few tokens', few);

    const live = short ? 100_000 : 1_000_000;
    await bench.close();
    await spine.stop();
    addLiveTokens(join(spine.home, 'int/int.sqlite'), live);
    await spine.start();
    const oldKeys = bench.keys;
    bench = new TokenBench(spine);
    const later = (await bench.supplier.clientCredentials(unattended, oldKeys)).json.access_token;
    const again = checks.map(() => later);
    await rate(again, (each) => bench.check(each));
    const many = await rate(again, (each) => bench.check(each));
    line(
      `gateway check and answer, ${live.toLocaleString('en-GB')} live tokens`,
      many,
      `median ${((many.p50 / few.p50 - 1) * 100).toFixed(0)} % slower`,
    );
    console.log(
      `memory with ${live.toLocaleString('en-GB')} live tokens: ${residentMegabytes(spine.pid).toFixed(0)} MiB (aim below 300)\n`,
    );
  } finally {
    await bench.close();
    await spine.remove();
  }
}

if (process.argv[1] === import.meta.filename) await benchTokens({ short: process.argv.includes('--short') });
