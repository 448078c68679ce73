/** Who acts on the road to production (path-to-live.md §4). */
export type Actor = 'supplier' | 'euo-cio' | 'ers-partners' | 'solution-assurance' | 'live-services' | 'service-desk' | 'operator';

/** What a page calls each of them. */
export const ACTOR_NAMES: Readonly<Record<Actor, string>> = {
  supplier: 'Supplier (connecting party)',
  'euo-cio': 'Chief information officer of the end-user organisation',
  'ers-partners': 'e-RS Partners team',
  'solution-assurance': 'Solution Assurance',
  'live-services': 'Live Services Onboarding (LSOB)',
  'service-desk': 'Service desk',
  operator: 'Production operator',
};

/** Everyone but the supplier: simulated unless a person takes the role (DESIGN.md D11). */
export type Reviewer = Exclude<Actor, 'supplier'>;

export const REVIEWERS: readonly Reviewer[] = [
  'ers-partners',
  'service-desk',
  'solution-assurance',
  'live-services',
  'euo-cio',
  'operator',
];

export function isReviewer(actor: string): actor is Reviewer {
  return REVIEWERS.some((each) => each === actor);
}
