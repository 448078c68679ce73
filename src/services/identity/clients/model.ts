/** Relying parties: who may sign people in here, and the rules of their registration (identity.md B.2). Pure. */
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../../kernel/errors.ts';

export const SCOPES = [
  'openid',
  'profile',
  'email',
  'nhsperson',
  'nationalrbacaccess',
  'associatedorgs',
  'professionalmemberships',
  'organisationalmemberships',
  'selectedrole',
  'changedrole',
] as const;

const Address = Type.String({ minLength: 1, maxLength: 2_000 });

/** What a relying party registers, under the names of the Connection Manager and of OpenID Connect registration. */
const Metadata = Type.Object(
  {
    client_name: Type.String({ minLength: 1, maxLength: 200 }),
    description: Type.Optional(Type.String({ maxLength: 2_000 })),
    redirect_uris: Type.Array(Address, { minItems: 1, maxItems: 20 }),
    post_logout_redirect_uris: Type.Optional(Type.Array(Address, { maxItems: 20 })),
    backchannel_logout_uri: Type.Optional(Address),
    token_endpoint_auth_method: Type.Optional(
      Type.Union([Type.Literal('client_secret_post'), Type.Literal('client_secret_basic'), Type.Literal('private_key_jwt')]),
    ),
    jwks: Type.Optional(Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1, maxItems: 50 }) })),
    jwks_uri: Type.Optional(Address),
    jwks_uri_signing_algorithm: Type.Optional(Type.Union([Type.Literal('RS256'), Type.Literal('RS384'), Type.Literal('RS512')])),
    userinfo_signed_response_alg: Type.Optional(Type.Literal('RS256')),
    grant_types: Type.Optional(Type.Array(Type.Union([Type.Literal('authorization_code'), Type.Literal('refresh_token')]))),
    /** Scopes it may ask for, separated by spaces; all when absent. */
    scope: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);
export type ClientMetadata = Static<typeof Metadata>;
const metadataCheck = Compile(Metadata);

/** A registered relying party. */
export interface RelyingParty {
  /** `999999999999.apps.national` (identity.md "Identifier forms"). */
  readonly clientId: string;
  readonly metadata: ClientMetadata;
  /** Of the secret only this is kept; undefined for private_key_jwt. */
  readonly secret: { readonly salt: string; readonly hash: string } | undefined;
  /** Only where it has to be told again, to the simulated log-on's own users (identity.md C.10): sealed. */
  readonly sealedSecret?: string;
  /** Changes with every change: who writes must say which state they read. */
  readonly hash: string;
  readonly createdAt: number;
}

/** How a client shows who it is at the token endpoint. */
export function authMethod(metadata: ClientMetadata): 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt' {
  return metadata.token_endpoint_auth_method ?? 'client_secret_post';
}

/** Scopes a client may ask for. */
export function allowedScopes(metadata: ClientMetadata): readonly string[] {
  return metadata.scope?.split(' ') ?? SCOPES;
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Checks a registration.
 *
 * @throws LocalRefusal 400 that says what is wrong
 */
export function checkMetadata(document: unknown): ClientMetadata {
  if (!metadataCheck.Check(document)) {
    const [first] = metadataCheck.Errors(document);
    throw refused(
      `The registration is not what is expected${first === undefined ? '' : `: ${first.instancePath || 'it'} ${first.message}`}.`,
    );
  }
  for (const uri of [...document.redirect_uris, ...(document.post_logout_redirect_uris ?? [])]) checkAddress(uri, 'redirect URI');
  if (document.backchannel_logout_uri !== undefined) checkAddress(document.backchannel_logout_uri, 'back-channel logout URI');
  if (document.jwks_uri !== undefined) checkAddress(document.jwks_uri, 'JWKS URI');
  const unknown = (document.scope ?? '').split(' ').filter((each) => each !== '' && !SCOPES.some((scope) => scope === each));
  if (unknown.length > 0) throw refused(`There is no scope ${unknown.join(', ')}; there are ${SCOPES.join(' ')}.`);
  if (document.scope !== undefined && !document.scope.split(' ').includes('openid')) throw refused('The scope must contain openid.');
  checkKeys(document);
  return document;
}

function checkKeys(document: ClientMetadata): void {
  const signs = document.token_endpoint_auth_method === 'private_key_jwt';
  if (signs && (document.jwks === undefined) === (document.jwks_uri === undefined))
    throw refused('private_key_jwt needs jwks or jwks_uri, one of them.');
  if (!signs && (document.jwks !== undefined || document.jwks_uri !== undefined))
    throw refused('Keys go with token_endpoint_auth_method private_key_jwt.');
  const kids = new Set<unknown>();
  for (const key of document.jwks?.keys ?? []) {
    if (PRIVATE_MEMBERS.some((member) => member in key))
      throw refused('A key of the set has private members: register the public half only.');
    if (key['kty'] !== 'RSA' || typeof key['kid'] !== 'string' || key['kid'] === '')
      throw refused('Each key must be an RSA key with a kid.');
    if (kids.has(key['kid'])) throw refused(`The kid "${key['kid']}" appears twice.`);
    kids.add(key['kid']);
  }
}

/** Absolute https without fragment; plain http on loopback, where software under development runs. */
function checkAddress(text: string, what: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)));
  if (!secure || url.username !== '' || text.includes('#') || text.includes('*'))
    throw refused(
      `"${text.slice(0, 200)}" cannot be a ${what}: give an absolute https address without fragment or wildcard (http only on localhost).`,
    );
}

function refused(text: string): LocalRefusal {
  return new LocalRefusal(
    400,
    'bad_client',
    text,
    'Send {"client_name", "redirect_uris":[…], "token_endpoint_auth_method"?: "client_secret_post"|"client_secret_basic"|"private_key_jwt", "jwks"?|"jwks_uri"?, "jwks_uri_signing_algorithm"?, "backchannel_logout_uri"?, "post_logout_redirect_uris"?, "scope"?}.',
  );
}
