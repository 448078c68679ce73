import type { Service } from '../kernel/service.ts';
import type { Migrations } from '../kernel/store/store.ts';
import { environmentTables } from './maintenance/migrations.ts';
import { recordingMigrations } from './recording/migrations.ts';

/** Migrations of the kernel, of the recordings, of the environment itself and of each service, by owner. */
export function environmentMigrations(services: readonly Service<unknown>[], kernel: Migrations): Readonly<Record<string, Migrations>> {
  return {
    kernel,
    recording: recordingMigrations,
    environment: environmentTables,
    ...Object.fromEntries(services.map((each) => [each.name, each.migrations])),
  };
}
