import { faultChapter } from '../../kernel/faults/catalogue.ts';
import { errorShelf } from '../../kernel/knowledge.ts';
import { offer, type Service, type ServiceContext } from '../../kernel/service.ts';
import { demographics } from '../demographics/index.ts';
import { directory } from '../directory/index.ts';
import { apiProduct, gateway } from '../gateway/index.ts';
import { BOOKING_CONFIRMED, settleConfirmation } from './booking/hospital-notices.ts';
import { simulatedHospital } from './booking/simulated-hospital.ts';
import { POLL_HOSPITALS, polling, startPolling } from './booking/slot-polling.ts';
import { CLEAN_UP_FILES, cleanUpFiles, scheduleCleanUp } from './files/clean-up-files.ts';
import { SCAN_FILE, scanFile } from './files/scan-file.ts';
import { importErs } from './import.ts';
import { ersMigrations } from './migrations/migrations.ts';
import { patientCareProducts } from './patient/product.ts';
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
  migrations: ersMigrations,
  tables: {
    ers_service: 'data',
    ers_service_key: 'data',
    ers_service_member: 'data',
    ers_slot: 'data',
    ers_slot_list: 'data',
    ers_clinic: 'data',
    ers_clinic_session: 'data',
    ers_clinic_slot: 'data',
    ers_clinic_booking: 'data',
    ers_turn: 'data',
    ers_referral: 'data',
    ers_advice: 'data',
    ers_file: 'data',
    ers_sequence: 'data',
    ers_lock: 'data',
    ers_booking_attempt: 'data',
    ers_audit: 'data',
    ers_on_behalf_of: 'data',
    ers_access_code: 'data',
  },
  offers: [
    offer(errorShelf, { title: 'e-Referral Service', load: async () => (await import('./known-errors.ts')).ERS_ERRORS }),
    offer(faultChapter, async () => (await import('./faults.ts')).ERS_FAULTS),
    offer(faultChapter, async () => (await import('./faults.ts')).HOSPITAL_FAULTS),
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
        const [{ registerOperations }, { operations }, { registerPatientApi }, { registerObjectStore }] = await Promise.all([
          import('./pipeline.ts'),
          import('./operations.ts'),
          import('./patient/routes.ts'),
          import('./files/object-store-routes.ts'),
        ]);
        registerOperations(app, { world, gateway: api }, operations);
        registerPatientApi(app, { world, gateway: api });
        registerObjectStore(app, world);
      },
      async admin(app) {
        const { registerAdmin } = await import('./admin/routes.ts');
        await registerAdmin(app, world, context.journal);
      },
      async seed(tx, random) {
        for (const instance of context.environment.ersInstances)
          await seedInstance(world, tx, instance, random.stream('instance', instance));
        await scheduleCleanUp(world, tx);
        await startPolling(world, tx);
      },
      importData: (tx, document) => importErs(world, tx, document, Object.keys(ers.tables)),
      clockSetBack: (tx) => startPolling(world, tx),
      jobsWait: { [SCAN_FILE]: 'ers', [POLL_HOSPITALS]: 'ers', [BOOKING_CONFIRMED]: 'ers' },
      jobs: {
        [SCAN_FILE]: scanFile(world),
        [CLEAN_UP_FILES]: cleanUpFiles(world),
        [POLL_HOSPITALS]: polling(world),
        [BOOKING_CONFIRMED]: settleConfirmation(world),
      },
    };
  },
};

function worldOf(context: ServiceContext): ErsWorld {
  const { environment, store, clock, random, blobs, faults, availability, outbox, sealer } = context;
  return {
    environment,
    store,
    clock,
    random,
    blobs,
    faults,
    availability,
    outbox,
    sealer,
    directory: context.use(directory),
    demographics: context.use(demographics),
    hospital: simulatedHospital({ store, clock, random, outbox, faults, settings: environment.settings }),
  };
}
