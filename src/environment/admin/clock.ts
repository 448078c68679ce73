import type { FastifyInstance } from 'fastify';
import { isoInstant, parseInstant } from '../../kernel/clock.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Environment } from '../environment.ts';

/** `GET /clock`; `PUT /clock` with `{now}`, `{advance}` or `{release: true}`. */
export function registerClock(app: FastifyInstance, environment: Environment): void {
  const { world, outbox } = environment;
  const show = (): object => ({
    now: isoInstant(world.now()),
    realNow: isoInstant(world.realNow()),
    offsetSeconds: Math.round(world.clockOffset / 1_000),
  });
  app.get('/clock', async () => show());
  app.put('/clock', async (request) => {
    const body: Record<string, unknown> = typeof request.body === 'object' && request.body !== null ? { ...request.body } : {};
    if (body['release'] === true) await environment.releaseClock();
    else if (typeof body['advance'] === 'string') await world.setClock(world.now() + parseDuration(body['advance']));
    else if (typeof body['now'] === 'string') await world.setClock(instantIn(body['now']));
    else
      throw new LocalRefusal(
        400,
        'clock_command',
        'Say what to do with the clock.',
        'Send {"now":"2026-12-02T19:59:00Z"}, {"advance":"PT2H"} or {"release":true}.',
      );
    outbox.wake();
    return show();
  });
}

function instantIn(text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined)
    throw new LocalRefusal(400, 'bad_instant', `"${text}" is not a date and time.`, 'Write it like 2026-12-02T19:59:00Z.');
  return instant;
}
