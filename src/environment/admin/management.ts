import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';

/** `/_localspine/management`: what stands above an environment in another process asks of it here (DESIGN.md, "Portal"). */
export function registerManagement(app: FastifyInstance, environment: Environment): void {
  app.get('/management', async () => {
    const { operations } = await import('../management/operations.ts');
    return {
      operations: Object.entries(operations).map(([name, { summary, input, output }]) => ({ name, summary, input, output })),
    };
  });
  app.post<{ Params: { name: string } }>('/management/:name', async ({ params: { name }, body }) => {
    const [{ operations }, { perform }] = await Promise.all([import('../management/operations.ts'), import('../management/operation.ts')]);
    const found = Object.entries(operations).find(([each]) => each === name)?.[1];
    if (found === undefined)
      throw new LocalRefusal(
        404,
        'operation_unknown',
        `There is no operation ${name.slice(0, 60)}.`,
        'GET /_localspine/management lists them.',
      );
    return perform(name, found, environment, body ?? {});
  });
}
