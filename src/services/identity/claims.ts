/** What the providers say of a person: ID token, userinfo, logout token (identity.md B.4, B.5, B.7). Pure. */
import { activityName, areaOfWorkName, type Person, type RoleProfile } from '../directory/index.ts';
import { halfHash } from './fingerprint.ts';
import type { LogOn } from './model.ts';

/** What an ID token is valid for after it is issued, in seconds (identity.md B.4). */
const ID_TOKEN_LIFE = 3_600;
const LOGOUT_TOKEN_LIFE = 120;

type Claims = Readonly<Record<string, unknown>>;

/**
 * The claims of an ID token. Its times are real ones: clients check them against their own watch (DESIGN.md D6).
 *
 * @param now real time
 */
export function idTokenClaims(
  logOn: LogOn,
  from: {
    readonly issuer: string;
    readonly now: number;
    readonly auditId: string;
    readonly code?: string | undefined;
    readonly accessToken?: string | undefined;
  },
): Claims {
  const issuedAt = Math.floor(from.now / 1_000);
  return {
    ...(from.accessToken === undefined ? {} : { at_hash: halfHash(from.accessToken) }),
    sub: logOn.userId,
    auditTrackingId: from.auditId,
    iss: from.issuer,
    tokenName: 'id_token',
    ...(logOn.nonce === undefined ? {} : { nonce: logOn.nonce }),
    sid: logOn.sid,
    aud: logOn.clientId,
    ...(from.code === undefined ? {} : { c_hash: halfHash(from.code), 'org.forgerock.openidconnect.ops': halfHash(`ops ${from.code}`) }),
    acr: logOn.acrValues,
    ...(logOn.state === undefined ? {} : { s_hash: halfHash(logOn.state) }),
    azp: logOn.clientId,
    auth_time: logOn.authTime,
    realm: '/NHSIdentity/Healthcare',
    id_assurance_level: String(logOn.ial),
    exp: issuedAt + ID_TOKEN_LIFE,
    tokenType: 'JWTToken',
    iat: issuedAt,
    authentication_assurance_level: String(logOn.aal),
    amr: [logOn.amr],
    ...(logOn.selectedRoleId === undefined ? {} : { selected_roleid: logOn.selectedRoleId }),
  };
}

/** The claims of a back-channel logout token (identity.md B.7). Made when it is sent, so that it is fresh however late that is. */
export function logoutTokenClaims(
  session: { readonly sid: string; readonly userId: string },
  from: { readonly issuer: string; readonly clientId: string; readonly now: number; readonly jti: string },
): Claims {
  const issuedAt = Math.floor(from.now / 1_000);
  return {
    aud: from.clientId,
    iss: from.issuer,
    sub: session.userId,
    iat: issuedAt,
    exp: issuedAt + LOGOUT_TOKEN_LIFE,
    jti: from.jti,
    sid: session.sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  };
}

type OfScope = (person: Person, roles: readonly RoleProfile[]) => Claims;

/** Claims by scope. Members without content are left out. Professional registrations are no part of the directory yet: none are claimed. */
const BY_SCOPE: Readonly<Record<string, OfScope>> = {
  profile: ({ userId, givenName, familyName }) => ({
    name: `${givenName} ${familyName}`,
    family_name: familyName,
    given_name: givenName,
    uid: userId,
  }),
  email: ({ email }) => ({ email }),
  nhsperson: ({ userId, title, givenName, familyName, identityAssuranceLevel }) => ({
    nhsid_useruid: userId,
    title,
    idassurancelevel: String(identityAssuranceLevel),
    initials: givenName.charAt(0),
    display_name: `${familyName} ${givenName} ${title}`,
  }),
  associatedorgs: (_person, roles) => ({
    nhsid_user_orgs: distinct(roles, (role) => ({ org_name: role.organisationName, org_code: role.odsCode })),
  }),
  nationalrbacaccess: ({ userId }, roles) => ({ nhsid_useruid: userId, nhsid_nrbac_roles: roles.map(nationalRole) }),
  organisationalmemberships: (_person, roles) => {
    const memberships = distinct(roles, (role) => ({
      person_orgid: role.personOrgId,
      org_name: role.organisationName,
      org_code: role.odsCode,
    }));
    return { nhsid_org_memberships: memberships, nhsid_org_roles: memberships };
  },
  professionalmemberships: () => ({}),
};

/** The user's details, by scope. */
export function userinfo(person: Person, roles: readonly RoleProfile[], scope: string): Claims {
  return Object.assign({ sub: person.userId }, ...scope.split(' ').map((each) => BY_SCOPE[each]?.(person, roles)));
}

function distinct(roles: readonly RoleProfile[], of: (role: RoleProfile) => Claims): readonly Claims[] {
  return [...new Map(roles.map((role) => [role.odsCode, of(role)])).values()];
}

function nationalRole(role: RoleProfile): Claims {
  return {
    person_orgid: role.personOrgId,
    person_roleid: role.roleProfileId,
    org_code: role.odsCode,
    role_name: role.jobRoleName,
    role_code: role.jobRoleCode,
    ...listed(
      'activities',
      role.activityCodes.flatMap((code) => activityName(code) ?? []),
    ),
    ...listed('activity_codes', role.activityCodes),
    ...listed(
      'aow',
      role.areaOfWorkCodes.flatMap((code) => areaOfWorkName(code) ?? []),
    ),
    ...listed('aow_codes', role.areaOfWorkCodes),
    ...listed('workgroups_codes', role.workgroupCodes),
  };
}

/** A list under its name; nothing when it is empty (identity.md B.5). */
function listed(name: string, values: readonly string[]): Claims {
  return values.length === 0 ? {} : { [name]: values };
}
