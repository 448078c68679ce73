import { LocalRefusal } from '../../kernel/errors.ts';
import { offer, type Service, type ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import { demographics } from '../demographics/index.ts';
import { directory } from '../directory/index.ts';
import { apiProduct, gateway } from '../gateway/index.ts';
import { simulatedHospital } from './booking/simulated-hospital.ts';
import { importServices, importSlots } from './catalogue/import.ts';
import { SCAN_FILE, scanFile } from './files/scan-file.ts';
import { catalogueTables } from './migrations/0001-catalogue.ts';
import { referralTables } from './migrations/0002-referrals.ts';
import { patientView } from './migrations/0003-patient-view.ts';
import { patientCareProducts } from './patient/product.ts';
import { ersProducts } from './products.ts';
import { importReferrals } from './referral/import-referrals.ts';
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
  migrations: { '0001-catalogue': catalogueTables, '0002-referrals': referralTables, '0003-patient-view': patientView },
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
  offers: [
    ...VARIANTS.flatMap(({ environment, variant, display }) =>
      ersProducts(variant, display, PATHS).map((product) => offer(apiProduct, { ...product, environments: [environment] })),
    ),
    ...patientCareProducts.map((product) => offer(apiProduct, product)),
  ],
  create(context) {
    const world = worldOf(context);
    const api = context.use(gateway);
    return {
      api: {},
      async routes(app) {
        const [{ registerOperations }, { operations }, { registerPatientApi }] = await Promise.all([
          import('./pipeline.ts'),
          import('./operations.ts'),
          import('./patient/routes.ts'),
        ]);
        registerOperations(app, { world, gateway: api }, operations);
        registerPatientApi(app, { world, gateway: api });
      },
      async seed(tx, random) {
        for (const instance of context.environment.ersInstances)
          await seedInstance(world, tx, instance, random.stream('instance', instance));
      },
      importData: (tx, document) => importErs(world, tx, document),
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

/** The member `ers` of an import: `{instance, services, slots, onBehalfOf, referrals}`. Throws LocalRefusal 400. */
async function importErs(world: ErsWorld, tx: Db, document: Readonly<Record<string, unknown>>): Promise<number> {
  const part = document['ers'];
  if (part === undefined) return 0;
  if (typeof part !== 'object' || part === null || Array.isArray(part)) throw badImport('it is not an object');
  const { instance, services, slots, onBehalfOf, referrals, ...rest }: Record<string, unknown> = { ...part };
  const [first] = world.environment.ersInstances;
  const named = instance ?? first;
  const known = world.environment.ersInstances.find((each) => each === named);
  if (known === undefined) throw badImport(`there is no instance ${String(named)}; there are ${world.environment.ersInstances.join(', ')}`);
  const [stray] = Object.keys(rest);
  if (stray !== undefined) throw badImport(`it has an unknown member ${stray}`);
  return (
    (await importServices(tx, known, services)) +
    (await importSlots(tx, known, slots)) +
    (onBehalfOf === undefined ? 0 : await (await import('./import-on-behalf-of.ts')).importOnBehalfOf(tx, known, onBehalfOf)) +
    (referrals === undefined ? 0 : await importReferrals(world, tx, known, referrals))
  );
}

function badImport(fault: string): LocalRefusal {
  return new LocalRefusal(400, 'bad_import', `The member "ers" of the import is not right: ${fault}.`, 'See docs/import.md.');
}
