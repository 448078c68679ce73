/** `/_localspine/identity/…`: relying parties, sessions and signing keys, for operators, the command line and scripts. */
import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { registerCardAdmin } from './cards/admin.ts';
import { changeClient, registerClient, removeClient, renewSecret, requireClient, viewClient } from './clients/register.ts';
import { allClients } from './clients/store.ts';
import { makeSigningKey, ROTATION, rotate } from './keys.ts';
import type { IdentityWorld } from './provider.ts';
import { endSession } from './sessions/ending.ts';
import { viewSession } from './sessions/logout.ts';
import { allSessions, signingKeys } from './store.ts';

interface ById {
  readonly Params: { readonly id: string };
}

export function registerAdmin(app: FastifyInstance, world: IdentityWorld): void {
  const { store } = world;
  app.get('/clients', async () => ({ clients: (await allClients(store.db)).map((each) => viewClient(each)) }));
  app.post('/clients', async (request, reply) =>
    reply.code(201).send(await store.transaction((tx) => registerClient(world, tx, request.body))),
  );
  app.get<ById>('/clients/:id', async ({ params: { id } }) => viewClient(await requireClient(store.db, id)));
  app.put<ById & { readonly Querystring: { readonly hash?: unknown } }>('/clients/:id', async ({ params: { id }, query, body }) =>
    store.transaction((tx) => changeClient(world, tx, id, String(query.hash ?? ''), body)),
  );
  app.post<ById>('/clients/:id/secret', async ({ params: { id } }) => store.transaction((tx) => renewSecret(world, tx, id)));
  app.delete<ById>('/clients/:id', async ({ params: { id } }) => {
    await store.transaction((tx) => removeClient(tx, id));
    return { removed: id };
  });
  registerCardAdmin(app, world);
  registerSessions(app, world);
  registerKeys(app, world);
}

function registerSessions(app: FastifyInstance, world: IdentityWorld): void {
  const { store, clock } = world;
  app.get('/sessions', async () => ({ sessions: (await allSessions(store.db, clock.now())).map(viewSession) }));
  app.delete<ById>('/sessions/:id', async ({ params: { id } }) => {
    const ended = await store.transaction((tx) => endSession(world, tx, id, world.listeners));
    if (!ended) throw new LocalRefusal(404, 'session_unknown', 'There is no such session.', 'List them: localspine cis2 sessions.');
    world.outbox.wake();
    return { ended: id };
  });
}

function registerKeys(app: FastifyInstance, world: IdentityWorld): void {
  const { store, sealer } = world;
  app.get('/keys', async () => ({
    keys: (await Promise.all(world.realms.map((realm) => signingKeys(store.db, realm.provider))))
      .flat()
      .map(({ provider, kid, state }) => ({ provider, kid, state })),
  }));
  app.post<{ readonly Params: { readonly provider: string; readonly step: string } }>('/keys/:provider/:step', async ({ params }) => {
    const provider = world.realms.find((each) => each.provider === params.provider)?.provider;
    const step = ROTATION.find((each) => each === params.step);
    if (provider === undefined || step === undefined)
      throw new LocalRefusal(404, 'rotation_unknown', 'There is no such rotation.', `POST /keys/{cis2|mock}/{${ROTATION.join('|')}}.`);
    const fresh = await makeSigningKey(provider, sealer, 'next');
    return { provider, keys: await store.transaction((tx) => rotate(tx, provider, step, fresh)) };
  });
}
