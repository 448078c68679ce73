import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';
import { outboxOperations } from '../management/outbox.ts';
import { tableCounts } from '../table-counts.ts';

/** `GET /outbox?kind=&failing=&done=&after=&limit=`, `POST /outbox/{id}/retry`, and `GET /data`: what waits, and what there is. */
export function registerOutbox(app: FastifyInstance, environment: Environment): void {
  app.get<{ Querystring: Readonly<Record<string, unknown>> }>('/outbox', async ({ query }) => {
    const limit = Number(query['limit'] ?? '50');
    if (!Number.isInteger(limit) || limit < 1 || limit > 500)
      throw new LocalRefusal(400, 'bad_limit', 'The limit is a whole number from 1 to 500.');
    const text = (name: string): string | undefined => (typeof query[name] === 'string' ? query[name] : undefined);
    const [kind, after] = [text('kind'), text('after')];
    return outboxOperations['outbox.list'].run(environment, {
      limit,
      failing: text('failing') === 'true',
      done: text('done') === 'true',
      ...(kind !== undefined && { kind }),
      ...(after !== undefined && { after }),
    });
  });
  app.post<{ Params: { id: string } }>('/outbox/:id/retry', ({ params: { id } }) =>
    outboxOperations['outbox.retry'].run(environment, { id }),
  );
  app.get('/data', async () => ({ tables: await tableCounts(environment), seed: environment.parts.settings.seed }));
}
