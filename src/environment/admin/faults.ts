import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';
import { faultCatalogue } from '../fault-catalogue.ts';
import { FaultEffectShape } from '../fault-shapes.ts';

const Rule = Type.Object({
  service: Type.String({ minLength: 1, maxLength: 40 }),
  operation: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  effect: FaultEffectShape,
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
});
const checkRule = Compile(Rule);

/** `GET /faults`, `GET /faults/catalogue`, `POST /faults`, `DELETE /faults[/id]` (DESIGN.md D9). */
export function registerFaults(app: FastifyInstance, environment: Environment): void {
  const { faults } = environment;
  app.get('/faults', async () => ({ faults: await faults.list() }));
  app.get('/faults/catalogue', async () => ({ chapters: await faultCatalogue(environment.parts.services) }));
  app.post('/faults', async (request, reply) => {
    if (!checkRule.Check(request.body)) {
      throw new LocalRefusal(
        400,
        'bad_fault',
        'This is not a fault rule.',
        'Send {"service":"ers","operation":"A016","effect":{"kind":"partner","behaviour":"refuse"},"count":1}; effects are status, delay, disconnect and partner.',
      );
    }
    const rule: Static<typeof Rule> = request.body;
    const added = await faults.add({
      service: rule.service,
      operation: rule.operation ?? '*',
      effect: rule.effect,
      remaining: rule.count ?? null,
    });
    return reply.code(201).send(added);
  });
  app.delete('/faults', async () => ({ removed: await faults.clear() }));
  app.delete<{ Params: { id: string } }>('/faults/:id', async (request) => ({ removed: await faults.clear(request.params.id) }));
}
