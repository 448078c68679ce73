import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';
import { importDocument } from '../import-document.ts';

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
    return { imported: await importDocument(environment, document) };
  });
}
