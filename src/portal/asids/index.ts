import { applications } from '../applications/index.ts';
import type { PortalModule } from '../module.ts';
import { asidTables } from './migrations/0001-asids.ts';
import { allowListOfRequest } from './migrations/0002-allow-list.ts';
import { allocating } from './migrations/0003-allocating.ts';
import { requests } from './store.ts';

export { type AsidNeeds, type AsidPlan, calculateAsids, comparePlans, type EuoPlan, type NeededAsid } from './calculator.ts';
export { asidDisplayName } from './display-name.ts';
export type { AsidRequest } from './store.ts';

/** What ASIDs offer modules further to the right: release. */
export interface AsidsApi {
  /** Asks for the ASID of an application; allocated at once outside production. Throws LocalRefusal 400, 403, 404, 409. */
  request: OmitPortal<typeof import('./requesting.ts').requestAsid>;
  /** Requests, oldest first. */
  requests: typeof requests;
}

type OmitPortal<F> = F extends (portal: never, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never;

/** ASIDs: calculator, requests, binding, sharing (PTL-109…115). */
export const asids: PortalModule<AsidsApi> = {
  name: 'asids',
  title: 'ASIDs',
  migrations: { '0001-asids': asidTables, '0002-allow-list': allowListOfRequest, '0003-allocating': allocating },
  create: (portal) => {
    // It builds on applications: fails at once when they are not built before it.
    portal.use(applications);
    return {
      api: {
        request: async (...rest) => (await import('./requesting.ts')).requestAsid(portal, ...rest),
        requests,
      },
      settle: async () => (await import('./allocating.ts')).settle(portal),
      routes: async (app) => {
        const [{ registerAsidPages }, { registerCalculator }, { registerAsidApi }] = await Promise.all([
          import('./asid-pages.ts'),
          import('./calculator-pages.ts'),
          import('./api-routes.ts'),
        ]);
        registerAsidPages(app, portal);
        registerCalculator(app, portal);
        registerAsidApi(app, portal);
      },
      navigation: [{ text: 'ASIDs', href: '/asids', order: 20, shown: ({ role }) => role !== 'anyone' }],
      home: [
        {
          title: 'ASID calculator',
          href: '/asids/calculator',
          text: 'How many ASIDs, applications and key pairs a product needs.',
          order: 20,
        },
      ],
    };
  },
};
