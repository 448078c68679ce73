/** A certificate in PEM with its private key in PEM. */
export interface SubordinateIssue {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** The root above an environment's sub CA. It belongs to the platform, because INT and DEP share one (DESIGN.md D13). */
export interface RootAuthority {
  readonly certificatePem: string;
  /** Common name. */
  readonly name: string;
  /** Makes a key and signs a sub CA for it. Throws LocalRefusal 500 when the root's key cannot be opened. */
  issueSubordinate(commonName: string): Promise<SubordinateIssue>;
}

/** A certificate for users to install. */
export interface AuthorityCertificate {
  readonly commonName: string;
  readonly pem: string;
}

/** The chain of trust of an environment (PTL-067). */
export interface AuthorityCertificates {
  readonly root: AuthorityCertificate;
  readonly subordinate: AuthorityCertificate;
}

/** Which root: the path-to-live environments share one, production has its own. */
export type RootName = 'path-to-live' | 'production';

/** Common names of the roots: the national ones with a mark that no one can take for the real thing (PTL-071). */
export const ROOT_NAMES: Readonly<Record<RootName, string>> = {
  'path-to-live': 'NHS PTL Root Authority (LocalSpine)',
  production: 'NHS Root Authority (LocalSpine)',
};

/** The national names differ in their spaces (PTL-072, path-to-live.md §2.3). */
const SUBORDINATE_NAMES: ReadonlyMap<string, string> = new Map([
  ['INT', 'NHS INT Level 1C (LocalSpine)'],
  ['DEP', 'NHS DEP Level1C (LocalSpine)'],
  ['PROD', 'NHS Level 1C (LocalSpine)'],
]);

/** The portal is no NHS environment, but its page needs a certificate that users already trust. */
export const PORTAL_SUBORDINATE_NAME = 'NHS PTL Portal Level 1C (LocalSpine)';

/** Common name of the sub CA of environment `id`. */
export function subordinateName(id: string): string {
  return SUBORDINATE_NAMES.get(id) ?? `NHS ${id} Level 1C (LocalSpine)`;
}

/** Whether this is the name of an authority of LocalSpine, of whichever environment. */
export function isLocalAuthority(commonName: string): boolean {
  return commonName.endsWith(' (LocalSpine)');
}

/** `NHS PTL Root Authority (LocalSpine)` as a file name without ending: `NHS-PTL-Root-Authority-LocalSpine`. */
export function fileName(commonName: string): string {
  return commonName.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
}
