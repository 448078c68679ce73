import { offer, type Service, type ServiceContext } from '../../kernel/service.ts';
import { demographics } from '../demographics/index.ts';
import { directory } from '../directory/index.ts';
import { apiProduct, gateway } from '../gateway/index.ts';
import { simulatedHospital } from './booking/simulated-hospital.ts';
import { SCAN_FILE, scanFile } from './files/scan-file.ts';
import { importErs } from './import.ts';
import { catalogueTables } from './migrations/0001-catalogue.ts';
import { referralTables } from './migrations/0002-referrals.ts';
import { ersProducts } from './products.ts';
import { seedInstance } from './seed/instance.ts';
import type { ErsWorld } from './world.ts';

/** e-RS offers no functions to other services yet; the patient and professional applications will. */
export type ErsApi = Readonly<Record<string, never>>;

/** Names of the products' variants by environment (path-to-live.md §2.6). */
const VARIANTS = [
  { environment: 'INT', variant: 'int', display: 'Integration Testing' },
  { environment: 'DEP', variant: 'dep-dev', display: 'Dev - dep' },
  { environment: 'PROD', variant: 'prod', display: 'Production' },
] as const;
const PATHS = ['/referrals', '/referrals-dep'];

/** The NHS e-Referral Service: one engine, one world of data per instance (PTL-058, PTL-088, PTL-089). */
export const ers: Service<ErsApi> = {
  name: 'ers',
  title: 'NHS e-Referral Service',
  migrations: { '0001-catalogue': catalogueTables, '0002-referrals': referralTables },
  tables: {
    ers_service: 'data',
    ers_service_key: 'data',
    ers_service_member: 'data',
    ers_slot: 'data',
    ers_referral: 'data',
    ers_file: 'data',
    ers_sequence: 'data',
    ers_lock: 'data',
    ers_booking_attempt: 'data',
    ers_audit: 'data',
    ers_on_behalf_of: 'data',
  },
  offers: VARIANTS.flatMap(({ environment, variant, display }) =>
    ersProducts(variant, display, PATHS).map((product) => offer(apiProduct, { ...product, environments: [environment] })),
  ),
  create(context) {
    const world = worldOf(context);
    const api = context.use(gateway);
    return {
      api: {},
      async routes(app) {
        const [{ registerOperations }, { operations }] = await Promise.all([import('./pipeline.ts'), import('./operations.ts')]);
        registerOperations(app, { world, gateway: api }, operations);
      },
      async admin(app) {
        const [{ registerExplorer }, { operations }] = await Promise.all([import('./explorer/routes.ts'), import('./operations.ts')]);
        registerExplorer(app, { world, journal: context.journal, operations });
      },
      async seed(tx, random) {
        for (const instance of context.environment.ersInstances)
          await seedInstance(world, tx, instance, random.stream('instance', instance));
      },
      importData: (tx, document) => importErs(world, tx, document, Object.keys(ers.tables)),
      jobs: { [SCAN_FILE]: scanFile(world) },
    };
  },
};

function worldOf(context: ServiceContext): ErsWorld {
  const { environment, store, clock, random, blobs, faults, outbox } = context;
  return {
    environment,
    store,
    clock,
    random,
    blobs,
    faults,
    outbox,
    directory: context.use(directory),
    demographics: context.use(demographics),
    hospital: simulatedHospital({ faults, settings: environment.settings }),
  };
}
