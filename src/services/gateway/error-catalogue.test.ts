/** The error catalogue of the token server: every step, in its order. Each request is wrong in this step and in all that follow. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import {
  ASSERTION_TYPE,
  type AssertionParts,
  assertion,
  BASE,
  CALLBACK,
  clientCredentials,
  codeFromLogOn,
  get,
  HOST,
  logOn,
  type Members,
  otherKey,
  type Platform,
  post,
  redeem,
  refresh,
  signJwt,
  startPlatform,
  supplierKey,
} from './platform-for-tests.test.ts';

const MESSAGE_ID = /^rrt-\d+-[a-z]-geu2-\d+-\d+-\d+$/;
type Refusal = readonly [status: number, error: string, description: string];

function assertRefused(response: LightMyRequestResponse, [status, error, description]: Refusal): void {
  const body: unknown = response.json();
  assert.deepEqual([response.statusCode, body], [status, { error, error_description: description, message_id: messageIdIn(body) }]);
  assert.match(response.headers['content-type']?.toString() ?? '', /^application\/json/);
}

function messageIdIn(body: unknown): string {
  assert.ok(typeof body === 'object' && body !== null && 'message_id' in body);
  assert.match(String(body.message_id), MESSAGE_ID);
  return String(body.message_id);
}

function assertRedirected(response: LightMyRequestResponse, [, error, description]: Refusal, state: string | undefined): void {
  assert.equal(response.statusCode, 302);
  const location = new URL(String(response.headers['location']));
  assert.equal(location.origin + location.pathname, CALLBACK);
  assert.deepEqual(Object.fromEntries(location.searchParams), {
    error,
    error_description: description,
    ...(state === undefined ? {} : { state }),
  });
}

let platform: Platform;
before(async () => {
  platform = await startPlatform();
});

describe('POST /token chooses the flow', () => {
  const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
  const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const rows: readonly (readonly [name: string, members: Members, refusal: Refusal])[] = [
    ['a subject token with grant_type absent', { subject_token_type: ID_TOKEN }, [400, 'invalid_request', 'grant_type is invalid']],
    [
      'a subject token with another grant_type',
      { subject_token_type: ID_TOKEN, grant_type: 'client_credentials' },
      [400, 'invalid_request', 'grant_type is invalid'],
    ],
    [
      'a token exchange without subject_token_type',
      { grant_type: EXCHANGE },
      [400, 'invalid_request', "missing or invalid subject_token_type - must be 'urn:ietf:params:oauth:token-type:id_token'"],
    ],
    [
      'a token exchange with another subject_token_type',
      { grant_type: EXCHANGE, subject_token_type: 'jwt' },
      [400, 'invalid_request', "missing or invalid subject_token_type - must be 'urn:ietf:params:oauth:token-type:id_token'"],
    ],
    ['no grant_type', {}, [400, 'invalid_request', 'grant_type is missing']],
    ['grant_type password', { grant_type: 'password' }, [400, 'unsupported_grant_type', 'grant_type is invalid']],
    [
      'client_credentials with an unknown subject_token_type',
      { grant_type: 'client_credentials', subject_token_type: 'x' },
      [
        400,
        'invalid_request',
        "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'",
      ],
    ],
    [
      'token exchange: the assertion comes first',
      { grant_type: EXCHANGE, subject_token_type: ID_TOKEN },
      [
        400,
        'invalid_request',
        "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'",
      ],
    ],
    ['authorization_code', { grant_type: 'authorization_code' }, [401, 'invalid_request', 'client_id is missing']],
    ['refresh_token', { grant_type: 'refresh_token' }, [401, 'invalid_request', 'client_id is missing']],
  ];
  for (const [name, members, refusal] of rows) {
    test(name, async () => assertRefused(await post(platform, '/oauth2/token', members), refusal));
  }

  test('another media type, or none', async () => {
    const refusal: Refusal = [415, 'invalid_request', 'Content-Type header must be application/x-www-form-urlencoded'];
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      assertRefused(await post(platform, '/oauth2/token', {}, { 'content-type': type }), refusal);
    }
    assertRefused(await platform.app.inject({ method: 'POST', url: '/oauth2/token', headers: { host: HOST } }), refusal);
  });

  test('a charset parameter is accepted, in any case', async () => {
    const response = await post(platform, '/oauth2/token', {}, { 'content-type': 'Application/X-WWW-Form-URLEncoded;charset=UTF-8' });
    assertRefused(response, [400, 'invalid_request', 'grant_type is missing']);
  });
});

/** What a step of the client assertion sees wrong. */
interface Wrong {
  readonly members?: Members;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: AssertionParts['key'];
}

describe('client assertion', () => {
  const SPENT = randomUUID();
  const now = 1_795_510_800;
  before(() => assert.equal(now, platform.clock.realNow() / 1_000));
  before(async () => {
    assert.equal((await clientCredentials(platform, { claims: { jti: SPENT } })).statusCode, 200);
  });

  const steps: readonly (readonly [name: string, wrong: Wrong, refusal: Refusal])[] = [
    [
      'client_assertion_type absent',
      { members: { client_assertion_type: undefined } },
      [
        400,
        'invalid_request',
        "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'",
      ],
    ],
    [
      'client_assertion_type other',
      { members: { client_assertion_type: 'jwt' } },
      [
        400,
        'invalid_request',
        "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'",
      ],
    ],
    ['client_assertion absent', { members: { client_assertion: undefined } }, [400, 'invalid_request', 'Missing client_assertion']],
    [
      'not a JWT',
      { members: { client_assertion: 'eyJhbGciOiJSUzUxMiJ9.e30' } },
      [400, 'invalid_request', 'Malformed JWT in client_assertion'],
    ],
    [
      'alg none',
      { header: { alg: 'none' } },
      [400, 'invalid_request', "Invalid 'alg' header in client_assertion JWT - unsupported JWT algorithm - must be 'RS512'"],
    ],
    [
      'alg HS512 with the public key as secret',
      { header: { alg: 'HS512' } },
      [400, 'invalid_request', "Invalid 'alg' header in client_assertion JWT - unsupported JWT algorithm - must be 'RS512'"],
    ],
    [
      'alg absent',
      { header: { alg: undefined } },
      [400, 'invalid_request', "Invalid 'alg' header in client_assertion JWT - unsupported JWT algorithm - must be 'RS512'"],
    ],
    ['expired', { claims: { exp: now - 1 } }, [400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - JWT has expired"]],
    [
      'expired, exp as text',
      { claims: { exp: '1' } },
      [400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - JWT has expired"],
    ],
    ['kid absent', { header: { kid: undefined } }, [400, 'invalid_request', "Missing 'kid' header in client_assertion JWT"]],
    [
      'typ absent',
      { header: { typ: undefined } },
      [400, 'invalid_request', "Invalid 'typ' header in client_assertion JWT - must be 'JWT'"],
    ],
    ['typ not a string', { header: { typ: 1 } }, [400, 'invalid_request', "Invalid 'typ' header in client_assertion JWT - must be 'JWT'"]],
    ['typ other', { header: { typ: 'at+jwt' } }, [400, 'invalid_request', "Invalid 'typ' header in client_assertion JWT - must be 'JWT'"]],
    ['exp absent', { claims: { exp: undefined } }, [400, 'invalid_request', "Missing 'exp' claim in client_assertion JWT"]],
    [
      'exp as text',
      { claims: { exp: String(now + 60) } },
      [400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - must be an integer"],
    ],
    [
      'iss absent',
      { claims: { iss: undefined } },
      [400, 'invalid_request', "Missing or non-matching 'iss'/'sub' claims in client_assertion JWT"],
    ],
    [
      'sub absent',
      { claims: { sub: undefined } },
      [400, 'invalid_request', "Missing or non-matching 'iss'/'sub' claims in client_assertion JWT"],
    ],
    [
      'iss and sub unequal',
      { claims: { sub: 'another' } },
      [400, 'invalid_request', "Missing or non-matching 'iss'/'sub' claims in client_assertion JWT"],
    ],
    ['jti absent', { claims: { jti: undefined } }, [400, 'invalid_request', "Missing 'jti' claim in client_assertion JWT"]],
    [
      'jti a number',
      { claims: { jti: 7 } },
      [400, 'invalid_request', "Invalid 'jti' claim in client_assertion JWT - must be a unique string value such as a GUID"],
    ],
    ['jti spent', { claims: { jti: SPENT } }, [400, 'invalid_request', "Non-unique 'jti' claim in client_assertion JWT"]],
    [
      'exp more than 310 s ahead',
      { claims: { exp: now + 311 } },
      [400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - more than 5 minutes in future"],
    ],
    [
      'client unknown',
      { claims: { iss: 'nobody', sub: 'nobody' } },
      [401, 'invalid_request', "Invalid 'iss'/'sub' claims in client_assertion JWT"],
    ],
    [
      'kid not in the JWKS',
      { header: { kid: 'test-9' } },
      [401, 'invalid_request', "Invalid 'kid' header in client_assertion JWT - no matching public key"],
    ],
    [
      'aud another URL',
      { claims: { aud: `${BASE}/oauth2-mock/token` } },
      [401, 'invalid_request', "Missing or invalid 'aud' claim in client_assertion JWT"],
    ],
    ['aud absent', { claims: { aud: undefined } }, [401, 'invalid_request', "Missing or invalid 'aud' claim in client_assertion JWT"]],
    ['signed with another key', { key: otherKey.privateKey }, [401, 'public_key error', 'JWT signature verification failed']],
  ];

  for (const [index, [name, wrong, refusal]] of steps.entries()) {
    test(name, async () => {
      // The same parts, wrong in every later step too: those of this step win.
      const later = steps
        .slice(index + 1)
        .filter(([, , each]) => each[2] !== refusal[2])
        .map(([, each]) => each)
        .reverse();
      for (const faults of [[wrong], [...later, wrong]]) {
        const header = Object.assign({}, ...faults.map((each) => each.header ?? {}));
        const claims = withoutOthers(name, Object.assign({}, ...faults.map((each) => each.claims ?? {})), wrong);
        const key = faults.findLast((each) => each.key !== undefined)?.key;
        const members = Object.assign({}, ...faults.map((each) => each.members ?? {}));
        assertRefused(await clientCredentials(platform, { header, claims, ...(key === undefined ? {} : { key }) }, members), refusal);
      }
    });
  }

  /** A jti is spent by one client: no fault of the steps behind it, and none of another client. */
  function withoutOthers(name: string, claims: Record<string, unknown>, wrong: Wrong): Record<string, unknown> {
    if (name === 'jti spent') return { jti: SPENT };
    const spentByOthers = claims['jti'] === SPENT && !('jti' in (wrong.claims ?? {}));
    return spentByOthers ? { ...claims, jti: randomUUID() } : claims;
  }

  test('no key registered', async () => {
    const { world, api } = platform;
    const { apiKey } = await world.store.transaction((tx) =>
      api.registerApplication(tx, { name: 'Keyless', accessMode: 'application-restricted' }),
    );
    const text = assertion(platform, apiKey, { header: { kid: 'x' }, claims: { aud: 'x' } });
    assertRefused(await clientCredentials(platform, {}, { client_assertion: text }), [
      403,
      'public_key error',
      'You need to register a public key to use this authentication method - please contact support to configure',
    ]);
  });

  test('the JWKS URL has no path, or cannot be read', async () => {
    const { world, api } = platform;
    for (const jwksUrl of ['http://127.0.0.1:1', 'http://127.0.0.1:1/jwks.json', 'https://127.0.0.1:1/jwks.json']) {
      const { apiKey } = await world.store.transaction((tx) =>
        api.registerApplication(tx, { name: 'Far', accessMode: 'application-restricted', keys: { jwksUrl } }),
      );
      const text = assertion(platform, apiKey, { header: { kid: 'x' }, claims: { aud: 'x' } });
      assertRefused(await clientCredentials(platform, {}, { client_assertion: text }), [
        403,
        'public_key error',
        "The JWKS endpoint, for your client_assertion can't be reached",
      ]);
    }
  });

  test('application revoked, or its product not approved', async () => {
    const own = await startPlatform({ environment: { production: true } });
    const { apiKey } = await own.world.store.transaction((tx) =>
      own.api.registerApplication(tx, {
        name: 'Pending',
        accessMode: 'application-restricted',
        keys: { jwks: { keys: [supplierKey.jwk] } },
      }),
    );
    assertRefused(await clientCredentials(own, {}, { client_assertion: assertion(own, apiKey) }), [
      401,
      'invalid_request',
      "Invalid 'iss'/'sub' claims in client_assertion JWT",
    ]);
    await own.world.store.transaction((tx) => own.api.revokeApplication(tx, own.unattended.appId));
    assertRefused(await clientCredentials(own), [401, 'invalid_request', "Invalid 'iss'/'sub' claims in client_assertion JWT"]);
  });

  test('no subscribed scope of the app level', async () => {
    const text = assertion(platform, platform.attended.apiKey);
    assertRefused(await clientCredentials(platform, {}, { client_assertion: text }), [
      401,
      'unauthorized_client',
      'you have tried to request authorization but your application is not configured to use this authorization grant type',
    ]);
  });
});

describe('subject token of a token exchange', () => {
  const now = 1_795_510_800;
  const exchange = (members: Members): Promise<LightMyRequestResponse> =>
    post(platform, '/oauth2/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion(platform, platform.attended.apiKey),
      ...members,
    });
  const delegate = (header: object, claims: object): Readonly<Record<string, unknown>> => ({
    nhs_number: '9000000009',
    act: {
      sub: signJwt(
        { kid: 'a', typ: 'JWT', alg: 'RS512', ...header },
        { exp: now + 60, iss: 'i', aud: 'a', nhs_number: '9000000009', ...claims },
        otherKey.privateKey,
      ),
    },
  });
  const steps: readonly (readonly [name: string, wrong: AssertionParts, refusal: Refusal])[] = [
    ['kid absent', { header: { kid: undefined } }, [400, 'invalid_request', "Missing 'kid' header in subject_token JWT"]],
    ['typ other', { header: { typ: undefined } }, [400, 'invalid_request', "Invalid 'typ' header in subject_token JWT - must be 'JWT'"]],
    ['alg absent', { header: { alg: undefined } }, [400, 'invalid_request', "Missing 'alg' header in subject_token JWT"]],
    ['exp absent', { claims: { exp: undefined } }, [400, 'invalid_request', "Missing 'exp' claim in subject_token JWT"]],
    [
      'exp not a number',
      { claims: { exp: '1' } },
      [400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - must be an integer"],
    ],
    ['expired', { claims: { exp: now - 1 } }, [400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - JWT has expired"]],
    ['iss absent', { claims: { iss: undefined } }, [400, 'invalid_request', "Missing 'iss' claim in subject_token JWT"]],
    ['aud absent', { claims: { aud: undefined } }, [401, 'invalid_request', "Missing 'aud' claim in subject_token JWT"]],
    [
      'delegation: unparsable',
      { claims: { nhs_number: '9000000009', act: { sub: 'no token' } } },
      [400, 'invalid_request', 'act.sub JWT is corrupt or unparseable'],
    ],
    ['delegation: no kid', { claims: delegate({ kid: undefined }, {}) }, [400, 'invalid_request', "Missing 'kid' header in act.sub JWT"]],
    [
      'delegation: no nhs_number',
      { claims: delegate({}, { nhs_number: undefined }) },
      [400, 'invalid_request', "Missing 'nhs_number' claim in act.sub JWT"],
    ],
    [
      'issuer of another token server',
      { claims: { iss: 'https://mock.example:443/openam' } },
      [400, 'invalid_request', "Missing or non-matching 'iss' claim in subject_token JWT"],
    ],
    [
      'kid not of the issuer',
      { header: { kid: 'x' } },
      [401, 'invalid_request', "Invalid 'kid' header in subject_token JWT - no matching public key"],
    ],
    ['signed by another', { key: otherKey.privateKey }, [401, 'public_key error', 'JWT signature verification failed']],
    [
      'assurance level without scope',
      { claims: { authentication_assurance_level: '1' } },
      [
        401,
        'unauthorized_client',
        'you have tried to request authorization but your application is not configured to use this authorization grant type',
      ],
    ],
    [
      'no assurance level',
      { claims: { authentication_assurance_level: undefined } },
      [
        401,
        'unauthorized_client',
        'you have tried to request authorization but your application is not configured to use this authorization grant type',
      ],
    ],
  ];
  test('absent', async () => assertRefused(await exchange({}), [400, 'invalid_request', 'Missing subject_token']));
  test('not decodable', async () =>
    assertRefused(await exchange({ subject_token: 'a.b.c' }), [400, 'invalid_request', 'Malformed JWT in subject_token']));
  for (const [index, [name, wrong, refusal]] of steps.entries()) {
    test(name, async () => {
      const later = steps
        .slice(index + 1)
        .filter(([, , each]) => each[2] !== refusal[2])
        .map(([, each]) => each)
        .reverse();
      for (const faults of [[wrong], [...later, wrong]]) {
        const header = Object.assign({}, ...faults.map((each) => each.header ?? {}));
        const claims = Object.assign({}, ...faults.map((each) => each.claims ?? {}));
        if (name.startsWith('issuer') || index > 10) Object.assign(claims, { act: undefined });
        const key = faults.findLast((each) => each.key !== undefined)?.key;
        assertRefused(
          await exchange({ subject_token: platform.signIn.idToken('cis2', { header, claims, ...(key === undefined ? {} : { key }) }) }),
          refusal,
        );
      }
    });
  }
});

describe('GET /authorize', () => {
  const authorize = (changes: Members): Promise<LightMyRequestResponse> => {
    const members: Members = {
      client_id: platform.attended.apiKey,
      redirect_uri: CALLBACK,
      response_type: 'code',
      state: 'the state',
      ...changes,
    };
    const query = new URLSearchParams(
      Object.entries(members).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
    );
    return get(platform, `/oauth2/authorize?${query}`);
  };
  const NONE: Members = { redirect_uri: undefined, response_type: undefined, state: undefined };

  test('client_id absent', async () =>
    assertRefused(await authorize({ ...NONE, client_id: undefined }), [401, 'invalid_request', 'client_id is missing']));
  test('client_id unknown', async () =>
    assertRefused(await authorize({ ...NONE, client_id: 'nobody' }), [401, 'invalid_request', 'client_id is invalid']));
  test('application revoked, without product; then the rest', async () => {
    const own = await startPlatform({ environment: { production: true } });
    const pending = await own.world.store.transaction((tx) =>
      own.api.registerApplication(tx, { name: 'Pending', accessMode: 'user-restricted', callbackUrl: CALLBACK }),
    );
    assertRefused(await get(own, `/oauth2/authorize?client_id=${pending.apiKey}`), [
      401,
      'access_denied',
      'API Key supplied does not have access to this resource. Please check the API Key you are using belongs to an app which has sufficient access to access this resource.',
    ]);
    await own.world.store.transaction((tx) => own.api.revokeApplication(tx, pending.appId));
    assertRefused(await get(own, `/oauth2/authorize?client_id=${pending.apiKey}`), [
      401,
      'access_denied',
      'The developer app associated with the API key is not approved or revoked',
    ]);
  });
  test('redirect_uri absent', async () => assertRefused(await authorize(NONE), [400, 'invalid_request', 'redirect_uri is missing']));
  test('redirect_uri is compared character by character', async () => {
    for (const uri of [
      `${CALLBACK}/`,
      CALLBACK.toUpperCase(),
      `${CALLBACK}?a=b`,
      CALLBACK.replace('https', 'http'),
      `${CALLBACK}%20`,
      'https://supplier.example:443/callback',
    ]) {
      assertRefused(await authorize({ ...NONE, redirect_uri: uri }), [400, 'invalid_request', 'redirect_uri is invalid']);
    }
  });
  test('state absent', async () =>
    assertRedirected(await authorize({ ...NONE, redirect_uri: CALLBACK }), [302, 'invalid_request', 'state is missing'], undefined));
  test('response_type absent', async () =>
    assertRedirected(await authorize({ response_type: undefined }), [302, 'invalid_request', 'response_type is missing'], 'the state'));
  test('response_type not code', async () =>
    assertRedirected(
      await authorize({ response_type: 'token' }),
      [302, 'unsupported_response_type', 'response_type is invalid'],
      'the state',
    ));
  test('anything but GET: 405, empty', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'] as const) {
      const response = await platform.app.inject({ method, url: '/oauth2/authorize', headers: { host: HOST } });
      assert.deepEqual([response.statusCode, response.body, response.headers['allow']], [405, '', 'GET'], method);
    }
  });
});

describe('GET /callback', () => {
  const idToken = (parts: AssertionParts): string => platform.signIn.idToken('cis2', parts);
  test('state unknown', async () =>
    assertRefused(await get(platform, '/oauth2/callback?state=x&code=y'), [400, 'invalid_request', 'Invalid state parameter.']));
  test('state used before, or brought to another token server', async () => {
    await logOn(platform);
    const state = platform.signIn.requests.at(-1)?.state ?? '';
    assertRefused(await get(platform, `/oauth2/callback?state=${state}&code=x`), [400, 'invalid_request', 'Invalid state parameter.']);
    await get(
      platform,
      `/oauth2/authorize?${new URLSearchParams({ client_id: platform.attended.apiKey, redirect_uri: CALLBACK, response_type: 'code', state: 's' })}`,
    );
    const other = platform.signIn.requests.at(-1)?.state ?? '';
    assertRefused(await get(platform, `/oauth2-mock/callback?state=${other}&code=x`), [400, 'invalid_request', 'Invalid state parameter.']);
  });
  test('ID token for another client', async () =>
    assertRefused(await logOn(platform, '/oauth2', idToken({ claims: { aud: 'x', iss: 'x' }, header: { kid: 'x' } })), [
      400,
      'invalid_request',
      "Invalid 'aud' claim in external ID token JWT",
    ]));
  test('ID token of another issuer', async () =>
    assertRefused(await logOn(platform, '/oauth2', idToken({ claims: { iss: 'x' }, header: { kid: 'x' } })), [
      400,
      'invalid_request',
      'Invalid iss claim in external ID token JWT',
    ]));
  test('no key for the kid', async () =>
    assertRefused(await logOn(platform, '/oauth2', idToken({ header: { kid: 'x' } })), [
      401,
      'invalid_request',
      "Invalid 'kid' header in external ID token JWT - no matching public key",
    ]));
  test('ID token unreadable', async () =>
    assertRefused(await logOn(platform, '/oauth2', 'no token'), [400, 'invalid_request', 'Malformed JWT in External ID token']));
  test('a code the provider does not know', async () => {
    await get(
      platform,
      `/oauth2/authorize?${new URLSearchParams({ client_id: platform.attended.apiKey, redirect_uri: CALLBACK, response_type: 'code', state: 's' })}`,
    );
    assertRefused(await get(platform, `/oauth2/callback?state=${platform.signIn.requests.at(-1)?.state}&code=forged`), [
      400,
      'invalid_request',
      'Malformed JWT in External ID token',
    ]);
  });
  test('ID token signed by another', async () => {
    assertRefused(await logOn(platform, '/oauth2', idToken({ key: otherKey.privateKey })), [
      401,
      'public_key error',
      'JWT signature verification failed',
    ]);
  });
  test('no scope for the assurance level: JSON, no redirect', async () =>
    assertRefused(await logOn(platform, '/oauth2', idToken({ claims: { authentication_assurance_level: 1 } })), [
      401,
      'unauthorized_client',
      'you have tried to request authorization but your application is not configured to use this authorization grant type',
    ]));
});

describe('grant authorization_code', () => {
  const steps: readonly (readonly [name: string, members: Members, refusal: Refusal])[] = [
    ['client_id absent', { client_id: undefined }, [401, 'invalid_request', 'client_id is missing']],
    ['client_id unknown', { client_id: 'nobody' }, [401, 'invalid_client', 'client_id or client_secret is invalid']],
    ['client_secret absent', { client_secret: undefined }, [401, 'invalid_request', 'client_secret is missing']],
    ['client_secret wrong', { client_secret: 'x' }, [401, 'invalid_client', 'client_id or client_secret is invalid']],
    ['redirect_uri absent', { redirect_uri: undefined }, [400, 'invalid_request', 'redirect_uri is missing']],
    ['redirect_uri wrong', { redirect_uri: `${CALLBACK}/` }, [400, 'invalid_request', 'redirect_uri is invalid']],
    ['code absent', { code: undefined }, [400, 'invalid_request', 'authorization_code is missing']],
    ['code unknown', { code: 'ABCDEFGH' }, [400, 'invalid_grant', 'authorization_code is invalid']],
  ];
  for (const [index, [name, members, refusal]] of steps.entries()) {
    test(name, async () => {
      const later = Object.assign(
        {},
        ...steps
          .slice(index)
          .map(([, each]) => each)
          .reverse(),
      );
      assertRefused(await redeem(platform, await codeFromLogOn(platform), members), refusal);
      assertRefused(await redeem(platform, 'x', { ...later, ...members }), refusal);
    });
  }
  test('code used', async () => {
    const code = await codeFromLogOn(platform);
    assert.equal((await redeem(platform, code)).statusCode, 200);
    assertRefused(await redeem(platform, code), [400, 'invalid_grant', 'authorization_code is invalid']);
  });
  test('code expired after 300 s of the environment’s time', async () => {
    const code = await codeFromLogOn(platform);
    platform.clock.ahead += 300_000;
    assertRefused(await redeem(platform, code), [400, 'invalid_grant', 'authorization_code is invalid']);
  });
});

describe('grant refresh_token', () => {
  const steps: readonly (readonly [name: string, members: Members, refusal: Refusal])[] = [
    ['client_id absent', { client_id: undefined }, [401, 'invalid_request', 'client_id is missing']],
    ['client_id unknown', { client_id: 'nobody' }, [401, 'invalid_client', 'client_id or client_secret is invalid']],
    ['client_secret absent', { client_secret: undefined }, [401, 'invalid_request', 'client_secret is missing']],
    ['client_secret wrong', { client_secret: 'x' }, [401, 'invalid_client', 'client_id or client_secret is invalid']],
    ['refresh_token absent', { refresh_token: undefined }, [400, 'invalid_request', 'refresh_token is missing']],
    ['refresh_token unknown', { refresh_token: 'x' }, [401, 'invalid_grant', 'refresh_token is invalid']],
  ];
  for (const [index, [name, members, refusal]] of steps.entries()) {
    test(name, async () => {
      const later = Object.assign(
        {},
        ...steps
          .slice(index)
          .map(([, each]) => each)
          .reverse(),
      );
      assertRefused(await refresh(platform, 'x', { ...later, ...members }), refusal);
    });
  }
  test('used before: each works once', async () => {
    const first = (await redeem(platform, await codeFromLogOn(platform))).json();
    assert.equal((await refresh(platform, first.refresh_token)).statusCode, 200);
    assertRefused(await refresh(platform, first.refresh_token), [401, 'invalid_grant', 'refresh_token is invalid']);
  });
  test('older than allowed, twice in a row', async () => {
    const first = (await redeem(platform, await codeFromLogOn(platform))).json();
    platform.clock.ahead += 43_200_000;
    assertRefused(await refresh(platform, first.refresh_token), [401, 'invalid_grant', 'refresh token refresh period has expired']);
    assertRefused(await refresh(platform, first.refresh_token), [401, 'invalid_grant', 'refresh token refresh period has expired']);
  });
});

describe('other paths', () => {
  test('GET on /token: 405, empty', async () => {
    const response = await get(platform, '/oauth2/token');
    assert.deepEqual([response.statusCode, response.body, response.headers['allow']], [405, '', 'POST']);
  });
  test('unknown path, with any method and body', async () => {
    assertRefused(await get(platform, '/oauth2/nowhere'), [404, 'invalid_request', 'Not Found']);
    assertRefused(await post(platform, '/oauth2/nowhere', { a: 'b' }, { 'content-type': 'application/json' }), [
      404,
      'invalid_request',
      'Not Found',
    ]);
  });
  test('_status without its key', async () => {
    assertRefused(await get(platform, '/oauth2/_status'), [401, 'Access Denied', 'Invalid api key for _status monitoring endpoint']);
    assertRefused(await get(platform, '/oauth2/_status', { apikey: 'x' }), [
      401,
      'Access Denied',
      'Invalid api key for _status monitoring endpoint',
    ]);
  });
  test('userinfo for a token that is not from a combined log-on', async () => {
    const { access_token } = (await clientCredentials(platform)).json();
    assertRefused(await get(platform, '/oauth2/userinfo', { authorization: `Bearer ${access_token}` }), [
      400,
      'invalid_request',
      'The Userinfo endpoint is only supported for Combined Auth integrations. Currently this is only for NHS CIS2 authentications - for more guidance see https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/user-restricted-restful-apis-nhs-cis2-combined-authentication-and-authorisation',
    ]);
  });
  test('a host that is no secure address of this environment', async () => {
    for (const host of ['evil.example', 'localhost:8180', 'localhost']) {
      assertRefused(await post(platform, '/oauth2/token', {}, { host }), [404, 'invalid_request', 'Not Found']);
    }
  });
  test('a body over 64 KB', async () => {
    const response = await post(platform, '/oauth2/token', { grant_type: 'x'.repeat(70_000) });
    assert.equal(response.statusCode, 413);
    assert.equal(response.json().error, 'invalid_request');
  });
});

describe('POST /backchannel_logout', () => {
  const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const logout = (parts: AssertionParts): Promise<LightMyRequestResponse> => {
    const claims = { events: EVENTS, sid: 'session-9', ...parts.claims };
    return post(platform, '/oauth2/backchannel_logout', { logout_token: platform.signIn.idToken('cis2', { ...parts, claims }) });
  };
  const steps: readonly (readonly [name: string, parts: AssertionParts, refusal: Refusal])[] = [
    ['aud', { claims: { aud: 'x' } }, [400, 'invalid_request', 'Missing/invalid aud claim in JWT']],
    ['iss', { claims: { iss: 'x' } }, [400, 'invalid_request', 'Missing/invalid iss claim in JWT']],
    ['sid absent', { claims: { sid: undefined } }, [400, 'invalid_request', 'Missing sid claim in JWT']],
    ['events', { claims: { events: {} } }, [400, 'invalid_request', 'Missing/invalid events claim in JWT']],
    ['nonce present', { claims: { nonce: 'x' } }, [400, 'invalid_request', 'Prohibited nonce claim in JWT']],
    ['signature', { key: otherKey.privateKey }, [400, 'bad_request', 'Unable to verify JWT']],
    ['sid never seen', {}, [501, 'not_implemented', 'SID not found']],
  ];
  test('unreadable', async () =>
    assertRefused(await post(platform, '/oauth2/backchannel_logout', {}), [400, 'invalid_request', 'Malformed JWT in logout_token']));
  for (const [index, [name, parts, refusal]] of steps.entries()) {
    test(name, async () => {
      const later = steps
        .slice(index + 1)
        .map(([, each]) => each)
        .reverse();
      const claims = Object.assign({}, ...later.map((each) => each.claims ?? {}), parts.claims ?? {});
      assertRefused(await logout({ ...(name === 'sid never seen' ? {} : { key: otherKey.privateKey }), claims }), refusal);
    });
  }
  test('the session’s tokens die, those refreshed since included', async () => {
    const idToken = platform.signIn.idToken('cis2', { claims: { sid: 'session-9' } });
    const first = (await redeem(platform, await codeFromLogOn(platform, '/oauth2', idToken))).json();
    const second = (await refresh(platform, first.refresh_token)).json();
    const response = await logout({});
    assert.deepEqual([response.statusCode, response.json()], [200, { success: true }]);
    for (const token of [first.access_token, second.access_token]) {
      assert.equal((await get(platform, '/oauth2/userinfo', { authorization: `Bearer ${token}` })).statusCode, 401);
    }
    assertRefused(await refresh(platform, second.refresh_token), [401, 'invalid_grant', 'refresh_token is invalid']);
  });
});
