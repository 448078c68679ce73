import type { PortalModule } from '../module.ts';

/** The inspector: what an environment was asked and answered, its clock, faults, snapshots and waiting work. */
export const inspector: PortalModule<undefined> = {
  name: 'inspector',
  title: 'Inspector',
  migrations: {},
  create: (portal) => ({
    api: undefined,
    routes: async (app) => {
      const [{ Inspector }, { registerJournalPages }, { registerRehearsalPages }, { registerInspectorApi }] = await Promise.all([
        import('./inspector.ts'),
        import('./journal-pages.ts'),
        import('./rehearsal-pages.ts'),
        import('./api-routes.ts'),
      ]);
      const work = new Inspector(portal);
      registerJournalPages(app, portal, work);
      registerRehearsalPages(app, portal, work);
      registerInspectorApi(app, portal, work);
    },
    navigation: [
      {
        text: 'Inspector',
        href: '/inspect',
        order: 20,
        shown: ({ role }) => role === 'supplier' || role === 'operator' || (portal.thisMachineOnly && role === 'anyone'),
      },
    ],
    home: [
      {
        title: 'Inspector',
        href: '/inspect',
        text: 'Every exchange as it happens, and why it was refused; the clock, outages to rehearse, snapshots.',
        order: 30,
        shown: ({ role }) => role === 'supplier' || role === 'operator' || (portal.thisMachineOnly && role === 'anyone'),
      },
    ],
  }),
};
