/** A supplier's software as a journey needs it: key pair, both kinds of token, calls with the right headers. Imports nothing of the product. */
import assert from 'node:assert/strict';
import { createPrivateKey, createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { CallOptions, LocalSpine, Reply } from './localspine.ts';

export interface KeyPair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwks: { readonly keys: readonly object[] };
}

export function makeKeyPair(kid = 'test-1'): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    kid,
    privateKey: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS512' }] },
  };
}

/** An RS512 JWT with exactly these parts. */
export function signJwt(header: object, claims: object, key: KeyObject): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const body = `${encode(header)}.${encode(claims)}`;
  return `${body}.${createSign('RSA-SHA512').update(body).sign(key, 'base64url')}`;
}

export interface Application {
  readonly appId: string;
  readonly apiKey: string;
  readonly secret: string;
  readonly asid: string;
  readonly callbackUrl: string;
}

export interface Role {
  readonly businessFunction: string;
  readonly odsCode: string;
  readonly onBehalfOf?: string;
}

/** How somebody signs in: who signs in (`nhs-login` for patients), and what else they choose on the page. */
export interface SignInOptions {
  readonly scope?: string;
  readonly form?: Readonly<Record<string, string>>;
}

export const FHIR = 'application/fhir+json';

export class Supplier {
  readonly spine: LocalSpine;
  readonly environment: string;

  constructor(spine: LocalSpine, environment = 'INT') {
    this.spine = spine;
    this.environment = environment;
  }

  /** Registers an application through the management interface, as `localspine app create` does. */
  async register(body: Readonly<Record<string, unknown>>): Promise<Application> {
    const reply = await this.spine.admin(this.environment, '/gateway/applications', { method: 'POST', body });
    assert.equal(reply.status, 201, reply.text);
    return reply.json;
  }

  tokenUrl(path = '/oauth2'): string {
    return `${this.spine.environment(this.environment).baseUrl}${path}/token`;
  }

  /** The answer of the token endpoint to a client assertion; parts can be overridden to go wrong. */
  async clientCredentials(
    app: Application,
    keys: KeyPair,
    changes: { header?: object; claims?: object; key?: KeyObject; path?: string } = {},
  ): Promise<Reply> {
    const now = Math.floor(Date.now() / 1000);
    const path = changes.path ?? '/oauth2';
    const assertion = signJwt(
      { alg: 'RS512', typ: 'JWT', kid: keys.kid, ...changes.header },
      { iss: app.apiKey, sub: app.apiKey, aud: this.tokenUrl(path), jti: randomUUID(), exp: now + 240, ...changes.claims },
      changes.key ?? keys.privateKey,
    );
    return this.form(`${path}/token`, {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
  }

  async form(path: string, members: Readonly<Record<string, string>>): Promise<Reply> {
    return this.spine.call(this.environment, path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(members).toString(),
    });
  }

  /** Signs a user in through the simulated log-on page, as scripts do, and trades the code for a token. */
  async userToken(app: Application, username: string, options: SignInOptions = {}): Promise<Reply> {
    const code = await this.signIn(app, username, options);
    return this.form('/oauth2-mock/token', {
      grant_type: 'authorization_code',
      client_id: app.apiKey,
      client_secret: app.secret,
      redirect_uri: app.callbackUrl,
      code,
    });
  }

  async signIn(app: Application, username: string, { scope, form = {} }: SignInOptions = {}): Promise<string> {
    const query = new URLSearchParams({
      client_id: app.apiKey,
      redirect_uri: app.callbackUrl,
      response_type: 'code',
      state: 'journey',
      ...(scope === undefined ? {} : { scope }),
    });
    let reply = await this.spine.call(this.environment, `/oauth2-mock/authorize?${query}`);
    assert.equal(reply.status, 302, reply.text);
    reply = await this.spine.call(this.environment, location(reply));
    const action =
      /<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"/.exec(reply.text)?.[1] ??
      /<form[^>]*action="([^"]+)"[^>]*id="kc-form-login"/.exec(reply.text)?.[1];
    assert.ok(action, `no sign-in form in ${reply.text.slice(0, 500)}`);
    reply = await this.form(action.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='), { username, ...form });
    for (let hops = 0; hops < 5; hops += 1) {
      const next = location(reply);
      if (next.startsWith(app.callbackUrl)) {
        const code = new URL(next).searchParams.get('code');
        assert.ok(code, next);
        assert.equal(new URL(next).searchParams.get('state'), 'journey');
        return code;
      }
      reply = await this.spine.call(this.environment, next);
    }
    return assert.fail('the log-on never came back to the callback');
  }

  /** Calls e-RS with a token, in a role. */
  async ers(token: string, role: Role | undefined, path: string, options: CallOptions = {}): Promise<Reply> {
    const roleHeaders: Record<string, string> =
      role === undefined
        ? {}
        : {
            'nhsd-ers-business-function': role.businessFunction,
            'nhsd-end-user-organisation-ods': role.odsCode,
            ...(role.onBehalfOf === undefined ? {} : { 'nhsd-ers-on-behalf-of-user-id': role.onBehalfOf }),
          };
    const json: Record<string, string> =
      options.body !== undefined && options.headers?.['content-type'] === undefined ? { 'content-type': FHIR } : {};
    return this.spine.call(this.environment, path.startsWith('/referrals') ? path : `/referrals/FHIR${path}`, {
      ...options,
      headers: {
        authorization: `Bearer ${token}`,
        'x-correlation-id': `journey-${randomUUID()}`,
        ...roleHeaders,
        ...json,
        ...options.headers,
      },
    });
  }
}

export function location(reply: Reply): string {
  const { location: target } = reply.headers;
  assert.ok(target, `${reply.status} without Location: ${reply.text.slice(0, 300)}`);
  return target;
}
