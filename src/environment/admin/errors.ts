import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type ErrorPage, pagesAbout, pagesOf, searchPages } from '../../kernel/knowledge.ts';
import type { Environment } from '../environment.ts';
import { houseShelves } from '../knowledge.ts';

/** `GET /errors?q=` and `GET /errors/{code}`: the knowledge base as data (PTL-120). */
export function registerErrors(app: FastifyInstance, environment: Environment): void {
  const pages = (): Promise<readonly ErrorPage[]> => pagesOf(houseShelves(environment.parts.services));
  app.get<{ Querystring: { q?: unknown } }>('/errors', async ({ query: { q } }) => ({
    errors: searchPages(await pages(), typeof q === 'string' ? q.slice(0, 200) : ''),
  }));
  app.get<{ Params: { code: string } }>('/errors/:code', async ({ params: { code } }) => {
    const found = pagesAbout(await pages(), code);
    if (found.length === 0) throw unknownError(code);
    return { errors: found };
  });
}

/** No page is about this. */
export function unknownError(code: string): LocalRefusal {
  return new LocalRefusal(
    404,
    'error_unknown',
    `There is no page about "${code.slice(0, 100)}".`,
    'Search for words of it: localspine explain --search WORDS.',
  );
}
