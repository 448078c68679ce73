/**
 * The portal under attack, over the wire: every operation of its OpenAPI document with bodies, parameters and queries from its schemas and far off
 * them (FUZZ_RUNS each), every page with odd parameters and forms, markup stored and shown again, sessions, redirects, spreadsheets. Never a
 * 5xx; always `{error, message}` or a page with its policy; and the portal goes on. With TEST_POSTGRES_URL it stands on PostgreSQL.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, tokenIn } from '../helpers/portal.ts';
import { portalRoutes } from '../helpers/portal-routes.ts';
import { buildPortalWorld, emailOf, LETTERS, OPERATOR_TOKEN, PASSWORD, type PortalWorld } from '../helpers/portal-world.ts';
import { type OwnDatabase, ownDatabase } from '../helpers/postgres.ts';
import { fromSchema, ODD_TEXTS, type Schema } from './from-schema.ts';
import { EXPECTED } from './portal-expectations.ts';
import { filledIn } from './portal-paths.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? '100');
const SEED = 20_261_125;
/** Each would end the test's own world or session. */
const LEFT_OUT = /\/reset|snapshots|\/import$|\/sign-out|\/accounts\/\{accountId\}/;
const server = process.env['TEST_POSTGRES_URL'];

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Operation {
  readonly method: Method;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: 'path' | 'query'; readonly schema: Schema }[];
  readonly body: Schema | undefined;
}

describe('the portal under attack', { concurrency: false }, () => {
  let spine: LocalSpine;
  let database: OwnDatabase | undefined;
  let world: PortalWorld;
  let operator: PortalUser;
  let lead: PortalUser;
  let formToken = '';
  before(async () => {
    database = server === undefined ? undefined : await ownDatabase(server, 'portal_attacks');
    spine = new LocalSpine({
      LOCALSPINE_ENVIRONMENTS: 'INT',
      LOCALSPINE_ADMIN_TOKEN: OPERATOR_TOKEN,
      LOCALSPINE_REVIEWERS: 'person',
      LOCALSPINE_JOURNAL_KEEP: '500',
      ...(database !== undefined && { LOCALSPINE_DATABASE_URL: database.url, LOCALSPINE_SEAL_KEY: 'a seal key of the hostile tests' }),
    });
    await spine.start();
    world = await buildPortalWorld(spine);
    ({ o: operator, t: lead } = world.people);
    formToken = tokenIn((await operator.open('/sign-in')).text);
  });
  after(async () => {
    await spine.remove();
    await database?.drop();
  });

  function assertProblem(reply: Reply, about: string): void {
    assert.ok(reply.status < 500, `${about}: ${reply.status} ${reply.text.slice(0, 300)}\n${spine.output.slice(-600)}`);
    if (reply.status < 400) return;
    assert.match(reply.headers['content-type'] ?? '', /^application\/json/, about);
    const { error, message } = reply.json;
    assert.ok(typeof error === 'string' && error !== '' && typeof message === 'string' && message !== '', `${about}: ${reply.text}`);
  }

  function assertPage(reply: Reply, about: string): void {
    assert.ok(reply.status < 500, `${about}: ${reply.status} ${reply.text.slice(0, 300)}\n${spine.output.slice(-600)}`);
    if (!(reply.headers['content-type'] ?? '').startsWith('text/html')) return;
    const policy = reply.headers['content-security-policy'] ?? '';
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) assert.ok(policy.includes(part), about);
    assert.doesNotMatch(policy, /unsafe|\*/, about);
    for (const [tag] of reply.text.matchAll(/<script\b[^>]*>/g)) assert.match(tag, /\ssrc="\//, `${about}: inline script`);
    assert.doesNotMatch(
      reply.text,
      /<[^>]+\son[a-z]+\s*=\s*["']|href="\s*javascript:|<style\b|\sstyle="/i,
      `${about}: inline script or style`,
    );
  }

  async function operations(): Promise<readonly Operation[]> {
    const { paths } = (await operator.api('GET', '/openapi.json')).json;
    return Object.entries<
      Record<string, { parameters?: Operation['parameters']; requestBody?: { content: Record<string, { schema: Schema }> } }>
    >(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
        method: method.toUpperCase() as Method,
        path,
        parameters,
        body: requestBody?.content['application/json']?.schema,
      })),
    );
  }

  /** Ids that are there, so that half of what is generated comes past "there is no such…". */
  const known = (name: string): fc.Arbitrary<string> => {
    const value = { ...world, ...world.accountIds, environment: 'INT', kind: 'use-case', action: 'submit' }[name];
    return typeof value === 'string' && value !== '' ? fc.constant(value) : fc.constantFrom(world.roadId, 'INT', 'test-data');
  };

  test('every operation of the API: generated bodies, parameters and queries', async () => {
    const all = (await operations()).filter(({ path }) => !LEFT_OUT.test(path));
    assert.ok(all.length > 80, `only ${all.length} operations`);
    for (const { method, path, parameters, body } of all) {
      const text = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ maxLength: 40, unit: 'binary' }));
      const given = fc.record(
        Object.fromEntries(
          parameters.map((each) => [
            each.name,
            each.in === 'path' ? fc.oneof(known(each.name), text) : fc.oneof(text, fromSchema(each.schema).map(String)),
          ]),
        ),
      );
      const sent = body === undefined ? fc.constant(undefined) : fc.oneof(fromSchema(body), fromSchema(body, ODD_TEXTS), fc.jsonValue());
      await fc.assert(
        fc.asyncProperty(given, sent, fc.constantFrom('operator', 'lead', 'nobody'), async (values, json, who) => {
          const query = new URLSearchParams();
          let at = path.slice('/api'.length);
          for (const { name, in: where } of parameters)
            if (where === 'query') query.set(name, String(values[name]).toWellFormed());
            else at = at.replace(`{${name}}`, encodeURIComponent(String(values[name]).toWellFormed()) || '%20');
          const user = who === 'operator' ? operator : who === 'lead' ? lead : new PortalUser(world.base);
          const reply = await user.api(method, `${at}${query.size > 0 ? `?${query}` : ''}`, json);
          assertProblem(reply, `${method} ${at} ${JSON.stringify(json)?.slice(0, 300)}`);
        }),
        { numRuns: Math.max(5, Math.round(RUNS / 4)), seed: SEED },
      );
    }
  });

  test('every operation refuses what is no JSON, another media type, and a body beyond every measure', async () => {
    const big = `{"name":"${'x'.repeat(3 * 1024 * 1024)}"}`;
    for (const { method, path } of (await operations()).filter((each) => each.method !== 'GET' && !LEFT_OUT.test(each.path))) {
      const at = path.replace(/\{([^}]+)\}/g, (_, name: string) => fc.sample(known(name), { numRuns: 1, seed: SEED })[0] ?? '');
      const authorization = `Bearer ${OPERATOR_TOKEN}`;
      for (const [type, body] of [
        ['application/json', '{"a":'],
        ['application/json', ''],
        ['application/json', '{"__proto__":{"role":"operator"},"constructor":{"prototype":{}}}'],
        ['application/json', `{"jwks":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
        ['application/json', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
        ['text/xml', '<a/>'],
        ['application/x-www-form-urlencoded', 'a=1'],
      ] as const)
        assertProblem(
          await operator.send(method, at, body, { 'content-type': type, authorization }),
          `${method} ${at} ${type} ${body.slice(0, 100)}`,
        );
    }
    const reply = await operator.send('POST', '/api/teams', big, { 'content-type': 'application/json' });
    assert.equal(reply.status, 413);
    assertProblem(reply, 'a large body');
  });

  test('every page: odd parameters and queries, and forms of odd fields', async () => {
    const routes = (await portalRoutes()).filter(
      (each) => !each.includes(' /api/') && !each.includes('/sign-out') && !/\/reset|snapshots|import|\/accounts\//.test(each),
    );
    for (const route of routes) {
      const [method, pattern] = route.split(' ') as [Method, string];
      const samples = fc.sample(fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ maxLength: 30, unit: 'binary' })), {
        numRuns: Math.max(12, Math.round(RUNS / 5)),
        seed: SEED,
      });
      for (const [index, sample] of samples.entries()) {
        const odd = encodeURIComponent(sample.toWellFormed()) || '%20';
        const path = pattern.replace(/:([A-Za-z]+)/g, (_, name: string) => {
          const real = fc.sample(known(name), { numRuns: 1, seed: SEED })[0] ?? '';
          return index % 3 === 0 ? real : odd;
        });
        const names = ['key', 'environment', 'to', 'before', 'q', 'week', 'from', 'next', 'app', 'status', 'owner', 'month', 'after'];
        const query = names.map((name) => `${name}=${odd}`).join('&');
        const user = index % 2 === 0 ? operator : lead;
        if (method === 'GET') assertPage(await user.send('GET', `${path}?${index % 4 === 0 ? '' : query}`), `GET ${path}?${query}`);
        else {
          const form = new URLSearchParams({ csrf: formToken });
          for (const name of [
            'name',
            'product',
            'version',
            'services',
            'reason',
            'key',
            'action',
            'email',
            'odsCode',
            'id',
            '__proto__',
            ...names,
          ])
            form.append(name, sample.toWellFormed());
          const headers = { 'content-type': 'application/x-www-form-urlencoded' };
          assertPage(await operator.send(method, path, String(form), headers), `${method} ${path} ${form}`);
        }
      }
    }
  });

  test('a form without its token, with one of elsewhere, or in another shape changes nothing', async () => {
    const routes = (await portalRoutes()).filter((each) => each.startsWith('POST ') && !each.includes(' /api/'));
    assert.ok(routes.length > 40);
    for (const route of routes) {
      const { who, body = {} } = EXPECTED.get(route) ?? { who: '' };
      const path = filledIn(world, route.split(' ')[1] ?? '', route);
      assert.doesNotMatch(path, /:[A-Za-z]/, 'it names things that are there');
      const fields = JSON.parse(JSON.stringify(body), (_, value) => (typeof value === 'string' ? filledIn(world, value, route) : value));
      // Whoever may do it: it is for the form token alone that they are refused.
      const user = world.people[LETTERS.find((each) => who.includes(each) && each !== 'a') ?? 'o'];
      for (const csrf of ['', 'x'.repeat(32), 'é'])
        for (const headers of [{}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }]) {
          const form = String(new URLSearchParams({ ...fields, csrf }));
          const reply = await user.send('POST', path, form, { 'content-type': 'application/x-www-form-urlencoded', ...headers });
          assert.equal(reply.status, 403, `${path} ${csrf}: ${reply.status}`);
          assert.match(
            reply.text,
            /form does not come from a page|does not answer pages of other sites/,
            `${path} ${csrf}: for another reason`,
          );
          assertPage(reply, path);
        }
      const json = await user.send('POST', path, '{}', { 'content-type': 'application/json' });
      assert.ok(json.status >= 400 && json.status < 500, `${path}: ${json.status}`);
    }
  });

  test('markup and template syntax come back as text wherever they are shown', async () => {
    const nasty = `"'><img src=x onerror=alert(1)>{{7*7}}{% raw %}<script>alert(1)</script>`;
    const { teamId } = (await lead.api('POST', '/teams', { name: nasty.slice(0, 100) })).json;
    const plan = { environment: 'INT', product: nasty.slice(0, 90), version: '<b>1</b>', services: ['ers-user'], teamId };
    const { planId } = (await lead.api('POST', '/connecting', plan)).json;
    const road = (await lead.api('POST', '/roads', { product: nasty.slice(0, 90), version: '<b>1</b>', supplierOds: 'X26', teamId })).json;
    await lead.api('PUT', `/roads/${road.roadId}/use-case/answers`, { answers: { justification: nasty } });
    assert.ok(teamId !== undefined && planId !== undefined && road.roadId !== undefined, 'such names are allowed');
    await lead.api('POST', '/account/tokens', { label: nasty });
    for (const path of [
      '/teams',
      `/teams/${teamId}`,
      '/connecting',
      `/connecting/${planId}`,
      '/roads',
      `/roads/${road.roadId}`,
      `/roads/${road.roadId}/history`,
      `/roads/${road.roadId}/use-case`,
      `/roads/${road.roadId}/use-case/purpose`,
      '/account',
      '/audit',
      '/mail',
      `/audit?subject=${encodeURIComponent(nasty)}`,
      `/help/errors?q=${encodeURIComponent(nasty)}`,
      `/sign-in?next=${encodeURIComponent(nasty)}`,
      `/asids/calculator?do=calculate&product=${encodeURIComponent(nasty)}`,
    ]) {
      const reply = await lead.open(path);
      assert.equal(reply.status < 500, true, path);
      assertPage(reply, path);
      if (/^\/(teams|connecting|roads|account|audit)/.test(path) && !path.endsWith('/history') && !path.endsWith('purpose'))
        assert.match(reply.text, /&lt;img src=x|&lt;img/, `${path}: it is shown`);
      assert.doesNotMatch(reply.text, /<img src=x|<script>alert|<b>1<\/b>/, path);
      assert.doesNotMatch(reply.text, /"'>49/, `${path}: template syntax was obeyed`);
    }
  });

  test('a spreadsheet reads no formula in the audit trail', async () => {
    for (const start of ['=', '+', '-', '@', '\t=', '\r=', ' =']) {
      await lead.api('POST', '/roads', { product: `${start}HYPERLINK("http://evil.example")`, version: '1', supplierOds: 'X26' });
      await lead.api('POST', '/teams', { name: `${start}1+1 team` });
    }
    const csv = (await operator.open('/audit.csv')).text;
    assert.match(csv, /HYPERLINK/);
    for (const line of csv.split('\r\n').slice(1))
      for (const cell of line.match(/"(?:[^"]|"")*"/g) ?? []) assert.doesNotMatch(cell, /^"\s*[=+@-]/);
  });

  test('signing in never leads to another site', async () => {
    for (const next of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/%09/evil.example',
      '\t//evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      '/\n/evil.example',
    ]) {
      const user = new PortalUser(world.base);
      const csrf = tokenIn((await user.open('/sign-in')).text);
      const form = String(new URLSearchParams({ csrf, email: emailOf('s'), password: PASSWORD, next }));
      const reply = await user.send('POST', '/sign-in', form, { 'content-type': 'application/x-www-form-urlencoded' });
      assert.equal(reply.status, 303, reply.text);
      assert.equal(new URL(reply.headers['location'] ?? '', world.base).origin, new URL(world.base).origin, JSON.stringify(next));
    }
  });

  test('a session: a planted cookie is worth nothing, signing in draws a new one, signing out ends it', async () => {
    const cookieIn = (reply: Reply): string => /__Host-localspine-portal=[^;]+/.exec(reply.headers['set-cookie'] ?? '')?.[0] ?? '';
    const signIn = async (planted: string): Promise<string> => {
      const user = new PortalUser(world.base);
      const page = await user.open('/sign-in');
      const csrf = tokenIn(page.text);
      const cookie = `${planted}; localspine-portal-form=${csrf}`;
      const form = String(new URLSearchParams({ csrf, email: emailOf('s'), password: PASSWORD }));
      const reply = await new PortalUser(world.base).send('POST', '/sign-in', form, {
        'content-type': 'application/x-www-form-urlencoded',
        cookie,
      });
      assert.match(reply.headers['set-cookie'] ?? '', /HttpOnly; Secure; SameSite=Lax/);
      return cookieIn(reply);
    };
    const account = (cookie: string): Promise<Reply> => new PortalUser(world.base).send('GET', '/account', undefined, { cookie });
    const planted = `__Host-localspine-portal=${'A'.repeat(43)}`;
    const first = await signIn(planted);
    assert.notEqual(first, planted);
    assert.equal((await account(planted)).status, 303);
    assert.equal((await account(first)).status, 200);
    const second = await signIn(first);
    assert.equal((await account(first)).status, 303, 'the session before is over');
    const csrf = tokenIn((await account(second)).text);
    const out = await new PortalUser(world.base).send('POST', '/sign-out', String(new URLSearchParams({ csrf })), {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: `${second}; localspine-portal-form=${csrf}`,
    });
    assert.ok(out.status < 400, out.text);
    assert.equal((await account(second)).status, 303);
  });

  test('a suspended account: its session, its token and the links mailed before are worth nothing', async () => {
    const victim = world.people.e;
    await new PortalUser(world.base).submit('/forgotten-password', { email: emailOf('e') });
    const { mails } = (await operator.api('GET', `/mail?to=${emailOf('e')}`)).json;
    const link =
      /new-password\?link=(\S+)/.exec(mails.find((each: { text: string }) => each.text.includes('new-password?link='))?.text ?? '')?.[1] ??
      '';
    assert.notEqual(link, '');
    assert.equal((await operator.api('PATCH', `/accounts/${world.accountIds.e}`, { status: 'suspended' })).status, 200);
    assert.equal((await victim.api('GET', '/account')).status, 401);
    assert.match((await victim.open('/account')).path, /^\/sign-in/);
    const reset = await new PortalUser(world.base).submit('/new-password?link=x', { link, password: PASSWORD }, '/new-password');
    assert.equal(reset.status, 410, reset.text);
    const { accounts } = (await operator.api('GET', '/accounts')).json;
    assert.equal(accounts.find((each: { accountId: string }) => each.accountId === world.accountIds.e).status, 'suspended');
  });

  test('tokens: of another account nothing is taken back; rubbish is refused; nobody acts as somebody else', async () => {
    const { tokens } = (await lead.api('GET', '/account/tokens')).json;
    const { fingerprint } = tokens[0];
    assert.equal((await world.people.s.api('DELETE', `/account/tokens/${fingerprint}`)).status, 404);
    assert.equal((await lead.api('GET', '/account')).status, 200);
    for (const value of [
      'x',
      'lsp_',
      `lsp_${'x'.repeat(40)}`,
      OPERATOR_TOKEN.slice(1),
      `${OPERATOR_TOKEN}x`,
      'ü'.repeat(40),
      'x'.repeat(7_000),
    ])
      assertProblem(
        await new PortalUser(world.base).api('GET', '/account', undefined, {
          authorization: `Bearer ${Buffer.from(value).toString('latin1')}`,
        }),
        value.slice(0, 50),
      );
    const as = await world.people.s.api('GET', '/account', undefined, { 'localspine-as': emailOf('o') });
    assert.equal(as.json.role, 'supplier', 'only the operator of the machine acts for others');
  });

  test('a flood of headers is refused, and the portal goes on', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`x-${n}`, 'x'.repeat(200)]));
    const reply = await operator.send('GET', '/', undefined, many).catch(() => undefined);
    assert.ok(reply === undefined || (reply.status >= 400 && reply.status < 500), String(reply?.status));
    assert.equal((await operator.send('GET', '/health')).status, 200);
  });
});
