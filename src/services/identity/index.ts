import type { Service } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { directory } from '../directory/index.ts';
import { identityMigrations } from './migrations/0001-identity.ts';
import { nhsLoginTables } from './migrations/0003-nhs-login.ts';
import type { Provider } from './model.ts';
import { NhsLogin, SUPPLIER_CLIENT } from './nhs-login/nhs-login.ts';
import { PLATFORM_CLIENT, SignIn } from './sign-in.ts';
import { insertKey, signingKey } from './store.ts';

export type { Provider } from './model.ts';
export { type NhsLoginPeople, type NhsLoginPerson, nhsLoginPeople } from './nhs-login/people.ts';

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
  /** The log-on behind a code, once. Throws SignInRefusal for one that is unknown, spent, or for another redirect URI. */
  redeemCode(
    db: Db,
    request: { readonly provider: AnyProvider; readonly code: string; readonly redirectUri: string },
  ): Promise<{ readonly idToken: string; readonly userinfo: object }>;
  /** Public keys of a provider. */
  jwks(db: Db, provider: AnyProvider): Promise<{ readonly keys: readonly object[] }>;
  issuers(): readonly { readonly provider: AnyProvider; readonly issuer: string }[];
  /** The client id under which the platform itself is known to a provider. */
  platformClientId(provider: AnyProvider): string;
}

export const identity: Service<IdentityApi> = {
  name: 'identity',
  title: 'Care Identity Service (simulated sign-in)',
  migrations: { ...identityMigrations, '0003-nhs-login': nhsLoginTables },
  tables: {
    identity_key: 'kept',
    identity_interaction: 'data',
    identity_code: 'data',
    identity_nhs_login: 'data',
    identity_nhs_login_key: 'kept',
  },
  create(context) {
    const signIn = new SignIn(context, context.use(directory));
    const nhsLogin = new NhsLogin(context, PLATFORM_CLIENT);
    const providers = new Set(context.environment.tokenServers.map((each) => each.signIn));
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
          return `${signIn.authorizePath(provider)}?${query}`;
        },
        async redeemCode(_db, { provider, code, redirectUri }) {
          if (provider !== 'nhs-login') return signIn.redeem(provider, code, redirectUri);
          return { idToken: await nhsLogin.redeem(PLATFORM_CLIENT, code, redirectUri), userinfo: {} };
        },
        async jwks(db, provider) {
          if (provider === 'nhs-login') return nhsLogin.jwks();
          const key = await signingKey(db, provider);
          return { keys: key === undefined ? [] : [key.publicJwk] };
        },
        issuers: () => [
          ...[...providers].map((provider) => ({ provider, issuer: signIn.issuer(provider) })),
          { provider: 'nhs-login', issuer: nhsLogin.issuer },
        ],
        platformClientId: () => PLATFORM_CLIENT,
      },
      async routes(app) {
        const { registerIdentity } = await import('./routes.ts');
        registerIdentity(app, { signIn, db: context.store.db, environment: context.environment.id, providers });
        const { registerNhsLogin } = await import('./nhs-login/routes.ts');
        await registerNhsLogin(app, nhsLogin, context.environment.id);
      },
      admin(app) {
        // What a supplier gets with the registration of an NHS login client.
        app.get('/nhs-login/client', async () => ({
          issuer: nhsLogin.issuer,
          clientId: SUPPLIER_CLIENT,
          clientSecret: await nhsLogin.supplierSecret(),
        }));
      },
      async prepare() {
        const { makeSigningKey } = await import('./tokens.ts');
        const keys = await Promise.all([...providers].map((provider) => makeSigningKey(provider, context.sealer)));
        return async (tx) => {
          for (const key of keys) await insertKey(tx, key);
        };
      },
    };
  },
};
