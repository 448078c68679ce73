import type { FastifyInstance, FastifyReply } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { ServiceContext } from '../../kernel/service.ts';
import {
  type AsidDesk,
  type AsidOutcome,
  type AsidView,
  allocateFor,
  describeAsid,
  joinService,
  listAsids,
  renameAsid,
  retireAsid,
} from './register/asids.ts';
import type { Author } from './register/changes.ts';
import { mayJoin, SHARED_SERVICES } from './register/sharing.ts';

const closed = { additionalProperties: false } as const;
const Word = Type.String({ minLength: 1, maxLength: 200 });
const OdsCode = Type.String({ pattern: '^[A-Z0-9]{2,9}$' });
const ServiceId = Type.String({ pattern: '^[a-z0-9-]{1,60}$' });

const readRequest = reader(
  Type.Object(
    {
      requestId: Word,
      odsCode: OdsCode,
      productKey: Type.Optional(Type.String({ pattern: '^[0-9]{1,12}$' })),
      productName: Type.Optional(Word),
      manufacturerOdsCode: Type.Optional(OdsCode),
      partyKey: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{1,9}-[A-Za-z0-9]{4,9}$' })),
      accessMode: Type.Optional(Type.Enum(['user-restricted', 'application-restricted'])),
      capability: Type.Optional(Type.Enum(['referrer', 'provider'])),
      services: Type.Array(ServiceId, { minItems: 1, maxItems: 10 }),
      displayName: Type.Optional(Word),
    },
    closed,
  ),
  'Send {"requestId","odsCode","productKey" or "productName","services":["ers"],"accessMode"?,"capability"?,"displayName"?,"partyKey"?,"manufacturerOdsCode"?}.',
);
const readName = reader(Type.Object({ displayName: Word }, closed), 'Send {"displayName"}.');
const readJoin = reader(
  Type.Object({ service: ServiceId, confirmed: Type.Optional(Type.Boolean()) }, closed),
  `Send {"service", "confirmed"?}; services are ${SHARED_SERVICES.map((each) => each.id).join(', ')}.`,
);

interface OfAsid {
  readonly Params: { readonly asid: string };
}

/** `/_localspine/directory/asids` and `/services`: ASIDs for the operator, the command line and what stands above (path-to-live.md §3.6). */
export function registerDirectoryAdmin(app: FastifyInstance, { store, clock }: ServiceContext, desk: AsidDesk): void {
  const author = (): Author => ({ actor: 'operator', at: clock.now() });
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'directory';
    request.exchange.operation = 'asids';
  });
  app.get('/services', async () => ({
    services: SHARED_SERVICES.map(({ id, title, platform }) => ({
      id,
      title,
      platform,
      mayBeJoinedBy: Object.fromEntries(SHARED_SERVICES.map((other) => [other.id, mayJoin([id], other.id)])),
    })),
  }));
  app.get<{ Querystring: { ods?: string; state?: string } }>('/asids', async ({ query: { ods, state } }) => {
    const found = await listAsids(desk, store.db, { ...(ods === undefined ? {} : { odsCode: ods }), retired: state === 'retired' });
    const wanted = state === undefined || state === 'retired' ? found : found.filter((each) => each.state === state);
    return { asids: wanted.map(shown) };
  });
  app.post('/asids', async ({ body }, reply) => {
    const request = readRequest(body);
    return answer(reply, 201, await store.transaction((tx) => allocateFor(desk, tx, request, author())));
  });
  app.get<OfAsid>('/asids/:asid', async ({ params }) => shown(await describeAsid(desk, store.db, params.asid)));
  app.put<OfAsid>('/asids/:asid/display-name', async ({ params, body }, reply) => {
    const { displayName } = readName(body);
    return answer(reply, 200, await store.transaction((tx) => renameAsid(desk, tx, params.asid, displayName, author())));
  });
  app.post<OfAsid>('/asids/:asid/services', async ({ params: { asid }, body }, reply) => {
    const { service, confirmed = false } = readJoin(body);
    return answer(reply, 200, await store.transaction((tx) => joinService(desk, tx, { asid, service, confirmed }, author())));
  });
  app.delete<OfAsid>('/asids/:asid', async ({ params }, reply) =>
    answer(reply, 200, await store.transaction((tx) => retireAsid(desk, tx, params.asid, author()))),
  );
}

/** 200 when there was nothing left to do, whatever it was. */
function answer(reply: FastifyReply, status: number, { asid, changed, warnings }: AsidOutcome): FastifyReply {
  return reply.code(changed ? status : 200).send({ ...shown(asid), warnings });
}

function shown({ retiredAt, ...view }: AsidView): object {
  return { ...view, ...(retiredAt === undefined ? {} : { retiredAt: isoInstant(retiredAt) }) };
}

/** A check of a body against its schema; throws LocalRefusal 400 with what is wanted. */
function reader<Schema extends TSchema>(schema: Schema, wanted: string): (value: unknown) => Static<Schema> {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return value;
    const [first] = compiled.Errors(value);
    throw new LocalRefusal(
      400,
      'bad_asid_request',
      `This is not what is expected here: ${first?.instancePath ?? ''} ${first?.message ?? ''}.`,
      wanted,
    );
  };
}
