/**
 * A relying party signs its users in with CIS2, through other people's software: `openid-client` for the flow, `jose` for keys and logout
 * tokens. Then its ID token becomes an access token of the API platform (separate log-on).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  customFetch as joseFetch,
  jwtVerify,
} from 'jose';
import * as oidc from 'openid-client';
import { Agent, fetch as undiciFetch } from 'undici';
import { type Choices, HeadlessBrowser } from '../helpers/browser.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { makeKeyPair, Supplier, signJwt } from '../helpers/supplier.ts';

const REALM = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
const CALLBACK = 'http://localhost:3999/callback';
const USER = '656005750104';

describe('CIS2 for a relying party', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  const supplier = new Supplier(spine);
  const logoutTokens: string[] = [];
  let told: (() => void) | undefined;
  let listener: Server;
  let logoutUri = '';
  let fetch: oidc.CustomFetch & typeof globalThis.fetch;

  before(async () => {
    await spine.start();
    const dispatcher = new Agent({ connect: { ca: readFileSync(spine.environment('INT').caPath) } });
    fetch = ((url: string, options: object) => undiciFetch(url, { ...options, dispatcher })) as unknown as typeof fetch;
    listener = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        logoutTokens.push(new URLSearchParams(body).get('logout_token') ?? '');
        response.end();
        told?.();
      });
    });
    await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', () => ready()));
    const address = listener.address();
    assert.ok(typeof address === 'object' && address !== null);
    logoutUri = `http://127.0.0.1:${address.port}/backchannel`;
  });
  after(async () => {
    listener.close();
    listener.closeAllConnections();
    await spine.remove();
  });

  const issuer = (environment = 'INT'): string => `${spine.environment(environment).baseUrl}${REALM}`;

  async function register(changes: object = {}): Promise<{ client_id: string; client_secret: string; hash: string }> {
    const body = { client_name: 'Journey', redirect_uris: [CALLBACK], ...changes };
    const reply = await spine.admin('INT', '/identity/clients', { method: 'POST', body });
    assert.equal(reply.status, 201, reply.text);
    return reply.json;
  }

  async function discover(clientId: string, authentication: oidc.ClientAuth): Promise<oidc.Configuration> {
    return oidc.discovery(new URL(issuer()), clientId, undefined, authentication, { [oidc.customFetch]: fetch });
  }

  interface SignedIn {
    readonly tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;
    readonly pages: string[];
  }

  /** The whole authorisation code flow with state, nonce and PKCE, every answer checked by openid-client. */
  async function signIn(
    config: oidc.Configuration,
    browser: HeadlessBrowser,
    parameters: Choices = {},
    choices: Choices = {},
  ): Promise<SignedIn> {
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid profile nationalrbacaccess associatedorgs selectedrole',
      acr_values: 'AAL3_ANY',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...parameters,
    });
    const pages: string[] = [];
    const back = await browser.walk(url.href, CALLBACK, { username: USER, ...choices }, pages);
    const checks = {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
      ...(parameters['max_age'] === undefined ? {} : { maxAge: Number(parameters['max_age']) }),
    };
    return { tokens: await oidc.authorizationCodeGrant(config, back, checks), pages };
  }

  test('code flow with a secret: pages, ID token, userinfo with roles', async () => {
    const client = await register();
    const config = await discover(client.client_id, oidc.ClientSecretPost(client.client_secret));
    const { tokens, pages } = await signIn(config, new HeadlessBrowser(spine), {}, { role: '656014452101' });
    assert.deepEqual(pages, ['How do you want to sign in?', 'Choose who signs in', 'Choose your role']);
    assert.equal(tokens.expires_in, 3599);
    assert.equal(tokens.refresh_token, undefined);
    const header = decodeProtectedHeader(tokens.id_token ?? '');
    assert.deepEqual([header.typ, header.alg], ['JWT', 'RS256']);
    assert.match(header.kid ?? '', /=$/);
    const claims = tokens.claims();
    assert.ok(claims);
    assert.equal(claims.sub, USER);
    assert.equal(claims['selected_roleid'], '656014452101');
    assert.deepEqual(claims['amr'], ['N3_SMARTCARD']);
    assert.equal(claims['acr'], 'AAL3_ANY');
    assert.equal(claims['authentication_assurance_level'], '3');
    assert.equal(claims['id_assurance_level'], '3');
    assert.equal(claims['nhsid_nrbac_roles'], undefined, 'roles are in userinfo, not in the ID token');
    const keys = createRemoteJWKSet(new URL(`${issuer()}/connect/jwk_uri`), { [joseFetch]: fetch });
    await jwtVerify(tokens.id_token ?? '', keys, { issuer: issuer(), audience: client.client_id, algorithms: ['RS256'] });
    const details = await oidc.fetchUserInfo(config, tokens.access_token, USER);
    assert.equal(details['nhsid_useruid'], USER);
    assert.deepEqual(
      new Set((details['nhsid_nrbac_roles'] as { person_roleid: string }[]).map((each) => each.person_roleid)),
      new Set(['656014452101', '656005754108']),
    );
    const [first] = details['nhsid_nrbac_roles'] as { activity_codes?: string[]; activities?: string[] }[];
    assert.equal(first?.activities?.length, first?.activity_codes?.length);
    assert.ok(Array.isArray(details['nhsid_user_orgs']));
    assert.equal(details['email'], undefined, 'email was not asked for');
  });

  test('client_secret_basic, and private_key_jwt with keys by upload', async () => {
    const basic = await register({ token_endpoint_auth_method: 'client_secret_basic' });
    await signIn(await discover(basic.client_id, oidc.ClientSecretBasic(basic.client_secret)), new HeadlessBrowser(spine));
    const { publicKey, privateKey } = await generateKeyPair('RS512', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'rp-1', use: 'sig', alg: 'RS512' }] };
    const signing = await register({ token_endpoint_auth_method: 'private_key_jwt', jwks });
    assert.equal(signing.client_secret, undefined);
    const audience = {
      [oidc.modifyAssertion]: (_header: object, payload: Record<string, unknown>) => (payload['aud'] = `${issuer()}/access_token`),
    };
    const config = await discover(signing.client_id, oidc.PrivateKeyJwt({ key: privateKey, kid: 'rp-1' }, audience));
    assert.equal((await signIn(config, new HeadlessBrowser(spine))).tokens.claims()?.sub, USER);
  });

  test('single sign-on: a second application asks nothing; prompt, max_age, acr_values and changedrole make it ask', async () => {
    const [first, second] = [await register(), await register()];
    const configs = await Promise.all([first, second].map((each) => discover(each.client_id, oidc.ClientSecretPost(each.client_secret))));
    const [one, two] = configs;
    assert.ok(one && two);
    const browser = new HeadlessBrowser(spine);
    const begun = await signIn(one, browser, { acr_values: 'AAL2_ANY' }, { role: '656005754108' });
    assert.deepEqual(begun.tokens.claims()?.['amr'], ['TOTP']);
    const silent = await signIn(two, browser, { acr_values: 'AAL2_OR_AAL3_ANY', prompt: 'none' });
    assert.deepEqual(silent.pages, []);
    assert.equal(silent.tokens.claims()?.['sid'], begun.tokens.claims()?.['sid']);
    assert.equal(silent.tokens.claims()?.['selected_roleid'], '656005754108', 'the role chosen earlier is not asked again');
    const changed = await signIn(
      two,
      browser,
      { acr_values: 'AAL2_ANY', scope: 'openid selectedrole changedrole' },
      { role: '656014452101' },
    );
    assert.deepEqual(changed.pages, ['Choose your role']);
    const steppedUp = await signIn(two, browser);
    assert.equal(steppedUp.tokens.claims()?.['authentication_assurance_level'], '3');
    assert.equal(steppedUp.pages.length, 3);
    assert.equal((await signIn(two, browser, { prompt: 'login' })).pages.length, 3);
    assert.equal((await signIn(two, browser, { max_age: '300' })).pages.length, 0);
  });

  test('prompt=none without a session, and every other refusal that goes back to the client', async () => {
    const client = await register({ scope: 'openid profile' });
    const ask = async (parameters: Choices): Promise<URLSearchParams> => {
      const query = new URLSearchParams({
        client_id: client.client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid',
        state: 's',
        ...parameters,
      });
      const reply = await spine.call('INT', `${issuer()}/authorize?${query}`);
      assert.equal(reply.status, 302, reply.text.slice(0, 300));
      assert.ok(reply.headers['location']?.startsWith(CALLBACK));
      const back = new URL(reply.headers['location'] ?? '').searchParams;
      assert.equal(back.get('state'), 's');
      return back;
    };
    const cases: readonly (readonly [Choices, string])[] = [
      [{ prompt: 'none' }, 'login_required'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ scope: 'profile' }, 'invalid_scope'],
      [{ scope: 'openid email' }, 'invalid_scope'],
      [{ max_age: 'soon' }, 'invalid_request'],
      [{ prompt: 'none login' }, 'invalid_request'],
      [{ code_challenge: 'short' }, 'invalid_request'],
      [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    ];
    for (const [parameters, error] of cases) assert.equal((await ask(parameters)).get('error'), error, JSON.stringify(parameters));
    assert.equal((await ask({ prompt: 'none' })).get('error_description'), 'The request requires login.');
  });

  test('logging out: tokens die, every relying party is told with a token that jose verifies, the browser goes where it may', async () => {
    const client = await register({ backchannel_logout_uri: logoutUri, post_logout_redirect_uris: ['http://localhost:3999/bye'] });
    const config = await discover(client.client_id, oidc.ClientSecretPost(client.client_secret));
    const browser = new HeadlessBrowser(spine);
    const { tokens } = await signIn(config, browser);
    const notice = new Promise<void>((done) => (told = done));
    const url = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'http://localhost:3999/bye',
      state: 'b',
    });
    const reply = await browser.send(url.href);
    assert.equal(reply.headers['location'], 'http://localhost:3999/bye?state=b');
    await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, USER));
    await notice;
    const keys = createRemoteJWKSet(new URL(`${issuer()}/connect/jwk_uri`), { [joseFetch]: fetch });
    const { payload, protectedHeader } = await jwtVerify(logoutTokens.at(-1) ?? '', keys, { issuer: issuer(), audience: client.client_id });
    assert.equal(protectedHeader.typ, 'JWT');
    assert.equal(payload['sid'], tokens.claims()?.['sid']);
    assert.equal(payload.sub, USER);
    assert.deepEqual(payload['events'], { 'http://schemas.openid.net/event/backchannel-logout': {} });
    assert.equal(payload['nonce'], undefined);
    assert.equal((await signIn(config, browser)).pages.length, 3, 'the session is gone');
  });

  test('a session ends by time: relying parties are told; signing in again in between makes it last longer', async () => {
    const client = await register({ backchannel_logout_uri: logoutUri });
    const config = await discover(client.client_id, oidc.ClientSecretPost(client.client_secret));
    const browser = new HeadlessBrowser(spine);
    const { tokens } = await signIn(config, browser);
    const later = async (hours: number) => {
      const { now } = (await spine.admin('INT', '/clock')).json;
      const target = new Date(Date.parse(now) + hours * 3_600_000).toISOString();
      assert.equal((await spine.admin('INT', '/clock', { method: 'PUT', body: { now: target } })).status, 200);
    };
    await later(8);
    assert.equal((await signIn(config, browser, { prompt: 'login' })).tokens.claims()?.['sid'], tokens.claims()?.['sid']);
    await later(8);
    assert.deepEqual((await signIn(config, browser, { prompt: 'none' })).pages, []);
    const sid = tokens.claims()?.['sid'];
    const heard = () => logoutTokens.some((each) => decodeJwt(each)['sid'] === sid);
    assert.equal(heard(), false);
    const notice = new Promise<void>((done) => {
      told = () => heard() && done();
    });
    await later(5);
    await notice;
    assert.equal((await signIn(config, browser)).pages.length, 3);
  });

  test('key rotation: both keys verify until the old one is withdrawn', async () => {
    const client = await register();
    const config = await discover(client.client_id, oidc.ClientSecretPost(client.client_secret));
    const kidOf = async (): Promise<string | undefined> =>
      decodeProtectedHeader((await signIn(config, new HeadlessBrowser(spine))).tokens.id_token ?? '').kid;
    const published = async (): Promise<string[]> =>
      (await spine.call('INT', `${issuer()}/connect/jwk_uri`)).json.keys.map((each: { kid: string }) => each.kid);
    const step = (name: string) => spine.admin('INT', `/identity/keys/cis2/${name}`, { method: 'POST' });
    const old = await kidOf();
    assert.equal((await step('sign')).status, 409);
    assert.equal((await step('publish')).status, 200);
    assert.equal((await published()).length, 2);
    assert.equal(await kidOf(), old, 'published, not used yet');
    await step('sign');
    assert.notEqual(await kidOf(), old);
    assert.ok((await published()).includes(old ?? ''));
    await step('withdraw');
    assert.ok(!(await published()).includes(old ?? ''));
  });

  test('separate log-on: the ID token becomes an access token of the platform, which dies with the session', async () => {
    const client = await register();
    const config = await discover(client.client_id, oidc.ClientSecretPost(client.client_secret));
    const browser = new HeadlessBrowser(spine);
    const { tokens } = await signIn(config, browser);
    const keys = makeKeyPair();
    const app = await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks, callbackUrl: CALLBACK });
    const exchange = async (path = '/oauth2') =>
      supplier.form(`${path}/token`, {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: tokens.id_token ?? '',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signJwt(
          { alg: 'RS512', typ: 'JWT', kid: keys.kid },
          {
            iss: app.apiKey,
            sub: app.apiKey,
            aud: supplier.tokenUrl(path),
            jti: oidc.randomState(),
            exp: Math.floor(Date.now() / 1000) + 200,
          },
          keys.privateKey,
        ),
      });
    const first = await exchange();
    assert.equal(first.status, 200, first.text);
    assert.equal(first.json.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
    assert.equal(first.json.refresh_count, '0');
    assert.equal((await exchange('/oauth2-mock')).json.error_description, "Missing or non-matching 'iss' claim in subject_token JWT");
    const role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
    assert.notEqual((await supplier.ers(first.json.access_token, role, '/STU3/v1/ReferralRequest/000000070000')).status, 401);
    await browser.send(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' }).href);
    assert.equal((await supplier.ers(first.json.access_token, role, '/STU3/v1/ReferralRequest/000000070000')).status, 401);
  });

  test('separate log-on with the simulated log-on: realm credentials by API key, key set in the address itself', async () => {
    const keys = makeKeyPair();
    const base = spine.environment('INT').baseUrl;
    const jwksUrl = `${base}/mock-jwks/${Buffer.from(JSON.stringify(keys.jwks)).toString('base64url')}`;
    assert.deepEqual((await spine.call('INT', jwksUrl)).json, keys.jwks);
    assert.equal((await spine.call('INT', '/mock-jwks/bm90IGEga2V5IHNldA')).status, 400);
    const app = await supplier.register({ accessMode: 'user-restricted', jwksUrl, callbackUrl: CALLBACK });
    const credentials = async (apikey: string) => spine.call('INT', '/mock-jwks/keycloak-client-credentials', { headers: { apikey } });
    assert.equal((await credentials('nobody')).status, 401);
    const { cis2 } = (await credentials(app.apiKey)).json;
    assert.deepEqual((await credentials(app.apiKey)).json.cis2, cis2, 'told again, not made anew');
    const server = new URL(`${base}/realms/Cis2-mock-int`);
    const config = await oidc.discovery(server, cis2.client_id, undefined, oidc.ClientSecretPost(cis2.client_secret), {
      [oidc.customFetch]: fetch,
    });
    const { tokens, pages } = await signIn(config, new HeadlessBrowser(spine), { scope: 'openid' });
    assert.deepEqual(pages, ['Simulated log-on']);
    const reply = await supplier.form('/oauth2-mock/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: tokens.id_token ?? '',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: signJwt(
        { alg: 'RS512', typ: 'JWT', kid: keys.kid },
        {
          iss: app.apiKey,
          sub: app.apiKey,
          aud: supplier.tokenUrl('/oauth2-mock'),
          jti: oidc.randomState(),
          exp: Math.floor(Date.now() / 1000) + 200,
        },
        keys.privateKey,
      ),
    });
    assert.equal(reply.status, 200, reply.text);
    assert.equal((await spine.call('DEP', '/mock-jwks/e30')).status, 404, 'only where there is a simulated log-on');
  });

  test('refresh tokens for a client registered for them: each works once', async () => {
    const client = await register({ grant_types: ['authorization_code', 'refresh_token'] });
    const config = await discover(client.client_id, oidc.ClientSecretPost(client.client_secret));
    const { tokens } = await signIn(config, new HeadlessBrowser(spine));
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    assert.equal(refreshed.claims()?.sub, USER);
    await assert.rejects(
      oidc.refreshTokenGrant(config, tokens.refresh_token ?? ''),
      (error: Error & { error?: string }) => error.error === 'invalid_grant',
    );
    await oidc.tokenRevocation(config, refreshed.access_token);
    assert.equal((await oidc.tokenIntrospection(config, refreshed.access_token)).active, false);
    assert.equal((await oidc.tokenIntrospection(config, refreshed.refresh_token ?? '')).active, true);
  });

  test('the combined log-on through openid-client: the API platform as authorisation server', async () => {
    const app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks, callbackUrl: CALLBACK });
    const base = `${spine.environment('INT').baseUrl}/oauth2`;
    const config = new oidc.Configuration(
      { issuer: base, authorization_endpoint: `${base}/authorize`, token_endpoint: `${base}/token` },
      app.apiKey,
      undefined,
      oidc.ClientSecretPost(app.secret),
    );
    config[oidc.customFetch] = fetch;
    const state = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, state });
    const back = await new HeadlessBrowser(spine).walk(url.href, CALLBACK, { username: USER });
    const tokens = await oidc.authorizationCodeGrant(config, back, { expectedState: state });
    assert.equal(tokens['refresh_count'], '0');
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    assert.equal(refreshed['refresh_count'], '1');
    const details = await spine.call('INT', `${base}/userinfo`, { headers: { authorization: `Bearer ${refreshed.access_token}` } });
    assert.equal(details.json.sub, USER);
  });

  test('an environment’s clients, codes and tokens are strangers in every other', async () => {
    const client = await register();
    const config = await discover(client.client_id, oidc.ClientSecretPost(client.client_secret));
    const browser = new HeadlessBrowser(spine);
    const { tokens } = await signIn(config, browser);
    const elsewhere = issuer('DEP');
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    assert.equal((await spine.call('DEP', `${elsewhere}/userinfo`, { headers })).status, 401);
    const query = new URLSearchParams({ client_id: client.client_id, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid' });
    assert.equal((await spine.call('DEP', `${elsewhere}/authorize?${query}`)).status, 400);
    const hint = await spine.call('DEP', `${elsewhere}/connect/endSession?id_token_hint=${tokens.id_token}`);
    assert.equal(hint.status, 400);
    assert.equal(decodeJwt(tokens.id_token ?? '').iss, issuer());
  });
});

test('with LOCALSPINE_CIS2_ISSUER=published tokens carry the national issuer, and the platform takes them', async () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_CIS2_ISSUER: 'published' });
  const supplier = new Supplier(await spine.start());
  try {
    const discovery = (await spine.call('INT', `${REALM}/.well-known/openid-configuration`)).json;
    assert.equal(discovery.issuer, `https://am.nhsint.auth-ptl.cis2.spineservices.nhs.uk:443${REALM}`);
    assert.equal(discovery.token_endpoint, `${spine.environment('INT').baseUrl}${REALM}/access_token`);
    const app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks, callbackUrl: CALLBACK });
    const query = new URLSearchParams({ client_id: app.apiKey, redirect_uri: CALLBACK, response_type: 'code', state: 's' });
    const start = `${spine.environment('INT').baseUrl}/oauth2/authorize?${query}`;
    const back = await new HeadlessBrowser(spine).walk(start, CALLBACK, { username: USER });
    assert.ok(back.searchParams.get('code'), back.href);
  } finally {
    await spine.remove();
  }
});
