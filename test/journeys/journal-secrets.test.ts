/**
 * Nobody who reads a journal becomes somebody else: sign-ins of every kind are recorded, and no secret, token, ticket, passcode or key that was used
 * can be read back, from the admin API, the portal's pages or its API.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';
import { gpObject, parameter, Workstation } from '../helpers/smartcard.ts';
import { makeKeyPair, Supplier } from '../helpers/supplier.ts';

const CLINICIAN = '656005750104';

describe('secrets in the journal', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  /** What must not be found, by what it is. */
  const secrets = new Map<string, string>();
  let workstation: Workstation;
  let journal = '';

  before(async () => {
    await spine.start();
    const supplier = new Supplier(spine);
    const keys = makeKeyPair();
    // A token by signed assertion, and a call with it.
    const machine = await supplier.register({
      name: 'Secrets machine',
      accessMode: 'application-restricted',
      capability: 'provider',
      odsCode: 'R69',
      jwks: keys.jwks,
    });
    secrets.set('secret of an application', machine.secret);
    const byAssertion = (await supplier.clientCredentials(machine, keys)).json;
    secrets.set('access token of an application', byAssertion.access_token);
    await supplier.ers(byAssertion.access_token, undefined, '/STU3/ReferralRequest/000000070000');
    await supplier.ers(`${byAssertion.access_token}x`, undefined, '/STU3/ReferralRequest/000000070000');
    // A user signs in at the simulated log-on; the token is refreshed, and asked about.
    const app = await supplier.register({ name: 'Secrets app', accessMode: 'user-restricted', callbackUrl: 'https://localhost/callback' });
    secrets.set('secret of the user’s application', app.secret);
    const { json: byUser } = await supplier.userToken(app, '021600556514');
    for (const [what, member] of [
      ['access token of a user', 'access_token'],
      ['refresh token', 'refresh_token'],
      ['ID token', 'id_token'],
    ] as const)
      if (byUser[member] !== undefined) secrets.set(what, byUser[member]);
    const { json: again } = await supplier.form('/oauth2-mock/token', {
      grant_type: 'refresh_token',
      client_id: app.apiKey,
      client_secret: app.secret,
      refresh_token: byUser.refresh_token,
    });
    secrets.set('second access token', again.access_token);
    secrets.set('second refresh token', again.refresh_token);
    // A smartcard signs on; the ticket opens a role assertion.
    workstation = new Workstation(spine);
    const card = await workstation.card(CLINICIAN, '1234');
    const signedOn = await workstation.logOn(card);
    const ticket = parameter(signedOn, 'sso_ticket');
    secrets.set('Spine ticket', ticket);
    await workstation.assertion(ticket);
    await workstation.selectRole(ticket, '555000000000');
    await workstation.post(
      '/login/authlogout',
      gpObject({ service: 'LOGOUT', sso_ticket: ticket, log_session_id: 'x', device_id: 'x', uid: CLINICIAN }),
    );
    // A key that was sent by mistake.
    await spine.admin('INT', '/pki/certificates', {
      method: 'POST',
      body: { csr: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n-----END PRIVATE KEY-----' },
    });
    secrets.set('private key', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw');
    journal = await everything();
  });
  after(async () => {
    workstation?.remove();
    await spine.remove();
  });

  /** All that the admin API tells of every exchange. */
  async function everything(): Promise<string> {
    const { exchanges } = (await spine.admin('INT', '/journal?limit=1000')).json;
    assert.ok(exchanges.length > 10, `${exchanges.length} exchanges`);
    const entries = await Promise.all(exchanges.map((each: { id: string }) => spine.admin('INT', `/journal/${each.id}`)));
    return entries.map((each) => each.text).join('\n');
  }

  test('the sign-ins are in the journal', () => {
    for (const text of ['client_credentials', 'refresh_token', 'authvalidate', 'RoleAssertion']) assert.ok(journal.includes(text), text);
    assert.ok(secrets.size >= 8, `${secrets.size} secrets`);
  });

  test('none of what was secret can be read from it', () => {
    for (const [what, secret] of secrets) {
      assert.ok(secret.length >= 16, what);
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
        assert.ok(!journal.includes(form), `the ${what} stands in the journal`);
      // The signature of a token is the part that makes it one.
      const signature = secret.split('.').at(2);
      if (signature !== undefined) assert.ok(!journal.includes(signature), `the signature of the ${what}`);
    }
    assert.doesNotMatch(journal, /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/, 'a whole JWT');
    assert.doesNotMatch(journal, /passcode=\d|"passcode":\s*"\d/, 'a passcode');
    assert.doesNotMatch(journal, /PRIVATE KEY-----\\?n?\s*MII/, 'a private key');
  });

  test('nor from the inspector’s pages and API', async () => {
    const visitor = new PortalUser(portalOf(spine));
    const { exchanges } = (await visitor.api('GET', '/inspect/INT/exchanges?limit=500')).json;
    const texts: string[] = [(await visitor.open('/inspect/INT')).text, (await visitor.open('/inspect/INT/outbox')).text];
    for (const { id } of exchanges) texts.push((await visitor.open(`/inspect/INT/exchanges/${id}`)).text);
    for (const [what, secret] of secrets) for (const text of texts) assert.ok(!text.includes(secret), what);
  });
});
