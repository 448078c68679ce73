import type { Db } from '../../kernel/store/store.ts';
import { access } from '../access/index.ts';
import { applications } from '../applications/index.ts';
import { type ConformanceVerdict, conformance } from '../conformance/index.ts';
import type { PortalModule } from '../module.ts';
import { Connecting } from './connecting.ts';
import { connectingTables } from './migrations/0001-connecting.ts';
import { decisionTables } from './migrations/0002-decisions.ts';
import { refuseWithoutAccess, registeringNeedsAccess } from './registering.ts';
import type { Access } from './states.ts';
import type { Owner } from './store.ts';

/** What the desk says of each verdict of conformance (PTL-008). */
const WHY: Readonly<Record<ConformanceVerdict['verdict'], (environment: string, runId: string, justified: number) => string>> = {
  'no-run': (environment) => `No conformance run of this product version has passed in ${environment}.`,
  open: (environment, runId) =>
    `The conformance run ${runId} of this product version in ${environment} has not shown every case, or its recording has a gap.`,
  failed: (environment, runId) => `The conformance run ${runId} of this product version in ${environment} has failed.`,
  passed: (environment, runId, justified) =>
    `The conformance run ${runId} of this product version in ${environment} has passed${justified === 0 ? '' : `, with ${justified} of its cases justified by the supplier as not applicable`}.`,
};

/** What getting connected offers other modules. */
export interface ConnectingApi {
  /** Whether a product version of an owner may use an environment (path-to-live.md §3.2, environment access). */
  accessOf(db: Db, owner: Owner, product: string, version: string, environment: string): Promise<Access | 'none'>;
}

/** Getting connected: the eight prerequisites as a guided checklist (PTL-005…013). */
export const connecting: PortalModule<ConnectingApi> = {
  name: 'connecting',
  title: 'Getting connected',
  migrations: { '0001-connecting': connectingTables, '0002-decisions': decisionTables },
  create(portal) {
    const { verdictFor } = portal.use(conformance);
    const work = new Connecting(portal, portal.use(access), async ({ product, version, teamId, accountId }, environment) => {
      const { verdict, runId, passedRuns } = await verdictFor(portal.store.db, { product, version, environment, teamId, accountId });
      return {
        passed: verdict === 'passed',
        why: WHY[verdict](environment, runId ?? '', passedRuns.find((each) => each.runId === runId)?.justified ?? 0),
      };
    });
    portal.use(applications).guardRegistering(async (db, { environment, owner, productVersion }) => {
      if (!registeringNeedsAccess(environment)) return;
      const access = productVersion && (await work.accessOf(db, owner, productVersion.product, productVersion.version, environment));
      refuseWithoutAccess(environment, productVersion, access ?? 'none');
    });
    return {
      api: { accessOf: (...what) => work.accessOf(...what) },
      settle: () => work.settle(),
      routes: async (app) => {
        const { registerConnecting } = await import('./routes.ts');
        registerConnecting(app, portal, work);
      },
      navigation: [
        {
          text: 'Getting connected',
          href: '/connecting',
          order: 20,
          shown: (visitor) => visitor.role !== 'anyone' && visitor.role !== 'euo',
        },
      ],
      home: [
        {
          title: 'Getting connected',
          href: '/connecting',
          text: 'What connecting to an environment needs, as a checklist: test data, smartcards, endpoints, names.',
          order: 20,
        },
      ],
    };
  },
};
