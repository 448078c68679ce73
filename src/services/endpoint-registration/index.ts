import { answersRow } from '../../kernel/connection.ts';
import { faultChapter } from '../../kernel/faults/catalogue.ts';
import { errorShelf } from '../../kernel/knowledge.ts';
import { offer, type Service } from '../../kernel/service.ts';
import { directory } from '../directory/index.ts';
import { dns } from '../dns/index.ts';
import { gateway } from '../gateway/index.ts';
import { identity, signInCallback } from '../identity/index.ts';
import { pki } from '../pki/index.ts';
import { registrationTables } from './migrations/0001-registration.ts';
import { seedDuties } from './seed.ts';
import { CALLBACK, type RegistrationWorld } from './world.ts';

/** The registration applications have no functions for other services: what they write is in the directory. */
export type EndpointRegistrationApi = Readonly<Record<string, never>>;

/** The endpoint registration service and NDS Admin (PTL-048, PTL-053): who may change the directory, and how. */
export const endpointRegistration: Service<EndpointRegistrationApi> = {
  name: 'endpoint-registration',
  title: 'Endpoint registration and NDS Admin',
  migrations: { '0001-registration': registrationTables },
  // What was registered survives a reset, and so does how it came about.
  tables: {
    endpoint_registration_request: 'kept',
    endpoint_registration_grant: 'kept',
    endpoint_registration_session: 'kept',
    endpoint_registration_audit: 'kept',
  },
  offers: [
    offer(signInCallback, CALLBACK),
    offer(answersRow, { row: 'application-nds-admin', path: '/ndsadmin' }),
    offer(errorShelf, {
      title: 'Endpoint registration',
      load: async () => (await import('./known-errors.ts')).ENDPOINT_REGISTRATION_ERRORS,
    }),
    offer(faultChapter, async () => (await import('./faults.ts')).ENDPOINT_REGISTRATION_FAULTS),
  ],
  create(context) {
    const { environment, store, clock, random, faults, availability } = context;
    const world: RegistrationWorld = {
      environment,
      store,
      clock,
      random,
      faults,
      availability,
      pki: context.use(pki),
      dns: context.use(dns),
      directory: context.use(directory),
      gateway: context.use(gateway),
      identity: context.use(identity),
    };
    return {
      api: {},
      async routes(app) {
        // SANDBOX has no accounts: nobody can sign in, nothing can be registered.
        if (environment.access === 'open') return;
        const { registerPages } = await import('./pages.ts');
        await registerPages(app, world);
      },
      async admin(app) {
        const { registerAdmin } = await import('./admin.ts');
        registerAdmin(app, world);
      },
      seed: (tx) => seedDuties(world, tx),
    };
  },
};
