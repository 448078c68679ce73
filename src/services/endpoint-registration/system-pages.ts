import type { FastifyInstance, FastifyReply } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { hasDuty, mayRead } from './access.ts';
import type { RegistrationRequest, Wish } from './model.ts';
import { nameWishOf } from './name-pages.ts';
import type { Form, PageParts } from './pages.ts';
import { registerProduct } from './products.ts';
import { readProduct, readWish } from './reading.ts';
import { registrations, requireRegistration } from './registrations.ts';
import { decide, type Route, requireRequest, resubmit, submit } from './requests.ts';
import { FieldsRefusal } from './rules.ts';
import type { Session } from './session.ts';
import { listRequests } from './store.ts';

interface OfRegistration {
  readonly Params: { readonly partyKey: string; readonly productKey: string };
}

const EVENTS = ['approve-dns', 'approve', 'refuse', 'withdraw'] as const;
const BASE = '/eprwebapp';

/** `/eprwebapp`: systems, products and requests. */
export function registerSystemPages(app: FastifyInstance, parts: PageParts): void {
  const { world, show, page } = parts;
  const { db } = world.store;
  app.get(
    BASE,
    page('home', async (_request, reply, session) => {
      const all = await registrations(world.directory, db);
      const requests = await listRequests(db);
      const reads = (odsCode: string, maker: string): boolean => mayRead(session.actor, odsCode, maker);
      return show(reply, session, 'home.njk', {
        title: 'Endpoint registration',
        registrations: all.filter((each) => reads(each.odsCode, each.product.manufacturerOdsCode)),
        requests: requests.filter((each) => reads(each.odsCode, each.manufacturerOdsCode)),
      });
    }),
  );
  registerNew(app, parts);
  registerSystem(app, parts);
  registerRequest(app, parts);
  registerProducts(app, parts);
}

function routeFor(session: Session, maker: string): Route {
  return hasDuty(session.actor, 'endpoint-administrator', maker) ? 'direct' : 'request';
}

/** The members of a form that were filled in. */
function filled(form: Form, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (form[name] === undefined || form[name] === '' ? [] : [[name, form[name]]])));
}

/** Sends a wish and shows what became of it; faults go back to the form they were made in. */
async function send(
  parts: PageParts,
  session: Session,
  reply: FastifyReply,
  wish: () => Wish,
  maker: string,
  again: (faults: FieldsRefusal['faults']) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const { world } = parts;
  try {
    const read = wish();
    const request = await world.store.transaction((tx) => submit(world, tx, session.actor, read, routeFor(session, maker)));
    return await reply.redirect(`${BASE}/requests/${request.requestId}`, 303);
  } catch (error) {
    if (error instanceof FieldsRefusal) return again(error.faults);
    throw error;
  }
}

function registerNew(app: FastifyInstance, { world, show, page, form, ...rest }: PageParts): void {
  const parts = { world, show, page, form, ...rest };
  const view = async (reply: FastifyReply, session: Session, values: Form, faults: FieldsRefusal['faults'] = []): Promise<FastifyReply> =>
    show(
      reply,
      session,
      'new.njk',
      { title: 'Register a system', products: await world.directory.register.products(world.store.db), values, faults },
      faults.length > 0 ? 422 : 200,
    );
  app.get(
    `${BASE}/new`,
    page('new', async (_request, reply, session) => view(reply, session, {})),
  );
  app.post(
    `${BASE}/new`,
    form('submit', async (given, session, reply) => {
      const product = await world.directory.register.product(world.store.db, given['productKey'] ?? '');
      return send(
        parts,
        session,
        reply,
        () => registerWishOf(given),
        product?.manufacturerOdsCode ?? '',
        (faults) => view(reply, session, given, faults),
      );
    }),
  );
}

const REGISTER_FIELDS = ['odsCode', 'productKey', 'fqdn', 'endpoint', 'partyKey', 'ipAddress', 'description'];

/** The registration that a form asks for. Throws FieldsRefusal 422. */
function registerWishOf(form: Form): Wish {
  const odsCode = (form['odsCode'] ?? '').toUpperCase();
  return readWishFields({ kind: 'register', ...filled({ ...form, odsCode }, REGISTER_FIELDS) }, REGISTER_FIELDS);
}

/** A wish from a form: a field of the wrong form is a fault of that field. Throws FieldsRefusal 422. */
function readWishFields(value: Readonly<Record<string, unknown>>, names: readonly string[]): Wish {
  const missing = ['odsCode', 'productKey'].filter((name) => names.includes(name) && value[name] === undefined);
  if (missing.length > 0)
    throw new FieldsRefusal(
      missing.map((field) => ({ field, text: field === 'odsCode' ? 'Enter the code of the organisation.' : 'Choose a product.' })),
    );
  try {
    return readWish(value);
  } catch (error) {
    if (!(error instanceof LocalRefusal)) throw error;
    throw new FieldsRefusal([
      { field: names[0] ?? '', text: 'Something in the form is too long, or has characters that cannot be there.' },
    ]);
  }
}

function registerSystem(app: FastifyInstance, parts: PageParts): void {
  const { world, show, page, form } = parts;
  const view = async (
    params: OfRegistration['Params'],
    reply: FastifyReply,
    session: Session,
    faults: FieldsRefusal['faults'] = [],
  ): Promise<FastifyReply> => {
    const { db } = world.store;
    const found = await requireRegistration(world.directory, db, params.partyKey, params.productKey);
    requireReader(session, found.odsCode, found.product.manufacturerOdsCode);
    const [system] = found.accreditedSystems;
    const [handler] = found.messageHandlingSystems;
    const { changes, register } = world.directory;
    const history = [
      ...(system === undefined ? [] : await changes.changesOf(db, 'accredited-system', system.asid)),
      ...(handler === undefined ? [] : await changes.changesOf(db, 'message-handling-system', handler.cpaId)),
    ].sort((one, other) => other.changeNumber - one.changeNumber);
    const versions = (await register.products(db, { manufacturerOdsCode: found.product.manufacturerOdsCode })).filter(
      (each) => each.name === found.product.name && each.kind === found.product.kind && each.productKey !== found.product.productKey,
    );
    const values = { title: `${found.product.name} at ${found.odsCode}`, found, handler, versions, faults };
    const shown = history.map((each) => ({ ...each, at: new Date(each.changedAt).toISOString().slice(0, 19).replace('T', ' ') }));
    return show(reply, session, 'system.njk', { ...values, history: shown }, faults.length > 0 ? 422 : 200);
  };
  app.get<OfRegistration>(`${BASE}/systems/:partyKey/:productKey`, (request, reply) =>
    page('system', (_request, answer, session) => view(request.params, answer, session))(request, reply),
  );
  app.post<OfRegistration>(`${BASE}/systems/:partyKey/:productKey/change`, (request, reply) =>
    form('submit', async (given, session, answer) => {
      const { partyKey, productKey } = request.params;
      const found = await requireRegistration(world.directory, world.store.db, partyKey, productKey);
      const kind = given['kind'] ?? '';
      const names = kind === 'change-address' ? ['fqdn', 'endpoint'] : kind === 'change-version' ? ['newProductKey'] : [];
      const wish = { kind, partyKey, productKey, version: Number(given['version'] ?? 'NaN'), ...filled(given, names) };
      return send(
        parts,
        session,
        answer,
        () => readWishFields(wish, names),
        found.product.manufacturerOdsCode,
        (faults) => view(request.params, answer, session, faults),
      );
    })(request, reply),
  );
}

/** Throws LocalRefusal 404: what is not theirs is not there for them. */
function requireReader(session: Session, odsCode: string, maker: string): void {
  if (!mayRead(session.actor, odsCode, maker))
    throw new LocalRefusal(404, 'not_found', 'There is no such record, or it is not yours to see.');
}

interface OfRequest {
  readonly Params: { readonly id: string };
}

function registerRequest(app: FastifyInstance, { world, show, page, form }: PageParts): void {
  const read = async (session: Session, id: string): Promise<RegistrationRequest> => {
    const request = await requireRequest(world.store.db, id);
    requireReader(session, request.odsCode, request.manufacturerOdsCode);
    return request;
  };
  const view = (
    reply: FastifyReply,
    session: Session,
    found: RegistrationRequest,
    values: Readonly<Record<string, unknown>>,
    faults: FieldsRefusal['faults'] = [],
  ): Promise<FastifyReply> => {
    const own = found.requestor.id === session.actor.id;
    const waiting = found.state === 'submitted' || found.state === 'dns-approved';
    const wish = Object.entries(found.wish);
    const may = {
      mayWithdraw: own && (waiting || found.state === 'draft'),
      maySendAgain: own && found.state === 'draft' && (found.wish.kind === 'register' || found.wish.kind === 'register-name'),
      mayApproveNames: !own && found.state === 'submitted' && hasDuty(session.actor, 'dns-approver'),
      mayApprove: !own && waiting && found.wish.kind !== 'register-name' && hasDuty(session.actor, 'approver'),
    };
    const title = 'Registration request';
    return show(reply, session, 'request.njk', { title, found, wish, values, faults, ...may }, faults.length > 0 ? 422 : 200);
  };
  app.get<OfRequest>(`${BASE}/requests/:id`, (request, reply) =>
    page('request', async (_request, answer, session) => {
      const found = await read(session, request.params.id);
      return view(answer, session, found, { ...found.wish });
    })(request, reply),
  );
  app.post<OfRequest>(`${BASE}/requests/:id`, (request, reply) =>
    form('decide', async (given, session, answer) => {
      const { id } = request.params;
      const found = await read(session, id);
      const event = EVENTS.find((each) => each === given['event']);
      if (event === undefined) throw new LocalRefusal(400, 'bad_event', 'Choose what to do with the request.');
      try {
        const verdict = { event, reason: (given['reason'] ?? '').slice(0, 500) };
        await world.store.transaction((tx) => decide(world, tx, session.actor, id, verdict));
        return await answer.redirect(`${BASE}/requests/${id}`, 303);
      } catch (error) {
        if (error instanceof FieldsRefusal) return view(answer, session, found, { ...found.wish }, error.faults);
        throw error;
      }
    })(request, reply),
  );
  app.post<OfRequest>(`${BASE}/requests/:id/again`, (request, reply) =>
    form('submit', async (given, session, answer) => {
      const { id } = request.params;
      const found = await read(session, id);
      try {
        const wish = found.wish.kind === 'register-name' ? nameWishOf(given) : registerWishOf(given);
        await world.store.transaction((tx) => resubmit(world, tx, session.actor, id, wish));
        return await answer.redirect(`${BASE}/requests/${id}`, 303);
      } catch (error) {
        if (error instanceof FieldsRefusal) return view(answer, session, found, given, error.faults);
        throw error;
      }
    })(request, reply),
  );
}

function registerProducts(app: FastifyInstance, { world, show, page, form }: PageParts): void {
  const view = async (reply: FastifyReply, session: Session, values: Form, faults: FieldsRefusal['faults'] = []): Promise<FastifyReply> =>
    show(
      reply,
      session,
      'products.njk',
      {
        title: 'Products',
        products: await world.directory.register.products(world.store.db),
        mayRegister: session.actor.grants.some((grant) => grant.duty === 'endpoint-administrator'),
        values,
        faults,
      },
      faults.length > 0 ? 422 : 200,
    );
  app.get(
    `${BASE}/products`,
    page('products', async (_request, reply, session) => view(reply, session, {})),
  );
  app.post(
    `${BASE}/products`,
    form('register-product', async (given, session, reply) => {
      const lines = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/).filter((each) => each !== '');
      try {
        const { as: _, ...product } = readProductFields({
          manufacturerOdsCode: (given['manufacturerOdsCode'] ?? '').toUpperCase(),
          name: given['name'],
          version: given['version'],
          kind: given['kind'],
          messageSet: lines(given['messageSet']),
          additionalInteractions: lines(given['additionalInteractions']),
        });
        await world.store.transaction((tx) => registerProduct(world, tx, session.actor, product));
        return await reply.redirect(`${BASE}/products`, 303);
      } catch (error) {
        if (error instanceof FieldsRefusal) return view(reply, session, given, error.faults);
        throw error;
      }
    }),
  );
}

function readProductFields(value: unknown): ReturnType<typeof readProduct> {
  try {
    return readProduct(value);
  } catch (error) {
    if (!(error instanceof LocalRefusal)) throw error;
    throw new FieldsRefusal([
      { field: 'manufacturerOdsCode', text: 'Fill in maker, name, version and kind; interaction ids begin with urn:.' },
    ]);
  }
}
