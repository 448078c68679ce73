import type { Availability } from '../../kernel/availability.ts';
import type { BlobStore } from '../../kernel/blobs/blobs.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Faults } from '../../kernel/faults/faults.ts';
import type { Outbox } from '../../kernel/outbox/outbox.ts';
import type { Random } from '../../kernel/random.ts';
import type { Sealer } from '../../kernel/sealer.ts';
import type { EnvironmentFacts } from '../../kernel/service.ts';
import type { Store } from '../../kernel/store/store.ts';
import type { DemographicsApi } from '../demographics/index.ts';
import type { DirectoryApi } from '../directory/index.ts';
import type { HospitalSystem } from './booking/hospital-system.ts';

/** What e-RS operations reach of the environment they run in. */
export interface ErsWorld {
  readonly environment: EnvironmentFacts;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly blobs: BlobStore;
  readonly faults: Faults;
  readonly availability: Availability;
  readonly outbox: Outbox;
  readonly sealer: Sealer;
  readonly directory: DirectoryApi;
  readonly demographics: DemographicsApi;
  /** The provider's patient administration system, simulated (ers.md §14). */
  readonly hospital: HospitalSystem;
}
