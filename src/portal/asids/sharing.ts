/** Which NHS services may share an ASID (path-to-live.md §3.6, PTL-114, PTL-115). Pure. */

/** Whether a service is reached through the API platform or through Spine: that decides, not the supplier's wish. */
export type Platform = 'apim' | 'spine';

export interface SharingService {
  readonly id: string;
  readonly title: string;
  /** Group: e-RS alone, the collective services of the API platform, those of Spine. */
  readonly group: 'ers' | 'collective' | 'spine';
  readonly platform: Platform;
}

export const SHARING_SERVICES: readonly SharingService[] = [
  { id: 'ers', title: 'e-Referral Service', group: 'ers', platform: 'apim' },
  { id: 'pds', title: 'Personal Demographics Service (PDS)', group: 'collective', platform: 'apim' },
  { id: 'eps', title: 'Electronic Prescription Service (EPS)', group: 'collective', platform: 'apim' },
  { id: 'scr', title: 'Summary Care Record (SCR)', group: 'collective', platform: 'apim' },
  { id: 'nems', title: 'National Events Management Service (NEMS)', group: 'spine', platform: 'spine' },
  { id: 'cp-is', title: 'Child Protection - Information Sharing (CP-IS)', group: 'spine', platform: 'spine' },
  { id: 'gp-connect', title: 'GP Connect', group: 'spine', platform: 'spine' },
];

/** `yes`; `no`; `warn`: allowed, though nobody has said so; `ask`: nobody knows the service. */
export type SharingAnswer = 'yes' | 'no' | 'warn' | 'ask';

export interface SharingVerdict {
  readonly answer: SharingAnswer;
  readonly why: string;
}

type Group = SharingService['group'];

/** By the pair of groups, in either order. */
const TABLE: Readonly<Record<Group, Readonly<Record<Group, SharingVerdict>>>> = (() => {
  const sameErs: SharingVerdict = {
    answer: 'no',
    why: 'An e-RS ASID carries one access mode and one capability: each further one has an ASID of its own.',
  };
  const apart: SharingVerdict = {
    answer: 'no',
    why: 'e-RS shares no ASID with PDS, EPS and SCR on the API platform: these have a separate one.',
  };
  const riding: SharingVerdict = { answer: 'yes', why: 'Services reached through Spine may share the ASID of e-RS.' };
  const collective: SharingVerdict = { answer: 'yes', why: 'PDS, EPS and SCR are collective services: one ASID serves them together.' };
  const unsaid: SharingVerdict = {
    answer: 'warn',
    why: 'Nothing published says whether these may share an ASID. It is allowed here; ask before you rely on it.',
  };
  const spine: SharingVerdict = { answer: 'yes', why: 'Both are reached through Spine.' };
  return {
    ers: { ers: sameErs, collective: apart, spine: riding },
    collective: { ers: apart, collective, spine: unsaid },
    spine: { ers: riding, collective: unsaid, spine },
  };
})();

/** Whether an ASID that serves one thing may serve another too. */
export function mayShare(held: string, wanted: string): SharingVerdict {
  const [first, second] = [held, wanted].map((id) => SHARING_SERVICES.find((each) => each.id === id));
  if (first === undefined || second === undefined)
    return {
      answer: 'ask',
      why: `Nothing is known of "${(first === undefined ? held : wanted).slice(0, 60)}": ask before an ASID is shared with it.`,
    };
  if (first.id === second.id && first.group !== 'ers') return { answer: 'yes', why: 'It is the same service.' };
  return TABLE[first.group][second.group];
}

const STRENGTH: readonly SharingAnswer[] = ['yes', 'warn', 'ask', 'no'];

/** Whether an ASID that serves several things may be joined by another: the hardest answer of the pairs, with its reason. */
export function mayJoin(held: readonly string[], wanted: string): SharingVerdict {
  const known = SHARING_SERVICES.some((each) => each.id === wanted);
  const verdicts = held.map((each) => mayShare(each, wanted));
  const fallback: SharingVerdict = known ? { answer: 'yes', why: 'The ASID serves nothing yet.' } : mayShare(wanted, wanted);
  return verdicts.reduce(
    (hardest, each) => (STRENGTH.indexOf(each.answer) > STRENGTH.indexOf(hardest.answer) ? each : hardest),
    verdicts[0] ?? fallback,
  );
}
