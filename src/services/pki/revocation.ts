/**
 * Why a certificate is revoked (RFC 5280 §5.3.1), with the code that lists and responders carry. `authorityRevoked` is nobody's choice: it
 * came with the revocation of the sub CA that signed it.
 */
export const REASON_CODES = {
  unspecified: 0,
  keyCompromise: 1,
  authorityRevoked: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const;

export type RevocationReason = keyof typeof REASON_CODES;

/** Those to choose from. */
export const REVOCATION_REASONS: readonly RevocationReason[] = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
];
