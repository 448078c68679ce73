import type { PortalModule } from '../module.ts';
import { auditTables } from './migrations/0001-audit.ts';

export type { AuditEntry, AuditFact, Automatic } from './audit.ts';
export { recorded } from './recorded.ts';

/** The audit trail: pages and API over {@link Audit}, which every module writes to. */
export const audit: PortalModule<undefined> = {
  name: 'audit',
  title: 'Audit trail',
  migrations: { '0001-audit': auditTables },
  create: (portal) => ({
    api: undefined,
    routes: async (app) => {
      const { registerAudit } = await import('./routes.ts');
      registerAudit(app, portal);
    },
    navigation: [
      { text: 'Audit trail', href: '/audit', order: 80, shown: (visitor) => visitor.role !== 'anyone' && visitor.role !== 'reviewer' },
    ],
  }),
};
