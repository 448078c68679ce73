import type { PortalModule } from '../module.ts';

/** The environment catalogue: what there is, where, and how it is with it now (PTL-001…004, PTL-013…066, PTL-081…092). */
export const catalogue: PortalModule<undefined> = {
  name: 'catalogue',
  title: 'Environments',
  migrations: {},
  create: (portal) => ({
    api: undefined,
    routes: async (app) => {
      const { registerCatalogue } = await import('./routes.ts');
      registerCatalogue(app, portal);
    },
    navigation: [{ text: 'Environments', href: '/environments', order: 10 }],
    home: [
      {
        title: 'Environments',
        href: '/environments',
        text: 'What each is for, where it answers, its applications, and what is down.',
        order: 10,
      },
    ],
  }),
};
