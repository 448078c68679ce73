/**
 * LDAP clients of the field, unmodified: OpenLDAP's ldapsearch, Python ldap3, Java JNDI, Go go-ldap, Node ldapts. Each looks the same system up
 * and reads everything in pages. A client that is not installed is skipped, saying so.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { doorPort } from '../helpers/ldap.ts';
import { LocalSpine } from '../helpers/localspine.ts';

const FOLDER = join(import.meta.dirname, 'ldap');
const INTERACTION = 'urn:nhs:names:services:psis:REPC_IN150016UK05';
const WANTED = 'YES-0000806 S20001A000182 true';
const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
const run = promisify(execFile);
const python = process.env['INTEROP_PYTHON'] ?? 'python3';
let port = '';
let ca = '';

before(async () => {
  await spine.start();
  port = String(await doorPort(spine, 'INT', 'ldaps'));
  ca = spine.environment('INT').caPath;
});
after(() => spine.remove());

function lacks(program: string, ...args: readonly string[]): string | false {
  return spawnSync(program, args).status === 0 ? false : `${program} ${args.join(' ')} does not work here`;
}

test('ldapsearch (OpenLDAP)', { skip: lacks('ldapsearch', '-VV') }, async () => {
  const environment = { ...process.env, LDAPTLS_CACERT: ca };
  // The tools put this machine's own name for "localhost" before they look at the certificate: it is in it.
  const url = `ldaps://localhost:${port}`;
  const filter = `(&(nhsIDCode=YES)(objectClass=nhsMhs)(nhsMhsSvcIA=${INTERACTION}))`;
  const one = await run('ldapsearch', ['-x', '-LLL', '-H', url, '-b', 'ou=services, o=nhs', filter, 'nhsMhsPartyKey', 'nhsMhsCPAId'], {
    env: environment,
  });
  assert.match(one.stdout, /^nhsMhsPartyKey: YES-0000806$/m);
  assert.match(one.stdout, /^nhsMhsCPAId: S20001A000182$/m);
  const all = await run('ldapsearch', ['-x', '-LLL', '-E', 'pr=50/noprompt', '-H', url, '-b', 'o=nhs', '1.1'], { env: environment });
  assert.ok((all.stdout.match(/^dn:/gm) ?? []).length > 100);
});

test('ldap3 (Python)', { skip: lacks(python, '-c', 'import ldap3') }, async () => {
  const { stdout } = await run(python, [join(FOLDER, 'look_up.py'), port, ca, INTERACTION]);
  assert.equal(stdout.trim(), WANTED);
});

test('JNDI (Java)', { skip: lacks('javac', '-version') }, async () => {
  const store = join(spine.home, 'trust.p12');
  readFileSync(ca, 'utf8')
    .split(/(?<=-----END CERTIFICATE-----)/)
    .filter((each) => each.includes('BEGIN'))
    .forEach((pem, index) => {
      execFileSync('keytool', ['-importcert', '-noprompt', '-alias', `ca${index}`, '-keystore', store, '-storepass', 'changeit'], {
        input: pem,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
    });
  const trust = [`-Djavax.net.ssl.trustStore=${store}`, '-Djavax.net.ssl.trustStorePassword=changeit'];
  const { stdout } = await run('java', [...trust, join(FOLDER, 'LookUp.java'), port, INTERACTION]);
  assert.equal(stdout.trim(), WANTED);
});

test('go-ldap (Go)', { skip: lacks('go', 'version') }, async () => {
  const { stdout } = await run('go', ['run', '.', port, ca, INTERACTION], { cwd: join(FOLDER, 'go') });
  assert.equal(stdout.trim(), WANTED);
});

test('ldapts (Node)', async () => {
  const client = new Client({ url: `ldaps://127.0.0.1:${port}`, tlsOptions: { ca: readFileSync(ca) } });
  await client.bind('', '');
  const { searchEntries } = await client.search('ou=services,o=nhs', {
    filter: `(&(nhsIDCode=YES)(objectClass=nhsMhs)(nhsMhsSvcIA=${INTERACTION}))`,
  });
  const all = await client.search('o=nhs', { attributes: ['1.1'], paged: { pageSize: 50 } });
  await client.unbind();
  assert.equal(`${searchEntries[0]?.['nhsMHSPartyKey']} ${searchEntries[0]?.['nhsMhsCPAId']} ${all.searchEntries.length > 100}`, WANTED);
});
