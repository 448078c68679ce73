import type { Db } from '../../kernel/store/store.ts';
import type { Person, RoleProfile } from '../directory/index.ts';
import type { Duty } from './model.ts';
import { saveGrant } from './store.ts';
import type { RegistrationWorld } from './world.ts';

interface Member {
  readonly userId: string;
  readonly name: readonly [title: string, given: string, family: string];
  readonly at: readonly [odsCode: string, name: string];
  readonly duties: readonly (readonly [Duty, string])[];
}

const SUPPLIER = ['ZS001', 'Localspine Test Supplier'] as const;
const NATIONAL = ['X26', 'NHS England'] as const;

/** Invented people for every part in a registration: who may register, who has to ask, who decides. */
const MEMBERS: readonly Member[] = [
  { userId: '903000000001', name: ['Ms', 'Orla', 'Registrar'], at: SUPPLIER, duties: [['endpoint-administrator', 'ZS001']] },
  { userId: '903000000002', name: ['Mr', 'Piers', 'Applicant'], at: SUPPLIER, duties: [] },
  {
    userId: '903000000003',
    name: ['Ms', 'Hetty', 'Approver'],
    at: NATIONAL,
    duties: [
      ['approver', ''],
      ['directory-administrator', ''],
    ],
  },
  { userId: '903000000004', name: ['Mr', 'Denzil', 'Names'], at: NATIONAL, duties: [['dns-approver', '']] },
];

/** Puts the people of the registration applications in, with their duties. */
export async function seedRegistrationStaff({ directory, clock }: RegistrationWorld, tx: Db): Promise<void> {
  for (const [index, member] of MEMBERS.entries()) {
    const { userId, duties } = member;
    await directory.savePerson(tx, personOf(member));
    await directory.saveRoleProfile(tx, roleOf(member, index));
    for (const [duty, odsCode] of duties) await saveGrant(tx, { userId, duty, odsCode, grantedAt: clock.now(), grantedBy: 'System' });
  }
}

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
    roleProfileId: `81300000000${index + 1}`,
    personOrgId: `71300000000${index + 1}`,
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
