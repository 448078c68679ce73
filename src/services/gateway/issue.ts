/** Issues the tokens of the flows and writes the platform's success bodies (identity.md C.4: every number is a string). */
import type { Db } from '../../kernel/store/store.ts';
import { type Application, approvedProducts } from './application.ts';
import { refuse } from './errors.ts';
import { textMember } from './jwt.ts';
import { identityFacts, type Lives, type LogOn, livesOf, secondsText, type TokenFacts } from './log-on.ts';
import { type ApiProduct, scopesFor } from './products.ts';
import { fingerprint } from './secrets.ts';
import { insertLogOn, insertRefreshToken, insertToken, type StoredLogOn } from './store/tokens.ts';
import type { GatewayWorld } from './world.ts';

const TOKEN_LENGTH = 28;
const REFRESH_TOKEN_LENGTH = 32;

export interface ApplicationTokenReply {
  readonly access_token: string;
  readonly expires_in: string;
  readonly token_type: 'Bearer';
  readonly issued_at: string;
}

export interface UserTokenReply {
  readonly access_token: string;
  readonly expires_in: string;
  readonly refresh_token: string;
  readonly refresh_token_expires_in: string;
  readonly refresh_count: string;
  readonly token_type: 'Bearer';
  readonly issued_token_type?: string;
}

/** The products of an application that this environment has. */
export function subscribedProducts(world: GatewayWorld, application: Application): ApiProduct[] {
  return approvedProducts(application).flatMap((name) => world.products.get(name) ?? []);
}

/** Names of those products that contribute a scope to the token. */
export function productNames(products: readonly ApiProduct[], scopes: readonly string[]): string[] {
  return products.filter((product) => product.scopes.some((scope) => scopes.includes(scope))).map((product) => product.name);
}

/** Facts of an application's own token. Throws TokenRefusal when no subscribed product has an application scope. */
export function applicationFacts(world: GatewayWorld, application: Application): TokenFacts {
  const products = subscribedProducts(world, application);
  const scopes = scopesFor(products, { kind: 'app' });
  if (scopes.length === 0) throw refuse('gateway.scope.app');
  return {
    kind: 'app',
    grantType: 'client_credentials',
    provider: 'apim',
    authLevel: 'level3',
    scopes,
    products: productNames(products, scopes),
  };
}

/**
 * A log-on from the claims of a checked ID token. Throws TokenRefusal when no subscribed scope carries the assurance level reached, in
 * the browser too (identity.md §2.5).
 */
export function logOnOf(
  world: GatewayWorld,
  application: Application,
  from: {
    readonly claims: Readonly<Record<string, unknown>>;
    readonly provider: 'cis2' | 'mock';
    readonly grantType: 'authorization_code' | 'token_exchange';
    readonly userinfo?: Readonly<Record<string, unknown>>;
  },
): LogOn {
  const identity = identityFacts(from.claims);
  const products = subscribedProducts(world, application);
  const scopes = scopesFor(products, { kind: 'user', assurance: identity.assurance });
  if (scopes.length === 0)
    throw refuse(
      'gateway.scope.user',
      `The log-on reached assurance level ${identity.assurance ?? 'none'}; no product of the application has a scope for it.`,
    );
  const sid = textMember(from.claims, 'sid');
  return {
    facts: {
      kind: 'user',
      grantType: from.grantType,
      provider: from.provider === 'cis2' ? 'nhs-cis2' : 'apim-mock-nhs-cis2',
      authLevel: `aal${identity.assurance}`,
      scopes,
      products: productNames(products, scopes),
      ...identity,
    },
    ...(sid === undefined ? {} : { sid }),
    ...(from.userinfo === undefined ? {} : { userinfo: { ...from.userinfo } }),
  };
}

/** Issues an access token that stands for the application itself: no refresh token, and the time of issue in the reply. */
export async function issueApplicationToken(
  world: GatewayWorld,
  db: Db,
  application: Application,
  facts: TokenFacts,
  lives: Lives,
): Promise<ApplicationTokenReply> {
  const now = world.clock.now();
  const token = world.random.text(TOKEN_LENGTH);
  await insertToken(db, {
    hash: fingerprint(token),
    appId: application.appId,
    chainId: undefined,
    facts,
    issuedAt: now,
    expiresAt: now + lives.accessToken,
  });
  return {
    access_token: token,
    expires_in: secondsText(lives.accessToken),
    token_type: 'Bearer',
    issued_at: String(Math.floor(now / 1_000) * 1_000),
  };
}

/** Begins a chain of tokens for a new log-on. */
export async function startChain(
  world: GatewayWorld,
  tx: Db,
  application: Application,
  logOn: LogOn,
  lives: Lives,
): Promise<UserTokenReply> {
  const startedAt = world.clock.now();
  const stored: StoredLogOn = {
    chainId: world.random.uuid(),
    appId: application.appId,
    logOn,
    startedAt,
    refreshableUntil: startedAt + lives.refreshable,
  };
  await insertLogOn(tx, stored);
  return issueInChain(world, tx, stored, 0, lives);
}

/**
 * Issues the next access and refresh token of a log-on. The refresh token's life shrinks: never beyond 12 hours after the first
 * log-on, however often it is renewed (identity.md §2.7).
 */
export async function issueInChain(
  world: GatewayWorld,
  tx: Db,
  stored: StoredLogOn,
  refreshCount: number,
  lives: Lives,
): Promise<UserTokenReply> {
  const now = world.clock.now();
  const accessToken = world.random.text(TOKEN_LENGTH);
  const refreshToken = world.random.text(REFRESH_TOKEN_LENGTH);
  const { refreshToken: refreshLife } = livesOf(stored.logOn.facts, lives);
  const refreshExpiresAt = Math.min(now + refreshLife, stored.refreshableUntil, stored.startedAt + lives.refreshable);
  const { appId, chainId } = stored;
  await insertToken(tx, {
    hash: fingerprint(accessToken),
    appId,
    chainId,
    facts: stored.logOn.facts,
    issuedAt: now,
    expiresAt: now + lives.accessToken,
  });
  await insertRefreshToken(tx, { hash: fingerprint(refreshToken), appId, chainId, refreshCount, expiresAt: refreshExpiresAt });
  return {
    access_token: accessToken,
    expires_in: secondsText(lives.accessToken),
    refresh_token: refreshToken,
    refresh_token_expires_in: secondsText(refreshExpiresAt - now),
    refresh_count: String(refreshCount),
    token_type: 'Bearer',
  };
}
