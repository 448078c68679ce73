import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { JournalFilter } from '../../kernel/journal/journal.ts';
import type { Environment } from '../environment.ts';
import { journalFilter } from '../journal-filter.ts';

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `GET /journal?service=&operation=&verdict=&status=&app=&patient=&correlation=&from=&to=&after=&before=&limit=` and `GET /journal/{id}`. */
export function registerJournal(app: FastifyInstance, environment: Environment): void {
  app.get<{ Querystring: Query }>('/journal', async (request) => ({ exchanges: await environment.journal.list(filterOf(request.query)) }));
  app.get<{ Params: { id: string } }>('/journal/:id', async (request) => {
    const entry = await environment.journal.show(request.params.id);
    if (entry === undefined)
      throw new LocalRefusal(
        404,
        'exchange_unknown',
        `The journal has no exchange ${request.params.id}.`,
        'Give the id, X-Request-ID or X-Correlation-ID; old exchanges are dropped.',
      );
    return entry;
  });
}

function filterOf(query: Query): JournalFilter {
  const text = (name: string): string | undefined => (typeof query[name] === 'string' ? query[name] : undefined);
  const limit = Number(text('limit') ?? '50');
  if (!Number.isInteger(limit) || limit < 1) throw new LocalRefusal(400, 'bad_limit', 'The limit is a whole number from 1 to 1000.');
  return journalFilter(text, limit);
}
