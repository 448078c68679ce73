import { ServiceClosed } from '../../kernel/http/closing.ts';
import { Outgoing } from '../../kernel/http/outgoing.ts';
import { errorShelf } from '../../kernel/knowledge.ts';
import { offer, type Service } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { directory } from '../directory/index.ts';
import { pki } from '../pki/index.ts';
import { issuedCards } from './cards/issued.ts';
import { type StaffCard, type StaffRequest, staffCard } from './cards/requested.ts';
import { cardsForImported, seedCards } from './cards/seed.ts';
import type { CardView } from './cards/views.ts';
import { personPage } from './cards/views.ts';
import type { CardListener } from './cards/world.ts';
import { PLATFORM_CLIENT, realmClient } from './clients/register.ts';
import { grantRefused } from './errors.ts';
import { makeSigningKey, publicKeys } from './keys.ts';
import { identityMigrations } from './migrations/0001-identity.ts';
import { relyingParties } from './migrations/0002-relying-parties.ts';
import { nhsLoginTables } from './migrations/0003-nhs-login.ts';
import { cardTables } from './migrations/0004-cards.ts';
import { spineSignOn } from './migrations/0005-spine-sign-on.ts';
import { staffRequests } from './migrations/0006-staff-requests.ts';
import type { Provider } from './model.ts';
import { NhsLogin, SUPPLIER_CLIENT } from './nhs-login/nhs-login.ts';
import { detailsOf, idToken, redeemCode } from './oidc/token.ts';
import { identityWorld, realm } from './provider.ts';
import { END_SESSION_JOB, LOGOUT_JOB, type SessionEnded } from './sessions/ending.ts';
import { END_JOB, EVENT_JOB, endSessionsOfCard, endWhenDue } from './spine-sign-on/sessions.ts';
import { signOnWorld } from './spine-sign-on/world.ts';
import { insertKey } from './store.ts';

export type { CardEvent } from './cards/model.ts';
export type { Attempt, Cards, Verdict } from './cards/port.ts';
export type { StaffCard, StaffRequest } from './cards/requested.ts';
export type { CardView } from './cards/views.ts';
export type { CardListener } from './cards/world.ts';
export type { Provider } from './model.ts';
export { type NhsLoginPeople, type NhsLoginPerson, nhsLoginPeople } from './nhs-login/people.ts';
export { signInCallback } from './provider.ts';
export type { SessionEnded } from './sessions/ending.ts';
export { type GpParameter, type GpParameters, readGpObject, writeGpObject } from './spine-sign-on/gp-object.ts';
export { writeResponse } from './spine-sign-on/response.ts';

/** Every identity provider of an environment: NHS login signs patients in, the others health and care staff. */
export type AnyProvider = Provider | 'nhs-login';

/** The identity providers of an environment, for the API platform that signs users in through them (identity.md §B, C.2, C.10). */
export interface IdentityApi {
  /** Where to send the browser; a path of the same origin, so that the user stays on the address they came by. */
  authorizeUrl(
    db: Db,
    request: {
      readonly provider: AnyProvider;
      readonly redirectUri: string;
      readonly state: string;
      readonly acrValues: string;
      readonly scope: string;
      readonly maxAge: number;
    },
  ): Promise<string>;
  /** The log-on behind a code, once. Throws EndpointRefusal for one that is unknown, spent, or for another redirect URI. */
  redeemCode(
    db: Db,
    request: { readonly provider: AnyProvider; readonly code: string; readonly redirectUri: string },
  ): Promise<{ readonly idToken: string; readonly userinfo: object }>;
  /** Public keys of a provider. */
  jwks(db: Db, provider: AnyProvider): Promise<{ readonly keys: readonly object[] }>;
  issuers(): readonly { readonly provider: AnyProvider; readonly issuer: string }[];
  /** The client id under which the platform itself is known to a provider. */
  platformClientId(provider: AnyProvider): string;
  /** The client of the simulated log-on that belongs to an application of the API platform; made when it is first asked for. */
  realmClient(
    tx: Db,
    application: { readonly id: string; readonly name: string; readonly redirectUri: string },
  ): Promise<{ readonly client_id: string; readonly client_secret: string }>;
  /** The client of NHS login that all suppliers of an environment share (identity.md C.10). */
  nhsLoginClient(): Promise<{ readonly client_id: string; readonly client_secret: string }>;
  /** Has `listener` told of every session that ends, inside the transaction that ends it. Call it when the service is made. */
  onSessionEnded(listener: SessionEnded): void;
  /** Has `listener` told of cards put in, taken out and made unusable, inside the transaction. Call it when the service is made. */
  onCardEvent(listener: CardListener): void;
  /** Cards of a person, oldest first. Throws CardRefusal 404 for somebody who is not in the directory. */
  cards(db: Db, userId: string): Promise<readonly CardView[]>;
  /**
   * A new person with a position and a good card, all of it or nothing; what the same request got when it comes again.
   * Throws CardRefusal 400 for what is wrong, 409 for another request under the same id.
   */
  staffCard(request: StaffRequest): Promise<StaffCard>;
}

export const identity: Service<IdentityApi> = {
  name: 'identity',
  title: 'Care Identity Service (simulated sign-in)',
  migrations: {
    ...identityMigrations,
    '0002-relying-parties': relyingParties,
    '0003-nhs-login': nhsLoginTables,
    '0004-cards': cardTables,
    '0005-spine-sign-on': spineSignOn,
    '0006-staff-requests': staffRequests,
  },
  tables: {
    identity_signing_key: 'kept',
    identity_client: 'kept',
    identity_jti: 'kept',
    identity_jwks_cache: 'data',
    identity_interaction: 'data',
    identity_code: 'data',
    identity_session: 'data',
    identity_participant: 'data',
    identity_token: 'data',
    identity_secret_failure: 'data',
    identity_nhs_login: 'data',
    identity_nhs_login_key: 'kept',
    identity_spine_challenge: 'data',
    identity_spine_session: 'data',
    identity_spine_listener: 'data',
    identity_card: 'kept',
    identity_card_certificate: 'kept',
    identity_registration: 'kept',
    identity_position: 'kept',
    identity_history: 'kept',
    identity_staff_request: 'kept',
    identity_care_id_session: 'data',
  },
  offers: [offer(errorShelf, { title: 'Care Identity Service', load: async () => (await import('./known-errors.ts')).IDENTITY_ERRORS })],
  create(context) {
    const { environment, store, sealer } = context;
    const parts = {
      directory: context.use(directory),
      pki: () => context.use(pki),
      outgoing: new Outgoing(environment.settings.fetchPrivate, async () => {
        const { root, subordinate } = await context.use(pki).authorities(store.db);
        return [root.pem, subordinate.pem];
      }),
    };
    const world = identityWorld(context, parts, issuedCards);
    const nhsLogin = new NhsLogin(context, PLATFORM_CLIENT);
    const spine = signOnWorld(world);
    world.cardListeners.push(async (tx, { kind, cardNumber }) => {
      if (kind !== 'inserted') await endSessionsOfCard(spine, tx, cardNumber);
    });
    return {
      api: {
        async authorizeUrl(_db, { provider, redirectUri, state, acrValues, scope, maxAge }) {
          const query = new URLSearchParams({
            response_type: 'code',
            client_id: PLATFORM_CLIENT,
            redirect_uri: redirectUri,
            scope,
            state,
            acr_values: acrValues,
            max_age: String(maxAge),
          });
          if (provider === 'nhs-login') {
            query.delete('acr_values');
            return `${nhsLogin.authorizePath}?${query}`;
          }
          return `${realm(world, provider).authorize}?${query}`;
        },
        async redeemCode(db, { provider, code, redirectUri }) {
          const closed = provider === 'cis2' ? context.availability.closed('cis') : undefined;
          if (closed !== undefined) throw new ServiceClosed(closed);
          if (provider === 'nhs-login') return { idToken: await nhsLogin.redeem(PLATFORM_CLIENT, code, redirectUri), userinfo: {} };
          const logOn = await redeemCode(world, code, (found) => {
            if (found.provider !== provider || found.clientId !== PLATFORM_CLIENT || found.redirectUri !== redirectUri)
              throw grantRefused('The code was made for another client or redirect URI.');
          });
          const details = await detailsOf(world, db, logOn);
          if (details === undefined) throw grantRefused('The person is no longer in the directory.');
          return { idToken: await idToken(world, logOn, { code }), userinfo: details };
        },
        jwks: async (db, provider) => (provider === 'nhs-login' ? nhsLogin.jwks() : publicKeys(db, provider)),
        issuers: () => [
          ...world.realms.map(({ provider, issuer }) => ({ provider, issuer })),
          { provider: 'nhs-login', issuer: nhsLogin.issuer },
        ],
        realmClient: (tx, application) => realmClient(world, tx, application),
        nhsLoginClient: async () => ({ client_id: SUPPLIER_CLIENT, client_secret: await nhsLogin.supplierSecret() }),
        platformClientId: () => PLATFORM_CLIENT,
        onSessionEnded: (listener) => {
          world.listeners.push(listener);
        },
        onCardEvent: (listener) => {
          world.cardListeners.push(listener);
        },
        cards: async (db, userId) => (await personPage(world, db, userId)).cards,
        staffCard: (request) => staffCard(world, request),
      },
      async routes(app) {
        const { registerIdentity } = await import('./routes.ts');
        const { registerSignOn } = await import('./spine-sign-on/routes.ts');
        registerIdentity(app, world);
        const { registerNhsLogin } = await import('./nhs-login/routes.ts');
        await registerNhsLogin(app, nhsLogin, environment.id);
        await app.register(async (scope) => registerSignOn(scope, spine));
      },
      async admin(app) {
        const { registerAdmin } = await import('./admin.ts');
        const { registerSignOnAdmin } = await import('./spine-sign-on/admin.ts');
        registerAdmin(app, world);
        // What a supplier gets with the registration of an NHS login client.
        app.get('/nhs-login/client', async () => ({
          issuer: nhsLogin.issuer,
          clientId: SUPPLIER_CLIENT,
          clientSecret: await nhsLogin.supplierSecret(),
        }));
        registerSignOnAdmin(app, spine);
      },
      async prepare() {
        const keys = await Promise.all(world.realms.map(({ provider }) => makeSigningKey(provider, sealer, 'current')));
        return async (tx) => {
          for (const key of keys) await insertKey(tx, key);
        };
      },
      seed: (tx) => seedCards(world, tx),
      async importData(tx, document) {
        await cardsForImported(world, tx, userIdsOf(document['people']));
        return 0;
      },
      jobsWait: { [EVENT_JOB]: 'cis', [LOGOUT_JOB]: 'cis' },
      jobs: {
        [END_SESSION_JOB]: async (job) => (await import('./sessions/logout.ts')).endWhenDue(world, job),
        [END_JOB]: (job) => endWhenDue(spine, job),
        [EVENT_JOB]: async (job) => (await import('./spine-sign-on/events.ts')).sendTokenEvent(spine, job),
        [LOGOUT_JOB]: async (job) => (await import('./sessions/logout.ts')).sendLogout(world, job),
      },
    };
  },
};

/** The people of an import, which the directory has checked and taken by now. */
function userIdsOf(people: unknown): readonly string[] {
  if (!Array.isArray(people)) return [];
  return people.flatMap((each: unknown) =>
    typeof each === 'object' && each !== null && 'userId' in each && typeof each.userId === 'string' ? [each.userId] : [],
  );
}
