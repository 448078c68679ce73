import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';

/** `POST /import`: data in, all of it or none. Each service takes the members it knows. */
export function registerImport(app: FastifyInstance, environment: Environment): void {
  app.post('/import', async (request) => {
    if (typeof request.body !== 'object' || request.body === null || Array.isArray(request.body)) {
      throw new LocalRefusal(
        400,
        'bad_import',
        'An import is a JSON object.',
        'For example {"patients":[…],"ers":{"instance":"Int1","referrals":[…]}}; see docs/import.md.',
      );
    }
    const document: Readonly<Record<string, unknown>> = { ...request.body };
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
    return { imported: taken };
  });
}
