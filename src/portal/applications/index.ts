import type { Db } from '../../kernel/store/store.ts';
import type { Visitor } from '../access/index.ts';
import type { Automatic } from '../audit/index.ts';
import type { PortalModule } from '../module.ts';
import type { Change, ViewedApplication } from './application.ts';
import { applicationTables } from './migrations/0001-applications.ts';
import { registrationOfApplication } from './migrations/0002-registration.ts';
import type { RegistrationGuard } from './product-version.ts';
import type { NewApplication, Registered } from './registering.ts';
import type { ApplicationAction } from './states.ts';
import { type ApplicationRecord, findRecord, records, setLive } from './store.ts';

export * from './access-mode.ts';
export type { Change, ViewedApplication } from './application.ts';
export type { NameEnvironment } from './name.ts';
export type { ProductVersion, RegistrationGuard } from './product-version.ts';
export { ACTING_ATTRIBUTES, type ApplicationState, type Missing } from './states.ts';
export type { ApplicationRecord, Owner } from './store.ts';

/** What applications offer modules further to the right: ASIDs, release. */
export interface ApplicationsApi {
  /** Whose an application is and what it is for; undefined when the portal does not know it. */
  record(db: Db, appId: string): Promise<ApplicationRecord | undefined>;
  /** The record the visitor may do something to. Throws LocalRefusal 401, 403, 404. */
  permittedRecord: OmitPortal<typeof import('./application.ts').permittedRecord>;
  /** An application with its state and what is missing. Throws LocalRefusal 404, 503. */
  look(record: ApplicationRecord): Promise<ViewedApplication>;
  /** Applications the visitor may see. Throws LocalRefusal 401. */
  list(visitor: Visitor, environment?: string): Promise<readonly ViewedApplication[]>;
  /** AppIDs in an environment that are the visitor's own or their teams': whose traffic they may see. */
  appIdsOf(visitor: Visitor, environment: string): Promise<readonly string[]>;
  /** Adds what must hold before an application is registered: said by a module further to the right, which knows. */
  guardRegistering(guard: RegistrationGuard): void;
  register(visitor: Visitor, wish: NewApplication): Promise<Registered>;
  addApi: OmitPortal<typeof import('./changes.ts').addApi>;
  registerKeys: OmitPortal<typeof import('./keys.ts').registerKeys>;
  /** Makes a change in the name of somebody who was asked before, and writes it down. Throws LocalRefusal 409, and what the environment refuses. */
  changeAs(by: Visitor | Automatic, record: ApplicationRecord, change: Change): Promise<ViewedApplication>;
  /** Throws LocalRefusal 409 for what cannot be done in the state an application is in. */
  refuseInState(action: ApplicationAction, view: ViewedApplication): Promise<void>;
  /** Go-live was confirmed (PTL-119); in the transaction that confirms it. */
  confirmLive(tx: Db, appId: string, at: number): Promise<void>;
}

type OmitPortal<F> = F extends (portal: never, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never;

/** Applications and their credentials (PTL-100…108, PTL-116). */
export const applications: PortalModule<ApplicationsApi> = {
  name: 'applications',
  title: 'Environment access',
  migrations: { '0001-applications': applicationTables, '0002-registration': registrationOfApplication },
  create: (portal) => {
    const guards: RegistrationGuard[] = [];
    const guard: RegistrationGuard = async (db, wish) => {
      for (const each of guards) await each(db, wish);
    };
    return {
      api: {
        record: findRecord,
        permittedRecord: async (...rest) => (await import('./application.ts')).permittedRecord(portal, ...rest),
        look: async (record) => (await import('./application.ts')).look(portal, record),
        list: async (visitor, environment) => (await import('./application.ts')).listApplications(portal, visitor, environment),
        appIdsOf: async ({ accountId = '', teams }, environment) => {
          const owners = { accountId, teamIds: teams.map((each) => each.teamId) };
          return (await records(portal.store.db, { environment, owners })).map((each) => each.appId);
        },
        guardRegistering: (added) => void guards.push(added),
        register: async (...rest) => (await import('./registering.ts')).registerApplication(portal, guard, ...rest),
        addApi: async (...rest) => (await import('./changes.ts')).addApi(portal, ...rest),
        registerKeys: async (...rest) => (await import('./keys.ts')).registerKeys(portal, ...rest),
        changeAs: async (...rest) => (await import('./application.ts')).changeAs(portal, ...rest),
        refuseInState: async (...what) => (await import('./application.ts')).refuseInState(...what),
        confirmLive: setLive,
      },
      routes: async (app) => {
        const [{ registerNewApplication }, { registerApplicationPages }, { registerCredentialPages }, { registerApplicationApi }] =
          await Promise.all([
            import('./new-application-pages.ts'),
            import('./application-pages.ts'),
            import('./credential-pages.ts'),
            import('./api-routes.ts'),
          ]);
        registerNewApplication(app, portal, guard);
        registerApplicationPages(app, portal);
        registerCredentialPages(app, portal);
        registerApplicationApi(app, portal, guard);
      },
      navigation: [
        {
          text: 'Environment access',
          href: '/environment-access',
          order: 10,
          shown: ({ role }) => role === 'supplier' || role === 'operator' || role === 'reviewer',
        },
      ],
      home: [
        {
          title: 'Environment access',
          href: '/environment-access',
          text: 'Register applications, add APIs, manage keys and secrets.',
          shown: ({ role }) => role === 'supplier' || role === 'operator' || role === 'reviewer',
          order: 10,
        },
      ],
    };
  },
};
