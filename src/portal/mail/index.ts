import type { PortalModule } from '../module.ts';
import { mailTables } from './migrations/0001-mail.ts';

export type { Letter, Mail } from './mail.ts';

/** Mail the road sends: kept and shown (and sent, with an SMTP server configured). */
export const mail: PortalModule<undefined> = {
  name: 'mail',
  title: 'Mail outbox',
  migrations: { '0001-mail': mailTables },
  create: (portal) => ({
    api: undefined,
    routes: async (app) => {
      const { registerMail } = await import('./routes.ts');
      registerMail(app, portal);
    },
    navigation: [{ text: 'Mail', href: '/mail', order: 70, shown: (visitor) => portal.thisMachineOnly || visitor.role !== 'anyone' }],
  }),
};
