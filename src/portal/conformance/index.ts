import type { Db } from '../../kernel/store/store.ts';
import type { PortalModule } from '../module.ts';
import { runTables } from './migrations/0001-runs.ts';
import { runTurns } from './migrations/0002-run-turns.ts';
import { recordingJobs } from './run-recording.ts';
import { type ConformanceVerdict, type VersionInEnvironment, verdictFor } from './verdict.ts';

export { ACCESSES, type Access, ENDPOINTS, type Endpoint } from './endpoints.ts';
export type { ConformanceVerdict, PassedRun, VersionInEnvironment } from './verdict.ts';

/** What conformance offers those who decide about a product. */
export interface ConformanceApi {
  /** What finished conformance runs of a product version have shown in an environment (PTL-008, gates G3 to G5). */
  verdictFor(db: Db, what: VersionInEnvironment): Promise<ConformanceVerdict>;
}

/** Conformance runs, user acceptance runs and their evidence (path-to-live.md §4.3, PTL-002, PTL-008). */
export const conformance: PortalModule<ConformanceApi> = {
  name: 'conformance',
  title: 'Conformance runs',
  migrations: { '0001-runs': runTables, '0002-run-turns': runTurns },
  create(portal) {
    return {
      api: { verdictFor },
      async routes(app) {
        const [{ Runs }, { registerConformanceApi }, { registerConformancePages }] = await Promise.all([
          import('./runs.ts'),
          import('./api-routes.ts'),
          import('./page-routes.ts'),
        ]);
        const runs = new Runs(portal);
        registerConformanceApi(app, portal, runs);
        registerConformancePages(app, portal, runs);
      },
      jobs: recordingJobs(portal),
      navigation: [{ text: 'Conformance', href: '/conformance', order: 40, shown: (visitor) => visitor.role !== 'anyone' }],
      home: [
        {
          title: 'Conformance runs',
          href: '/conformance',
          text: 'Record what your product sends, see which witness cases it meets, and export the evidence.',
          order: 40,
        },
      ],
    };
  },
};
