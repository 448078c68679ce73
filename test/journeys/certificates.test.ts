/** A supplier's certificate from request to revocation, over the wire: PTL-067 to PTL-070, DESIGN.md D13. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { Agent, request } from 'undici';
import { LocalSpine } from '../helpers/localspine.ts';

const NAME = 'mysystem.acme.thirdparty.nhs.uk';
const localspine = new LocalSpine();

before(() => localspine.start());
after(() => localspine.remove());

interface Held {
  readonly serial: string;
  readonly key: string;
  readonly cert: string;
}

/** Asks for a certificate as a supplier does on the command line. */
function requested(environment: string, ...options: readonly string[]): Held {
  const { status, stdout, stderr } = localspine.cli(
    'certificate',
    'request',
    NAME,
    '--ods',
    'R69',
    '--register',
    '--environment',
    environment,
    '--json',
    ...options,
  );
  assert.equal(status, 0, stderr);
  const { serial, privateKeyPath, chainPath } = JSON.parse(stdout);
  return { serial, key: readFileSync(privateKeyPath, 'utf8'), cert: readFileSync(chainPath, 'utf8') };
}

async function mutualTlsPort(environment: string): Promise<number> {
  const { json } = await localspine.admin(environment, '/manifest');
  return json.listeners.find(({ name }: { name: string }) => name === 'mutual-tls').port;
}

/** Calls an environment's mutual-TLS door: the status of the answer, or `refused` when the connection is ended. */
async function knock(environment: string, held?: Pick<Held, 'key' | 'cert'>): Promise<number | 'refused'> {
  const ca = (await localspine.admin(environment, '/certificates/trust.pem')).text;
  const agent = new Agent({ connect: { ca, ...(held === undefined ? {} : { key: held.key, cert: held.cert }) } });
  try {
    const port = await mutualTlsPort(environment);
    const { statusCode, body } = await request(`https://localhost:${port}/_localspine/health`, { dispatcher: agent });
    await body.dump();
    return statusCode;
  } catch {
    return 'refused';
  } finally {
    await agent.destroy();
  }
}

/** Reasons for which the mutual-TLS door refused clients, newest first. */
async function refusals(environment: string): Promise<readonly { check: string; why: string }[]> {
  const { json } = await localspine.admin(environment, '/journal?operation=mutual-tls&limit=50');
  return json.exchanges.map(({ refusal }: { refusal: { check: string; why: string } }) => refusal);
}

describe('the register of names decides (sds.md §11)', () => {
  const cli = (...args: readonly string[]): ReturnType<LocalSpine['cli']> => localspine.cli(...args, '--environment', 'int', '--json');
  const system = 'mhs.b81001.thirdparty.nhs.uk';

  test('a name that nobody registered gets no certificate, and the journal says why', async () => {
    const refused = cli('certificate', 'request', 'nobody.acme.thirdparty.nhs.uk', '--ods', 'R69');
    assert.equal(refused.status, 1);
    assert.match(refused.stdout + refused.stderr, /is not registered in this environment.*dns request/s);
    const { json } = await localspine.admin('INT', '/journal?service=pki&verdict=refused&limit=5');
    assert.match(JSON.stringify(json.exchanges[0].refusal), /nobody\.acme\.thirdparty\.nhs\.uk is not registered/);
  });

  test('a name that was asked for of the DNS team gets one, for its organisation only', () => {
    const name = 'asked.acme.thirdparty.nhs.uk';
    const asked = JSON.parse(cli('dns', 'request', name, '--ods', 'RCD').stdout);
    assert.equal(asked.state, 'live', 'simulated staff act at once');
    assert.deepEqual(asked.outcome.name.addresses, ['127.0.0.1']);
    assert.match(asked.outcome.name.advice, /localspine certificate request asked/);
    const other = cli('certificate', 'request', name, '--ods', 'R69');
    assert.match(other.stdout + other.stderr, /registered to another organisation than R69/);
    assert.equal(cli('certificate', 'request', name, '--ods', 'RCD').status, 0);
    const taken = cli('dns', 'request', name, '--ods', 'R69');
    assert.match(taken.stdout + taken.stderr, /is registered to RCD/);
  });

  test('a registered system brings its name along: it resolves, its maker may ask, and mutual TLS lets it in until it is retired', async () => {
    const { json: product } = await localspine.admin('INT', '/endpoint-registration/products', {
      method: 'POST',
      body: {
        manufacturerOdsCode: 'ZS001',
        name: 'Names',
        version: '1',
        kind: 'MHS',
        messageSet: ['urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1'],
        additionalInteractions: [],
      },
    });
    const register = JSON.parse(cli('directory', 'register', '--ods', 'B81001', '--product', product.productKey, '--fqdn', system).stdout);
    assert.deepEqual(
      [register.outcome.name.registeredBy, register.outcome.name.addresses, register.outcome.name.certificate],
      ['system', ['127.0.0.1'], undefined],
    );
    const made = JSON.parse(cli('certificate', 'request', system, '--ods', 'ZS001').stdout);
    const held = { key: readFileSync(made.privateKeyPath, 'utf8'), cert: readFileSync(made.chainPath, 'utf8') };
    assert.equal(await knock('INT', held), 200);
    const { names } = (await localspine.admin('INT', '/endpoint-registration/names')).json;
    const listed = names.find(({ fqdn }: { fqdn: string }) => fqdn === system);
    assert.deepEqual([listed.odsCode, listed.certificate.serial], ['B81001', made.serial]);
    cli('directory', 'retire', register.outcome.partyKey, product.productKey);
    assert.equal(await knock('INT', held), 'refused');
    assert.equal((await refusals('INT'))[0]?.check, 'pki.fqdn-not-registered');
  });

  test('a published name is nobody’s to ask for', () => {
    const refused = cli('certificate', 'request', 'int.api.service.nhs.uk', '--ods', 'X26');
    assert.match(refused.stdout + refused.stderr, /own doors/);
    const asked = cli('dns', 'request', 'int.api.service.nhs.uk', '--ods', 'X26');
    assert.match(asked.stdout + asked.stderr, /published name/);
  });
});

describe('mutual TLS', () => {
  test('a certificate of the environment opens its door, until it is revoked', async () => {
    const held = requested('dep', '--days', '1');
    assert.equal(await knock('DEP', held), 200);
    const revoked = localspine.cli('certificate', 'revoke', held.serial, '--environment', 'dep', '--reason', 'keyCompromise', '--yes');
    assert.equal(revoked.status, 0, revoked.stderr);
    assert.equal(await knock('DEP', held), 'refused');
    const [reason] = await refusals('DEP');
    assert.equal(reason?.check, 'pki.revoked');
    assert.match(reason?.why ?? '', /keyCompromise/);
  });

  test('a certificate of generation 1 opens it as well, while the change-over lasts (PTL-069)', async () => {
    assert.equal(await knock('DEP', requested('dep', '--created', '2026-01-15')), 200);
  });

  test('an expired one does not, and the journal says that it has expired', async () => {
    assert.equal(await knock('DEP', requested('dep', '--created', '2026-01-15', '--days', '30')), 'refused');
    assert.equal((await refusals('DEP'))[0]?.check, 'mutual-tls.expired');
  });

  test('a certificate of INT is refused in DEP although both chain to one root; one of PROD too; and none (DESIGN.md D13)', async () => {
    const [int, prod] = [requested('int'), requested('prod')];
    assert.equal(await knock('INT', int), 200);
    assert.equal(await knock('DEP', int), 'refused');
    assert.equal((await refusals('DEP'))[0]?.check, 'pki.wrong-environment');
    assert.equal(await knock('DEP', prod), 'refused');
    assert.equal((await refusals('DEP'))[0]?.check, 'mutual-tls.untrusted');
    assert.equal(await knock('DEP'), 'refused');
    assert.equal((await refusals('DEP'))[0]?.check, 'mutual-tls.no-certificate');
  });

  test('a session that is taken up again is checked again', async () => {
    const held = requested('dep');
    const options = {
      host: 'localhost',
      port: await mutualTlsPort('DEP'),
      ca: (await localspine.admin('DEP', '/certificates/trust.pem')).text,
      key: held.key,
      cert: held.cert,
    };
    const health = 'GET /_localspine/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const exchange = (session?: Buffer): Promise<{ text: string; session: Buffer | undefined; reused: boolean }> =>
      new Promise((resolve) => {
        let text = '';
        let ticket: Buffer | undefined;
        let reused = false;
        const socket: TLSSocket = connect(session === undefined ? options : { ...options, session }, () => {
          reused = socket.isSessionReused();
          socket.write(health);
        });
        socket.on('session', (given) => (ticket = given));
        socket.on('data', (chunk) => (text += chunk));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve({ text, session: ticket, reused }));
      });
    const first = await exchange();
    assert.match(first.text, /^HTTP\/1\.1 200/);
    const second = await exchange(first.session);
    assert.equal(second.reused, true);
    assert.match(second.text, /^HTTP\/1\.1 200/);
    await localspine.admin('DEP', `/pki/certificates/${held.serial}/revoke`, { method: 'POST', body: { reason: 'superseded' } });
    const third = await exchange(second.session ?? first.session);
    assert.equal(third.text, '');
  });
});

describe('an open connection', () => {
  /** One connection that stays open: each call is a request on it; `ended` when it was closed instead of answered. */
  async function connection(environment: string, held: Held): Promise<{ ask: () => Promise<string>; close: () => void }> {
    const socket = connect({
      host: 'localhost',
      port: await mutualTlsPort(environment),
      ca: (await localspine.admin(environment, '/certificates/trust.pem')).text,
      key: held.key,
      cert: held.cert,
    });
    socket.on('error', () => undefined);
    const ask = (): Promise<string> =>
      new Promise((resolve) => {
        socket.once('data', (chunk) => resolve(String(chunk).split('\r\n')[0] ?? ''));
        socket.once('close', () => resolve('ended'));
        socket.write('GET /_localspine/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
      });
    return { ask, close: () => socket.destroy() };
  }

  test('ends at its next request when its certificate was revoked', async () => {
    const held = requested('dep');
    const open = await connection('DEP', held);
    assert.match(await open.ask(), /200/);
    assert.match(await open.ask(), /200/);
    await localspine.admin('DEP', `/pki/certificates/${held.serial}/revoke`, { method: 'POST', body: { reason: 'keyCompromise' } });
    assert.equal(await open.ask(), 'ended');
    assert.equal((await refusals('DEP'))[0]?.check, 'pki.revoked');
    open.close();
  });

  test('ends when its name was withdrawn', async () => {
    const name = 'withdrawn.acme.thirdparty.nhs.uk';
    const made = JSON.parse(
      localspine.cli('certificate', 'request', name, '--ods', 'R69', '--register', '--environment', 'dep', '--json').stdout,
    );
    const held = { serial: made.serial, key: readFileSync(made.privateKeyPath, 'utf8'), cert: readFileSync(made.chainPath, 'utf8') };
    const open = await connection('DEP', held);
    assert.match(await open.ask(), /200/);
    await localspine.admin('DEP', `/dns/names/${name}`, { method: 'DELETE' });
    assert.equal(await open.ask(), 'ended');
    assert.equal((await refusals('DEP'))[0]?.check, 'pki.fqdn-not-registered');
  });
});

test('a revoked sub CA takes every certificate with it; the doors show the new one at once, and the root’s list says so', async () => {
  const held = requested('prod');
  assert.equal(await knock('PROD', held), 200);
  const { stdout, stderr, status } = localspine.cli(
    ...['certificate', 'revoke-authority', '--reason', 'keyCompromise', '--yes', '--environment', 'prod', '--json'],
  );
  assert.equal(status, 0, stderr);
  const { serial, former } = JSON.parse(stdout);
  assert.equal(await knock('PROD', held), 'refused');
  assert.equal((await refusals('PROD'))[0]?.check, 'pki.authority-revoked');
  assert.equal(await knock('PROD', requested('prod')), 200);
  const { baseUrl } = localspine.environment('PROD');
  const shown = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: 'localhost', port: Number(new URL(baseUrl).port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate(true).issuerCertificate.serialNumber);
      socket.destroy();
    });
    socket.once('error', reject);
  });
  assert.equal(shown, serial);
  const list = await request(`${localspine.environment('PROD').httpUrl}/live/G2/root/NHSRootG2.crl`);
  assert.ok(Buffer.from(await list.body.arrayBuffer()).includes(Buffer.from(former.serial, 'hex')));
  const renewed = localspine.cli('certificate', 'renew-authority', '--environment', 'prod', '--json');
  assert.equal(JSON.parse(renewed.stdout).former.serial, serial);
  assert.equal(await knock('PROD', requested('prod')), 200);
});

describe('what verifiers fetch by plain HTTP', () => {
  test('lists, sub CAs and the responder answer in every environment, PROD included, where nothing else does', async () => {
    for (const [environment, folder, name] of [
      ['INT', 'int', 'NHSINTAuthG2'],
      ['DEP', 'dep', 'NHSDEPAuthG2'],
      ['PROD', 'live', 'NHSAuthG2'],
    ] as const) {
      const { httpUrl } = localspine.environment(environment);
      for (const [path, type] of [
        [`/${folder}/G2/auth/${name}.crl`, 'application/pkix-crl'],
        [`/${folder}/1c/crlc7.crl`, 'application/pkix-crl'],
        [`/${folder}/G2/auth/${name}.crt`, 'application/pkix-cert'],
        [`/${folder}/ocsp/MAA=`, 'application/ocsp-response'],
      ] as const) {
        const { statusCode, headers, body } = await request(`${httpUrl}${path}`);
        await body.dump();
        assert.deepEqual([statusCode, headers['content-type']], [200, type], path);
      }
    }
    const { statusCode } = await request(`${localspine.environment('PROD').httpUrl}/oauth2/token`);
    assert.equal(statusCode, 404);
  });
});

describe('doctor chain', () => {
  test('finds nothing wrong with a door, and says of another environment’s that it is not this one’s', () => {
    const own = localspine.cli('doctor', 'chain', new URL(localspine.environment('INT').baseUrl).host, '--json');
    assert.equal(own.status, 0, own.stdout + own.stderr);
    assert.equal(JSON.parse(own.stdout).healthy, true);
    const other = localspine.cli('doctor', 'chain', new URL(localspine.environment('DEP').baseUrl).host, '--environment', 'int', '--json');
    assert.equal(other.status, 1);
    assert.match(other.stdout, /it is a certificate of DEP/);
  });

  test('knows PEM text under the name .der, and the wrong generation', async () => {
    const file = async (name: string, path: string): Promise<string> => {
      writeFileSync(join(localspine.home, name), (await localspine.admin('INT', `/certificates/${path}`)).bytes);
      return join(localspine.home, name);
    };
    const { stdout } = localspine.cli('doctor', 'chain', await file('sub.der', 'sub-ca.pem'));
    assert.match(stdout, /PEM text under the name \.der/);
    const held = requested('int', '--created', '2026-01-15');
    writeFileSync(join(localspine.home, 'mine.pem'), held.cert);
    const answer = localspine.cli(
      'doctor',
      'chain',
      join(localspine.home, 'mine.pem'),
      '--roots',
      await file('root.pem', 'generation-2/root.pem'),
    );
    assert.equal(answer.status, 1);
    assert.match(answer.stdout, /you installed generation 2, but the certificate was issued by generation 1/);
  });
});

test('a page of another site cannot have anything signed or revoked', async () => {
  const { httpUrl } = localspine.environment('INT');
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, {}]) {
    const { statusCode } = await request(`${httpUrl}/_localspine/pki/sign`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: 'csr=x',
    });
    assert.equal(statusCode, 403);
  }
});

test('certificates survive a reset; renewed and listed by the command line', () => {
  const held = requested('int');
  assert.equal(localspine.cli('reset', '--yes').status, 0);
  const renewed = localspine.cli('certificate', 'renew', held.serial, '--json');
  assert.equal(renewed.status, 0, renewed.stderr);
  assert.equal(JSON.parse(renewed.stdout).renews, held.serial);
  const listed = localspine.cli('certificate', 'list', '--name', NAME);
  assert.ok(listed.stdout.includes(held.serial));
  const der = localspine.cli('certificate', 'download', held.serial, '--form', 'der', '--out', localspine.home, '--json');
  assert.equal(readFileSync(JSON.parse(der.stdout).path)[0], 0x30);
});
