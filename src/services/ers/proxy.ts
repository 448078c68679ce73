/**
 * What the API gateway does for e-RS before e-RS itself sees a request (ers.md §3.2–3.4): scopes, end-user organisation, ASID,
 * business function, identity assurance, and the renaming of headers. Pure: a grant and headers in, the internal headers out.
 */
import { type Explanation, Refusal } from '../../kernel/errors.ts';
import { type AccessGrant, allowListIn } from '../gateway/index.ts';
import { APPLICATION_FUNCTIONS } from './codes.ts';

export const SCOPES = {
  userAal3: 'urn:nhsd:apim:user-nhs-id:aal3:e-referrals-service-api',
  userAal2: 'urn:nhsd:apim:user-nhs-id:aal2:e-referrals-service-api',
  application: 'urn:nhsd:apim:app:level3:e-referrals-service-api',
} as const;

/** An OperationOutcome made by the gateway, in both dialects. */
export interface ProxyOutcome {
  readonly issue: string;
  /** STU3 code; NO_ACCESS when absent. */
  readonly stu3Code?: string;
  /** R4 code; ACCESS_DENIED when absent. */
  readonly r4Code?: string;
  readonly diagnostics: string;
  /** STU3 paths get an outcome only in some rows. */
  readonly inStu3: boolean;
}

/** The gateway says no. */
export class ProxyRefusal extends Refusal {
  readonly status: number;
  readonly outcome?: ProxyOutcome;
  readonly wwwAuthenticate?: string;
  /** `text/plain` and empty instead of an outcome, on R4 too. */
  readonly plain: boolean;
  /** JSON text of the platform's own fault. */
  readonly rawBody?: string;

  constructor(
    status: number,
    explanation: Explanation,
    parts: { outcome?: ProxyOutcome; wwwAuthenticate?: string; plain?: boolean; rawBody?: string } = {},
  ) {
    super(parts.outcome?.diagnostics ?? `HTTP ${status}`, explanation);
    this.status = status;
    this.plain = parts.plain ?? false;
    if (parts.outcome !== undefined) this.outcome = parts.outcome;
    if (parts.wwwAuthenticate !== undefined) this.wwwAuthenticate = parts.wwwAuthenticate;
    if (parts.rawBody !== undefined) this.rawBody = parts.rawBody;
  }
}

/** The headers e-RS receives from the gateway (ers.md §3.3), as far as rules use them. */
export interface InternalHeaders {
  readonly asid: string;
  readonly accessMode: 'user-restricted' | 'application-restricted';
  readonly userId: string;
  readonly odsCode: string | undefined;
  readonly businessFunction: string | undefined;
  readonly onBehalfOf: string | undefined;
  /** How surely the user is who they say, as the identity provider told; users only. */
  readonly assurance?: { readonly amr: readonly string[]; readonly authentication: number; readonly identity: number };
}

export interface ProxyRequest {
  /** Path below the base, e.g. `/FHIR/R4/PractitionerRole`. */
  readonly path: string;
  header(name: string): string | undefined;
}

export const WRONG_FUNCTION = 'User does not have the required Business Function at the specified Organisation.';
const WEAK_AUTHENTICATION =
  'The authentication method utilised is not currently supported. Contact your local Registration Authority or IT department for help.';
const WEAK_IDENTITY = "We couldn't verify your identity. Contact your local Registration Authority or IT department for help.";
const INTERNAL_HEADERS = ['x-ers-ods-code', 'x-ers-business-function', 'x-ers-user-id'];
const ACCEPTED_SCOPES: ReadonlySet<string> = new Set(Object.values(SCOPES));

/** Checks 2 (scope) to 4 (ASID) of ers.md §3.2. Rate limits come next, then {@link internalHeaders}. Gives the ASID. */
export function admitApplication(grant: AccessGrant, request: ProxyRequest, allowListed: boolean): string {
  if (!grant.scopes.some((scope) => ACCEPTED_SCOPES.has(scope))) {
    throw new ProxyRefusal(
      401,
      {
        check: 'ers.proxy.scope',
        why: `The token carries none of the scopes e-RS accepts (it has ${grant.scopes.join(' ') || 'none'}).`,
        fix: 'Sign in with AAL2 or AAL3, and subscribe the application to the e-RS product of its access mode.',
      },
      { outcome: { issue: 'login', diagnostics: WEAK_AUTHENTICATION, inStu3: true } },
    );
  }
  if (allowListed && grant.kind === 'user' && request.path !== '/FHIR/R4/PractitionerRole') checkAllowList(grant, request);
  if (grant.app.asid === undefined || grant.app.asid === '') {
    throw new ProxyRefusal(
      403,
      {
        check: 'ers.proxy.asid',
        why: `The application ${grant.app.name} (AppID ${grant.app.appId}) is not bound to an ASID.`,
        fix: 'Bind one: the portal’s operator does it after the form, or PUT /_localspine/gateway/applications/{appId}/asid.',
      },
      { outcome: { issue: 'forbidden', diagnostics: 'ASID is not configured in the application', inStu3: true } },
    );
  }
  return grant.app.asid;
}

function checkAllowList(grant: AccessGrant, request: ProxyRequest): void {
  const odsCode = request.header('nhsd-end-user-organisation-ods');
  if (odsCode === undefined || odsCode === '') {
    throw new ProxyRefusal(
      400,
      {
        check: 'ers.proxy.end-user-organisation',
        why: 'The header NHSD-End-User-Organisation-ODS is missing or empty.',
        fix: 'Send the ODS code of the organisation the user works for.',
      },
      {
        outcome: {
          issue: 'required',
          stu3Code: 'MISSING_HEADER',
          r4Code: 'MISSING_HEADER',
          diagnostics: 'Missing or Empty NHSD-End-User-Organisation-ODS header.',
          inStu3: true,
        },
      },
    );
  }
  if (!allowedOrganisations(grant).includes(odsCode)) {
    throw new ProxyRefusal(
      403,
      {
        check: 'ers.proxy.end-user-organisation',
        why: `${odsCode} is not on the application's list of end-user organisations.`,
        fix: 'Add it to ers.allowListodsCode of the attribute apim-app-flow-vars.',
      },
      {
        outcome: {
          issue: 'forbidden',
          diagnostics: 'Unauthorised ODS code provided in NHSD-End-User-Organisation-ODS header',
          inStu3: true,
        },
      },
    );
  }
}

function allowedOrganisations(grant: AccessGrant): readonly string[] {
  const broken = (): never => {
    throw new ProxyRefusal(
      500,
      {
        check: 'ers.proxy.end-user-organisation',
        why: 'The attribute apim-app-flow-vars of the application cannot be read.',
        fix: 'It must be JSON like {"ers":{"allowListodsCode":["R69"]}}.',
      },
      { outcome: { issue: 'exception', r4Code: 'SERVICE_ERROR', diagnostics: 'Internal Server Error', inStu3: false } },
    );
  };
  return allowListIn(grant.app.attributes) ?? broken();
}

/** Check 6 and the renaming of headers (ers.md §3.2, §3.3). */
export function internalHeaders(grant: AccessGrant, asid: string, request: ProxyRequest): InternalHeaders {
  if (grant.kind === 'app') return applicationHeaders(grant, asid, request);
  const businessFunction = nonEmpty(request.header('nhsd-ers-business-function'));
  if (businessFunction !== undefined && APPLICATION_FUNCTIONS.has(businessFunction)) {
    throw new ProxyRefusal(
      403,
      {
        check: 'ers.proxy.business-function',
        why: `${businessFunction} is set by the gateway for applications; a user cannot act in it.`,
        fix: 'Send one of the functions that A030 lists for the user.',
      },
      { outcome: { issue: 'forbidden', diagnostics: WRONG_FUNCTION, inStu3: true } },
    );
  }
  if ((grant.identityAssuranceLevel ?? 0) < 3) {
    throw new ProxyRefusal(
      401,
      {
        check: 'ers.proxy.identity-assurance',
        why: `The user's identity was verified to level ${grant.identityAssuranceLevel ?? 0}; e-RS wants 3.`,
        fix: 'Sign in as a person with identity assurance level 3.',
      },
      { outcome: { issue: 'forbidden', diagnostics: WEAK_IDENTITY, inStu3: true } },
    );
  }
  return {
    asid,
    accessMode: 'user-restricted',
    userId: grant.userId ?? '',
    odsCode: nonEmpty(request.header('nhsd-end-user-organisation-ods')),
    businessFunction,
    onBehalfOf: nonEmpty(request.header('nhsd-ers-on-behalf-of-user-id')),
    assurance: {
      amr: grant.amr ?? [],
      authentication: grant.authenticationAssuranceLevel ?? 0,
      identity: grant.identityAssuranceLevel ?? 0,
    },
  };
}

function applicationHeaders(grant: AccessGrant, asid: string, request: ProxyRequest): InternalHeaders {
  const sent = INTERNAL_HEADERS.find((name) => request.header(name) !== undefined);
  if (sent !== undefined) {
    throw new ProxyRefusal(
      403,
      {
        check: 'ers.proxy.internal-header',
        why: `An application may not send ${sent}: the gateway sets it.`,
        fix: `Leave ${sent} out; the value comes from the application's attributes.`,
      },
      { plain: true },
    );
  }
  const attribute = (name: string): string => {
    const value = grant.app.attributes[name];
    if (value !== undefined && value !== '') return value;
    const fault = { fault: { faultstring: `Unresolved variable : app.${name}`, detail: { errorcode: 'entities.UnresolvedVariable' } } };
    throw new ProxyRefusal(
      500,
      {
        check: 'ers.proxy.application-attribute',
        why: `The application ${grant.app.name} has no attribute ${name}.`,
        fix: `Set it: PUT /_localspine/gateway/applications/${grant.app.appId}/attributes. In the real service the e-RS Partners team does.`,
      },
      { rawBody: JSON.stringify(fault) },
    );
  };
  return {
    asid,
    accessMode: 'application-restricted',
    userId: attribute('app-restricted-user-id'),
    odsCode: attribute('app-restricted-ods-code'),
    businessFunction: grant.app.attributes['app-restricted-business-function'] ?? 'PROVIDER_AUTHORISED_APPLICATION',
    onBehalfOf: undefined,
  };
}

/** Fault texts of the platform become 401 (ers.md §3.4): STU3 empty with `WWW-Authenticate`, R4 an outcome with the fault text. */
export function tokenRefused(explanation: Explanation, faultString: string, wwwAuthenticate: string): ProxyRefusal {
  return new ProxyRefusal(401, explanation, { wwwAuthenticate, outcome: { issue: 'login', diagnostics: faultString, inStu3: false } });
}

/** Quota or spike arrest (ers.md §3.4): STU3 empty, R4 an outcome. */
export function throttled(explanation: Explanation): ProxyRefusal {
  return new ProxyRefusal(429, explanation, {
    outcome: { issue: 'throttled', r4Code: 'TOO_MANY_REQUESTS', diagnostics: 'Too many requests', inStu3: false },
  });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
