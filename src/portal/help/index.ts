import type { PortalModule } from '../module.ts';

/** The knowledge base: a page for every error that LocalSpine can give (PTL-120). */
export const help: PortalModule<undefined> = {
  name: 'help',
  title: 'Help',
  migrations: {},
  create: (portal) => ({
    api: undefined,
    routes: async (app) => {
      const { registerHelp } = await import('./routes.ts');
      registerHelp(app, portal);
    },
    navigation: [{ text: 'Errors', href: '/help/errors', order: 80 }],
    home: [
      {
        title: 'What does this error mean?',
        href: '/help/errors',
        text: 'Every error LocalSpine can give: what it means, what causes it, and what to do.',
        order: 40,
      },
    ],
  }),
};
