/** Which Windows store a certificate belongs in: swapping them is the usual mistake (PTL-070). */
export const STORES = {
  root: 'Trusted Root Certification Authorities',
  'sub-ca': 'Intermediate Certification Authorities',
} as const;
