/** Authlib (Python) as relying party of CIS2 and as client of the API platform. Needs `INTEROP_PYTHON`, a Python with requirements.txt. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const PYTHON = process.env['INTEROP_PYTHON'];
const REALM = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
const CALLBACK = 'http://localhost:3999/callback';
const USER = '656005750107';

test('Authlib signs in with CIS2, through the combined flow, and by signed JWT', {
  skip: PYTHON === undefined ? 'INTEROP_PYTHON is not set' : false,
}, async () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const supplier = new Supplier(await spine.start());
  try {
    const keys = makeKeyPair();
    const attended = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks, callbackUrl: CALLBACK });
    const unattended = await supplier.register({ accessMode: 'application-restricted', jwks: keys.jwks });
    const client = await spine.admin('INT', '/identity/clients', {
      method: 'POST',
      body: { client_name: 'Authlib', redirect_uris: [CALLBACK] },
    });
    const { baseUrl, caPath } = spine.environment('INT');
    const got = await run({
      issuer: `${baseUrl}${REALM}`,
      clientId: client.json.client_id,
      clientSecret: client.json.client_secret,
      platform: `${baseUrl}/oauth2`,
      apiKey: attended.apiKey,
      secret: attended.secret,
      unattendedKey: unattended.apiKey,
      kid: keys.kid,
      privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      callback: CALLBACK,
      user: USER,
      ca: caPath,
    });
    assert.equal(got.cis2.claims.sub, USER);
    assert.equal(got.cis2.userinfo.nhsid_useruid, USER);
    assert.equal(got.combined.state, true);
    assert.equal(got.combined.token.refresh_count, '0');
    assert.equal(got.combined.refreshed.refresh_count, '1');
    assert.match(got.application.access_token, /^[A-Za-z0-9]{28}$/);
  } finally {
    await spine.remove();
  }
});

/** Runs the client with its input; gives its output. */
// biome-ignore lint/suspicious/noExplicitAny: what the client got, looked into by the test
function run(input: { readonly ca: string; readonly [name: string]: unknown }): Promise<any> {
  // requests lets these variables of the machine win over what a program says.
  const env = { ...process.env, REQUESTS_CA_BUNDLE: input.ca, NO_PROXY: 'localhost,127.0.0.1' };
  return new Promise((done, failed) => {
    const child = execFile(PYTHON ?? '', [join(import.meta.dirname, 'authlib_client.py')], { env }, (error, stdout, stderr) =>
      error === null ? done(JSON.parse(stdout)) : failed(new Error(stderr)),
    );
    child.stdin?.end(JSON.stringify(input));
  });
}
