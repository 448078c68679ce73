import type { Instant } from '../../kernel/clock.ts';
import type { Explanation } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { type ApplicationStatus, approvedProducts, keyFault, type LiveStage, standingOf, visibleAttributes } from './application.ts';
import { GatewayRefusal } from './errors.ts';
import { type ApiProduct, covers } from './products.ts';
import { fingerprint } from './secrets.ts';
import { findClient, readAttributes, readStage } from './store/applications.ts';
import { type GrantRow, readFacts, tokenWithApplication } from './store/tokens.ts';
import type { GatewayWorld } from './world.ts';

/** An application as an API sees it behind a token. */
export interface ApplicationFacts {
  readonly appId: string;
  readonly name: string;
  /** Environment it is registered in: a token never reaches another one. */
  readonly environment: string;
  readonly status: ApplicationStatus;
  readonly stage: LiveStage;
  readonly asid?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a valid access token says (identity.md C.5). */
export interface AccessGrant {
  readonly app: ApplicationFacts;
  readonly kind: 'user' | 'app';
  readonly grantType: 'authorization_code' | 'token_exchange' | 'client_credentials';
  readonly provider: 'apim' | 'nhs-cis2' | 'apim-mock-nhs-cis2' | 'nhs-login' | 'apim-mock-nhs-login';
  readonly scopes: readonly string[];
  /** Products the token was issued for. */
  readonly products: readonly string[];
  /** `aal1`–`aal3`, `p0`–`p9` for a patient, or `level3` for an application. */
  readonly authLevel: string;
  readonly userId?: string;
  readonly authenticationAssuranceLevel?: number;
  readonly identityAssuranceLevel?: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
  readonly selectedRoleId?: string;
  /** Patients: NHS number and vector of trust, as NHS login gave them. */
  readonly nhsNumber?: string;
  readonly vectorOfTrust?: string;
  readonly chainId?: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

/** How far apart the clocks of replicas may be before a token counts as issued in the future. */
const CLOCK_TOLERANCE = 60_000;

/**
 * Checks `Authorization: Bearer …` with one query; nothing is cached, so a revoked application is refused at once (DESIGN.md D15).
 *
 * @throws GatewayRefusal 401 with the platform's fault: missing or empty, unknown (or the application is revoked), expired
 */
export async function verifyAccessToken(world: GatewayWorld, db: Db, authorization: string | undefined): Promise<AccessGrant> {
  const token = bearerToken(authorization);
  if (token === undefined) {
    throw new GatewayRefusal(401, 'Invalid access token', 'oauth.v2.InvalidAccessToken', {
      check: 'gateway.token.present',
      why:
        authorization === undefined
          ? 'The request has no Authorization header.'
          : 'The Authorization header is not "Bearer" followed by a token.',
      fix: 'Send the access token of the token endpoint: Authorization: Bearer <access_token>.',
    });
  }
  const [row] = await tokenWithApplication(db, { hash: fingerprint(token) });
  if (row === undefined || row.status !== 'approved') throw unknownToken(row);
  const now = world.clock.now();
  const issuedAt = Number(row.issued_at);
  const expiresAt = Number(row.expires_at);
  if (now >= expiresAt || issuedAt > now + CLOCK_TOLERANCE) throw expiredToken(now >= expiresAt);
  return grantOf(world.environment.id, row, issuedAt, expiresAt);
}

/** What a row says, member by member: on the path of every call, where spreading each that may be absent is dear. */
function grantOf(environment: string, row: GrantRow, issuedAt: Instant, expiresAt: Instant): AccessGrant {
  const facts = readFacts(row.facts);
  const asid = row.asid ?? undefined;
  const app: Writable<ApplicationFacts> = {
    appId: row.app_id,
    name: row.name,
    environment,
    status: 'approved',
    stage: readStage(row.live_stage),
    attributes: visibleAttributes(readAttributes(row.attributes), asid),
  };
  if (asid !== undefined) app.asid = asid;
  const { kind, grantType, provider, scopes, products, authLevel } = facts;
  const grant: Writable<AccessGrant> = { app, kind, grantType, provider, scopes, products, authLevel, issuedAt, expiresAt };
  if (facts.userId !== undefined) grant.userId = facts.userId;
  if (facts.assurance !== undefined) grant.authenticationAssuranceLevel = facts.assurance;
  if (facts.identityAssurance !== undefined) grant.identityAssuranceLevel = facts.identityAssurance;
  if (facts.acr !== undefined) grant.acr = facts.acr;
  if (facts.amr !== undefined) grant.amr = facts.amr;
  if (facts.selectedRoleId !== undefined) grant.selectedRoleId = facts.selectedRoleId;
  if (facts.nhsNumber !== undefined) grant.nhsNumber = facts.nhsNumber;
  if (facts.vectorOfTrust !== undefined) grant.vectorOfTrust = facts.vectorOfTrust;
  if (row.chain_id !== null) grant.chainId = row.chain_id;
  return grant;
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const token = authorization.slice(7).trim();
  return token === '' ? undefined : token;
}

function unknownToken(application: { readonly name: string; readonly status: string } | undefined): GatewayRefusal {
  return new GatewayRefusal(401, 'Invalid Access Token', 'keymanagement.service.invalid_access_token', {
    check: 'gateway.token.known',
    why:
      application === undefined
        ? 'This environment never issued this token, or its log-on has ended.'
        : `The application ${application.name} is ${application.status}, and its tokens with it.`,
    fix: 'Ask this environment’s token endpoint for a new one: tokens of other environments are refused.',
  });
}

function expiredToken(byAge: boolean): GatewayRefusal {
  return new GatewayRefusal(401, 'Access Token expired', 'keymanagement.service.access_token_expired', {
    check: 'gateway.token.expired',
    why: byAge
      ? 'The token has expired (it lives ten minutes of the environment’s time).'
      : 'The token was issued while the environment’s clock was further ahead than it is now.',
    fix: 'Ask the token endpoint for a new one, or refresh.',
  });
}

/** What a call does to data: a smoke test in production may only read. */
export type CallKind = 'reads' | 'writes';

/**
 * The product of a token that covers a path.
 *
 * @throws GatewayRefusal 401 when none does (the application subscribes to another API), or while the application is not live (PTL-119)
 */
export function admit(world: GatewayWorld, grant: AccessGrant, path: string, kind: CallKind = 'writes'): ApiProduct {
  for (const name of grant.products) {
    const product = world.products.get(name);
    if (product === undefined || !covers(product, path)) continue;
    if (!mayPass(grant.app.stage, kind)) throw notLive(grant.app);
    return product;
  }
  throw noProduct({
    check: 'gateway.product',
    why: `The token is for ${grant.products.join(', ') || 'no product'}; none of these answers ${path}.`,
    fix: 'Subscribe the application to the product of this API and ask for a new token.',
  });
}

function mayPass(stage: LiveStage, kind: CallKind): boolean {
  return stage === 'live' || (stage === 'smoke-test' && kind === 'reads');
}

/** There is no national text for it: to the platform the product is not approved until go-live is confirmed. */
function notLive({ name, stage }: Pick<ApplicationFacts, 'name' | 'stage'>): GatewayRefusal {
  return noProduct(
    stage === 'smoke-test'
      ? {
          check: 'gateway.live',
          why: `The application ${name} is open for its smoke test only: calls that change data pass once go-live is confirmed.`,
          fix: 'Call what only reads, then report the smoke test in the portal.',
        }
      : {
          check: 'gateway.live',
          why: `The application ${name} is registered in production but not live.`,
          fix: 'Finish the path to live in the portal: the PROD form, the smoke test, and the confirmation by e-RS Partners.',
        },
  );
}

function noProduct(explanation: Explanation): GatewayRefusal {
  return new GatewayRefusal(
    401,
    'Invalid API call as no apiproduct match found',
    'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound',
    explanation,
  );
}

/**
 * Checks the header `apikey` of an API that wants no token (identity.md C.7).
 *
 * @throws GatewayRefusal 401: missing, unknown, revoked, or for another product
 */
export async function verifyApiKey(world: GatewayWorld, db: Db, apiKey: string | undefined, path: string): Promise<ApplicationFacts> {
  const refuse = (faultString: string, errorCode: string, why: string): GatewayRefusal =>
    new GatewayRefusal(401, faultString, errorCode, {
      check: 'gateway.api-key',
      why,
      fix: 'Send the API key of an active application of this environment in the header apikey.',
    });
  if (apiKey === undefined || apiKey === '')
    throw refuse(
      'Failed to resolve API Key variable request.header.apikey',
      'steps.oauth.v2.FailedToResolveAPIKey',
      'The header apikey is missing.',
    );
  const client = await findClient(db, apiKey);
  if (client === undefined)
    throw refuse('Invalid ApiKey', 'oauth.v2.InvalidApiKey', 'No application of this environment has this API key.');
  const { application, key } = client;
  if (keyFault(key, application) === 'revoked') throw refuse('ApiKey not approved', 'oauth.v2.ApiKeyNotApproved', standingOf(application));
  const covered = approvedProducts(application).some((name) => {
    const product = world.products.get(name);
    return product !== undefined && covers(product, path);
  });
  if (!covered)
    throw refuse(
      'Invalid ApiKey for given resource',
      'oauth.v2.InvalidApiKeyForGivenResource',
      'No approved product of the application covers this API.',
    );
  const { appId, name, status, stage, asid } = application;
  // APIs that take a key alone only read.
  if (!mayPass(stage, 'reads'))
    throw refuse('Invalid ApiKey for given resource', 'oauth.v2.InvalidApiKeyForGivenResource', notLive(application).explanation.why);
  return {
    appId,
    name,
    status,
    stage,
    environment: world.environment.id,
    attributes: visibleAttributes(application.attributes, asid),
    ...(asid === undefined ? {} : { asid }),
  };
}
