/** Accounts and teams of the portal: register, confirm, sign in, teams, API tokens, least privilege, and an audit trail that nobody can change. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { PortalUser, portalOf, tokenIn } from '../helpers/portal.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../bin/localspine.js');
const PASSWORD = 'correct horse battery';

describe('accounts of the portal', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  let base = '';
  const newcomer = (): PortalUser => new PortalUser(base);

  before(async () => {
    await spine.start();
    base = portalOf(spine);
  });
  after(() => spine.remove());

  test('a developer registers, confirms the address by the mailed link, and is signed in', async () => {
    const user = newcomer();
    const answer = await user.submit('/register', { name: 'Ada', email: 'Ada@Example.com', password: PASSWORD });
    assert.match(answer.text, /Check your email/);
    const early = await user.submit('/sign-in', { email: 'ada@example.com', password: PASSWORD });
    assert.equal(early.status, 403);
    assert.match(early.text, /Confirm your email address first/);
    const outbox = await user.open('/mail?to=ada%40example.com');
    const mail = await user.open(/href="(\/mail\/[^"]+)"/.exec(outbox.text)?.[1] ?? '');
    const link = /href="(\/verify\?link=[^"]+)"/.exec(mail.text)?.[1] ?? '';
    const page = await user.open(link);
    const confirmed = await user.post('/verify', {
      csrf: tokenIn(page.text),
      link: new URLSearchParams(link.split('?')[1]).get('link') ?? '',
    });
    assert.equal(confirmed.status, 200);
    assert.match((await user.open('/account')).text, /ada@example\.com/);
    const again = await user.post('/verify', { csrf: tokenIn(confirmed.text), link: 'spent' });
    assert.equal(again.status, 410);
  });

  test('what is entered wrongly is said at the field, and nothing is made', async () => {
    const answer = await newcomer().submit('/register', { name: '', email: 'nobody', password: 'short' });
    assert.equal(answer.status, 400);
    for (const text of ['Enter your name', 'Enter an email address in the correct format', 'Password must be at least 12 characters'])
      assert.ok(answer.text.includes(text), text);
    assert.match(answer.text, /<title>Error: /);
  });

  test('an address that is taken gets a mail, and the page says the same as to anybody', async () => {
    const answer = await newcomer().submit('/register', { name: 'Eve', email: 'developer@localspine.example', password: PASSWORD });
    assert.equal(answer.status, 400, 'addresses of the demonstration are not for registering');
    const second = await newcomer().submit('/register', { name: 'Eve', email: 'ada@example.com', password: PASSWORD });
    assert.match(second.text, /Check your email/);
    assert.match((await newcomer().open('/mail?to=ada%40example.com')).text, /You already have a developer account/);
  });

  test('an address that was never confirmed gets a fresh link, and the page says the same', async () => {
    for (const name of ['Bob', 'Robert']) {
      const answer = await newcomer().submit('/register', { name, email: 'bob@example.com', password: PASSWORD });
      assert.match(answer.text, /Check your email/);
    }
    const { mails } = (await newcomer().api('GET', '/mail?to=bob%40example.com')).json;
    assert.deepEqual(
      mails.map((each: { subject: string }) => each.subject),
      ['Confirm your email address', 'Confirm your email address'],
    );
    const links = new Set(mails.map((each: { text: string }) => /\/verify\?link=(\S+)/.exec(each.text)?.[1]));
    assert.equal(links.size, 2);
  });

  test('wrong passwords are told alike, and five make everybody wait', async () => {
    const user = newcomer();
    const unknown = await user.submit('/sign-in', { email: 'nobody@example.com', password: PASSWORD });
    assert.deepEqual([unknown.status, /The email address or password is not right/.test(unknown.text)], [401, true]);
    for (let tries = 0; tries < 5; tries += 1)
      assert.equal((await user.submit('/sign-in', { email: 'ada@example.com', password: 'wrong wrong wrong' })).status, 401);
    assert.equal((await user.submit('/sign-in', { email: 'ada@example.com', password: PASSWORD })).status, 429);
  });

  test('a form from elsewhere is refused, and so is a session across sites', async () => {
    const user = await newcomer().demonstration('Rae Release Lead');
    assert.equal((await user.post('/teams/new', { name: 'Stolen', csrf: 'x'.repeat(32) })).status, 403);
    const page = await user.open('/teams/new');
    assert.equal(
      (await user.post('/teams/new', { name: 'Stolen', csrf: tokenIn(page.text) }, { origin: 'https://evil.example' })).status,
      403,
    );
    assert.equal((await user.api('POST', '/teams', undefined, { 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.doesNotMatch((await user.open('/teams')).text, /Stolen/);
  });

  test('signing in leads back to where one was going, never to another site', async () => {
    const user = newcomer();
    assert.equal((await user.open('/teams')).path, '/sign-in?next=%2Fteams');
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example'])
      assert.match((await user.open(`/sign-in?next=${encodeURIComponent(next)}`)).text, /name="next" value="\/"/);
  });

  test('a team: its administrator takes people in, a member sees it, a stranger does not', async () => {
    const boss = await newcomer().demonstration('Rae Release Lead');
    const made = await boss.submit('/teams/new', { name: 'Harbour', odsCode: 'YGM01' });
    assert.match(made.path, /^\/teams\/[0-9a-f-]{36}$/);
    const taken = await boss.submit('/teams/new', { name: 'Harbour', odsCode: '' });
    assert.equal(taken.status, 409);
    const added = await boss.submit(made.path, { email: 'developer@localspine.example' }, `${made.path}/members`);
    assert.match(added.text, /Dev Supplier/);
    const member = await newcomer().demonstration('Dev Supplier');
    assert.equal((await member.open(made.path)).status, 200);
    assert.equal((await member.submit(made.path, { email: 'bob@example.com' }, `${made.path}/members`)).status, 403);
    const stranger = await newcomer().demonstration('Casey CIO of R69');
    assert.equal((await stranger.open(made.path)).status, 403);
  });

  test('the last administrator of a team stays', async () => {
    const boss = await newcomer().demonstration('Rae Release Lead');
    const { path } = await boss.submit('/teams/new', { name: 'Lonely' });
    const me = /name="accountId" value="([^"]+)"/.exec((await boss.open(path)).text)?.[1] ?? '';
    assert.equal((await boss.submit(path, { accountId: me }, `${path}/members/remove`)).status, 409);
  });

  test('an API token may do what its owner may, until it is taken back', async () => {
    const user = await newcomer().demonstration('Dev Supplier');
    const made = await user.submit('/account', { label: 'pipeline' }, '/account/tokens');
    const token = /<code>(lsp_[A-Za-z0-9]{40})<\/code>/.exec(made.text)?.[1] ?? '';
    const script = newcomer().use(token);
    assert.equal((await script.api('GET', '/account')).json.email, 'developer@localspine.example');
    assert.equal((await script.api('GET', '/accounts')).status, 403);
    const { fingerprint } = (await script.api('GET', '/account/tokens')).json.tokens[0];
    assert.equal((await script.api('DELETE', `/account/tokens/${fingerprint}`)).status, 200);
    assert.equal((await script.api('GET', '/account')).status, 401);
    assert.doesNotMatch((await user.open('/account')).text, new RegExp(token));
  });

  test('an operator suspends an account: its session is over', async () => {
    const victim = await newcomer().demonstration('Corin CIO of RCD');
    assert.match((await victim.open('/account')).text, /Corin/);
    const suspended = spawnSync(process.execPath, [LAUNCHER, 'portal', 'account', 'suspend', 'cio.rcd@localspine.example', '--json'], {
      env: { ...process.env, ...spine.variables },
      encoding: 'utf8',
    });
    assert.equal(suspended.status, 0, suspended.stderr);
    assert.equal(JSON.parse(suspended.stdout).status, 'suspended');
    assert.match((await victim.open('/account')).path, /^\/sign-in/);
    assert.doesNotMatch((await newcomer().open('/sign-in')).text, /Corin/);
  });

  test('the command line acts for somebody, and the audit trail says so', async () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [LAUNCHER, 'portal', ...args, '--json'], {
        env: { ...process.env, ...spine.variables },
        encoding: 'utf8',
      });
    const made = run('--as', 'developer@localspine.example', 'team', 'create', 'By script');
    assert.equal(made.status, 0, made.stderr);
    const trail = run('audit', '--action', 'team.create');
    const entry = JSON.parse(trail.stdout).entries[0];
    assert.deepEqual([entry.who, entry.actedBy, entry.subject], ['developer@localspine.example', 'operator', 'team By script']);
    assert.equal(run('--as', 'nobody@example.com', 'team', 'list').status, 1);
  });

  test('the OpenAPI document describes what is there', async () => {
    const document = (await newcomer().api('GET', '/openapi.json')).json;
    assert.ok(Object.keys(document.paths).includes('/api/teams/{teamId}/members'));
    assert.equal(document.paths['/api/teams'].post.requestBody.content['application/json'].schema.properties.name.type, 'string');
    assert.equal((await newcomer().api('GET', '/nothing')).json.error, 'not_found');
  });

  test('the audit trail shows a supplier their own part, exports it, and cannot be changed', async () => {
    const member = await newcomer().demonstration('Dev Supplier');
    const page = await member.open('/audit?action=team');
    assert.match(page.text, /team Harbour/);
    assert.doesNotMatch(page.text, /team Lonely/);
    const csv = await member.open('/audit.csv?action=team');
    assert.match(csv.headers['content-type'] ?? '', /text\/csv/);
    assert.match(csv.text, /"team.create","team By script"/);
    await spine.stop();
    const database = new DatabaseSync(join(spine.home, 'portal.sqlite'));
    assert.throws(() => database.exec("update portal_audit set who = 'nobody'"), /append-only/);
    assert.throws(() => database.exec('delete from portal_audit'), /append-only/);
    const kept =
      JSON.stringify(database.prepare('select * from portal_credential').all()) +
      JSON.stringify(database.prepare('select password from portal_account').all());
    assert.doesNotMatch(kept, /lsp_/);
    assert.doesNotMatch(kept, new RegExp(PASSWORD));
    database.close();
  });
});

describe('beyond this machine', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_ADMIN_TOKEN: 'a-long-operator-token' });
  before(() => spine.start());
  after(() => spine.remove());

  test('nobody signs in as a person of the demonstration, or reads the mail of others', async () => {
    const user = new PortalUser(portalOf(spine));
    assert.doesNotMatch((await user.open('/sign-in')).text, /of the demonstration/);
    assert.equal((await user.submit('/sign-in', { accountId: 'x' }, '/sign-in/demonstration')).status, 403);
    assert.match((await user.open('/mail')).path, /^\/sign-in/);
    assert.equal((await user.use('a-long-operator-token').api('GET', '/account')).json.role, 'operator');
  });
});
