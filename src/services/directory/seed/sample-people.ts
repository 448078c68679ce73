import type { Person, RoleProfile } from '../model.ts';
import { fullJobRoles } from '../rbac.ts';

/** Ids of the published directory sample: several organisations, one of them left (sds.md §3.4, §19). The name is invented. */
const USER_ID = '555043304334';
const NAMES: ReadonlyMap<string, string> = new Map(fullJobRoles.map((each) => [each.code, each.name]));

const MULTIROLE: Person = {
  userId: USER_ID,
  title: 'Ms',
  givenName: 'Beta',
  familyName: 'Multirole',
  email: 'beta.multirole@example.com',
  active: true,
  identityAssuranceLevel: 3,
  authenticationAssuranceLevel: 3,
};

function roleOf(parts: Omit<RoleProfile, 'userId' | 'jobRoleName'>): RoleProfile {
  return { userId: USER_ID, jobRoleName: NAMES.get(parts.jobRoleCode) ?? parts.jobRoleCode, ...parts };
}

/** A person with an area of work and a work group at a trust, and a closed role at a practice. */
export const samplePeople: { readonly people: readonly Person[]; readonly roleProfiles: readonly RoleProfile[] } = {
  people: [MULTIROLE],
  roleProfiles: [
    roleOf({
      roleProfileId: '555043306334',
      personOrgId: '555043305338',
      odsCode: 'RBA',
      organisationName: 'Taunton and Somerset NHS Foundation Trust',
      jobRoleCode: 'S8000:G8000:R8001',
      activityCodes: ['B0264'],
      areaOfWorkCodes: ['P0010:Q0050:T0210'],
      workgroupCodes: ['W0001'],
      active: true,
    }),
    roleOf({
      roleProfileId: '555043306335',
      personOrgId: '555043305339',
      odsCode: 'C81007',
      organisationName: 'Vernon Street Medical Ctr',
      jobRoleCode: 'S8000:G8000:R8000',
      activityCodes: ['B0264', 'B0370', 'B0401'],
      areaOfWorkCodes: [],
      workgroupCodes: [],
      active: false,
    }),
  ],
};
