import type { OfferKey } from './service.ts';

/** Says that a service answers a row of the connection information whose local path the table does not know (PTL-015). */
export interface RowAnswer {
  /** Id of the row, e.g. `application-eps-tracker`. */
  readonly row: string;
  /** Path on this machine, e.g. `/prescriptionsadmin/prescriptionsearch`. */
  readonly path: string;
  /** `https` when left out. */
  readonly listener?: 'https' | 'mutual-tls';
  readonly method?: string;
}

/** Put in a manifest: `offers: [offer(answersRow, { row: 'application-eps-tracker', path: '/…' })]`. */
export const answersRow: OfferKey<RowAnswer> = { name: 'environment.connection-row' };
