/** The worked examples of the calculator (path-to-live.md §3.5), as its page shows them. */
import type { AsidPlan } from './calculator.ts';

export interface WorkedExample {
  readonly id: string;
  readonly title: string;
  readonly plan: AsidPlan;
  /** The plan it is a change of. */
  readonly before?: AsidPlan;
  readonly answer: string;
}

const PRODUCT = { product: 'Care Vista Link', supplier: 'Care Vista', environment: 'PROD' } as const;
const ALL = ['user-restricted', 'application-restricted-referrer', 'application-restricted-provider'] as const;
const TRUST = { odsCode: 'R69', name: 'Northern Rise Hospital' };

function euos(count: number): AsidPlan['euos'] {
  return Array.from({ length: count }, (_, index) => ({ odsCode: `R${index + 69}`, name: `Hospital ${index + 1}`, uses: ALL }));
}

export const WORKED_EXAMPLES: readonly WorkedExample[] = [
  {
    id: 'one-trust',
    title: 'One trust, user-restricted only',
    plan: { ...PRODUCT, euos: [{ ...TRUST, uses: ['user-restricted'] }] },
    answer: '1 ASID, 1 application, 1 key pair, 1 callback URL',
  },
  {
    id: 'all-three',
    title: 'One organisation, user-restricted and application-restricted as referrer and as provider',
    plan: { ...PRODUCT, euos: [{ ...TRUST, uses: ALL }] },
    answer: '3 ASIDs, 3 applications, 3 key pairs',
  },
  {
    id: 'four-organisations',
    title: 'The same product for 4 organisations',
    plan: { ...PRODUCT, euos: euos(4) },
    answer: '12 ASIDs, 12 applications, 12 key pairs',
  },
  {
    id: 'mixed',
    title: 'Three organisations that use different things',
    plan: {
      ...PRODUCT,
      euos: [
        { odsCode: 'R69', name: 'Hospital 1', uses: ['user-restricted', 'application-restricted-provider'] },
        { odsCode: 'R70', name: 'Hospital 2', uses: ['user-restricted'] },
        { odsCode: 'R71', name: 'Hospital 3', uses: ['application-restricted-referrer', 'application-restricted-provider'] },
      ],
    },
    answer: '2 + 1 + 2 = 5 ASIDs',
  },
  {
    id: 'with-pds-and-scr',
    title: 'All three, and PDS and SCR on the API platform',
    plan: { ...PRODUCT, euos: [{ ...TRUST, uses: ALL, collective: ['PDS', 'SCR'] }] },
    answer: '3 for e-RS + 1 for the collective services = 4; NEMS and GP Connect may ride on an e-RS ASID',
  },
  {
    id: 'add-provider',
    title: 'Application-restricted access as provider added to a live user-restricted product',
    before: { ...PRODUCT, euos: [{ ...TRUST, uses: ['user-restricted'] }] },
    plan: { ...PRODUCT, euos: [{ ...TRUST, uses: ['user-restricted', 'application-restricted-provider'] }] },
    answer: '1 more ASID for each organisation, and back to the build stage: it is a new access mode',
  },
  {
    id: 'per-connecting-party',
    title: '4 organisations, one user-restricted ASID for the connecting party',
    plan: { ...PRODUCT, euos: euos(4), model: 'perConnectingParty' },
    answer: '1 + 4 × 2 = 9 ASIDs, and an allow list of 4 organisations',
  },
];
