/** What a sign-in knows, as plain data (identity.md §B, §C.10). */
import type { MethodId } from './methods.ts';

export type Provider = 'cis2' | 'mock';

/** Proof of possession that a client asks for (RFC 7636): how the verifier becomes the challenge, and the challenge. */
export interface CodeChallenge {
  readonly method: 'S256' | 'plain';
  readonly challenge: string;
}

/** What a client asked for at the authorisation endpoint, checked. */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state?: string;
  readonly nonce?: string;
  readonly acrValues: string;
  readonly scope: string;
  readonly codeChallenge?: CodeChallenge;
}

/** A person who has shown who they are. */
export interface Proof {
  readonly userId: string;
  readonly method: MethodId;
  /** The card it was shown with: taking that out ends the session. */
  readonly cardNumber?: string;
  readonly identityAssuranceLevel: number;
  /** Real time, in seconds. */
  readonly authTime: number;
}

/** A sign-in under way in a browser. */
export interface Interaction extends AuthorizationRequest {
  readonly id: string;
  readonly provider: Provider;
  /** Fingerprint of the cookie of the browser it began in. */
  readonly browser: string;
  /** Chosen so far. */
  readonly method?: MethodId;
  readonly proof?: Proof;
}

/** Single sign-on: one person in one browser, shared by all relying parties they sign in to. */
export interface Session extends Proof {
  /** Public name of the session, in ID tokens and logout tokens. */
  readonly sid: string;
  readonly provider: Provider;
  readonly selectedRoleId?: string;
  /** Business time. */
  readonly expiresAt: number;
}

/** A finished sign-in, waiting for its code to be redeemed. */
export interface LogOn extends AuthorizationRequest {
  readonly provider: Provider;
  readonly userId: string;
  readonly selectedRoleId?: string;
  readonly aal: number;
  readonly ial: number;
  readonly amr: string;
  readonly sid: string;
  /** Real time, in seconds. */
  readonly authTime: number;
}

/** Whether a scope list names a scope. */
export function hasScope(scope: string, name: string): boolean {
  return scope.split(' ').includes(name);
}
