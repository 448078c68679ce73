import type { FastifyInstance } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { revokeKey, rotateKey } from '../api-keys.ts';
import { examineToken } from '../examination.ts';
import {
  approveProduct,
  bindAsid,
  forgetJwksCache,
  listApplications,
  setAttributes,
  setCallbackUrl,
  setJwks,
  setStage,
  subscribe,
  unbindAsid,
  viewApplication,
} from '../management.ts';
import { renameApplication, resumeApplication, revokeApplication, suspendApplication } from '../standing.ts';
import type { GatewayWorld } from '../world.ts';
import { createApplication } from './one-step.ts';

const Word = Type.String({ minLength: 1, maxLength: 200 });
const closed = { additionalProperties: false } as const;

const CreateBody = reader(
  Type.Object(
    {
      appId: Type.Optional(Word),
      accessMode: Type.Union([Type.Literal('application-restricted'), Type.Literal('user-restricted')]),
      capability: Type.Optional(Type.Union([Type.Literal('referrer'), Type.Literal('provider')])),
      odsCode: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{1,12}$' })),
      userId: Type.Optional(Type.String({ pattern: '^[0-9]{12}$' })),
      name: Type.Optional(Word),
      productName: Type.Optional(Word),
      callbackUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
      jwks: Type.Optional(Type.Unknown()),
      jwksUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
      asid: Type.Optional(Type.String({ pattern: '^(allocate|none|[0-9]{12})$' })),
      approve: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
  'Send {"accessMode":"application-restricted"|"user-restricted", "capability"?, "odsCode"?, "userId"?, "name"?, "productName"?, "callbackUrl"?, "jwks"?|"jwksUrl"?, "asid"?: "allocate"|"none"|12 digits, "approve"?}.',
);
const AsidBody = reader(Type.Object({ asid: Word }, closed), 'Send {"asid":"200000002066"}.');
const JwksBody = reader(
  Type.Union([
    Type.Object({ keys: Type.Array(Type.Unknown()) }),
    Type.Object({ jwks: Type.Unknown() }, closed),
    Type.Object({ jwksUrl: Type.String({ minLength: 1, maxLength: 2_000 }) }, closed),
  ]),
  'Send the JWKS itself ({"keys":[…]}), or {"jwks":{…}}, or {"jwksUrl":"https://…"}.',
);
const NameBody = reader(Type.Object({ name: Word }, closed), 'Send {"name":"…"}.');
const AttributesBody = reader(
  Type.Record(Word, Type.Union([Type.String({ maxLength: 20_000 }), Type.Null()])),
  'Send {"name":"value", …}; null removes an attribute.',
);
const CallbackBody = reader(
  Type.Object({ callbackUrl: Type.String({ minLength: 1, maxLength: 2_000 }) }, closed),
  'Send {"callbackUrl":"https://…"}.',
);
const RotateBody = reader(Type.Object({ revokeOthers: Type.Optional(Type.Boolean()) }, closed), 'Send {} or {"revokeOthers":true}.');
const ProductBody = reader(
  Type.Object({ productName: Word, approve: Type.Optional(Type.Boolean()) }, closed),
  'Send {"productName":"…"}, with "approve":true as an operator.',
);

const ExaminationBody = reader(
  Type.Object({ token: Type.String({ minLength: 1, maxLength: 20_000 }) }, closed),
  'Send {"token":"…"}: a client assertion, an ID token, an access token or an API key.',
);

/** A check of a body against its schema; throws LocalRefusal 400 with what is wanted. */
function reader<Schema extends TSchema>(schema: Schema, wanted: string): (body: unknown) => Static<Schema> {
  const compiled = Compile(schema);
  return (body) => {
    if (compiled.Check(body)) return body;
    const [first] = compiled.Errors(body);
    throw new LocalRefusal(
      400,
      'bad_request',
      `The body is not what is expected here${first === undefined ? '' : `: ${first.instancePath || 'it'} ${first.message}`}.`,
      wanted,
    );
  };
}

interface AppParams {
  readonly Params: { readonly appId: string };
}

/** `/_localspine/gateway/applications…`: the application register for operators, the command line and scripts. */
export function registerAdmin(app: FastifyInstance, world: GatewayWorld): void {
  const { store } = world;
  app.get('/products', async () => ({ products: [...world.products.values()] }));
  app.get('/applications', async () => ({ applications: await listApplications(world, store.db) }));
  app.post('/applications', async (request, reply) => {
    const wish = CreateBody(request.body);
    const created = await store.transaction((tx) => createApplication(world, tx, wish));
    return reply.code(201).send(created);
  });
  app.post('/examinations', async (request) => examineToken(world, ExaminationBody(request.body).token));
  app.get<AppParams>('/applications/:appId', async (request) => viewApplication(world, store.db, request.params.appId));
  registerChanges(app, world);
  registerKeys(app, world);
}

function registerChanges(app: FastifyInstance, world: GatewayWorld): void {
  const { store } = world;
  app.put<AppParams>('/applications/:appId/asid', async ({ params: { appId }, body }) => {
    const { asid } = AsidBody(body);
    await store.transaction((tx) => bindAsid(world, tx, appId, asid));
    return viewApplication(world, store.db, appId);
  });
  app.delete<AppParams>('/applications/:appId/asid', async ({ params: { appId } }) => {
    await store.transaction((tx) => unbindAsid(tx, appId));
    return viewApplication(world, store.db, appId);
  });
  app.put<AppParams>('/applications/:appId/attributes', async ({ params: { appId }, body }) => {
    const changes = AttributesBody(body);
    return { attributes: await store.transaction((tx) => setAttributes(tx, appId, changes)) };
  });
  app.put<AppParams>('/applications/:appId/callback', async ({ params: { appId }, body }) => {
    const { callbackUrl } = CallbackBody(body);
    await store.transaction((tx) => setCallbackUrl(tx, appId, callbackUrl));
    return viewApplication(world, store.db, appId);
  });
  app.post<AppParams>('/applications/:appId/products', async ({ params: { appId }, body }) => {
    const { productName, approve } = ProductBody(body);
    const subscriptions = await store.transaction(async (tx) => {
      const after = await subscribe(world, tx, appId, productName, approve);
      if (approve !== true) return after;
      // Who calls this is the operator: in production it is their override of the reviewers.
      await setStage(tx, appId, 'live');
      return approveProduct(tx, appId, productName, world.environment.production);
    });
    return { subscriptions };
  });
  app.put<AppParams>('/applications/:appId/name', async ({ params: { appId }, body }) => {
    const { name } = NameBody(body);
    await store.transaction((tx) => renameApplication(tx, appId, name));
    return viewApplication(world, store.db, appId);
  });
  for (const [word, change] of Object.entries({ suspend: suspendApplication, resume: resumeApplication, revoke: revokeApplication }))
    app.post<AppParams>(`/applications/:appId/${word}`, async ({ params: { appId } }) => {
      await store.transaction((tx) => change(tx, appId));
      return viewApplication(world, store.db, appId);
    });
}

function registerKeys(app: FastifyInstance, world: GatewayWorld): void {
  const { store } = world;
  app.put<AppParams>('/applications/:appId/jwks', async ({ params: { appId }, body }) => {
    const wish = JwksBody(body);
    const source = 'jwksUrl' in wish ? wish : 'jwks' in wish ? wish : { jwks: wish };
    return store.transaction((tx) => setJwks(tx, appId, source));
  });
  app.delete<AppParams>('/applications/:appId/jwks-cache', async ({ params: { appId } }) =>
    store.transaction((tx) => forgetJwksCache(tx, appId)),
  );
  app.post<AppParams>('/applications/:appId/keys', async ({ params: { appId }, body }, reply) => {
    const { revokeOthers } = RotateBody(body ?? {});
    const key = await store.transaction((tx) => rotateKey(world, tx, appId, revokeOthers));
    return reply.code(201).send(key);
  });
  app.post<{ readonly Params: { readonly appId: string; readonly apiKey: string } }>(
    '/applications/:appId/keys/:apiKey/revoke',
    async ({ params: { appId, apiKey } }) => {
      await store.transaction((tx) => revokeKey(tx, appId, apiKey));
      return viewApplication(world, store.db, appId);
    },
  );
}
