/** What a supplier's software does in the rehearsal: registers through the portal, gets tokens, and calls e-RS as its documentation says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type from 'typebox';
import { Agent, request } from 'undici';
import type { EnvironmentId } from '../../environment/definitions.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { secureRandom } from '../../kernel/random.ts';
import { ManifestAnswer } from '../answers.ts';
import type { AdminClient } from '../client.ts';
import { tokenServer } from '../commands/token.ts';
import type { Invocation } from '../invocation.ts';
import { applicationsFolder, keepApplication, type LocalApplication, makeKeyPair, writePrivate } from '../local-applications.ts';
import type { PortalClient } from '../portal-client.ts';
import { TokenServer } from '../token-server.ts';

const Text = Type.String();
const Registered = Type.Object({ appId: Text, apiKey: Text, secret: Type.Optional(Text), name: Text });
const Anything = Type.Object({});

/** A way the product uses e-RS. */
export type Use = 'user-restricted' | 'application-restricted-referrer' | 'application-restricted-provider';
export const USES: readonly Use[] = ['user-restricted', 'application-restricted-referrer', 'application-restricted-provider'];

/** Who owns what is registered, and for which product. */
export interface Registrant {
  readonly teamId: string;
  readonly supplier: string;
  readonly product: string;
  readonly keyBits: number;
}

/** An answer to one call, under the correlation id it was made with. */
export interface Answered {
  readonly correlationId: string;
  readonly status: number;
}

/** One environment as the supplier's software sees it. */
export class SupplierSoftware {
  readonly #invocation: Invocation;
  readonly #environment: EnvironmentId;
  readonly #client: AdminClient;
  readonly #agent: Agent;
  readonly #ca: string;
  readonly #tokens = new Map<string, string>();
  #base = '';

  /** Throws LocalRefusal when the environment is not open. */
  constructor(invocation: Invocation, environment: EnvironmentId) {
    this.#invocation = invocation;
    this.#environment = environment;
    this.#client = invocation.client(environment);
    this.#ca = readFileSync(this.#client.place.caPath, 'utf8');
    this.#agent = new Agent({ connect: { ca: this.#ca } });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  get #slug(): string {
    return this.#environment.toLowerCase();
  }

  /** Registers an application with its API and a key pair of its own; keys and secret stay in the data folder. */
  async register(portal: PortalClient, use: Use, { teamId, supplier, product, keyBits }: Registrant): Promise<LocalApplication> {
    const mode = use === 'user-restricted' ? 'user-restricted' : 'application-restricted';
    const capability = use === 'user-restricted' ? {} : { capability: use.endsWith('referrer') ? 'referrer' : 'provider' };
    const keys = await makeKeyPair(`${this.#slug}-1`, keyBits);
    const made = await portal.call(Registered, 'POST', '/applications', {
      environment: this.#environment,
      teamId,
      accessMode: mode,
      ...capability,
      supplier,
      app: product,
    });
    if (made.secret === undefined) throw new LocalRefusal(409, 'secret_told', `The secret of ${made.name} was told before.`);
    const path = `/applications/${made.appId}`;
    const callbackUrl = mode === 'user-restricted' ? `${this.#client.place.baseUrl}/_localspine/demo/callback` : null;
    await portal.call(Anything, 'PUT', `${path}/api`, {
      product: this.#productName(mode),
      ...(callbackUrl === null ? {} : { callbackUrl }),
    });
    await portal.call(Anything, 'PUT', `${path}/keys`, { jwks: keys.jwks });
    const folder = join(applicationsFolder(this.#invocation.configuration, this.#slug), made.appId);
    const application: LocalApplication = {
      appId: made.appId,
      name: made.name,
      environment: this.#environment,
      mode,
      apiKey: made.apiKey,
      secret: made.secret,
      kid: keys.kid,
      privateKeyPath: writePrivate(folder, 'private-key.pem', keys.privateKeyPem),
      asid: null,
      callbackUrl,
    };
    keepApplication(folder, 'application', application);
    return application;
  }

  /** The product of e-RS for an access mode (path-to-live.md §2.6). */
  #productName(mode: LocalApplication['mode']): string {
    return `e-referrals-service-api-${this.#slug}-${mode === 'user-restricted' ? 'healthcare-worker' : 'application-restricted'}`;
  }

  /** Gets a token and keeps it for the calls that follow. Throws LocalRefusal when the token endpoint says no. */
  async signIn(application: LocalApplication, user: { readonly id: string; readonly role?: string }): Promise<void> {
    const manifest = await this.#client.call(ManifestAnswer, 'GET', '/manifest');
    const server = new TokenServer(tokenServer(manifest, application, undefined).tokenUrl, this.#ca);
    try {
      const { status, body } =
        application.mode === 'application-restricted'
          ? await server.clientCredentials(application)
          : await server.signIn(application, { user: user.id, role: user.role, aal: 3 });
      const token: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'access_token') : undefined;
      if (status >= 400 || typeof token !== 'string')
        throw new LocalRefusal(
          502,
          'no_token',
          `The token endpoint of ${this.#environment} answered ${status} to ${application.name}.`,
          `Why: npx localspine doctor --environment ${this.#slug} ${application.apiKey}`,
        );
      this.#tokens.set(application.appId, token);
    } finally {
      await server.close();
    }
  }

  /** A call with the token of an application, or with one that was never issued. */
  async call(
    application: LocalApplication | undefined,
    sample: SampleCall,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const correlationId = secureRandom.uuid().toUpperCase();
    if (this.#base === '') this.#base = `${this.#client.place.baseUrl}/referrals/FHIR`;
    const token = application === undefined ? 'never-issued' : (this.#tokens.get(application.appId) ?? '');
    const reply = await request(`${this.#base}${sample.path}`, {
      dispatcher: this.#agent,
      method: sample.body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'x-correlation-id': correlationId,
        accept: 'application/fhir+json',
        ...headers,
        ...(sample.body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      },
      ...(sample.body === undefined ? {} : { body: JSON.stringify(sample.body) }),
    });
    await reply.body.dump();
    return { correlationId, status: reply.statusCode };
  }
}

/** A request that works on seed data. */
export interface SampleCall {
  readonly endpoint: string;
  readonly path: string;
  readonly body?: object;
  /** Function in which a signed-in user makes it; none is sent when absent. */
  readonly businessFunction?: string;
}

/** Reading calls that work in INT and PROD for every organisation of the rehearsal. */
export const SAMPLE_CALLS: Readonly<Record<string, SampleCall>> = {
  A004: { endpoint: 'A004', path: '/STU3/CodeSystem/SPECIALTY', businessFunction: 'REFERRING_CLINICIAN' },
  A008: {
    endpoint: 'A008',
    path: '/STU3/ReferralRequest/$ers.fetchworklist',
    businessFunction: 'SERVICE_PROVIDER_CLINICIAN',
    body: {
      resourceType: 'Parameters',
      meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-FetchWorklist-Parameters-1'] },
      parameter: [
        {
          name: 'listType',
          valueCodeableConcept: {
            coding: [{ system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralListSelector-1', code: 'REFERRALS_FOR_REVIEW' }],
          },
        },
      ],
    },
  },
  A030: { endpoint: 'A030', path: '/R4/PractitionerRole' },
  A035: { endpoint: 'A035', path: '/R4/HealthcareService?_id=11000,11002', businessFunction: 'REFERRING_CLINICIAN' },
};
