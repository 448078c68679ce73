import type { Service } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { directory } from '../directory/index.ts';
import { identityMigrations } from './migrations/0001-identity.ts';
import type { Provider } from './model.ts';
import { PLATFORM_CLIENT, SignIn } from './sign-in.ts';
import { insertKey, signingKey } from './store.ts';

export type { Provider } from './model.ts';

/** The identity providers of an environment, for the API platform that signs users in through them (identity.md §B, C.2, C.10). */
export interface IdentityApi {
  /** Where to send the browser; a path of the same origin, so that the user stays on the address they came by. */
  authorizeUrl(
    db: Db,
    request: {
      readonly provider: Provider;
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
    request: { readonly provider: Provider; readonly code: string; readonly redirectUri: string },
  ): Promise<{ readonly idToken: string; readonly userinfo: object }>;
  /** Public keys of a provider. */
  jwks(db: Db, provider: Provider): Promise<{ readonly keys: readonly object[] }>;
  issuers(): readonly { readonly provider: Provider; readonly issuer: string }[];
  /** The client id under which the platform itself is known to a provider. */
  platformClientId(provider: Provider): string;
}

export const identity: Service<IdentityApi> = {
  name: 'identity',
  title: 'Care Identity Service (simulated sign-in)',
  migrations: identityMigrations,
  tables: { identity_key: 'kept', identity_interaction: 'data', identity_code: 'data' },
  create(context) {
    const signIn = new SignIn(context, context.use(directory));
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
          return `${signIn.authorizePath(provider)}?${query}`;
        },
        redeemCode: (_db, { provider, code, redirectUri }) => signIn.redeem(provider, code, redirectUri),
        async jwks(db, provider) {
          const key = await signingKey(db, provider);
          return { keys: key === undefined ? [] : [key.publicJwk] };
        },
        issuers: () => [...providers].map((provider) => ({ provider, issuer: signIn.issuer(provider) })),
        platformClientId: () => PLATFORM_CLIENT,
      },
      async routes(app) {
        const { registerIdentity } = await import('./routes.ts');
        registerIdentity(app, { signIn, db: context.store.db, environment: context.environment.id, providers });
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
