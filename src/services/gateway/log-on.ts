/** What the platform remembers of a log-on and of a token (identity.md C.5). Pure. */
import Type, { type Static } from 'typebox';
import { isObject, textMember } from './jwt.ts';

/** Lifetimes in milliseconds (identity.md C.4). */
export const ACCESS_TOKEN_LIFE = 600_000;
export const REFRESH_LIFE = 43_200_000;
/** A patient's refresh token. */
export const NHS_LOGIN_REFRESH_LIFE = 3_600_000;
export const CODE_LIFE = 300_000;
/** How long a browser may take on the sign-in pages. Inferred. */
export const AUTHORIZATION_LIFE = 1_800_000;
export const JTI_MEMORY = 30 * 24 * 3_600_000;

/** A token as APIs see it. */
export const TokenFacts = Type.Object({
  kind: Type.Union([Type.Literal('user'), Type.Literal('app')]),
  grantType: Type.Union([Type.Literal('authorization_code'), Type.Literal('token_exchange'), Type.Literal('client_credentials')]),
  provider: Type.Union([
    Type.Literal('apim'),
    Type.Literal('nhs-cis2'),
    Type.Literal('apim-mock-nhs-cis2'),
    Type.Literal('nhs-login'),
    Type.Literal('apim-mock-nhs-login'),
  ]),
  authLevel: Type.String(),
  scopes: Type.Array(Type.String()),
  products: Type.Array(Type.String()),
  userId: Type.Optional(Type.String()),
  assurance: Type.Optional(Type.Number()),
  identityAssurance: Type.Optional(Type.Number()),
  acr: Type.Optional(Type.String()),
  amr: Type.Optional(Type.Array(Type.String())),
  selectedRoleId: Type.Optional(Type.String()),
  /** Patients: as NHS login knows them, and how surely. */
  nhsNumber: Type.Optional(Type.String()),
  vectorOfTrust: Type.Optional(Type.String()),
});
export type TokenFacts = Static<typeof TokenFacts>;

/** A log-on: the facts of its tokens, the session at the identity provider, and the user's details for /userinfo. */
export const LogOn = Type.Object({
  facts: TokenFacts,
  sid: Type.Optional(Type.String()),
  userinfo: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type LogOn = Static<typeof LogOn>;

/** What is in an ID token about the user and how they signed in. Assurance levels come as text or as numbers (identity.md §2.10). */
export function identityFacts(
  claims: Readonly<Record<string, unknown>>,
): Pick<TokenFacts, 'userId' | 'assurance' | 'identityAssurance' | 'acr' | 'amr' | 'selectedRoleId'> {
  const amr = claims['amr'];
  return {
    ...given('userId', textMember(claims, 'sub')),
    ...given('assurance', level(claims['authentication_assurance_level'])),
    ...given('identityAssurance', level(claims['id_assurance_level'])),
    ...given('acr', textMember(claims, 'acr')),
    ...given('amr', Array.isArray(amr) ? amr.filter((each) => typeof each === 'string') : typeof amr === 'string' ? [amr] : undefined),
    ...given('selectedRoleId', textMember(claims, 'selected_roleid')),
  };
}

function level(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

/** `{[name]: value}`, or nothing when there is no value. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, Value>>);
}

/** Lives asked for in a form, for suppliers' tests of expiry: only what is shorter than the default counts (identity.md C.4). */
export interface Lives {
  readonly accessToken: number;
  readonly refreshToken: number;
  /** From the first log-on to the last possible refresh. */
  readonly refreshable: number;
}

export function livesAskedFor(form: URLSearchParams): Lives {
  const shorter = (name: string, most: number): number => {
    const text = form.get(name) ?? '';
    return /^\d{1,12}$/.test(text) && Number(text) > 0 ? Math.min(Number(text), most) : most;
  };
  return {
    accessToken: shorter('_access_token_expiry_ms', ACCESS_TOKEN_LIFE),
    refreshToken: shorter('_refresh_token_expiry_ms', REFRESH_LIFE),
    refreshable: shorter('_refresh_tokens_validity_ms', REFRESH_LIFE),
  };
}

/** The lives of a log-on: a patient's refresh token lives an hour (identity.md C.4). */
export function livesOf(facts: Pick<TokenFacts, 'provider'>, asked: Lives): Lives {
  const patient = facts.provider === 'nhs-login' || facts.provider === 'apim-mock-nhs-login';
  return patient ? { ...asked, refreshToken: Math.min(asked.refreshToken, NHS_LOGIN_REFRESH_LIFE) } : asked;
}

/** A life as the platform writes it: a string, in seconds, one less than the round figure (identity.md §2.2). */
export function secondsText(milliseconds: number): string {
  return String(Math.max(0, Math.ceil(milliseconds / 1_000) - 1));
}

/** The events member of a back-channel logout token says what it must (identity.md B.7). */
export function isBackChannelLogout(events: unknown): boolean {
  return isObject(events) && isObject(events['http://schemas.openid.net/event/backchannel-logout']);
}
