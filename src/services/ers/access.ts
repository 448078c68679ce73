import { BUSINESS_FUNCTIONS, type BusinessFunction } from './codes.ts';
import { ErsRefusal } from './errors.ts';
import type { Caller } from './model.ts';
import type { Operation } from './operation.ts';
import { type InternalHeaders, WRONG_FUNCTION } from './proxy.ts';
import { holdsFunction } from './roles.ts';
import { actsFor } from './store/on-behalf-of.ts';
import type { ErsWorld } from './world.ts';

/**
 * Who calls, and whether they may call this operation (ers.md §3.5, §4): function known, allowed for the operation, held by the user at
 * that organisation; on-behalf-of for SPCA and nobody else. Throws ErsRefusal 403.
 */
export async function resolveCaller(world: ErsWorld, instance: string, operation: Operation, headers: InternalHeaders): Promise<Caller> {
  if (headers.accessMode === 'application-restricted') return applicationCaller(operation, headers);
  if (operation.anyUser === true)
    return { mode: 'user', userId: headers.userId, odsCode: headers.odsCode ?? '', businessFunction: 'REFERRING_CLINICIAN' };
  const { odsCode } = headers;
  const businessFunction = known(headers.businessFunction);
  if (businessFunction === undefined)
    throw forbidden(
      'ers.role.function',
      headers.businessFunction === undefined
        ? 'The header NHSD-eRS-Business-Function is missing.'
        : `${headers.businessFunction} is not an e-RS business function.`,
      'Send one of the functions that A030 lists for the user.',
    );
  if (odsCode === undefined)
    throw forbidden(
      'ers.role.organisation',
      'The header NHSD-End-User-Organisation-ODS is missing.',
      'Send the ODS code of the organisation the user acts for.',
    );
  if (!operation.functions.includes(businessFunction))
    throw forbidden(
      'ers.role.operation',
      `${businessFunction} may not call ${operation.id} (${operation.title}).`,
      `It is for ${operation.functions.join(', ')}.`,
    );
  if (!(await holdsFunction(world, world.store.db, headers.userId, odsCode, businessFunction))) {
    throw forbidden(
      'ers.role.held',
      `The user ${headers.userId} does not hold ${businessFunction} at ${odsCode}.`,
      'Call A030 for the functions the user holds, and where.',
    );
  }
  const caller = { mode: 'user', userId: headers.userId, odsCode, businessFunction } as const;
  const onBehalfOf = await checkOnBehalfOf(world, instance, operation, headers, odsCode, businessFunction);
  return onBehalfOf === undefined ? caller : { ...caller, onBehalfOf };
}

async function checkOnBehalfOf(
  world: ErsWorld,
  instance: string,
  operation: Operation,
  headers: InternalHeaders,
  odsCode: string,
  businessFunction: BusinessFunction,
): Promise<string | undefined> {
  const { onBehalfOf } = headers;
  if (businessFunction !== 'SERVICE_PROVIDER_CLINICIAN_ADMIN') {
    if (onBehalfOf !== undefined)
      throw forbidden(
        'ers.role.on-behalf-of',
        `${businessFunction} may not act on behalf of another user.`,
        'Leave NHSD-eRS-On-Behalf-Of-User-ID out.',
      );
    return undefined;
  }
  if (operation.withoutOnBehalfOf === true) return undefined;
  if (onBehalfOf === undefined)
    throw forbidden(
      'ers.role.on-behalf-of',
      'A service provider clinician admin must say for whom they act.',
      'Send NHSD-eRS-On-Behalf-Of-User-ID with one of the users that A040 lists.',
    );
  if (!(await actsFor(world.store.db, instance, headers.userId, onBehalfOf, odsCode))) {
    throw forbidden(
      'ers.role.on-behalf-of',
      `The user ${headers.userId} may not act for ${onBehalfOf} at ${odsCode}.`,
      'Use one of the users that A040 lists.',
    );
  }
  return onBehalfOf;
}

function applicationCaller(operation: Operation, headers: InternalHeaders): Caller {
  const businessFunction = known(headers.businessFunction);
  const capability =
    businessFunction === 'PROVIDER_AUTHORISED_APPLICATION'
      ? 'provider'
      : businessFunction === 'REFERRER_AUTHORISED_APPLICATION'
        ? 'referrer'
        : undefined;
  if (businessFunction === undefined || capability === undefined)
    throw forbidden(
      'ers.role.application',
      `The application's function ${headers.businessFunction ?? '(none)'} is not one for applications.`,
      'Set app-restricted-business-function to PROVIDER_AUTHORISED_APPLICATION or REFERRER_AUTHORISED_APPLICATION.',
    );
  if (!operation.applications.includes(capability)) {
    throw forbidden(
      'ers.role.application',
      `${operation.id} (${operation.title}) is not open to application-restricted ${capability}s.`,
      operation.applications.length === 0 ? 'It needs a signed-in user.' : `It is open to: ${operation.applications.join(', ')}.`,
    );
  }
  return { mode: 'application', userId: headers.userId, odsCode: headers.odsCode ?? '', businessFunction };
}

function known(text: string | undefined): BusinessFunction | undefined {
  return BUSINESS_FUNCTIONS.find((each) => each === text);
}

function forbidden(check: string, why: string, fix: string): ErsRefusal {
  return new ErsRefusal(403, [{ code: 'FORBIDDEN', diagnostics: WRONG_FUNCTION }], { check, why, fix });
}
