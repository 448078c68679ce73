/**
 * Who calls e-RS in an environment of open access (SANDBOX), where no token says so: headers do, and published sample users stand in for
 * what they leave out. Everything after this, the check of the role included, is as in the other environments.
 */
import { ersBusinessFunctions } from '../directory/index.ts';
import { APPLICATION_FUNCTIONS, BUSINESS_FUNCTIONS, type BusinessFunction } from './codes.ts';
import type { Operation } from './operation.ts';
import { type InternalHeaders, ProxyRefusal } from './proxy.ts';
import type { ErsWorld } from './world.ts';

/** Chooses the user outright; an environment that checks tokens never looks at it. */
export const USER_HEADER = 'LocalSpine-User-ID';
/** The organisation of the published examples: referrer and provider in one (ers.md §22). */
export const SAMPLE_ORGANISATION = 'R69';
/** Users of the published examples, in the order in which they are tried: clinician, administrator, service definer. */
export const SAMPLE_USERS = ['021600556514', '103264992985', '000000000101'] as const;
/** What stands for the calling application in the audit trail. */
export const OPEN_ACCESS_APPLICATION = { appId: 'open-access', asid: '000000000000' } as const;

const ACTIVITIES: ReadonlyMap<string, string> = new Map(ersBusinessFunctions.map((each) => [each.businessFunction, each.activityCode]));

/**
 * The headers e-RS would have got from the gateway. Without a business function the first that may call the operation is taken (never
 * that of a clinician admin, who must say for whom); without an organisation R69; the user is the first sample user who holds the function
 * there, else anybody who does.
 *
 * @param operation undefined for a path that e-RS does not have
 * @throws ProxyRefusal 403 with the published sandbox's own text, when the environment is set to it
 */
export async function openAccessHeaders(
  world: Pick<ErsWorld, 'environment' | 'directory' | 'store'>,
  operation: Operation | undefined,
  header: (name: string) => string | undefined,
): Promise<InternalHeaders> {
  const sent = (name: string): string | undefined => header(name) || undefined;
  const named = sent('nhsd-ers-business-function');
  if (operation !== undefined && named !== undefined && world.environment.settings.sandboxRefusals === 'published')
    requirePublishedFunction(operation, named);
  const businessFunction = named ?? defaultFunction(operation);
  const odsCode = sent('nhsd-end-user-organisation-ods') ?? SAMPLE_ORGANISATION;
  const onBehalfOf = sent('nhsd-ers-on-behalf-of-user-id');
  const common = { asid: OPEN_ACCESS_APPLICATION.asid, odsCode, businessFunction };
  if (APPLICATION_FUNCTIONS.has(businessFunction))
    return { ...common, accessMode: 'application-restricted', userId: SAMPLE_USERS[0], onBehalfOf: undefined };
  const userId = sent(USER_HEADER.toLowerCase()) ?? (await holderOf(world, businessFunction, odsCode));
  return { ...common, accessMode: 'user-restricted', userId, onBehalfOf };
}

/** The function taken when no header names one. */
export function defaultFunction(operation: Pick<Operation, 'functions' | 'applications'> | undefined): BusinessFunction {
  const first = operation?.functions.find((each) => each !== 'SERVICE_PROVIDER_CLINICIAN_ADMIN') ?? operation?.functions[0];
  if (first !== undefined) return first;
  return operation?.applications[0] === undefined ? 'REFERRING_CLINICIAN' : applicationFunction(operation.applications[0]);
}

async function holderOf(world: Pick<ErsWorld, 'directory' | 'store'>, businessFunction: string, odsCode: string): Promise<string> {
  const activity = ACTIVITIES.get(businessFunction);
  const holders = activity === undefined ? [] : await world.directory.usersWithActivityAt(world.store.db, odsCode, activity);
  // With nobody to stand in, the check of the role refuses and says why.
  return SAMPLE_USERS.find((each) => holders.includes(each)) ?? holders[0] ?? SAMPLE_USERS[0];
}

function requirePublishedFunction(operation: Operation, named: string): void {
  if (operation.anyUser === true) return;
  const allowed: readonly string[] = [...operation.functions, ...operation.applications.map(applicationFunction)];
  if (allowed.includes(named)) return;
  const list = BUSINESS_FUNCTIONS.filter((each) => allowed.includes(each)).join(',');
  const text = `SANDBOX_ERROR: This endpoint cannot be accessed using the e-RS Business Function provided. Allowed values: ${list}`;
  throw new ProxyRefusal(
    403,
    {
      check: 'ers.sandbox.business-function',
      why: `${named} may not call ${operation.id} (${operation.title}).`,
      fix: 'The text is that of the public sandbox; LOCALSPINE_SANDBOX_REFUSALS=national gives what e-RS answers.',
    },
    { plain: true, rawBody: text },
  );
}

function applicationFunction(capability: Operation['applications'][number]): BusinessFunction {
  return capability === 'provider' ? 'PROVIDER_AUTHORISED_APPLICATION' : 'REFERRER_AUTHORISED_APPLICATION';
}
