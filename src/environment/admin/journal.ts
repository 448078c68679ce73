import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { JournalFilter } from '../../kernel/journal/journal.ts';
import type { Environment } from '../environment.ts';

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `GET /journal?service=&operation=&verdict=&app=&correlation=&after=&limit=` and `GET /journal/{id}`. */
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
  const wanted = {
    service: text('service'),
    operation: text('operation'),
    verdict: text('verdict'),
    appId: text('app'),
    correlationId: text('correlation'),
    after: text('after'),
  };
  return {
    limit,
    ...(Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as Omit<JournalFilter, 'limit'>),
  };
}
