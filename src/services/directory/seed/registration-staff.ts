import type { Person, RoleProfile } from '../model.ts';

interface Member {
  readonly userId: string;
  readonly name: readonly [title: string, given: string, family: string];
  readonly at: readonly [odsCode: string, name: string];
}

const SUPPLIER = ['ZS001', 'Localspine Test Supplier'] as const;
const NATIONAL = ['X26', 'NHS England'] as const;

/** Invented people for every part in a registration: who may register, who has to ask, who decides. The registration service gives them duties. */
const MEMBERS: readonly Member[] = [
  { userId: '904000000001', name: ['Ms', 'Orla', 'Registrar'], at: SUPPLIER },
  { userId: '904000000002', name: ['Mr', 'Piers', 'Applicant'], at: SUPPLIER },
  { userId: '904000000003', name: ['Ms', 'Hetty', 'Approver'], at: NATIONAL },
  { userId: '904000000004', name: ['Mr', 'Denzil', 'Names'], at: NATIONAL },
];

function personOf({ userId, name: [title, givenName, familyName] }: Member): Person {
  return {
    userId,
    title,
    givenName,
    familyName,
    email: `${givenName}.${familyName}@example.com`.toLowerCase(),
    active: true,
    identityAssuranceLevel: 3,
    authenticationAssuranceLevel: 3,
  };
}

function roleOf({ userId, at: [odsCode, organisationName] }: Member, index: number): RoleProfile {
  return {
    roleProfileId: `81400000000${index + 1}`,
    personOrgId: `71400000000${index + 1}`,
    userId,
    odsCode,
    organisationName,
    jobRoleCode: 'S8002:G8003:R8010',
    jobRoleName: '"Admin & Clerical":"Admin & Clerical":"Clerical Access Role"',
    activityCodes: [],
    areaOfWorkCodes: [],
    workgroupCodes: [],
    active: true,
  };
}

/** They, and the jobs they do it in. */
export const registrationStaff = { people: MEMBERS.map(personOf), roleProfiles: MEMBERS.map(roleOf) };
