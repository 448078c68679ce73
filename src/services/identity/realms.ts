import type { EnvironmentFacts } from '../../kernel/service.ts';
import type { Provider } from './model.ts';

/** Where a provider's endpoints are: ForgeRock's names for CIS2, Keycloak's for the simulated log-on (identity.md B.1, C.10). */
export interface Realm {
  readonly provider: Provider;
  /** Exactly what `iss` says. */
  readonly issuer: string;
  /** Path of everything below. */
  readonly path: string;
  readonly authorize: string;
  readonly token: string;
  readonly userinfo: string;
  readonly keys: string;
  readonly endSession: string;
  readonly revoke: string;
  readonly introspect: string;
  /** Where the sign-in form posts to. */
  readonly form: string;
  /** Name of the single-sign-on cookie: cookies know no ports, so the environment is part of it. */
  readonly cookie: string;
}

const CIS2_PATH = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';

/** Hosts of the published issuers, port included (identity.md B.1; that of DEP is inferred). */
const PUBLISHED_HOSTS: Readonly<Record<string, string>> = {
  int: 'am.nhsint.auth-ptl.cis2.spineservices.nhs.uk:443',
  dep: 'am.nhsdep.auth-ptl.cis2.spineservices.nhs.uk:443',
  prod: 'am.nhsidentity.spineservices.nhs.uk:443',
};

/** The realm of a provider in an environment. */
export function realmOf({ baseUrl, slug, settings }: Pick<EnvironmentFacts, 'baseUrl' | 'slug' | 'settings'>, provider: Provider): Realm {
  const published = provider === 'cis2' && settings.cis2Issuer === 'published' ? PUBLISHED_HOSTS[slug] : undefined;
  const path = provider === 'cis2' ? CIS2_PATH : `/realms/Cis2-mock-${slug}`;
  const below = provider === 'cis2' ? FORGEROCK : KEYCLOAK;
  const at = Object.fromEntries(Object.entries(below).map(([name, each]) => [name, `${path}${each}`])) as typeof below;
  return {
    provider,
    path,
    issuer: `${published === undefined ? baseUrl : `https://${published}`}${path}`,
    ...at,
    form: `${path}/login-actions/authenticate`,
    cookie: `localspine-${provider}-${slug}`,
  };
}

const FORGEROCK = {
  authorize: '/authorize',
  token: '/access_token',
  userinfo: '/userinfo',
  keys: '/connect/jwk_uri',
  endSession: '/connect/endSession',
  revoke: '/token/revoke',
  introspect: '/introspect',
};
const KEYCLOAK: typeof FORGEROCK = {
  authorize: '/protocol/openid-connect/auth',
  token: '/protocol/openid-connect/token',
  userinfo: '/protocol/openid-connect/userinfo',
  keys: '/protocol/openid-connect/certs',
  endSession: '/protocol/openid-connect/logout',
  revoke: '/protocol/openid-connect/revoke',
  introspect: '/protocol/openid-connect/token/introspect',
};

/** The discovery document of a realm (reference sample cis2-discovery.json, as far as it is answered here). */
export function discovery(
  { baseUrl }: Pick<EnvironmentFacts, 'baseUrl'>,
  realm: Realm,
  scopes: readonly string[],
  acrValues: readonly string[],
): object {
  const at = (path: string): string => `${baseUrl}${path}`;
  return {
    issuer: realm.issuer,
    authorization_endpoint: at(realm.authorize),
    token_endpoint: at(realm.token),
    userinfo_endpoint: at(realm.userinfo),
    jwks_uri: at(realm.keys),
    end_session_endpoint: at(realm.endSession),
    revocation_endpoint: at(realm.revoke),
    introspection_endpoint: at(realm.introspect),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    userinfo_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'RS512'],
    code_challenge_methods_supported: ['S256', 'plain'],
    scopes_supported: scopes,
    acr_values_supported: acrValues,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  };
}
