import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Environment } from '../environment.ts';
import { CALENDAR_TYPE } from '../maintenance/calendar-type.ts';
import { digestText } from '../maintenance/digest.ts';
import { readAs } from '../maintenance/reading.ts';
import { maintenanceOperations as operations } from '../management/maintenance.ts';
import type { Operation } from '../management/operation.ts';

/**
 * `/maintenance…` and `GET /availability`: slots, the Forward Change Schedule, live releases and builds of the environment. What only reads is
 * open to every caller, calendars among them; it tells what everybody who uses the environment must know.
 */
export function registerMaintenance(app: FastifyInstance, environment: Environment): void {
  const run = async <Input extends TSchema, Output extends TSchema>(
    operation: Operation<Input, Output>,
    ...parts: readonly unknown[]
  ): Promise<Static<Output>> => {
    return operation.run(environment, readAs(operation.input, Object.assign({}, ...parts.filter(isObject)), 'bad_request'));
  };
  app.get('/availability', ({ query }) => run(operations['maintenance.availability'], query));
  app.get('/maintenance', () => run(operations['maintenance.schedule']));
  app.get('/maintenance/at', ({ query }) => run(operations['maintenance.available-at'], query));
  app.get('/maintenance/builds', () => run(operations['maintenance.builds']));
  app.get('/maintenance/digest', ({ query }) => run(operations['maintenance.digest'], query));
  app.get('/maintenance/digest.txt', async ({ query }, reply) =>
    reply.type('text/plain; charset=utf-8').send(digestText([await run(operations['maintenance.digest'], query)])),
  );
  app.get<{ Querystring: { alarm?: string } }>('/maintenance/calendar.ics', async ({ query: { alarm } }, reply) => {
    const scheduleUrl = `${environment.facts.baseUrl}/_localspine/maintenance`;
    const { text } = await run(operations['maintenance.calendar'], {
      alarm: alarm === 'on',
      scheduleUrl,
      entryUrl: `${scheduleUrl}/changes/`,
    });
    return reply
      .type(CALENDAR_TYPE)
      .header('content-disposition', `inline; filename="${environment.facts.slug}-maintenance.ics"`)
      .send(text);
  });
  app.get('/maintenance/changes/:id', (request) => run(operations['maintenance.change'], request.params));
  app.post('/maintenance/changes', async (request, reply) =>
    reply.code(201).send(await run(operations['maintenance.add-change'], request.body)),
  );
  app.put('/maintenance/changes/:id', (request) => run(operations['maintenance.edit-change'], request.body, request.params));
  app.post('/maintenance/changes/:id/:action', (request) => run(operations['maintenance.act-on-change'], request.body, request.params));
  app.post('/maintenance/releases', async (request, reply) =>
    reply.code(201).send(await run(operations['maintenance.add-release'], request.body)),
  );
  app.post('/maintenance/releases/:id/withdraw', (request) => run(operations['maintenance.withdraw-release'], request.params));
  app.put('/maintenance/nights', (request: FastifyRequest) => run(operations['maintenance.set-night'], request.body));
  app.put('/maintenance/patterns', (request: FastifyRequest) => run(operations['maintenance.set-pattern'], request.body));
  app.post('/maintenance/builds', async (request, reply) =>
    reply.code(201).send(await run(operations['maintenance.add-build'], request.body)),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
