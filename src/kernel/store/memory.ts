import { openMemoryStore as openWithOwned } from './sqlite.ts';
import type { Migrations, Store } from './store.ts';

/** A store in memory with the kernel's tables and those of the owners given; for tests. */
export async function openMemoryStore(migrations: Readonly<Record<string, Migrations>>): Promise<Store> {
  const { kernelMigrations } = await import('./kernel-migrations.ts');
  return openWithOwned({ kernel: kernelMigrations, ...migrations });
}
