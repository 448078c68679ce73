/** What a sign-in knows, as plain data (identity.md §B, §C.10). */

export type Provider = 'cis2' | 'mock';

/** How a user can prove who they are, with the assurance level it gives (identity.md B.3). */
export const METHODS = [
  { id: 'smartcard', text: 'Smartcard', amr: 'N3_SMARTCARD', aal: 3 },
  { id: 'security-key', text: 'Security key', amr: 'FIDO2', aal: 3 },
  { id: 'authenticator', text: 'Authenticator app', amr: 'TOTP', aal: 2 },
  { id: 'password', text: 'User name and password', amr: 'USERPASS', aal: 1 },
] as const;
export type MethodId = (typeof METHODS)[number]['id'];

/** Lowest and highest level that an `acr_values` accepts (identity.md B.3); a finer value names its own level. */
export function acceptedLevels(acrValues: string): { readonly low: number; readonly high: number } {
  if (acrValues.includes('AAL2_OR_AAL3')) return { low: 2, high: 3 };
  const level = /AAL([123])/.exec(acrValues)?.[1];
  return level === undefined ? { low: 1, high: 3 } : { low: Number(level), high: level === '1' ? 3 : Number(level) };
}

/** A sign-in under way in a browser. */
export interface Interaction {
  readonly id: string;
  readonly provider: Provider;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state?: string;
  readonly nonce?: string;
  readonly acrValues: string;
  readonly scope: string;
  /** Chosen so far. */
  readonly method?: MethodId;
  readonly userId?: string;
  readonly identityAssuranceLevel?: number;
}

/** A finished sign-in, waiting for its code to be redeemed. */
export interface LogOn {
  readonly provider: Provider;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly nonce?: string;
  readonly state?: string;
  readonly acr: string;
  readonly scope: string;
  readonly userId: string;
  readonly selectedRoleId?: string;
  readonly aal: number;
  readonly ial: number;
  readonly amr: string;
  readonly sid: string;
  /** Real time, in seconds. */
  readonly authTime: number;
}
