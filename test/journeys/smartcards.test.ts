/**
 * The life of a smartcard over the wire: a person is registered, gets a position and a card, signs in with it, locks it, has it unlocked,
 * takes it out, and loses it for good.
 */
import assert from 'node:assert/strict';
import { createPublicKey, createSign, createVerify, X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { formOf, HeadlessBrowser } from '../helpers/browser.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';

const REALM = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
const CALLBACK = 'http://localhost:3999/callback';

describe('smartcards', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  let client: { client_id: string; client_secret: string };

  before(async () => {
    await spine.start();
    const body = { client_name: 'Journey', redirect_uris: [CALLBACK] };
    client = (await spine.admin('INT', '/identity/clients', { method: 'POST', body })).json;
  });
  after(() => spine.remove());

  const post = (path: string, body: unknown = {}): Promise<Reply> => spine.admin('INT', `/identity${path}`, { method: 'POST', body });
  const get = (path: string): Promise<Reply> => spine.admin('INT', `/identity${path}`);

  function authorizeUrl(changes: Record<string, string> = {}): string {
    const query = { client_id: client.client_id, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid selectedrole', ...changes };
    return `${spine.environment('INT').baseUrl}${REALM}/authorize?${new URLSearchParams(query)}`;
  }

  /** Signs in with a card; undefined in place of the code, and what the page said, when it refused. */
  async function signIn(
    username: string,
    passcode: string,
    browser = new HeadlessBrowser(spine),
    method = 'smartcard',
    scope = 'openid selectedrole',
  ): Promise<{ code: string | undefined; said: string }> {
    const first = await browser.send(authorizeUrl({ scope }));
    const reply = await browser.send(formOf(first).action, { method, username, passcode });
    const { location } = reply.headers;
    const code = location === undefined ? undefined : (new URL(location).searchParams.get('code') ?? undefined);
    return { code, said: /nhsuk-error-message[^>]*>\s*(?:<[^>]+>[^<]*<\/[^>]+>)?\s*([^<]+)/.exec(reply.text)?.[1]?.trim() ?? '' };
  }

  async function redeem(code: string): Promise<Reply> {
    return spine.call('INT', `${REALM}/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...client }).toString(),
    });
  }

  const NEW_PERSON = {
    title: 'Dr',
    givenName: 'Ada',
    familyName: 'Journey',
    birthDate: '1980-01-31',
    email: 'ada@example.com',
    photoDocument: 'Passport',
    addressDocument: 'Utility bill',
    furtherDocument: 'Bank statement',
  };
  let userId = '';
  let cardNumber = '';

  test('a person is registered once: the documents count, and a second one of that name and birth date is asked about', async () => {
    const same = await post('/people', { ...NEW_PERSON, furtherDocument: 'Passport' });
    assert.deepEqual([same.status, same.json.message], [400, 'Choose a third document that is not one of the other two']);
    const made = await post('/people', NEW_PERSON);
    assert.equal(made.status, 201, made.text);
    userId = made.json.person.userId;
    assert.match(userId, /^\d{12}$/);
    assert.equal(made.json.person.identityAssuranceLevel, 3);
    const twin = await post('/people', NEW_PERSON);
    assert.deepEqual([twin.status, twin.json.error], [409, 'person_duplicate']);
    assert.match(twin.json.message, new RegExp(userId));
  });

  test('without a card nobody signs in by card', async () => {
    assert.deepEqual(await signIn(userId, '1234'), { code: undefined, said: 'This person cannot sign in with: smartcard' });
  });

  test('a position makes a role profile; a card issued locked is unlocked with a first passcode', async () => {
    const position = await post(`/people/${userId}/positions`, {
      odsCode: 'R69',
      jobRoleCode: 'S8000:G8000:R8000',
      activityCodes: ['B1101'],
      areaOfWorkCodes: ['P0010:Q0050:T0210'],
    });
    assert.equal(position.status, 201, position.text);
    const issued = await post('/cards', { userId });
    assert.equal(issued.status, 201, issued.text);
    assert.equal(issued.json.state, 'issued');
    cardNumber = issued.json.cardNumber;
    assert.match((await signIn(userId, '4711')).said, /issued locked/);
    assert.equal((await post(`/cards/${cardNumber}/unlock`, { passcode: '12' })).json.error, 'passcode_form');
    assert.equal((await post(`/cards/${cardNumber}/unlock`, { passcode: '4711' })).json.state, 'active');
    const { code } = await signIn(userId, '4711');
    assert.ok(code);
    const { json } = await redeem(code);
    const claims = JSON.parse(Buffer.from(json.id_token.split('.')[1], 'base64url').toString());
    assert.deepEqual([claims.sub, claims.selected_roleid], [userId, position.json.roleProfileId]);
    const client = await signIn(userId, '4711', new HeadlessBrowser(spine), 'smartcard', 'openid nationalrbacaccess');
    const { access_token } = (await redeem(client.code ?? '')).json;
    const details = await spine.call('INT', `${REALM}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } });
    const [role] = details.json.nhsid_nrbac_roles;
    assert.deepEqual(
      [role.role_code, role.activities, role.activity_codes, role.aow, role.aow_codes],
      [
        'S8000:G8000:R8000',
        ['Manage Outbound Referrals'],
        ['B1101'],
        ['"Medicine":"Respiratory Medicine":"Respiratory Medicine"'],
        ['P0010:Q0050:T0210'],
      ],
    );
  });

  test('the certificates are this environment’s, say who it is, and belong to the keys; the passcode alone gives them', async () => {
    const { json } = await get(`/cards/${cardNumber}`);
    const authorities = (await spine.admin('INT', '/ca.pem')).text;
    const [subordinate = ''] = authorities.split(/(?<=-----END CERTIFICATE-----\n)/);
    assert.deepEqual(json.certificates.map((each: { use: string }) => each.use).sort(), ['authentication', 'signing']);
    for (const { pem } of json.certificates) {
      const certificate = new X509Certificate(pem);
      assert.equal(certificate.subject, `O=nhs\nOU=people\nCN=${userId}`);
      assert.ok(certificate.verify(createPublicKey(subordinate)));
    }
    assert.equal((await post(`/cards/${cardNumber}/credential`, { passcode: '0000' })).status, 403);
    const credential = (await post(`/cards/${cardNumber}/credential`, { passcode: '4711', use: 'signing' })).json;
    const signature = createSign('RSA-SHA256').update('challenge').sign(credential.privateKeyPem);
    assert.ok(createVerify('RSA-SHA256').update('challenge').verify(new X509Certificate(credential.certificatePem).publicKey, signature));
  });

  test('five wrong passcodes lock the card; the right one no longer helps; unlocking does', async () => {
    for (const left of [4, 3, 2, 1])
      assert.deepEqual(await signIn(userId, '0000'), { code: undefined, said: `That is not the passcode. Attempts left: ${left}` });
    assert.match((await signIn(userId, '0000')).said, /the smartcard is locked/);
    assert.match((await signIn(userId, '4711')).said, /the smartcard is locked/);
    assert.equal((await get(`/cards/${cardNumber}`)).json.history[0].action, 'lock');
    const unlocked = spine.cli('smartcard', 'unlock', userId, '--passcode', '0815', '--json');
    assert.equal(unlocked.status, 0, unlocked.stderr);
    assert.equal(JSON.parse(unlocked.stdout).state, 'active');
    assert.equal((await signIn(userId, '4711')).code, undefined, 'the old passcode is gone');
    assert.ok((await signIn(userId, '0815')).code);
  });

  test('taking the card out ends the sessions opened with it, and no others', async () => {
    const [byCard, byKey] = [new HeadlessBrowser(spine), new HeadlessBrowser(spine)];
    const code = (await signIn(userId, '0815', byCard)).code ?? '';
    assert.ok((await signIn(userId, '1234', byKey, 'security-key')).code);
    const { json } = await redeem(code);
    const userinfo = (): Promise<Reply> =>
      spine.call('INT', `${REALM}/userinfo`, { headers: { authorization: `Bearer ${json.access_token}` } });
    assert.equal((await userinfo()).status, 200);
    const removed = spine.cli('smartcard', 'remove', cardNumber, '--json');
    assert.equal(removed.status, 0, removed.stderr);
    assert.equal(JSON.parse(removed.stdout).inserted, false);
    assert.ok(JSON.parse(removed.stdout).endedSessions >= 1);
    assert.equal((await userinfo()).status, 401);
    const silent = (browser: HeadlessBrowser): Promise<Reply> => browser.send(authorizeUrl({ prompt: 'none' }));
    assert.match((await silent(byCard)).headers['location'] ?? '', /login_required/);
    assert.match((await silent(byKey)).headers['location'] ?? '', /code=/);
  });

  test('a card expires after two years of the environment’s time, and is renewed', async () => {
    const { json } = await get(`/cards/${cardNumber}`);
    await spine.admin('INT', '/clock', { method: 'PUT', body: { now: json.expiresAt } });
    assert.equal((await get(`/cards/${cardNumber}`)).json.state, 'expired');
    assert.match((await signIn(userId, '0815')).said, /have expired/);
    const renewed = await post(`/cards/${cardNumber}/renew`);
    assert.equal(renewed.json.state, 'active', renewed.text);
    assert.deepEqual(renewed.json.certificates.map((each: { revoked?: { reason: string } }) => each.revoked?.reason).filter(Boolean), [
      'superseded',
      'superseded',
    ]);
    assert.ok((await signIn(userId, '0815')).code);
  });

  test('a revoked card is dead for good; another can be issued', async () => {
    assert.equal((await post(`/cards/${cardNumber}/revoke`)).json.error, 'reason_missing');
    assert.equal((await post(`/cards/${cardNumber}/revoke`, { reason: 'lost' })).json.state, 'revoked');
    assert.equal((await signIn(userId, '0815')).said, 'The smartcard has been cancelled');
    for (const action of ['unlock', 'renew', 'repair', 'clear', 'insert', 'revoke'])
      assert.equal(
        (await post(`/cards/${cardNumber}/${action}`, { ...(action === 'insert' ? {} : { passcode: '1234', reason: 'lost' }) })).status,
        409,
        action,
      );
    assert.ok((await get(`/cards/${cardNumber}`)).json.certificates.every((each: { revoked?: object }) => each.revoked !== undefined));
    assert.equal((await post('/cards', { userId, passcode: '9999' })).status, 201);
    assert.ok((await signIn(userId, '9999')).code);
  });

  test('a closed person is out at once', async () => {
    const browser = new HeadlessBrowser(spine);
    assert.ok((await signIn(userId, '9999', browser)).code);
    assert.equal((await post(`/people/${userId}/close`, { reason: 'left' })).status, 200);
    assert.match((await browser.send(authorizeUrl({ prompt: 'none' }))).headers['location'] ?? '', /login_required/);
    assert.equal((await signIn(userId, '9999')).said, 'No active user has that id');
    assert.equal((await post(`/people/${userId}/reopen`)).status, 200);
  });

  test('the history says who did what, and has no passcode in it', async () => {
    const { json } = await get(`/people/${userId}`);
    const actions = json.history.map((each: { action: string }) => each.action);
    for (const action of [
      'register-person',
      'grant-position',
      'request',
      'issue-locked',
      'unlock',
      'lock',
      'insert',
      'remove',
      'renew',
      'revoke',
      'close-person',
    ])
      assert.ok(actions.includes(action), action);
    assert.doesNotMatch(JSON.stringify(json.history), /0815|4711|9999/);
  });

  test('reset puts the seed’s cards back and keeps the people who were registered', async () => {
    await post('/cards/656005750105/revoke', { reason: 'stolen' });
    assert.equal((await get('/cards/656005750105')).json.state, 'revoked');
    assert.equal((await spine.admin('INT', '/reset', { method: 'POST', body: {} })).status, 200);
    assert.equal((await get('/cards/656005750105')).json.state, 'active');
    assert.equal((await get(`/people/${userId}`)).status, 200);
  });

  test('people who come by import get a card; those of a lower level do not', async () => {
    const person = {
      title: 'Dr',
      givenName: 'Ida',
      familyName: 'Import',
      email: 'ida@example.com',
      active: true,
      identityAssuranceLevel: 3,
    };
    const people = [
      { ...person, userId: '990000000101', authenticationAssuranceLevel: 3 },
      { ...person, userId: '990000000102', authenticationAssuranceLevel: 2 },
    ];
    assert.equal((await spine.admin('INT', '/import', { method: 'POST', body: { people } })).status, 200);
    assert.ok((await signIn('990000000101', '1234')).code);
    assert.match((await signIn('990000000102', '1234')).said, /cannot sign in with: smartcard/);
    assert.ok((await signIn('990000000102', '1234', new HeadlessBrowser(spine), 'virtual-smartcard')).said);
  });

  test('bad input is a clear 4xx', async () => {
    const wrong: readonly (readonly [string, unknown, number, string])[] = [
      ['/cards', { userId: 'x' }, 404, 'person_unknown'],
      ['/cards', { userId: '656005750105' }, 409, 'card_held'],
      ['/cards', { userId: '656005750105', kind: 'gold' }, 400, 'card_kind'],
      ['/cards', { user: '1' }, 400, 'bad_body'],
      ['/cards', 'text', 400, 'bad_body'],
      ['/cards/41000000000000/lock', {}, 404, 'card_unknown'],
      ['/cards/656005750105/eat', {}, 404, 'action_unknown'],
      ['/cards/656005750105/unlock', { passcode: '1234' }, 409, 'card_state'],
      ['/cards/656005750105/change-passcode', { passcode: 'abcd' }, 400, 'passcode_form'],
      ['/people', {}, 400, 'person_wrong'],
      ['/people', { ...NEW_PERSON, birthDate: '2024-02-30' }, 400, 'person_wrong'],
      ['/people', { ...NEW_PERSON, extra: 1 }, 400, 'person_wrong'],
      ['/people/656005750105/positions', { odsCode: 'R69' }, 400, 'position_wrong'],
      [
        '/people/656005750105/positions',
        { odsCode: 'NOPE', jobRoleCode: 'S8000:G8000:R8000', activityCodes: [], areaOfWorkCodes: [] },
        400,
        'organisation_unknown',
      ],
      [
        '/people/656005750105/positions',
        { odsCode: 'R69', jobRoleCode: 'R1', activityCodes: [], areaOfWorkCodes: [] },
        400,
        'position_wrong',
      ],
      ['/positions/1/approve', {}, 404, 'position_unknown'],
    ];
    for (const [path, body, status, error] of wrong) {
      const reply = await post(path, body);
      assert.deepEqual([reply.status, reply.json?.error], [status, error], `${path} ${JSON.stringify(body)} ${reply.text}`);
    }
  });

  test('the command line: exit codes, JSON, text', () => {
    const list = spine.cli('smartcard', 'list', '--text', '656005750105', '--json');
    assert.equal(JSON.parse(list.stdout).cards[0].cardNumber, '40656005750105');
    assert.match(spine.cli('smartcard', 'show', '656005750105').stdout, /state +active/);
    assert.equal(spine.cli('smartcard', 'show', '1').status, 1);
    assert.equal(spine.cli('smartcard', 'revoke', '656005750105').status, 2);
    const person = spine.cli(
      'smartcard',
      'register',
      '--given-name',
      'Eve',
      '--family-name',
      'Line',
      '--birth-date',
      '1990-05-05',
      '--email',
      'e@example.com',
      '--json',
    );
    assert.equal(person.status, 0, person.stderr);
    const { userId: eve } = JSON.parse(person.stdout);
    const position = spine.cli('smartcard', 'position', eve, '--ods', 'R69', '--job-role', 'R8000', '--activity', 'B1101', '--json');
    assert.equal(JSON.parse(position.stdout).jobRoleName, '"Clinical":"Clinical Provision":"Clinical Practitioner Access Role"');
  });
});
