import type { PortalModule } from '../module.ts';
import { DELIVER } from './job-kind.ts';
import { subscriptionTables } from './migrations/0001-subscriptions.ts';
import { deliveryTables } from './migrations/0002-deliveries.ts';
import { Subscriptions } from './subscriptions.ts';

/** Maintenance and forward changes of all environments (PTL-091 to PTL-095): schedule, calendar, feeds, digest, builds. */
export const schedule: PortalModule<undefined> = {
  name: 'schedule',
  title: 'Maintenance and changes',
  migrations: { '0001-subscriptions': subscriptionTables, '0002-deliveries': deliveryTables },
  create(portal) {
    const subscriptions = new Subscriptions(portal);
    return {
      api: undefined,
      routes: async (app) => {
        const [{ registerSchedulePages }, { registerChangePages }, { registerOperatorPages }, { registerScheduleApi }] = await Promise.all([
          import('./schedule-routes.ts'),
          import('./change-routes.ts'),
          import('./operator-routes.ts'),
          import('./api-routes.ts'),
        ]);
        registerSchedulePages(app, portal, subscriptions);
        registerChangePages(app, portal);
        registerOperatorPages(app, portal);
        registerScheduleApi(app, portal, subscriptions);
      },
      jobs: { [DELIVER]: async (job) => (await import('./deliveries.ts')).deliverJob(portal, job) },
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
