/** Which Spine services an ASID serves: read from the interactions it may use, so that nothing is written down twice (path-to-live.md §3.6). Pure. */

const PREFIX = 'urn:nhs:names:services:';

/** Service names, as interaction ids begin with them, by the word the sharing rules use. */
export const SERVICES_OF_ASIDS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    ers: ['ers'],
    pds: ['pds', 'pdsquery', 'pds-simple'],
    eps: ['mm', 'mmquery'],
    scr: ['psis', 'psisquery'],
    nems: ['events'],
    'cp-is': ['cpisquery', 'cpisupload'],
    'gp-connect': ['gpconnect'],
  }).map(([id, names]) => [id, names.map((name) => `${PREFIX}${name}`)]),
);

/** The services behind interaction ids, in the order of the table; interactions of other services are left out. */
export function servicesIn(interactions: readonly string[]): readonly string[] {
  return Object.entries(SERVICES_OF_ASIDS)
    .filter(([, names]) => names.some((name) => interactions.some((each) => each.startsWith(`${name}:`))))
    .map(([id]) => id);
}
