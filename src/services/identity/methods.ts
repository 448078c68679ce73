/** Ways to show who one is, and which of them an `acr_values` accepts (identity.md B.3). Pure, tables only. */

/** What a person types beside their user id. */
export interface SecretPrompt {
  readonly label: string;
  readonly hint: string;
}

const PASSCODE: SecretPrompt = { label: 'Passcode', hint: 'The passcode of the smartcard' };
const PASSWORD: SecretPrompt = { label: 'Password', hint: 'The password of the account' };

/** Virtual smartcards give no `amr` of their own in what is published; the name here is inferred. */
export const METHODS = [
  { id: 'smartcard', text: 'Smartcard', amr: 'N3_SMARTCARD', aal: 3, secret: PASSCODE },
  { id: 'internet-smartcard', text: 'Smartcard over the internet', amr: 'CIS2_SMARTCARD', aal: 3, secret: PASSCODE },
  { id: 'virtual-smartcard', text: 'Virtual smartcard', amr: 'VIRTUAL_SMARTCARD', aal: 3, secret: PASSCODE },
  { id: 'security-key', text: 'Security key', amr: 'FIDO2', aal: 3, secret: { label: 'PIN', hint: 'The PIN of the security key' } },
  { id: 'biometric', text: 'iPad or iPhone, with face or fingerprint', amr: 'IOS', aal: 3, secret: undefined },
  {
    id: 'authenticator',
    text: 'Authenticator app',
    amr: 'TOTP',
    aal: 2,
    secret: { label: 'Code', hint: 'The code that the app shows' },
  },
  { id: 'nhsmail', text: 'NHSmail account', amr: 'NHSMAIL', aal: 2, secret: PASSWORD },
  { id: 'password', text: 'User name and password', amr: 'USERPASS', aal: 1, secret: PASSWORD },
] as const satisfies readonly {
  readonly id: string;
  readonly text: string;
  readonly amr: string;
  readonly aal: 1 | 2 | 3;
  readonly secret: SecretPrompt | undefined;
}[];
export type Method = (typeof METHODS)[number];
export type MethodId = Method['id'];

const atLevel = (...levels: readonly number[]): readonly MethodId[] =>
  METHODS.filter((each) => levels.includes(each.aal)).map((each) => each.id);

/** `acr_values` and the methods each accepts. */
export const ACR_VALUES: Readonly<Record<string, readonly MethodId[]>> = {
  AAL1_USERPASS: ['password'],
  AAL2_ANY: atLevel(2),
  AAL2_OR_AAL3_ANY: atLevel(3, 2),
  AAL3_ANY: atLevel(3),
  AAL2_TOTP: ['authenticator'],
  AAL2_NHSMAIL: ['nhsmail'],
  AAL3_SMARTCARD: ['smartcard', 'internet-smartcard', 'virtual-smartcard'],
  AAL3_N3_SMARTCARD: ['smartcard'],
  AAL3_CIS2_SMARTCARD: ['internet-smartcard'],
  AAL3_IOS: ['biometric'],
  AAL3_FIDO2: ['security-key'],
};

/** What counts when a client says nothing, or nothing that is known. */
export const DEFAULT_ACR = 'AAL3_ANY';

/** The first known value of a space-separated `acr_values`; a value of an unknown kind counts by its level. Never throws. */
export function chooseAcr(acrValues: string | undefined): string {
  const wanted = (acrValues ?? '').split(' ').filter((each) => each !== '');
  return wanted.find((each) => ACR_VALUES[each] !== undefined) ?? wanted.find((each) => /^AAL[123]_/.test(each)) ?? DEFAULT_ACR;
}

/** Methods by which a sign-in that asks for `acr` may be done. */
export function acceptedMethods(acr: string): readonly Method[] {
  const named = ACR_VALUES[acr];
  const level = /^AAL([123])_/.exec(acr)?.[1];
  return METHODS.filter((each) => (named === undefined ? String(each.aal) === (level ?? '3') : named.includes(each.id)));
}

/** Whether a session begun by `method` is good enough for `acr`; if not, the person signs in again (step-up). */
export function satisfies(method: MethodId, acr: string): boolean {
  return acceptedMethods(acr).some((each) => each.id === method);
}

/** The method of an id. Throws for one that is not in the table. */
export function methodOf(id: MethodId): Method {
  const found = METHODS.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no method ${String(id)}`);
  return found;
}

/**
 * The method of somebody who chose none: the one of the account's own level where that is accepted, else the best accepted.
 *
 * @param accepted at least one
 */
export function usualMethod(accepted: readonly Method[], accountLevel: number): Method {
  const [best] = accepted;
  if (best === undefined) throw new Error('no method is accepted');
  return accepted.find((each) => each.aal === accountLevel) ?? best;
}
