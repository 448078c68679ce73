import type { Instant } from '../../kernel/clock.ts';
import type { StoredList } from './certificate-store.ts';
import type { RevocationReason } from './revocation.ts';

/** A certificate in PEM with its private key in PEM. */
export interface SubordinateIssue {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Which set of root and sub CAs: both live at once around a change-over (PTL-069). */
export type Generation = 'generation-1' | 'generation-2';

export const GENERATIONS: readonly Generation[] = ['generation-1', 'generation-2'];

/** One generation of the root above an environment's sub CA. */
export interface RootGeneration {
  readonly certificatePem: string;
  /** Common name. */
  readonly name: string;
  /**
   * Makes a key and signs a sub CA for it, valid from the same day as the generation. Throws LocalRefusal 500 when the root's key
   * cannot be opened.
   *
   * @param crlUrl where this root's revocation list is to be had
   */
  issueSubordinate(commonName: string, crlUrl?: string): Promise<SubordinateIssue>;
  /** Signs a sub CA anew for the key it has, from today. Throws as {@link issueSubordinate}. */
  reissueSubordinate(commonName: string, privateKeyPem: string, crlUrl?: string): Promise<SubordinateIssue>;
  /** Puts the certificate of a sub CA on the root's revocation list for good. Nothing happens when it is there. */
  revokeSubordinate(serial: string, reason: RevocationReason): Promise<void>;
  /** The root's revocation list, never stale. */
  revocationList(): Promise<StoredList>;
}

/** The root above an environment's sub CA. It belongs to the platform, because INT and DEP share one (DESIGN.md D13). */
export interface RootAuthority extends RootGeneration {
  /** The generation before: the one that certificates from before the cut-over chain to (PTL-069). */
  readonly older: RootGeneration;
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

/** Common names of the roots: the national ones with a mark that no one can take for the real thing (PTL-071, path-to-live.md §2.3). */
export const ROOT_NAMES: Readonly<Record<RootName, Readonly<Record<Generation, string>>>> = {
  'path-to-live': {
    'generation-1': 'NHS PTL Root Authority (LocalSpine)',
    'generation-2': 'NHS PTL Root Authority G2 (LocalSpine)',
  },
  production: { 'generation-1': 'NHS Root Authority (LocalSpine)', 'generation-2': 'NHS Root Authority G2 (LocalSpine)' },
};

/** The national names differ in their spaces (PTL-072, path-to-live.md §2.3); that of DEP's second generation is inferred. */
const SUBORDINATE_NAMES: ReadonlyMap<string, Readonly<Record<Generation, string>>> = new Map([
  ['INT', { 'generation-1': 'NHS INT Level 1C (LocalSpine)', 'generation-2': 'NHS INT Authentication G2 (LocalSpine)' }],
  ['DEP', { 'generation-1': 'NHS DEP Level1C (LocalSpine)', 'generation-2': 'NHS DEP Authentication G2 (LocalSpine)' }],
  ['PROD', { 'generation-1': 'NHS Level 1C (LocalSpine)', 'generation-2': 'NHS Authentication G2 (LocalSpine)' }],
]);

/** The portal is no NHS environment, but its page needs a certificate that users already trust. */
export const PORTAL_SUBORDINATE_NAME = 'NHS PTL Portal Authentication G2 (LocalSpine)';

/** Common name of the sub CA of environment `id`. */
export function subordinateName(id: string, generation: Generation): string {
  const level = generation === 'generation-1' ? 'Level 1C' : 'Authentication G2';
  return SUBORDINATE_NAMES.get(id)?.[generation] ?? `NHS ${id} ${level} (LocalSpine)`;
}

/** Which generation a certificate belongs to: decided by the day it was created, before the cut-over or not (PTL-069). */
export function generationAt(createdAt: Instant, cutOver: Instant): Generation {
  return createdAt < cutOver ? 'generation-1' : 'generation-2';
}

/** Whether this is the name of an authority of LocalSpine, of whichever environment. */
export function isLocalAuthority(commonName: string): boolean {
  return commonName.endsWith(' (LocalSpine)');
}

/** `NHS PTL Root Authority (LocalSpine)` as a file name without ending: `NHS-PTL-Root-Authority-LocalSpine`. */
export function fileName(commonName: string): string {
  return commonName.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
}
