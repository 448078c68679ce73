import { access } from '../access/index.ts';
import { applications } from '../applications/index.ts';
import { conformance } from '../conformance/index.ts';
import { connecting } from '../connecting/index.ts';
import type { PortalModule } from '../module.ts';
import type { Portal } from '../portal.ts';
import type { Sources } from './gather.ts';
import { releaseTables } from './migrations/0001-release.ts';
import { acceptedRows } from './migrations/0002-accepted-rows.ts';
import { ADVANCE, Roads, SET_UP } from './roads.ts';

export type { Roads } from './roads.ts';

/** The road to production of a product: stages, gates, reviewers and release (PTL-097…121). */
export const release: PortalModule<Roads> = {
  name: 'release',
  title: 'Path to live',
  migrations: { '0001-release': releaseTables, '0002-accepted-rows': acceptedRows },
  create: (portal) => {
    const register = portal.use(applications);
    const roads = new Roads({
      portal,
      sources: sourcesOf(portal),
      access: portal.use(access),
      reviewers: portal.reviewers,
      confirmLive: (tx, appId, at) => register.confirmLive(tx, appId, at),
    });
    return {
      api: roads,
      routes: async (app) => {
        const [{ registerRoadApi }, { registerRoadPages }, { registerDesk }] = await Promise.all([
          import('./api-routes.ts'),
          import('./road-pages.ts'),
          import('./desk-pages.ts'),
        ]);
        registerRoadApi(app, portal, roads);
        registerRoadPages(app, portal, roads);
        registerDesk(app, portal, roads);
      },
      jobs: { [SET_UP]: (job) => roads.doSetUp(job), [ADVANCE]: (job) => roads.doAdvance(job) },
      settle: () => roads.settle(),
      navigation: [
        { text: 'Path to live', href: '/roads', order: 20, shown: ({ role }) => role !== 'anyone' },
        {
          text: 'Work list',
          href: '/work-list',
          order: 30,
          shown: ({ role }) => role === 'reviewer' || role === 'euo' || role === 'operator',
        },
      ],
      home: [
        {
          title: 'Path to live',
          href: '/roads',
          text: 'The road of a product from its use case to go-live: what is done, what is next, and why it waits.',
          shown: ({ role }) => role !== 'anyone',
          order: 20,
        },
        {
          title: 'Work list',
          href: '/work-list',
          text: 'Decisions that wait for you.',
          shown: ({ role }) => role === 'reviewer' || role === 'euo' || role === 'operator',
          order: 30,
        },
      ],
    };
  },
};

function sourcesOf(portal: Portal): Sources {
  const register = portal.use(applications);
  return {
    environment: (id) => portal.environments.find((each) => each.id === id),
    realNow: () => portal.clock.realNow(),
    conformance: ({ owner: { accountId, teamId }, ...version }) =>
      portal.use(conformance).verdictFor(portal.store.db, { ...version, ...(teamId === undefined ? { accountId } : { teamId }) }),
    depAccess: (road) => portal.use(connecting).accessOf(portal.store.db, road, road.product, road.version, 'DEP'),
    registered: (appId) => register.record(portal.store.db, appId),
  };
}
