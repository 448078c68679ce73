import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import { ersBusinessFunctions } from '../business-functions.ts';
import type { Organisation, Person, RoleProfile } from '../model.ts';
import { fullJobRoles, REGISTRATION_ACTIVITIES } from '../rbac.ts';
import { FAMILY_NAMES, FEMALE_NAMES, MALE_NAMES } from './names.ts';
import { PRACTICES, TRUSTS } from './organisations.ts';

/** Job roles by their full code; names are in the table of job roles (identity.md §D). */
const JOBS = {
  consultant: 'S0010:G0020:R0050',
  gp: 'S0010:G0020:R0260',
  clinician: 'S8000:G8000:R8000',
  secretary: 'S8000:G8001:R8006',
  support: 'S8001:G8002:R8008',
  receptionist: 'S8002:G8003:R8009',
  clerk: 'S8002:G8003:R8010',
  manager: 'S0080:G0450:R1780',
  raManager: 'S0080:G0450:R5080',
  raAgent: 'S0080:G0440:R5090',
} as const;
const JOB_NAMES: ReadonlyMap<string, string> = new Map(fullJobRoles.map((each) => [each.code, each.name]));
type Job = keyof typeof JOBS;

/** A post: at an organisation, in a job, with e-RS functions. `id` is a published role profile id. */
interface Post {
  readonly at: string;
  readonly job: Job;
  readonly functions: readonly string[];
  /** Activities beside those behind the functions. */
  readonly activities?: readonly string[];
  readonly id?: string;
}

interface PublishedPerson {
  readonly userId: string;
  readonly posts: readonly Post[];
  readonly ial?: number;
  readonly aal?: number;
}

const RC = 'REFERRING_CLINICIAN';
const RCA = 'REFERRING_CLINICIAN_ADMIN';
const RA = 'REFERRING_ADMIN';
const SPC = 'SERVICE_PROVIDER_CLINICIAN';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const SPA = 'SERVICE_PROVIDER_ADMIN';

const both = (at: string): Post => ({ at, job: 'consultant', functions: [RC, SPC] });

/** Users of the published examples, of the simulated log-on and of the public e-RS tests (mock-users.json, known-users.csv). */
const PUBLISHED: readonly PublishedPerson[] = [
  {
    userId: '000000000101',
    posts: [
      { at: 'R69', job: 'consultant', functions: ['SERVICE_DEFINER', SPC, SPA] },
      { at: 'R68', job: 'gp', functions: [RC] },
    ],
  },
  ...['021600556514', '921600556514', '021600556513', '021600556111', '004377014925', '111111111111', '103264994981'].map(
    (userId): PublishedPerson => ({ userId, posts: [both('R69'), { at: 'R68', job: 'consultant', functions: [RC, SPC] }] }),
  ),
  { userId: '103264992985', posts: [{ at: 'R69', job: 'support', functions: [RCA, RA, SPCA, SPA] }] },
  { userId: '555073103100', posts: [{ at: 'D82106', job: 'gp', functions: [RC] }] },
  {
    userId: '555031998104',
    posts: [
      { at: 'D82106', job: 'secretary', functions: [RCA] },
      { at: 'RCD', job: 'support', functions: [SPCA] },
    ],
  },
  { userId: '555031998103', posts: [{ at: 'D82106', job: 'receptionist', functions: [RA] }] },
  {
    userId: '555032006106',
    posts: [
      { at: 'RCD', job: 'consultant', functions: [SPC] },
      { at: 'R69', job: 'consultant', functions: [SPC] },
    ],
  },
  { userId: '555032006103', posts: [{ at: 'RCD', job: 'clerk', functions: [SPA] }] },
  { userId: '555031999105', posts: [{ at: 'RCD', job: 'consultant', functions: [SPC] }], ial: 2 },
  {
    userId: '656005750104',
    posts: [
      { at: 'Y51', job: 'support', functions: [], id: '656014452101' },
      { at: 'X09', job: 'raManager', functions: [], id: '656005754108' },
    ],
  },
  {
    userId: '656005750107',
    posts: [
      { at: 'R69', job: 'clinician', functions: [RC], id: '555254242105' },
      { at: 'A83008', job: 'clinician', functions: [RC] },
    ],
  },
  { userId: '656005750108', posts: [{ at: 'R69', job: 'gp', functions: [RC, SPC], id: '555254242106' }] },
  { userId: '656005750105', posts: [{ at: 'R69', job: 'clinician', functions: [RC] }] },
  { userId: '656005750106', posts: [{ at: 'R69', job: 'clinician', functions: [SPC] }] },
  { userId: '656005750109', posts: [{ at: 'R69', job: 'clinician', functions: [RC, SPC] }], aal: 2 },
  { userId: '656005750111', posts: [{ at: 'R69', job: 'gp', functions: [RC] }], aal: 2 },
  { userId: '656005750112', posts: [{ at: 'R69', job: 'support', functions: [RCA] }], aal: 2 },
  { userId: '656005750110', posts: [{ at: 'R69', job: 'clinician', functions: [RC] }], aal: 1 },
  { userId: '787807429512', posts: [{ at: 'R69', job: 'clinician', functions: [RC] }] },
  { userId: '555260695103', posts: [{ at: 'A83008', job: 'clinician', functions: [RC], id: '555265434108' }] },
  { userId: '555073103101', posts: [] },
];

/** The registration authority: somebody for each of its parts (applications.md §8). */
const REGISTRATION_AUTHORITY: readonly PublishedPerson[] = [
  { userId: '903000000001', posts: [{ at: 'R69', job: 'raManager', functions: [] }] },
  { userId: '903000000002', posts: [{ at: 'R69', job: 'raAgent', functions: [] }] },
  { userId: '903000000003', posts: [{ at: 'R69', job: 'manager', functions: [], activities: [REGISTRATION_ACTIVITIES.sponsor] }] },
  { userId: '903000000004', posts: [{ at: 'R69', job: 'clerk', functions: [], activities: [REGISTRATION_ACTIVITIES.idChecker] }] },
  {
    userId: '903000000005',
    posts: [{ at: 'D82106', job: 'receptionist', functions: [], activities: [REGISTRATION_ACTIVITIES.localSmartcardAdministrator] }],
  },
];

export interface SeededPeople {
  readonly people: readonly Person[];
  readonly roleProfiles: readonly RoleProfile[];
}

/** People with role profiles: the published ones, and a staff for every invented practice and trust (applications.md §16.1). */
export function seedPeople(random: SeededRandom, organisations: readonly Organisation[]): SeededPeople {
  const names = new Map(organisations.map((each) => [each.odsCode, each.name]));
  // New people go at the end: role profiles are numbered by place in the list.
  const all = [...PUBLISHED, ...staff(), ...REGISTRATION_AUTHORITY];
  return {
    people: all.map((each) => person(random, each)),
    roleProfiles: all.flatMap((each, index) => each.posts.map((post, n) => roleProfile(each, post, index * 10 + n, names))),
  };
}

/** Ids from a block of their own: 90 and the place of the organisation. */
function staff(): PublishedPerson[] {
  const member = (block: number, n: number, post: Post): PublishedPerson => ({
    userId: `90${String(block).padStart(4, '0')}${String(n).padStart(6, '0')}`,
    posts: [post],
  });
  const practices = PRACTICES.flatMap((at, n) => [
    member(1000 + n, 1, { at, job: 'gp', functions: [RC] }),
    member(1000 + n, 2, { at, job: 'gp', functions: [RC] }),
    member(1000 + n, 3, { at, job: 'secretary', functions: [RCA] }),
    member(1000 + n, 4, { at, job: 'receptionist', functions: [RA] }),
  ]);
  const trusts = TRUSTS.flatMap((at, n) => [
    ...[1, 2, 3].map((k) => member(2000 + n, k, { at, job: 'consultant', functions: [SPC] })),
    member(2000 + n, 4, { at, job: 'support', functions: [SPCA] }),
    member(2000 + n, 5, { at, job: 'clerk', functions: [SPA] }),
    member(2000 + n, 6, { at, job: 'clerk', functions: ['SERVICE_DEFINER'] }),
  ]);
  return [...practices, ...trusts];
}

function person(random: SeededRandom, { userId, ial = 3, aal = 3 }: PublishedPerson): Person {
  const stream = random.stream('person', userId);
  const female = stream.chance(0.5);
  const givenName = stream.pick(female ? FEMALE_NAMES : MALE_NAMES);
  const familyName = stream.pick(FAMILY_NAMES);
  return {
    userId,
    title: female ? 'Ms' : 'Mr',
    givenName,
    familyName,
    email: `${givenName}.${familyName}.${userId.slice(-4)}@example.com`.toLowerCase(),
    active: true,
    identityAssuranceLevel: ial,
    authenticationAssuranceLevel: aal,
  };
}

function roleProfile(
  { userId }: PublishedPerson,
  { at, job, functions, activities = [], id }: Post,
  n: number,
  names: ReadonlyMap<string, string>,
): RoleProfile {
  const jobRoleCode = JOBS[job];
  // Numbered by place in the list: published user ids differ in their first digits only.
  const digits = String(n).padStart(9, '0');
  return {
    roleProfileId: id ?? `810${digits}`,
    personOrgId: `710${digits}`,
    userId,
    odsCode: at,
    organisationName: names.get(at) ?? at,
    jobRoleCode,
    jobRoleName: JOB_NAMES.get(jobRoleCode) ?? jobRoleCode,
    // In the order of the table, which is the order in which A030 lists functions.
    activityCodes: [
      ...ersBusinessFunctions.filter((each) => functions.includes(each.businessFunction)).map((each) => each.activityCode),
      ...activities,
    ],
    areaOfWorkCodes: [],
    workgroupCodes: [],
    active: true,
  };
}
