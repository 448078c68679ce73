/** `/_localspine/identity/spine-sign-on/…`: sessions, and listeners of all of them, for operators. */
import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { SpineSession } from './model.ts';
import { endsAt } from './session-times.ts';
import { endSession, requireListenerAddress } from './sessions.ts';
import type { SignOnWorld } from './world.ts';

export function registerSignOnAdmin(app: FastifyInstance, world: SignOnWorld): void {
  const { store, sessions } = world;
  app.get('/spine-sign-on/sessions', async () => ({ sessions: (await sessions.all(store.db)).map(viewSession) }));
  app.delete<{ readonly Params: { readonly id: string } }>('/spine-sign-on/sessions/:id', async ({ params: { id } }) => {
    if (!(await store.transaction((tx) => endSession(world, tx, id, 'destroyed'))))
      throw new LocalRefusal(
        404,
        'session_unknown',
        'There is no such session.',
        'List them: GET /_localspine/identity/spine-sign-on/sessions.',
      );
    world.outbox.wake();
    return { ended: id };
  });
  app.get('/spine-sign-on/listeners', async () => ({ listeners: await sessions.listenersOfAll(store.db) }));
  app.post('/spine-sign-on/listeners', async (request, reply) => {
    const url = requireListenerAddress(member(request.body, 'url'));
    await store.transaction((tx) => sessions.listen(tx, url));
    return reply.code(201).send({ url });
  });
  app.delete('/spine-sign-on/listeners', async (request) => {
    const url = requireListenerAddress(member(request.query, 'url'));
    if (!(await store.transaction((tx) => sessions.forgetListenerOfAll(tx, url))))
      throw new LocalRefusal(404, 'listener_unknown', 'There is no such listener.');
    return { removed: url };
  });
}

/** A session as operators see it: named by the hash of its ticket, never by the ticket. */
function viewSession(session: SpineSession): object {
  const { ticketHash, userId, card, clientIp, startedAt, usedAt, roleProfileId, mode } = session;
  return {
    id: ticketHash,
    userId,
    card,
    clientIp,
    startedAt,
    usedAt,
    endsAt: endsAt(session),
    mode,
    ...(roleProfileId === undefined ? {} : { roleProfileId }),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}
