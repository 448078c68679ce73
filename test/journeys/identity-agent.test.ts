/** The Identity Agent stand-in as a workstation has it: started from a settings file, asked for tickets by desktop software, its card taken out. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { LocalSpine } from '../helpers/localspine.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../bin/localspine.js');
const HOLDER = '656005750104';

describe('the Identity Agent stand-in', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  let agent: ChildProcess;
  let webApplication: Server;
  let pushed: Promise<string>;
  let url = '';
  let ticketFile = '';

  const assertion = async (ticket: string): Promise<string> =>
    (await spine.call('INT', `/saml/RoleAssertion?token=${encodeURIComponent(ticket)}`)).text;
  const ask = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, headers: Record<string, string> = {}) => {
    const reply = await request(`${url}${path}`, {
      method,
      headers,
      reset: true,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: reply.statusCode, text: await reply.body.text() };
  };

  before(async () => {
    await spine.start();
    const settings = join(spine.home, 'int.reg');
    const made = spine.cli('identity-agent', 'settings', '--client', 'bt-ia13', '--out', settings, '--json');
    assert.equal(made.status, 0, made.stderr);
    writeFileSync(join(spine.home, 'passcode'), '1234\n');
    webApplication = createServer();
    pushed = new Promise((done) =>
      webApplication.once('request', (message, response) => {
        response.end();
        done(`${message.method} ${decodeURIComponent(message.url ?? '')} from ${message.headers.referer}`);
      }),
    );
    await new Promise<void>((ready) => webApplication.listen(0, '127.0.0.1', () => ready()));
    const address = webApplication.address();
    assert.ok(typeof address === 'object' && address !== null);
    agent = spawn(
      process.execPath,
      [
        LAUNCHER,
        'identity-agent',
        'start',
        '--json',
        '--settings',
        settings,
        '--card',
        HOLDER,
        '--passcode-file',
        join(spine.home, 'passcode'),
        '--push',
        `http://127.0.0.1:${address.port}`,
      ],
      { env: { ...process.env, ...spine.variables }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const line = await new Promise<string>((done, failed) => {
      agent.stdout?.once('data', (chunk) => done(String(chunk)));
      agent.once('exit', (code) => failed(new Error(`the agent ended with ${code}`)));
    });
    const started: { url: string; ticketFile: string; signedOn: boolean } = JSON.parse(line);
    assert.equal(started.signedOn, true);
    ({ url, ticketFile } = started);
  });
  after(async () => {
    agent.kill('SIGKILL');
    webApplication.close();
    await spine.remove();
  });

  test('desktop software gets the ticket by HTTP and from a file that is its owner’s alone', async () => {
    const ticket = (await ask('GET', '/ticket')).text;
    assert.match(ticket, /^AQIC5wM2LY4Sfc.*=@AAJTSQACMDE=#$/);
    assert.equal(readFileSync(ticketFile, 'utf8'), ticket);
    assert.equal(statSync(ticketFile).mode & 0o777, 0o600);
    assert.equal((await ask('POST', '/ticket')).text, ticket, 'asking again signs nobody on again');
    assert.equal(spine.cli('identity-agent', 'ticket').stdout.trim(), ticket);
    assert.match(await assertion(ticket), /samlp:Success/);
    assert.equal(await pushed, `PUT /set_ticket/${ticket} from ${spine.environment('INT').baseUrl}`);
    // From here on nobody takes tickets, and nobody who asks for one notices.
    webApplication.close();
    webApplication.closeAllConnections();
  });

  test('a role is put in force through the agent; one that is not the user’s is refused', async () => {
    const status: { roles: { roleProfileId: string }[] } = JSON.parse(spine.cli('identity-agent', 'status', '--json').stdout);
    const role = status.roles[1]?.roleProfileId ?? '';
    assert.equal(spine.cli('identity-agent', 'role', role).status, 0);
    assert.ok(
      (await assertion((await ask('GET', '/ticket')).text)).includes(
        `"ssbSessionRoleUid" AttributeNamespace="http://www.syntegra.com"><saml:AttributeValue>${role}<`,
      ),
    );
    const refused = spine.cli('identity-agent', 'role', '555000000000', '--json');
    assert.deepEqual([refused.status, JSON.parse(refused.stderr).error], [1, 'role_refused']);
  });

  test('a new ticket ends the session before', async () => {
    const before = (await ask('GET', '/ticket')).text;
    const fresh = (await ask('POST', '/ticket/new')).text;
    assert.notEqual(fresh, before);
    assert.match(await assertion(before), /samlp:Requester/);
    assert.match(await assertion(fresh), /samlp:Success/);
  });

  test('web pages and foreign names get nothing', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { host: 'evil.example' }])
      assert.equal((await ask('GET', '/ticket', undefined, headers)).status, 403);
    assert.equal((await ask('GET', '/nothing')).status, 404);
    assert.equal((await ask('PUT', '/card', { card: 1 })).status, 400);
    assert.equal((await ask('PUT', '/role', { roleProfileId: 'x'.repeat(9_000) })).status, 413);
  });

  test('a card taken out at its reader ends the session, the ticket and the file', async () => {
    const ticket = (await ask('GET', '/ticket')).text;
    assert.equal(spine.cli('smartcard', 'remove', HOLDER).status, 0);
    assert.match(await assertion(ticket), /samlp:Requester/);
    for (let tries = 0; tries < 100 && existsSync(ticketFile); tries += 1) await wait(50);
    assert.equal(existsSync(ticketFile), false);
    const none = await ask('GET', '/ticket');
    assert.equal(none.status, 404);
    assert.match(none.text, /0x80100009/);
    assert.equal((await ask('POST', '/ticket')).status, 404);
  });

  test('a card is put in with its passcode, and taken out through the agent', async () => {
    const wrong = spine.cli('identity-agent', 'insert', HOLDER, '--passcode', '0000', '--json');
    assert.deepEqual([wrong.status, JSON.parse(wrong.stderr).error], [1, 'passcode_wrong']);
    const unasked = spine.cli('identity-agent', 'insert', HOLDER);
    assert.equal(unasked.status, 1, 'nobody is here to type');
    assert.equal(spine.cli('identity-agent', 'insert', HOLDER, '--passcode', '1234').status, 0);
    const ticket = (await ask('GET', '/ticket')).text;
    assert.equal((await spine.admin('INT', `/identity/cards/${HOLDER}`)).json.inserted, true);
    assert.equal(spine.cli('identity-agent', 'remove').status, 0);
    assert.match(await assertion(ticket), /samlp:Requester/);
    assert.equal((await spine.admin('INT', `/identity/cards/${HOLDER}`)).json.inserted, false);
  });

  test('told to stop, it signs off and leaves nothing behind', async () => {
    assert.equal(spine.cli('identity-agent', 'insert', HOLDER, '--passcode', '1234').status, 0);
    const ticket = (await ask('GET', '/ticket')).text;
    const ended = new Promise<number | null>((done) => agent.once('exit', done));
    agent.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.equal(existsSync(ticketFile), false);
    assert.match(await assertion(ticket), /samlp:Requester/);
    const gone = spine.cli('identity-agent', 'status', '--json');
    assert.deepEqual([gone.status, JSON.parse(gone.stderr).error], [1, 'agent_not_running']);
  });
});
