import type { PortalModule } from '../module.ts';
import { subscriptionTables } from './migrations/0001-subscriptions.ts';
import { Subscriptions } from './subscriptions.ts';

/** Maintenance and forward changes of all environments (PTL-091 to PTL-095): schedule, calendar, feeds, digest, builds. */
export const schedule: PortalModule<undefined> = {
  name: 'schedule',
  title: 'Maintenance and changes',
  migrations: { '0001-subscriptions': subscriptionTables },
  create(portal) {
    const subscriptions = new Subscriptions(portal);
    return {
      api: undefined,
      routes: async (app) => {
        const [{ registerSchedulePages }, { registerChangePages }, { registerScheduleApi }] = await Promise.all([
          import('./schedule-routes.ts'),
          import('./change-routes.ts'),
          import('./api-routes.ts'),
        ]);
        registerSchedulePages(app, portal, subscriptions);
        registerChangePages(app, portal);
        registerScheduleApi(app, portal, subscriptions);
      },
      settle: () => subscriptions.settle(),
      navigation: [{ text: 'Maintenance', href: '/schedule', order: 30 }],
      home: [
        {
          title: 'Maintenance and changes',
          href: '/schedule',
          text: 'When environments are down, what changes in them, and which builds they run.',
          order: 30,
        },
      ],
    };
  },
};
