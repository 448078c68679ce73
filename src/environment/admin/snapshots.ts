import type { FastifyInstance } from 'fastify';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';

/** `GET /snapshots`, `POST /snapshots {name}`, `POST /snapshots/{name}/load`. */
export function registerSnapshots(app: FastifyInstance, environment: Environment): void {
  const { store } = environment;
  app.get('/snapshots', async () => ({
    snapshots: (await store.listSnapshots()).map(({ name, savedAt }) => ({ name, savedAt: isoInstant(savedAt) })),
  }));
  app.post('/snapshots', async (request, reply) => {
    const name = typeof request.body === 'object' && request.body !== null && 'name' in request.body ? request.body.name : undefined;
    if (typeof name !== 'string')
      throw new LocalRefusal(400, 'snapshot_name', 'Give the snapshot a name.', 'Send {"name":"before-booking"}.');
    await store.saveSnapshot(name, environment.snapshotTables());
    return reply.code(201).send({ name });
  });
  app.post<{ Params: { name: string } }>('/snapshots/:name/load', async (request) => {
    await store.loadSnapshot(request.params.name, environment.snapshotTables());
    environment.outbox.wake();
    return { name: request.params.name, loaded: true };
  });
}
