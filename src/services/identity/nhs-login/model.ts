/** What a sign-in with NHS login knows, as plain data (identity.md C.3, C.4, C.10). */
import type { ProofingLevel } from './people.ts';

/** Ways to prove oneself, as the second half of a vector of trust. */
export const CREDENTIALS = [
  { id: 'Cp.Cd', text: 'Password and a security code' },
  { id: 'Cp.Ck', text: 'Password and a known device' },
  { id: 'Cm', text: 'Fingerprint, face or passkey' },
  { id: 'Cp', text: 'Password alone' },
] as const;
export type Credential = (typeof CREDENTIALS)[number]['id'];
export const PROOFING_LEVELS: readonly ProofingLevel[] = ['P9', 'P5', 'P0'];

/** Who asked for the sign-in, and where the browser goes afterwards. */
export interface NhsLoginInteraction {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state?: string;
  readonly nonce?: string;
}

/** A finished sign-in, waiting for its code to be redeemed. */
export interface NhsLoginLogOn extends NhsLoginInteraction {
  readonly nhsNumber: string;
  readonly proofing: ProofingLevel;
  readonly credential: Credential;
}

/** The vector of trust a sign-in reached, e.g. `P9.Cp.Cd`. */
export function vectorOfTrust({ proofing, credential }: Pick<NhsLoginLogOn, 'proofing' | 'credential'>): string {
  return `${proofing}.${credential}`;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether an application under development may be sent a code at this address: on the developer's own machine only. There is no
 * registration of NHS login clients here, and a code must not be sent just anywhere.
 */
export function isLoopbackCallback(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    LOOPBACK.has(url.hostname) &&
    url.hash === '' &&
    url.username === ''
  );
}
