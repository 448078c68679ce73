/** Which services may share one ASID (path-to-live.md §3.6, PTL-114, PTL-115), and which interactions they bring. Pure: a table to be read. */

/** How a service is reached: that decides, not the supplier's wish. */
export type Platform = 'apim' | 'spine';

type Group = 'ers' | 'collective' | 'spine';

export interface SharedService {
  readonly id: string;
  readonly title: string;
  readonly platform: Platform;
  /** e-RS alone, the collective services of the API platform, those of Spine. */
  readonly group: Group;
  /** Names its interaction ids begin with. */
  readonly serviceNames: readonly string[];
}

const service = (id: string, title: string, platform: Platform, group: Group, names: readonly string[]): SharedService => ({
  id,
  title,
  platform,
  group,
  serviceNames: names.map((name) => `urn:nhs:names:services:${name}`),
});

/** The services that rules are known for. */
export const SHARED_SERVICES: readonly SharedService[] = [
  service('ers', 'e-Referral Service', 'apim', 'ers', ['ers']),
  service('pds', 'Personal Demographics Service (PDS)', 'apim', 'collective', ['pds', 'pdsquery', 'pds-simple']),
  service('eps', 'Electronic Prescription Service (EPS)', 'apim', 'collective', ['mm', 'mmquery']),
  service('scr', 'Summary Care Record (SCR)', 'apim', 'collective', ['psis', 'psisquery']),
  service('nems', 'National Events Management Service (NEMS)', 'spine', 'spine', ['events']),
  service('cp-is', 'Child Protection - Information Sharing (CP-IS)', 'spine', 'spine', ['cpisquery', 'cpisupload']),
  service('gp-connect', 'GP Connect', 'spine', 'spine', ['gpconnect']),
];

/** `warn`: allowed, though nothing published says so. `ask`: nobody knows, so it is not allowed until somebody has asked. */
export type SharingAnswer = 'yes' | 'warn' | 'ask' | 'no';

export interface SharingVerdict {
  readonly answer: SharingAnswer;
  readonly why: string;
}

const APART: SharingVerdict = {
  answer: 'no',
  why: 'e-RS shares no ASID with PDS, EPS and SCR on the API platform: these have a separate one.',
};
const ONE_MODE: SharingVerdict = {
  answer: 'no',
  why: 'An e-RS ASID carries one access mode and one capability: each further one has an ASID of its own.',
};
const RIDING: SharingVerdict = { answer: 'yes', why: 'Services reached through Spine may share the ASID of e-RS.' };
const TOGETHER: SharingVerdict = { answer: 'yes', why: 'PDS, EPS and SCR are collective services: one ASID serves them together.' };
const UNSAID: SharingVerdict = {
  answer: 'warn',
  why: 'Nothing published says whether these may share an ASID. It is allowed here; ask before you rely on it.',
};
const BOTH_SPINE: SharingVerdict = { answer: 'yes', why: 'Both are reached through Spine.' };

/** What the ASID holds, then what wants to join. */
const MATRIX: Readonly<Record<Group, Readonly<Record<Group, SharingVerdict>>>> = {
  ers: { ers: ONE_MODE, collective: APART, spine: RIDING },
  collective: { ers: APART, collective: TOGETHER, spine: UNSAID },
  spine: { ers: RIDING, collective: UNSAID, spine: BOTH_SPINE },
};

const STRENGTH: readonly SharingAnswer[] = ['yes', 'warn', 'ask', 'no'];

export function sharedService(id: string): SharedService | undefined {
  return SHARED_SERVICES.find((each) => each.id === id);
}

/** Whether an ASID that serves `held` may be joined by `wanted`: the hardest answer of the pairs, with its reason. */
export function mayJoin(held: readonly string[], wanted: string): SharingVerdict {
  const nothingYet: SharingVerdict =
    sharedService(wanted) === undefined ? unknown(wanted) : { answer: 'yes', why: 'The ASID serves nothing yet.' };
  return hardest(
    held.filter((each) => each !== wanted || sharedService(each)?.group === 'ers').map((each) => mayShare(each, wanted)),
    nothingYet,
  );
}

/** Whether services may be served by one ASID from the start: the hardest answer of all pairs. */
export function mayBeTogether(services: readonly string[]): SharingVerdict {
  const distinct = [...new Set(services)];
  return hardest(
    distinct.map((each, index) => mayJoin(distinct.slice(0, index), each)),
    { answer: 'yes', why: 'The ASID serves nothing yet.' },
  );
}

function mayShare(held: string, wanted: string): SharingVerdict {
  const [one, other] = [sharedService(held), sharedService(wanted)];
  if (one === undefined) return unknown(held);
  return other === undefined ? unknown(wanted) : MATRIX[one.group][other.group];
}

function unknown(id: string): SharingVerdict {
  return { answer: 'ask', why: `No rule is known for "${id.slice(0, 60)}": ask before an ASID is shared with it.` };
}

function hardest(verdicts: readonly SharingVerdict[], fallback: SharingVerdict): SharingVerdict {
  return verdicts.reduce(
    (worst, each) => (STRENGTH.indexOf(each.answer) > STRENGTH.indexOf(worst.answer) ? each : worst),
    verdicts[0] ?? fallback,
  );
}

/**
 * The services behind interaction ids, in the order of the table. Interactions of services without a rule go by the name of their service:
 * `urn:nhs:names:services:gp2gp:…` is `gp2gp`, which nobody has said anything about.
 */
export function servicesIn(interactions: readonly string[]): readonly string[] {
  const known = SHARED_SERVICES.filter(({ serviceNames }) =>
    interactions.some((id) => serviceNames.some((name) => id.startsWith(`${name}:`))),
  );
  const names = new Set(known.flatMap((each) => each.serviceNames));
  const others = interactions
    .filter((id) => ![...names].some((name) => id.startsWith(`${name}:`)))
    .map((id) => /^urn:nhs:names:services:([^:]+):/.exec(id)?.[1] ?? id);
  return [...known.map((each) => each.id), ...new Set(others)];
}

export type AccessMode = 'user-restricted' | 'application-restricted';
export type Capability = 'referrer' | 'provider';

/** `[Organisation Name] - [Product Name] – Prod - Application-Restricted - Provider` (PTL-113). */
export function asidDisplayName(parts: {
  readonly organisation: string;
  readonly product: string;
  /** `INT`, `DEP`, `PROD`. */
  readonly environment: string;
  readonly accessMode?: AccessMode | undefined;
  readonly capability?: Capability | undefined;
}): string {
  const { organisation, product, environment, accessMode, capability } = parts;
  const place = `${environment.slice(0, 1)}${environment.slice(1).toLowerCase()}`;
  const mode = accessMode === undefined ? [] : [accessMode === 'user-restricted' ? 'User-Restricted' : 'Application-Restricted'];
  const role = capability === undefined ? [] : [capability === 'referrer' ? 'Referrer' : 'Provider'];
  return `${organisation} - ${product} – ${[place, ...mode, ...role].join(' - ')}`;
}
