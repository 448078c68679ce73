/** Result codes (RFC 4511 §4.1.9, sds.md §6.6), and the one way in which an operation fails. */
import { type Explanation, Refusal } from '../../../kernel/errors.ts';

export const RESULT = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  compareFalse: 5,
  compareTrue: 6,
  authMethodNotSupported: 7,
  strongerAuthRequired: 8,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  confidentialityRequired: 13,
  noSuchAttribute: 16,
  undefinedAttributeType: 17,
  inappropriateMatching: 18,
  noSuchObject: 32,
  invalidDNSyntax: 34,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
  other: 80,
} as const;

export type ResultCode = (typeof RESULT)[keyof typeof RESULT];
/** A result code that says no. */
export type RefusalCode = Exclude<ResultCode, typeof RESULT.success | typeof RESULT.compareFalse | typeof RESULT.compareTrue>;

/** Whether a result code says no. */
export function isRefusal(code: ResultCode): code is RefusalCode {
  return code !== RESULT.success && code !== RESULT.compareFalse && code !== RESULT.compareTrue;
}

/** An operation that is refused with a result code; the listener renders it. */
export class LdapRefusal extends Refusal {
  readonly code: RefusalCode;
  readonly diagnostic: string;
  readonly matchedDn: string;

  /**
   * @param diagnostic text the client sees
   * @param matchedDn nearest entry there is, for `noSuchObject`
   */
  constructor(code: RefusalCode, diagnostic = '', matchedDn = '', explanation?: Explanation) {
    super(diagnostic, explanation ?? { check: `ldap.result-${code}`, why: diagnostic });
    this.code = code;
    this.diagnostic = diagnostic;
    this.matchedDn = matchedDn;
  }
}
