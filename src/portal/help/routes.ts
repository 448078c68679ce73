import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { type ErrorPage, pagesAbout, searchPages } from '../../kernel/knowledge.ts';
import type { Portal } from '../portal.ts';
import { shaped } from '../web/site.ts';

const PAGE = 25;
const Query = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 200 })),
  page: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}$' })),
});
const Answer = Type.Object({
  errors: Type.Array(
    Type.Object({
      code: Type.String(),
      from: Type.String(),
      means: Type.String(),
      cause: Type.String(),
      fix: Type.String(),
      seen: Type.Optional(Type.Array(Type.String())),
    }),
  ),
});

/** Pages and API of the knowledge base. Open to everybody: it tells nothing of anybody. */
export function registerHelp(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get('/help/errors', async (request, reply) => {
    const { q = '', page = '1' } = shaped(Query, request.query, 'query');
    const found = searchPages(await portal.errorPages(), q);
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const number = Math.min(Math.max(Number(page), 1), pages);
    const link = (to: number): string => `/help/errors?${new URLSearchParams({ ...(q !== '' && { q }), page: String(to) })}`;
    return site.page(request, reply, 'help/pages/errors.njk', {
      title: q === '' ? 'Errors and what to do' : `Errors: ${q}`,
      q,
      found: found.slice((number - 1) * PAGE, number * PAGE),
      count: found.length,
      number,
      pages,
      ...(number > 1 && { previous: link(number - 1) }),
      ...(number < pages && { next: link(number + 1) }),
    });
  });
  app.get<{ Params: { code: string } }>('/help/errors/:code', async (request, reply) => {
    const { code } = request.params;
    const found = pagesAbout(await portal.errorPages(), code);
    const [only, ...others] = found;
    if (only === undefined || others.length > 0)
      return site.redirect(reply, `/help/errors?${new URLSearchParams({ q: code.slice(0, 200) })}`);
    return site.page(request, reply, 'help/pages/error.njk', {
      title: only.code,
      error: only,
      back: { href: '/help/errors', text: 'Errors and what to do' },
    });
  });
  portal.api.endpoint(app, {
    method: 'GET',
    path: '/errors',
    tag: 'help',
    summary: 'Pages of the knowledge base that hold these words; all when there are none.',
    query: Type.Object({ q: Type.Optional(Type.String({ maxLength: 200 })) }),
    answer: Answer,
    handle: async ({ query: { q = '' } }) => ({ errors: searchPages(await portal.errorPages(), q).map(plain) }),
  });
  portal.api.endpoint(app, {
    method: 'GET',
    path: '/errors/:code',
    tag: 'help',
    summary: 'What an error means, by its code or by what a client saw of it.',
    params: Type.Object({ code: Type.String({ minLength: 1, maxLength: 200 }) }),
    answer: Answer,
    handle: async ({ params: { code } }) => {
      const found = pagesAbout(await portal.errorPages(), code);
      if (found.length === 0)
        throw new LocalRefusal(404, 'error_unknown', `There is no page about "${code}".`, 'Search for words of it: GET /api/errors?q=….');
      return { errors: found.map(plain) };
    },
  });
}

function plain({ code, from, means, cause, fix, seen }: ErrorPage) {
  return { code, from, means, cause, fix, ...(seen !== undefined && { seen: [...seen] }) };
}
