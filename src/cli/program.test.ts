/** The command line as its user meets it: help everywhere, exit codes, one clear sentence. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { CommandBook } from './invocation.ts';
import { buildProgram, family, run } from './program.ts';
import type { Terminal } from './terminal.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

const emptyHome = mkdtempSync(join(tmpdir(), 'localspine-cli-'));

async function localspine(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = { LOCALSPINE_HOME: emptyHome },
): Promise<Ran> {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal: Terminal = {
    interactive: false,
    colour: false,
    out: (text) => void out.push(text),
    note: (text) => void notes.push(text),
    confirm: async () => false,
    secret: async () => '',
  };
  return { code: await run(args, { variables, folder: emptyHome, terminal }), out: out.join('\n'), notes: notes.join('\n') };
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

const terminal: Terminal = {
  interactive: false,
  colour: false,
  out: () => undefined,
  note: () => undefined,
  confirm: async () => false,
  secret: async () => '',
};
const commands = family(buildProgram(new CommandBook({ variables: {}, folder: '.', terminal })));

test('there is every command the manual promises', () => {
  assert.deepEqual(
    commands
      .filter((each) => each.commands.length === 0)
      .map((each) => pathOf(each).join(' '))
      .sort(),
    [
      'app create',
      'app list',
      'app show',
      'asid allocate',
      'asid calculate',
      'asid join',
      'asid list',
      'asid rename',
      'asid retire',
      'asid sharing',
      'asid show',
      'build add',
      'build list',
      'certificate authorities',
      'certificate collect',
      'certificate cut-over',
      'certificate decide',
      'certificate download',
      'certificate list',
      'certificate renew',
      'certificate renew-authority',
      'certificate request',
      'certificate requests',
      'certificate revoke',
      'certificate revoke-authority',
      'certificate sign',
      'cis2 end-session',
      'cis2 list',
      'cis2 register',
      'cis2 remove',
      'cis2 renew-secret',
      'cis2 rotate-keys',
      'cis2 sessions',
      'cis2 show',
      'clock advance',
      'clock release',
      'clock set',
      'clock show',
      'collection',
      'conformance delete',
      'conformance list',
      'conformance not-applicable',
      'conformance show',
      'conformance sign-off',
      'conformance start',
      'conformance status',
      'conformance stop',
      'directory add-product',
      'directory change-address',
      'directory change-version',
      'directory decide',
      'directory duties',
      'directory grant',
      'directory history',
      'directory products',
      'directory register',
      'directory requests',
      'directory retire',
      'directory revoke',
      'directory systems',
      'dns list',
      'dns register',
      'dns request',
      'dns withdraw',
      'dns zones',
      'doctor app',
      'doctor chain',
      'doctor token',
      'env export',
      'env get',
      'env rows',
      'env show',
      'evidence export',
      'evidence verify',
      'explain',
      'fault add',
      'fault catalogue',
      'fault clear',
      'fault list',
      'identity-agent insert',
      'identity-agent remove',
      'identity-agent role',
      'identity-agent settings',
      'identity-agent start',
      'identity-agent status',
      'identity-agent ticket',
      'journal show',
      'journal tail',
      'key create',
      'maintenance add',
      'maintenance approve',
      'maintenance availability',
      'maintenance cancel',
      'maintenance change',
      'maintenance complete',
      'maintenance digest',
      'maintenance entry',
      'maintenance ical',
      'maintenance list',
      'maintenance night move',
      'maintenance night restore',
      'maintenance night skip',
      'maintenance night withdraw',
      'maintenance overrun',
      'maintenance release add',
      'maintenance release list',
      'maintenance release withdraw',
      'maintenance show',
      'maintenance simulate',
      'maintenance start',
      'onboard int',
      'outbox list',
      'outbox retry',
      'portal account list',
      'portal account restore',
      'portal account suspend',
      'portal account token',
      'portal application add-api',
      'portal application allocate-asid',
      'portal application approve-api',
      'portal application bind-asid',
      'portal application callback',
      'portal application check-keys',
      'portal application list',
      'portal application name',
      'portal application new-secret',
      'portal application register',
      'portal application rename',
      'portal application request-asid',
      'portal application resume',
      'portal application revoke',
      'portal application revoke-key',
      'portal application set-keys',
      'portal application show',
      'portal application suspend',
      'portal application unbind-asid',
      'portal application usage',
      'portal audit',
      'portal connect ask',
      'portal connect begin',
      'portal connect decide',
      'portal connect form',
      'portal connect give-back',
      'portal connect list',
      'portal connect show',
      'portal connect suspend',
      'portal mail',
      'portal road advise',
      'portal road answer',
      'portal road begin',
      'portal road do',
      'portal road duties',
      'portal road history',
      'portal road list',
      'portal road reviewers',
      'portal road show',
      'portal team add',
      'portal team create',
      'portal team list',
      'rehearse release',
      'reset',
      'seed',
      'smartcard clear',
      'smartcard insert',
      'smartcard issue',
      'smartcard list',
      'smartcard lock',
      'smartcard passcode',
      'smartcard person',
      'smartcard position',
      'smartcard rbac',
      'smartcard register',
      'smartcard remove',
      'smartcard renew',
      'smartcard repair',
      'smartcard revoke',
      'smartcard show',
      'smartcard unlock',
      'snapshot list',
      'snapshot load',
      'snapshot save',
      'start',
      'status',
      'token',
    ],
  );
});

for (const command of commands) {
  const path = pathOf(command);
  const name = ['localspine', ...path].join(' ');

  test(`${name} explains itself with --help and does nothing else`, async () => {
    const { code, out, notes } = await localspine([...path, '--help']);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^Usage: ${name}\\b`));
    assert.equal(notes, '');
  });

  test(`${name} refuses an option it does not know with exit code 2`, async () => {
    const { code, notes } = await localspine([...path, '--no-such-option']);
    assert.equal(code, 2);
    assert.match(notes, /no-such-option|Required option|Usage:/);
  });

  if (command.commands.length === 0) {
    test(`${name} takes --environment and --json, and knows its environments`, async () => {
      const { out } = await localspine([...path, '--help']);
      assert.match(out, /--environment <id>/);
      assert.match(out, /--json/);
      const { code, notes } = await localspine([...path, '--environment', 'live', '--json']);
      assert.equal(code, 2);
      const problem = JSON.parse(notes);
      assert.equal(problem.error, 'usage');
      assert.match(problem.message, /Environments are sandbox, int, dep, prod/);
    });
  }
}

test('--version prints the version of the package', async () => {
  const { code, out } = await localspine(['--version']);
  assert.equal(code, 0);
  assert.match(out, /^\d+\.\d+\.\d+/);
});

for (const args of [
  [],
  ['nonsense'],
  ['clock'],
  ['clock', 'advance'],
  ['clock', 'set', 'a', 'b'],
  ['fault', 'add', '--service', 'ers'],
  ['fault', 'add', '--service', 'ers', '--status', '200'],
  ['token'],
  ['app', 'create'],
  ['app', 'create', '--mode', 'unrestricted'],
  ['journal', 'tail', '--limit', '0'],
]) {
  test(`"localspine ${args.join(' ')}" is wrong usage: exit code 2, on stderr`, async () => {
    const { code, out, notes } = await localspine(args);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.notEqual(notes, '');
  });
}

test('a command that needs a running LocalSpine says so, and how to start it', async () => {
  const { code, out, notes } = await localspine(['clock', 'show']);
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(notes, /^LocalSpine is not running with the data folder .*\nStart it in another terminal with: npm start$/);
});

test('with --json the same is one line for machines', async () => {
  const { code, notes } = await localspine(['clock', 'show', '--json']);
  assert.equal(code, 1);
  assert.deepEqual(Object.keys(JSON.parse(notes)), ['error', 'message', 'fix']);
});

test('wrong settings are refused with the name of each', async () => {
  const { code, notes } = await localspine(['status'], {
    LOCALSPINE_HOME: emptyHome,
    LOCALSPINE_PORT_BASE: 'high',
    LOCALSPINE_COLOUR: 'red',
  });
  assert.equal(code, 1);
  assert.match(notes, /LOCALSPINE_PORT_BASE must be a whole number/);
  assert.match(notes, /LOCALSPINE_COLOUR is not a setting/);
});

test('data is not thrown away without a person or --yes', async (t) => {
  const { home, asked } = await pretendEnvironment(t, {});
  const { code, notes } = await localspine(['reset'], { LOCALSPINE_HOME: home });
  assert.equal(code, 1);
  assert.match(notes, /Add --yes/);
  assert.deepEqual(asked, []);
});

test('commands speak the admin API with the operator’s token', async (t) => {
  const { home, asked } = await pretendEnvironment(t, {
    'PUT /_localspine/clock': { now: '2026-12-02T19:59:00.000Z', realNow: '2026-12-01T19:59:00.000Z', offsetSeconds: 86_400 },
  });
  const { code, out } = await localspine(['clock', 'advance', '1d'], { LOCALSPINE_HOME: home, LOCALSPINE_ADMIN_TOKEN: 'operator' });
  assert.equal(code, 0);
  assert.equal(out, 'INT is at 2026-12-02T19:59:00.000Z, 1d ahead of real time');
  assert.deepEqual(asked, [{ request: 'PUT /_localspine/clock', authorization: 'Bearer operator', body: '{"advance":"1d"}' }]);
});

test('what the admin API refuses is passed on in its own words', async (t) => {
  const { home } = await pretendEnvironment(t, {});
  const { code, notes } = await localspine(['clock', 'set', '2020-01-01T00:00:00Z'], { LOCALSPINE_HOME: home });
  assert.equal(code, 1);
  assert.equal(notes, 'Not today.\nTry tomorrow.');
});

test('an environment that is not open is named, with those that are', async (t) => {
  const { home } = await pretendEnvironment(t, {});
  const { code, notes } = await localspine(['clock', 'show', '--environment', 'prod'], { LOCALSPINE_HOME: home });
  assert.equal(code, 1);
  assert.match(notes, /^PROD is not open; LocalSpine runs INT\./);
});

interface Asked {
  readonly request: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A data folder that announces INT, and a server that answers what it is told and refuses the rest. */
async function pretendEnvironment(
  t: { after(end: () => void): void },
  answers: Readonly<Record<string, object>>,
): Promise<{ home: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const name = `${request.method} ${request.url}`;
      asked.push({ request: name, authorization: request.headers.authorization, body: Buffer.concat(chunks).toString() });
      const answer = answers[name];
      response.writeHead(answer === undefined ? 409 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { error: 'not_today', message: 'Not today.', fix: 'Try tomorrow.' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const home = mkdtempSync(join(tmpdir(), 'localspine-cli-'));
  const environments = [{ id: 'INT', baseUrl: 'https://localhost:1', httpUrl: `http://127.0.0.1:${port}`, caPath: join(home, 'ca.pem') }];
  writeFileSync(
    join(home, 'running.json'),
    JSON.stringify({ pid: process.pid, startedAt: '2026-12-01T00:00:00.000Z', portal: 'https://localhost:2', environments }),
  );
  return { home, asked };
}
