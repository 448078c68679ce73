/** The words applications and ASIDs are sorted by (path-to-live.md PTL-103…113). */

/** How an application calls: for a signed-in user, or unattended. */
export type AccessMode = 'user-restricted' | 'application-restricted';

/** Which side of a referral an unattended application works on; a user's side comes from their business function (§3.5). */
export type Capability = 'referrer' | 'provider';

/** What one application, and so one ASID, is for: an access mode and, when unattended, the one capability it carries. */
export type ErsUse = 'user-restricted' | 'application-restricted-referrer' | 'application-restricted-provider';

/** In the order in which the guidance lists them (PTL-113). */
export const ERS_USES: readonly ErsUse[] = ['user-restricted', 'application-restricted-referrer', 'application-restricted-provider'];

export function accessModeOf(use: ErsUse): AccessMode {
  return use === 'user-restricted' ? 'user-restricted' : 'application-restricted';
}

/** Undefined for a user-restricted use. */
export function capabilityOf(use: ErsUse): Capability | undefined {
  if (use === 'user-restricted') return undefined;
  return use === 'application-restricted-referrer' ? 'referrer' : 'provider';
}

/** The use of an access mode and a capability; the capability of a user-restricted application plays no part. */
export function ersUse(accessMode: AccessMode, capability: Capability | undefined): ErsUse | undefined {
  if (accessMode === 'user-restricted') return 'user-restricted';
  return capability === undefined ? undefined : `application-restricted-${capability}`;
}
