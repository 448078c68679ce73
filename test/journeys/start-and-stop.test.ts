/** The life of the process: summary, readiness, clean stop, and one clear sentence for each way a start can fail. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';

/** What the command says and how it ends when it cannot start. */
function failedStart(variables: Readonly<Record<string, string>>, home?: string): { status: number | null; stderr: string } {
  return new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', ...variables }, home).cli('start');
}

describe('start and stop', () => {
  test('every environment answers, each with its own certificate authority; SIGTERM ends cleanly', async () => {
    const spine = await new LocalSpine().start();
    for (const id of ['SANDBOX', 'INT', 'DEP', 'PROD']) {
      const health = await spine.call(id, '/_localspine/health');
      assert.equal(health.status, 200, health.text);
      assert.equal(health.json.environment, id);
    }
    assert.match(spine.output, /not affiliated/i);
    const authorities = await Promise.all(['INT', 'DEP', 'PROD', 'SANDBOX'].map((id) => spine.admin(id, '/ca.pem')));
    const [int, dep, prod] = authorities;
    assert.ok(int && dep && prod);
    const subordinates = authorities.map((each) => each.text.split('-----BEGIN CERTIFICATE-----')[1]);
    assert.equal(new Set(subordinates).size, 4, 'each has a sub CA of its own');
    const root = (text: string): string => text.split('-----BEGIN CERTIFICATE-----').at(-1) ?? '';
    assert.equal(root(int.text), root(dep.text), 'INT and DEP share the path-to-live root');
    assert.notEqual(root(int.text), root(prod.text), 'PROD has its own');
    assert.equal(await spine.stop('SIGTERM'), 0);
    assert.doesNotMatch(spine.output, /unhandled|Error:/i);
    await spine.remove();
  });

  test('secrets in the data folder are for their owner only', async () => {
    const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' }).start();
    assert.equal(statSync(join(spine.home, 'seal.key')).mode & 0o077, 0);
    await spine.remove();
  });

  test('Ctrl-C lets a request under way finish', async () => {
    const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' }).start();
    await spine.call('INT', '/_localspine/health');
    await spine.admin('INT', '/faults', {
      method: 'POST',
      body: { service: 'ers', operation: 'A004', effect: { kind: 'delay', milliseconds: 400 } },
    });
    const slow = spine.call('INT', '/referrals/FHIR/STU3/CodeSystem/PRIORITY');
    await new Promise((resolve) => setTimeout(resolve, 150));
    const ended = spine.stopKeepingConnections('SIGINT');
    assert.equal((await slow).status, 401);
    assert.equal(await ended, 0);
    await spine.remove();
  });

  test('a port in use: what else was opening by then is closed, and the process ends', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    assert.ok(typeof address === 'object' && address !== null);
    const environments = { LOCALSPINE_ENVIRONMENTS: 'SANDBOX,INT,DEP,PROD', LOCALSPINE_PORT_BASE: String(address.port - 83) };
    const { status, stderr } = failedStart(environments);
    blocker.close();
    assert.equal(status, 1);
    assert.match(stderr, /is already in use/);
  });

  test('a port in use', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { status, stderr } = failedStart({ LOCALSPINE_PORT_BASE: String(address.port - 143) });
    blocker.close();
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`Port ${address.port} is already in use`));
    assert.match(stderr, /LOCALSPINE_PORT_BASE/);
  });

  test('a data folder that another process uses', async () => {
    const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' }).start();
    const { status, stderr } = failedStart({}, spine.home);
    assert.equal(status, 1);
    assert.match(stderr, /in use by another LocalSpine/);
    assert.equal((await spine.call('INT', '/_localspine/health')).status, 200, 'the first goes on');
    await spine.remove();
  });

  test('a corrupt database', () => {
    const home = mkdtempSync(join(tmpdir(), 'localspine-corrupt-'));
    mkdirSync(join(home, 'int'));
    writeFileSync(join(home, 'int/int.sqlite'), 'no database '.repeat(1_000));
    const { status, stderr } = failedStart({}, home);
    assert.equal(status, 1);
    assert.match(stderr, /not a readable database/);
  });

  test('a folder that cannot be written', { skip: process.getuid?.() === 0 ? 'root may write anywhere' : false }, () => {
    const home = mkdtempSync(join(tmpdir(), 'localspine-readonly-'));
    chmodSync(home, 0o500);
    const { status, stderr } = failedStart({}, home);
    assert.equal(status, 1);
    assert.match(stderr, /cannot be written/);
  });

  test('a data folder that is a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'localspine-file-')), 'home');
    writeFileSync(file, '');
    const { status, stderr } = failedStart({}, file);
    assert.equal(status, 1);
    assert.match(stderr, /cannot be written/);
  });

  test('settings that are wrong are all named at once', () => {
    const { status, stderr } = failedStart({
      LOCALSPINE_ENVIRONMENTS: 'INT,TRAIN',
      LOCALSPINE_PORT_BASE: 'eight',
      LOCALSPINE_HOST: '0.0.0.0',
      LOCALSPINE_COLOUR: 'blue',
    });
    assert.equal(status, 1);
    for (const name of ['TRAIN', 'LOCALSPINE_PORT_BASE', 'LOCALSPINE_ADMIN_TOKEN', 'LOCALSPINE_COLOUR'])
      assert.match(stderr, new RegExp(name));
  });
});
