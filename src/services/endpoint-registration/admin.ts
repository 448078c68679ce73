import type { FastifyInstance } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { RecordKind } from '../directory/index.ts';
import { saveOrganisation, savePerson, saveRoleProfile } from './directory-administration.ts';
import type { Actor } from './model.ts';
import { registeredNames } from './names.ts';
import { requireOpen } from './open.ts';
import { actorOf, grantDuty, revokeDuty } from './people.ts';
import { addInteraction, registerProduct } from './products.ts';
import { readGrant, readInteraction, readProduct, readSubmission, readVerdict, readWish } from './reading.ts';
import { registrations, requireRegistration } from './registrations.ts';
import { decide, requireRequest, resubmit, submit } from './requests.ts';
import { auditTrail, grants, listRequests } from './store.ts';
import { OPERATOR, type RegistrationWorld } from './world.ts';

/**
 * `/_localspine/endpoint-registration…`: the register of systems and NDS Admin for operators, the command line and scripts. The caller is the
 * operator; with `as` it acts as a person, with that person's duties and no more.
 */
export function registerAdmin(app: FastifyInstance, world: RegistrationWorld): void {
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'endpoint-registration';
  });
  registerReading(app, world);
  registerRequests(app, world);
  registerDuties(app, world);
  registerDirectory(app, world);
}

async function actorFor(world: RegistrationWorld, db: Db, userId: string | undefined): Promise<Actor> {
  return userId === undefined ? OPERATOR : actorOf(world, db, userId);
}

interface OfRegistration {
  readonly Params: { readonly partyKey: string; readonly productKey: string };
}

function registerReading(app: FastifyInstance, world: RegistrationWorld): void {
  const { directory, store } = world;
  const { db } = store;
  app.get('/products', async () => ({ products: await directory.register.products(db) }));
  app.get('/interactions', async () => ({ interactions: await directory.register.interactions(db) }));
  app.get('/party-keys', async () => ({ partyKeys: await directory.register.partyKeys(db) }));
  app.get('/names', async () => ({ names: await registeredNames(world, db) }));
  app.get<{ Querystring: { ods?: string } }>('/registrations', async ({ query: { ods } }) => ({
    registrations: await registrations(directory, db, ods === undefined ? {} : { odsCode: String(ods) }),
  }));
  app.get<OfRegistration>('/registrations/:partyKey/:productKey', async ({ params: { partyKey, productKey } }) =>
    requireRegistration(directory, db, partyKey, productKey),
  );
  app.get<{ Querystring: { after?: string } }>('/changes', async ({ query: { after = '0' } }) => {
    if (!/^\d{1,12}$/.test(after)) throw new LocalRefusal(400, 'bad_change_number', 'after is a change number.');
    return { last: await directory.changes.lastChangeNumber(db), changes: await directory.changes.changesAfter(db, Number(after), 500) };
  });
  app.get<{ Params: { kind: RecordKind; id: string } }>('/history/:kind/:id', async ({ params: { kind, id } }) => ({
    changes: await directory.changes.changesOf(db, kind, id),
  }));
  app.get('/audit', async () => ({ entries: await auditTrail(db, 500) }));
}

function registerRequests(app: FastifyInstance, world: RegistrationWorld): void {
  const { store } = world;
  app.post('/products', async ({ body }, reply) => {
    const { as, ...wish } = readProduct(body);
    await requireOpen(world, 'register-product');
    const product = await store.transaction(async (tx) => registerProduct(world, tx, await actorFor(world, tx, as), wish));
    return reply.code(201).send(product);
  });
  app.post('/interactions', async ({ body }, reply) => {
    const { serviceName, action } = readInteraction(body);
    const interactionId = await store.transaction((tx) => addInteraction(world, tx, OPERATOR, serviceName, action));
    return reply.code(201).send({ interactionId });
  });
  app.get('/requests', async () => ({ requests: await listRequests(store.db) }));
  app.get<{ Params: { id: string } }>('/requests/:id', async ({ params: { id } }) => requireRequest(store.db, id));
  app.post('/requests', async ({ body }, reply) => {
    const { wish, as, route, requestId } = readSubmission(body);
    const checked = readWish(wish);
    await requireOpen(world, 'submit');
    const request = await store.transaction(async (tx) =>
      submit(world, tx, await actorFor(world, tx, as), checked, route ?? (as === undefined ? 'direct' : 'request'), requestId),
    );
    return reply.code(201).send(request);
  });
  app.put<{ Params: { id: string } }>('/requests/:id', async ({ params: { id }, body }) => {
    const { wish, as } = readSubmission(body);
    const checked = readWish(wish);
    await requireOpen(world, 'submit');
    return store.transaction(async (tx) => resubmit(world, tx, await actorFor(world, tx, as), id, checked));
  });
  app.post<{ Params: { id: string } }>('/requests/:id/decision', async ({ params: { id }, body }) => {
    const { as, event, reason } = readVerdict(body);
    await requireOpen(world, 'decide');
    return store.transaction(async (tx) =>
      decide(world, tx, await actorFor(world, tx, as), id, { event, ...(reason === undefined ? {} : { reason }) }),
    );
  });
}

function registerDuties(app: FastifyInstance, world: RegistrationWorld): void {
  const { store } = world;
  app.get('/grants', async () => ({ grants: await grants(store.db) }));
  app.post('/grants', async ({ body }, reply) => {
    const { userId, duty, odsCode = '' } = readGrant(body);
    return reply.code(201).send(await store.transaction((tx) => grantDuty(world, tx, OPERATOR, { userId, duty, odsCode })));
  });
  app.delete('/grants', async ({ body }) => {
    const { userId, duty, odsCode = '' } = readGrant(body);
    await store.transaction((tx) => revokeDuty(world, tx, OPERATOR, { userId, duty, odsCode }));
    return { grants: await grants(store.db, userId) };
  });
}

/** NDS Admin as JSON. */
function registerDirectory(app: FastifyInstance, world: RegistrationWorld): void {
  const { directory, store } = world;
  app.get<{ Querystring: { text?: string } }>('/organisations', async ({ query: { text = '' } }) => ({
    organisations: await directory.searchOrganisations(store.db, String(text), 100),
  }));
  app.get<{ Querystring: { text?: string } }>('/people', async ({ query: { text = '' } }) => ({
    people: await directory.people(store.db, { text: String(text), limit: 100 }),
  }));
  app.get<{ Params: { userId: string } }>('/people/:userId', async ({ params: { userId } }) => {
    const { person } = await actorOf(world, store.db, userId);
    return { person, roleProfiles: await directory.allRoleProfiles(store.db, userId) };
  });
  app.put('/organisations', async ({ body }) => {
    await requireOpen(world, 'directory');
    return store.transaction((tx) => saveOrganisation(world, tx, OPERATOR, body));
  });
  app.put('/people', async ({ body }) => {
    await requireOpen(world, 'directory');
    return store.transaction((tx) => savePerson(world, tx, OPERATOR, body));
  });
  app.put('/role-profiles', async ({ body }) => {
    await requireOpen(world, 'directory');
    return store.transaction((tx) => saveRoleProfile(world, tx, OPERATOR, body));
  });
}
