import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { allowListAttributes, asidModelOf, hasAllowList } from '../asid-model.ts';
import { type ApplicationView, bindAsid, registerApplication, viewApplication } from '../management.ts';
import type { AccessMode } from '../products.ts';
import type { KeySource } from '../registration.ts';
import type { GatewayWorld } from '../world.ts';

/** Where the organisation and the person of an application-restricted application come from when nothing is said (ers.md §3.1). */
const DEFAULT_ODS_CODE = 'R69';
const DEFAULT_USER_ID = '021600556514';
/** A web application on the developer's own machine. */
const DEFAULT_CALLBACK = 'http://localhost:3000/callback';

export interface OneStepRequest {
  readonly appId?: string;
  readonly accessMode: AccessMode;
  readonly capability?: 'referrer' | 'provider';
  readonly odsCode?: string;
  readonly userId?: string;
  readonly name?: string;
  readonly productName?: string;
  readonly callbackUrl?: string;
  readonly jwks?: unknown;
  readonly jwksUrl?: string;
  /** `allocate` (when absent), `none`, or 12 digits. */
  readonly asid?: string;
  readonly approve?: boolean;
}

/** The new application as it is shown ever after, with what is told once. */
export interface OneStepReply extends ApplicationView {
  readonly apiKey: string;
  /** Absent when the application was there already. */
  readonly secret?: string;
  readonly warnings: readonly string[];
  /** Where to ask for tokens: the environment's first token server. */
  readonly tokenUrl: string;
  readonly tokenUrls: readonly string[];
}

/**
 * An application in one step (DESIGN.md, fixed points): registered, subscribed, with an ASID of its own bound to it, and for
 * application-restricted access the attributes it acts by.
 *
 * @throws LocalRefusal 400 or 409 as the register does; nothing is kept then
 */
export async function createApplication(world: GatewayWorld, tx: Db, request: OneStepRequest): Promise<OneStepReply> {
  const { environment } = world;
  const { accessMode } = request;
  const name = request.name ?? defaultName(environment.id, accessMode);
  const odsCode = (request.odsCode ?? DEFAULT_ODS_CODE).toUpperCase();
  const callbackUrl = request.callbackUrl ?? (accessMode === 'user-restricted' ? DEFAULT_CALLBACK : undefined);
  const keys = keySource(request);
  const registered = await registerApplication(world, tx, {
    name,
    accessMode,
    attributes: attributesFor(world, request, odsCode),
    ...(request.appId === undefined ? {} : { appId: request.appId }),
    ...(request.productName === undefined ? {} : { productName: request.productName }),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...(keys === undefined ? {} : { keys }),
    // Who calls this is the operator: in production the one step is their override, and shown as such.
    approve: request.approve ?? true,
  });
  const asid = registered.secret === undefined ? undefined : await asidFor(world, tx, request, name, odsCode);
  if (asid !== undefined) await bindAsid(world, tx, registered.appId, asid);
  const tokenUrls = environment.tokenServers.map((server) => `${environment.baseUrl}${server.path}/token`);
  const { apiKey, secret, warnings } = registered;
  return {
    ...(await viewApplication(world, tx, registered.appId)),
    apiKey,
    ...(secret === undefined ? {} : { secret }),
    warnings,
    tokenUrl: tokenUrls[0] ?? '',
    tokenUrls,
  };
}

/** A name by the platform's pattern (path-to-live.md §3.3). */
function defaultName(environment: string, accessMode: AccessMode): string {
  return `Local Supplier - Local Application - ${environment} - e-Referral Service, ${accessMode === 'user-restricted' ? 'User Restricted' : 'Application Restricted'}`;
}

/** What an unattended application acts by; the organisation that an application of users is for, where the gateway checks that. */
function attributesFor({ environment }: GatewayWorld, request: OneStepRequest, odsCode: string): Readonly<Record<string, string>> {
  if (request.accessMode === 'application-restricted') return applicationAttributes(request, odsCode);
  return hasAllowList(asidModelOf(environment.settings), request.accessMode) ? allowListAttributes([odsCode]) : {};
}

function applicationAttributes(request: OneStepRequest, odsCode: string): Readonly<Record<string, string>> {
  return {
    'app-restricted-ods-code': odsCode,
    'app-restricted-user-id': request.userId ?? DEFAULT_USER_ID,
    'app-restricted-business-function':
      request.capability === 'referrer' ? 'REFERRER_AUTHORISED_APPLICATION' : 'PROVIDER_AUTHORISED_APPLICATION',
  };
}

function keySource(request: OneStepRequest): KeySource | undefined {
  if (request.jwks !== undefined && request.jwksUrl !== undefined)
    throw new LocalRefusal(400, 'two_key_sources', 'Give jwks or jwksUrl, not both.');
  if (request.jwks !== undefined) return { jwks: request.jwks };
  return request.jwksUrl === undefined ? undefined : { jwksUrl: request.jwksUrl };
}

/** The ASID asked for: a new one by default, shown in the directory by the pattern of PTL-113. */
async function asidFor(world: GatewayWorld, tx: Db, request: OneStepRequest, name: string, odsCode: string): Promise<string | undefined> {
  const wish = request.asid ?? 'allocate';
  if (wish === 'none') return undefined;
  if (wish !== 'allocate') return wish;
  const mode =
    request.accessMode === 'user-restricted'
      ? 'User-Restricted'
      : `Application-Restricted - ${request.capability === 'referrer' ? 'Referrer' : 'Provider'}`;
  return world.asids.allocateAsid(tx, {
    odsCode,
    productName: name,
    displayName: `${odsCode} - ${name} – ${world.environment.title} - ${mode}`,
    interactions: ['urn:nhs:names:services:ers:READ_PRACTITIONER_ROLE_R4_V001'],
  });
}
