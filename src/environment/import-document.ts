import { LocalRefusal } from '../kernel/errors.ts';
import type { Environment } from './environment.ts';

/**
 * Takes data in, all of it or none. Each service takes the members it knows.
 *
 * @returns how many records each service took
 * @throws LocalRefusal 400 for what no service knows, or a service finds wrong
 */
export async function importDocument(
  environment: Environment,
  document: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, number>>> {
  const taken: Record<string, number> = {};
  await environment.store.transaction(async (tx) => {
    for (const { manifest, running } of environment.services) {
      const count = await running.importData?.(tx, document);
      if (count !== undefined && count > 0) taken[manifest.name] = count;
    }
  });
  if (Object.keys(taken).length === 0)
    throw new LocalRefusal(
      400,
      'nothing_imported',
      `No service knows what to do with ${Object.keys(document).join(', ') || 'an empty import'}.`,
      'See docs/import.md for the members of an import.',
    );
  return taken;
}
