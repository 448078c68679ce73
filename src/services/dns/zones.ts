/**
 * The zones that an environment's name server answers for: the domains its published names live in (path-to-live.md §2.1, §2.2). Names
 * outside them are refused, except those that were registered (PTL-011).
 */
export const ZONES: Readonly<Record<string, readonly string[]>> = {
  SANDBOX: ['sandbox.api.service.nhs.uk'],
  INT: [
    'int.api.service.nhs.uk',
    'int1.ers.ncrs.nhs.uk',
    'auth-ptl.cis2.spineservices.nhs.uk',
    'ptl.api.platform.nhs.uk',
    'int.spine2.ncrs.nhs.uk',
    'intspineservices.nhs.uk',
    'nis1.national.ncrs.nhs.uk',
  ],
  DEP: [
    'dev.api.service.nhs.uk',
    'dep.api.service.nhs.uk',
    'dep1.ers.ncrs.nhs.uk',
    'dep.spine2.ncrs.nhs.uk',
    'depspineservices.nhs.uk',
    'vn1.national.ncrs.nhs.uk',
  ],
  PROD: ['api.service.nhs.uk', 'nhsidentity.spineservices.nhs.uk', 'mesh-sync.spineservices.nhs.uk', 'national.ncrs.nhs.uk'],
};

/** Whether `name` is `domain` or lies below it; both in lower case. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** The longest of the zones that hold a name. */
export function zoneOf(name: string, zones: readonly string[]): string | undefined {
  return zones.filter((zone) => isWithin(name, zone)).sort((one, other) => other.length - one.length)[0];
}
