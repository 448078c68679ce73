import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Sealer } from '../../kernel/sealer.ts';
import type { Person, RoleProfile } from '../directory/index.ts';
import type { LogOn, Provider } from './model.ts';
import type { SigningKey } from './store.ts';

/** What an ID token is valid for after it is issued, in seconds (identity.md B.4). */
const ID_TOKEN_LIFE = 3_600;

/** A new signing key of a provider, its private half sealed. The kid is base64 with `/`, `+` and `=`, as CIS2's are (identity.md B.4). */
export async function makeSigningKey(provider: Provider, sealer: Sealer): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha1')
    .update(jwk.n ?? '')
    .digest('base64');
  return {
    provider,
    kid,
    sealedKey: sealer.seal(`identity/${provider}`, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    publicJwk: { ...jwk, kid, use: 'sig', alg: 'RS256' },
  };
}

/** The ID token of a log-on. Its times are real ones: clients check them against their own watch (DESIGN.md D6). */
export async function idToken(logOn: LogOn, code: string, issuer: string, key: SigningKey, sealer: Sealer, now: number): Promise<string> {
  const { SignJWT } = await import('jose');
  const privateKey: KeyObject = createPrivateKey(sealer.open(`identity/${key.provider}`, key.sealedKey));
  const issuedAt = Math.floor(now / 1_000);
  const claims = {
    sub: logOn.userId,
    tokenName: 'id_token',
    tokenType: 'JWTToken',
    realm: '/NHSIdentity/Healthcare',
    azp: logOn.clientId,
    acr: logOn.acr,
    amr: [logOn.amr],
    auth_time: logOn.authTime,
    sid: logOn.sid,
    auditTrackingId: `${logOn.sid}-1`,
    c_hash: halfHash(code),
    ...(logOn.state === undefined ? {} : { s_hash: halfHash(logOn.state) }),
    ...(logOn.nonce === undefined ? {} : { nonce: logOn.nonce }),
    id_assurance_level: String(logOn.ial),
    authentication_assurance_level: String(logOn.aal),
    ...(logOn.selectedRoleId === undefined ? {} : { selected_roleid: logOn.selectedRoleId }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', kid: key.kid, alg: 'RS256' })
    .setIssuer(issuer)
    .setAudience(logOn.clientId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ID_TOKEN_LIFE)
    .sign(privateKey);
}

function halfHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

/** The user's details as CIS2 gives them, by scope (identity.md B.5). */
export function userinfo(person: Person, roles: readonly RoleProfile[], scope: string): Readonly<Record<string, unknown>> {
  const scopes = new Set(scope.split(' '));
  const organisations = [
    ...new Map(roles.map((role) => [role.odsCode, { org_name: role.organisationName, org_code: role.odsCode }])).values(),
  ];
  return {
    sub: person.userId,
    ...(scopes.has('profile')
      ? {
          name: `${person.givenName} ${person.familyName}`,
          family_name: person.familyName,
          given_name: person.givenName,
          uid: person.userId,
        }
      : {}),
    ...(scopes.has('email') ? { email: person.email } : {}),
    ...(scopes.has('nhsperson')
      ? {
          nhsid_useruid: person.userId,
          title: person.title,
          idassurancelevel: String(person.identityAssuranceLevel),
          initials: person.givenName.charAt(0),
          display_name: `${person.familyName} ${person.givenName} ${person.title}`,
        }
      : {}),
    ...(scopes.has('associatedorgs') ? { nhsid_user_orgs: organisations } : {}),
    ...(scopes.has('nationalrbacaccess') ? { nhsid_useruid: person.userId, nhsid_nrbac_roles: roles.map(nationalRole) } : {}),
  };
}

function nationalRole(role: RoleProfile): object {
  return {
    person_orgid: role.personOrgId,
    person_roleid: role.roleProfileId,
    org_code: role.odsCode,
    role_name: role.jobRoleName,
    role_code: role.jobRoleCode,
    ...(role.activityCodes.length === 0 ? {} : { activity_codes: role.activityCodes }),
    ...(role.areaOfWorkCodes.length === 0 ? {} : { aow_codes: role.areaOfWorkCodes }),
    ...(role.workgroupCodes.length === 0 ? {} : { workgroups_codes: role.workgroupCodes }),
  };
}
