/**
 * Role-based access control as data (identity.md §D, applications.md §1.4): job roles, activities, areas of work, and which activity
 * includes which. The lists are files in `reference-data/`; every service reads them through here.
 */
import { ersBusinessFunctions } from './business-functions.ts';
import activityNames from './reference-data/activities.json' with { type: 'json' };
import activityTree from './reference-data/activity-tree.json' with { type: 'json' };
import areaNames from './reference-data/areas-of-work.json' with { type: 'json' };
import fullRoleNames from './reference-data/job-role-names.json' with { type: 'json' };
import roleNames from './reference-data/job-roles.json' with { type: 'json' };
import groups from './reference-data/work-groups.json' with { type: 'json' };

/** A code with what it is called. `local` marks codes of ours where the national one is not published. */
export interface NamedCode {
  readonly code: string;
  readonly name: string;
  readonly local?: true;
}

/**
 * Activities of the registration authority. Sponsor, ID checker and local smartcard administrator are granted through activities
 * (applications.md §1.4, inferred) whose codes are not published: these are plainly local, outside the national B range.
 */
export const REGISTRATION_ACTIVITIES = {
  sponsor: 'LOCAL-SPONSOR',
  idChecker: 'LOCAL-ID_CHECKER',
  localSmartcardAdministrator: 'LOCAL-SMARTCARD_ADMINISTRATOR',
  advancedAgent: 'LOCAL-ADVANCED_AGENT',
} as const;

const LOCAL_ACTIVITIES: readonly NamedCode[] = [
  { code: REGISTRATION_ACTIVITIES.sponsor, name: 'Sponsor (local code)', local: true },
  { code: REGISTRATION_ACTIVITIES.idChecker, name: 'ID checker (local code)', local: true },
  { code: REGISTRATION_ACTIVITIES.localSmartcardAdministrator, name: 'Local smartcard administrator (local code)', local: true },
  { code: REGISTRATION_ACTIVITIES.advancedAgent, name: 'Advanced registration authority agent (local code)', local: true },
  ...ersBusinessFunctions
    .filter((each) => each.local)
    .map((each) => ({ code: each.activityCode, name: each.activity, local: true as const })),
];

/** Every activity that is known by name. */
export const activities: readonly NamedCode[] = [
  ...Object.entries(activityNames).map(([code, name]) => ({ code, name })),
  ...LOCAL_ACTIVITIES,
];

/** Job roles by their short code: the 392 of the public list. */
export const jobRoles: ReadonlyMap<string, string> = new Map(Object.entries(roleNames));

/** Job roles whose full code (`S0080:G0450:R5080`) and three-part name are known; a position needs one of these. */
export const fullJobRoles: readonly NamedCode[] = [
  { code: 'S0010:G0020:R0050', name: '"Medical and Dental":"Hospital Practitioner":"Consultant"' },
  { code: 'S8002:G8003:R8009', name: '"Admin & Clerical":"Admin & Clerical":"Receptionist"' },
  { code: 'S8002:G8003:R8010', name: '"Admin & Clerical":"Admin & Clerical":"Clerical Access Role"' },
  ...Object.entries(fullRoleNames).map(([code, name]) => ({ code, name })),
];

/** Areas of work that are known by name. */
export const areasOfWork: readonly NamedCode[] = Object.entries(areaNames).map(([code, name]) => ({ code, name }));

const ACTIVITY_NAME: ReadonlyMap<string, string> = new Map(activities.map((each) => [each.code, each.name]));

/** What an activity is called; undefined for one that is not in the list. */
export function activityName(code: string): string | undefined {
  return ACTIVITY_NAME.get(code);
}

/** What an area of work is called, three quoted parts; undefined for one that is not in the list. */
export function areaOfWorkName(code: string): string | undefined {
  return areasOfWork.find((each) => each.code === code)?.name;
}

/** `R5080` of `S0080:G0450:R5080`. */
export function shortJobRole(code: string): string {
  return code.split(':').at(-1) ?? code;
}

/** The last part of a three-part name, without quotes: `Registration Authority Manager`. */
export function shortName(name: string): string {
  return name.replaceAll('"', '').split(':').at(-1) ?? name;
}

/** Work groups that are known by name, with the organisation each belongs to. */
export const workGroups: readonly (NamedCode & { readonly odsCode: string })[] = Object.entries(groups).map(([code, group]) => ({
  code,
  ...group,
}));

/** What a work group is called; undefined for one that is not in the list. */
export function workGroupName(code: string): string | undefined {
  return workGroups.find((each) => each.code === code)?.name;
}

interface Branch {
  readonly baselineRoleCodes: readonly string[];
  readonly childActivityCodes: Readonly<Record<string, Branch>>;
}
const TREE: Readonly<Record<string, Branch>> = activityTree;

/**
 * Whether a role may do what `wanted` stands for: by that activity, by one below it in the tree, or because its job role has one of
 * them as baseline (applications.md §1.4).
 */
export function allows(role: { readonly jobRoleCode: string; readonly activityCodes: readonly string[] }, wanted: string): boolean {
  if (role.activityCodes.includes(wanted)) return true;
  const branch = find(TREE, wanted);
  return branch !== undefined && covers(branch, shortJobRole(role.jobRoleCode), role.activityCodes);
}

function covers(branch: Branch, jobRole: string, held: readonly string[]): boolean {
  if (branch.baselineRoleCodes.includes(jobRole)) return true;
  return Object.entries(branch.childActivityCodes).some(([code, below]) => held.includes(code) || covers(below, jobRole, held));
}

/** Activities that come with a job role, by its short code (applications.md §1.4). */
export function baselines(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const visit = (branches: Readonly<Record<string, Branch>>): void => {
    for (const [activity, { baselineRoleCodes, childActivityCodes }] of Object.entries(branches)) {
      for (const role of baselineRoleCodes) found.set(role, [...(found.get(role) ?? []), activity]);
      visit(childActivityCodes);
    }
  };
  visit(TREE);
  return found;
}

function find(branches: Readonly<Record<string, Branch>>, wanted: string): Branch | undefined {
  for (const [code, branch] of Object.entries(branches)) {
    const found = code === wanted ? branch : find(branch.childActivityCodes, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
