/** The doctor on tokens and applications: each check in order, the one that failed, what the platform answers, and what to change. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { type Application, type KeyPair, makeKeyPair, Supplier, signJwt } from '../helpers/supplier.ts';

interface Examined {
  readonly kind: string;
  readonly verdict: string;
  readonly checks: readonly { check: string; outcome: string; why?: string; fix?: string; answer?: { status: number; error: string } }[];
}

describe('localspine doctor', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  const supplier = new Supplier(spine);
  let app: Application;
  let keys: KeyPair;

  before(async () => {
    await spine.start();
    keys = makeKeyPair();
    app = await supplier.register({ accessMode: 'application-restricted', jwks: keys.jwks, name: 'Doctor’s patient' });
  });
  after(() => spine.remove());

  function assertion(changes: { header?: object; claims?: object; key?: KeyPair } = {}): string {
    return signJwt(
      { alg: 'RS512', typ: 'JWT', kid: keys.kid, ...changes.header },
      {
        iss: app.apiKey,
        sub: app.apiKey,
        aud: supplier.tokenUrl(),
        jti: randomUUID(),
        exp: Math.floor(Date.now() / 1000) + 200,
        ...changes.claims,
      },
      (changes.key ?? keys).privateKey,
    );
  }

  function examine(token: string): Examined & { exit: number | null } {
    const { status, stdout, stderr } = spine.cli('doctor', 'token', token, '--json');
    assert.equal(stderr, '');
    return { ...JSON.parse(stdout), exit: status };
  }

  const failed = (examined: Examined) => examined.checks.find((each) => each.outcome === 'failed');

  test('a good assertion passes every check, and looking at it does not spend it', async () => {
    const token = assertion();
    const first = examine(token);
    assert.deepEqual([first.kind, first.verdict, first.exit], ['client-assertion', 'good', 0]);
    assert.equal(first.checks.at(-1)?.check, 'gateway.client-assertion.signature');
    assert.equal(examine(token).verdict, 'good');
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: token,
    };
    const reply = await supplier.form('/oauth2/token', form);
    assert.equal(reply.status, 200);
    const spent = failed(examine(token));
    assert.equal(spent?.check, 'gateway.client-assertion.jti-unique');
    const access = examine(reply.json.access_token);
    assert.deepEqual([access.kind, access.verdict], ['access-token', 'good']);
  });

  const MISTAKES: readonly (readonly [what: string, make: () => string, check: string, status: number])[] = [
    ['RS256', () => assertion({ header: { alg: 'RS256' } }), 'alg', 400],
    ['an hour of life', () => assertion({ claims: { exp: Math.floor(Date.now() / 1000) + 3_600 } }), 'exp-far', 400],
    ['exp as text', () => assertion({ claims: { exp: String(Math.floor(Date.now() / 1000) + 60) } }), 'exp-number', 400],
    ['the AppID instead of the API key', () => assertion({ claims: { iss: app.appId, sub: app.appId } }), 'client', 401],
    ['a kid that is not registered', () => assertion({ header: { kid: 'other' } }), 'kid', 401],
    [
      'the audience of another environment',
      () => assertion({ claims: { aud: `${spine.environment('DEP').baseUrl}/oauth2/token` } }),
      'aud',
      401,
    ],
    ['another key', () => assertion({ key: makeKeyPair() }), 'signature', 401],
  ];
  for (const [what, make, check, status] of MISTAKES)
    test(`${what}: fails at ${check}, with a way out`, () => {
      const examined = examine(make());
      const failure = failed(examined);
      assert.equal(examined.exit, 1);
      assert.equal(failure?.check, `gateway.client-assertion.${check}`);
      assert.equal(failure?.answer?.status, status);
      assert.ok((failure?.fix ?? '').length > 10);
      const after = examined.checks.slice(examined.checks.findIndex((each) => each.outcome === 'failed') + 1);
      assert.ok(after.every((each) => each.outcome === 'not-reached'));
    });

  test('text that is nothing at all, and an API key taken for a token', () => {
    assert.equal(examine('abc').kind, 'unknown');
    assert.deepEqual([examine(app.apiKey).kind, examine(app.apiKey).verdict], ['api-key', 'good']);
  });

  test('an application is found by AppID, API key or name', () => {
    for (const id of [app.appId, app.apiKey, 'Doctor’s patient']) {
      const { stdout } = spine.cli('doctor', 'app', id, '--json');
      const { findings } = JSON.parse(stdout);
      assert.match(JSON.stringify(findings), new RegExp(`${app.appId} is approved`), id);
      if (id === app.apiKey) assert.match(JSON.stringify(findings), /is the API key/);
    }
  });
});
