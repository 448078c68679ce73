import { LocalSpine } from '../test/helpers/localspine.ts';
import { type Application, FHIR, type KeyPair, makeKeyPair, type Role, Supplier, signJwt } from '../test/helpers/supplier.ts';
import type { LoadPlan } from './load.ts';
import { CONNECTIONS, MILLISECONDS } from './measure.ts';

export const USER = '021600556514';
export const referrer: Role = { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' };
export const provider: Role = { businessFunction: 'SERVICE_PROVIDER_CLINICIAN', odsCode: 'R69' };

/** The LocalSpine under test, with an application and a user to call it as. */
export class Subject {
  readonly spine: LocalSpine;
  readonly supplier: Supplier;
  readonly app: Application;
  readonly keys: KeyPair;
  readonly caPath: string;
  readonly base: string;

  constructor(spine: LocalSpine, supplier: Supplier, app: Application, keys: KeyPair) {
    this.spine = spine;
    this.supplier = supplier;
    this.app = app;
    this.keys = keys;
    const environment = spine.environment('INT');
    this.caPath = environment.caPath;
    this.base = environment.baseUrl;
  }

  async plan(role: Role, path: string, parts: Partial<LoadPlan> = {}): Promise<LoadPlan> {
    const token: string = (await this.supplier.userToken(this.app, USER)).json.access_token;
    const headers = {
      authorization: `Bearer ${token}`,
      'nhsd-ers-business-function': role.businessFunction,
      'nhsd-end-user-organisation-ods': role.odsCode,
      'x-correlation-id': 'bench',
      'content-type': FHIR,
    };
    const { 'content-type': _, ...reading } = headers;
    return {
      url: `${this.base}/referrals/FHIR${path}`,
      method: parts.bodies === undefined ? 'GET' : 'POST',
      headers: parts.bodies === undefined ? reading : headers,
      caPath: this.caPath,
      connections: CONNECTIONS,
      milliseconds: MILLISECONDS,
      expect: 200,
      ...parts,
    };
  }

  /** Imports data into e-RS. */
  async load(ers: object): Promise<void> {
    const reply = await this.spine.admin('INT', '/import', { method: 'POST', body: { ers: { instance: 'Int1', ...ers } } });
    if (reply.status !== 200) throw new Error(reply.text);
  }

  assertions(count: number): string[] {
    const now = Math.floor(Date.now() / 1_000);
    return Array.from({ length: count }, (_, n) =>
      new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signJwt(
          { alg: 'RS512', typ: 'JWT', kid: this.keys.kid },
          {
            iss: this.app.apiKey,
            sub: this.app.apiKey,
            aud: this.supplier.tokenUrl(),
            jti: `bench-${now}-${n}-${Math.random()}`,
            exp: now + 290,
          },
          this.keys.privateKey,
        ),
      }).toString(),
    );
  }
}

/** Starts a LocalSpine with one environment. */
export async function startSubject(): Promise<Subject> {
  const spine = await new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' }).start();
  const supplier = new Supplier(spine);
  const keys = makeKeyPair();
  return new Subject(spine, supplier, await supplier.register({ accessMode: 'user-restricted', jwks: keys.jwks }), keys);
}
