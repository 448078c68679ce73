import Type, { type Static } from 'typebox';
import type { ApplicationView } from '../../services/gateway/index.ts';
import { gatewayOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { operation } from './operation.ts';

const Text = Type.String();
const Word = Type.String({ minLength: 1, maxLength: 200 });
const Address = Type.String({ minLength: 1, maxLength: 2_000 });
const closed = { additionalProperties: false } as const;
const AppId = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const Asid = Type.String({ pattern: '^[0-9]{12}$' });
const Mode = Type.Union([Type.Literal('user-restricted'), Type.Literal('application-restricted')]);
const Status = Type.Union([Type.Literal('approved'), Type.Literal('suspended'), Type.Literal('revoked')]);
const One = Type.Object({ appId: AppId }, closed);

/** An application as its environment knows it; no secret is in it. */
export const ApplicationSchema = Type.Object({
  appId: Text,
  name: Text,
  environment: Text,
  accessMode: Mode,
  status: Status,
  callbackUrl: Type.Optional(Text),
  subscriptions: Type.Array(
    Type.Object({
      product: Text,
      status: Type.Union([Type.Literal('approved'), Type.Literal('pending')]),
      override: Type.Optional(Type.Boolean()),
    }),
  ),
  /** How far it may go in production; elsewhere `live`. */
  stage: Type.Union([Type.Literal('not-live'), Type.Literal('smoke-test'), Type.Literal('live')]),
  asid: Type.Optional(Text),
  attributes: Type.Record(Text, Text),
  kids: Type.Array(Text),
  jwksUrl: Type.Optional(Text),
  apiKeys: Type.Array(
    Type.Object({ apiKey: Text, status: Type.Union([Type.Literal('approved'), Type.Literal('revoked')]), createdAt: Type.Integer() }),
  ),
  createdAt: Type.Integer(),
});
export type ManagedApplication = Static<typeof ApplicationSchema>;

const KeySource = Type.Union([Type.Object({ jwks: Type.Unknown() }, closed), Type.Object({ jwksUrl: Address }, closed)]);
const Result = Type.Union([Type.Literal('passed'), Type.Literal('failed'), Type.Literal('warned'), Type.Literal('not-reached')]);
const KeyExaminationSchema = Type.Object({
  good: Type.Boolean(),
  checks: Type.Array(Type.Object({ check: Text, outcome: Result, why: Type.Optional(Text) })),
  keys: Type.Array(Type.Object({ kid: Text, n: Text, e: Text })),
});

/** Applications of the API platform: what a developer does to theirs, and what the operator does for them. */
export const applicationOperations = {
  'applications.products': operation({
    summary: 'The API products on offer.',
    input: Type.Object({}, closed),
    output: Type.Object({
      products: Type.Array(
        Type.Object({ name: Text, displayName: Text, accessMode: Mode, callbackRequired: Type.Boolean(), quotaPerMinute: Type.Integer() }),
      ),
    }),
    run: async (environment) => ({
      products: gatewayOf(environment)
        .products()
        .map(({ name, displayName, accessMode, callbackRequired, quotaPerMinute }) => ({
          name,
          displayName,
          accessMode,
          callbackRequired,
          quotaPerMinute,
        })),
    }),
  }),
  'applications.register': operation({
    summary:
      'Registers an application under the AppID given, with its first API key and no API yet; the secret is told the first time only. Repeated with the same registration; an AppID of another registration, or of none, is taken.',
    input: Type.Object({ appId: AppId, name: Word, accessMode: Mode, registration: Type.Optional(Word) }, closed),
    output: Type.Object({ apiKey: Text, secret: Type.Optional(Text) }),
    run: async (environment, registration) => {
      const { apiKey, secret } = await environment.store.transaction((tx) =>
        gatewayOf(environment).registerApplication(tx, { ...registration, withoutProduct: true }),
      );
      return { apiKey, ...(secret === undefined ? {} : { secret }) };
    },
  }),
  'applications.list': operation({
    summary: 'Applications, oldest first: those named, or all.',
    input: Type.Object({ appIds: Type.Optional(Type.Array(AppId, { maxItems: 5_000 })) }, closed),
    output: Type.Object({ applications: Type.Array(ApplicationSchema) }),
    run: async (environment, { appIds }) => {
      const all = await gatewayOf(environment).listApplications(environment.store.db);
      const wanted = appIds === undefined ? undefined : new Set(appIds);
      return { applications: all.filter((each) => wanted?.has(each.appId) ?? true).map(shown) };
    },
  }),
  'applications.view': operation({
    summary: 'One application.',
    input: One,
    output: ApplicationSchema,
    run: (environment, { appId }) => view(environment, appId),
  }),
  'applications.rename': changing(
    'Gives an application another name.',
    Type.Object({ appId: AppId, name: Word }, closed),
    (gateway, tx, { appId, name }) => gateway.renameApplication(tx, appId, name),
  ),
  'applications.setCallback': changing(
    'Sets the one callback URL.',
    Type.Object({ appId: AppId, callbackUrl: Address }, closed),
    (gateway, tx, { appId, callbackUrl }) => gateway.setCallbackUrl(tx, appId, callbackUrl),
  ),
  'applications.addApi': changing(
    'Subscribes an application to its one API product, with the callback URL it needs; in production the operator approves it.',
    Type.Object({ appId: AppId, productName: Word, callbackUrl: Type.Optional(Address) }, closed),
    async (gateway, tx, { appId, productName, callbackUrl }) => {
      if (callbackUrl !== undefined) await gateway.setCallbackUrl(tx, appId, callbackUrl);
      return gateway.subscribe(tx, appId, productName);
    },
  ),
  'applications.approveApi': changing(
    'Approves a product that waits for the operator.',
    Type.Object({ appId: AppId, productName: Word }, closed),
    (gateway, tx, { appId, productName }) => gateway.approveProduct(tx, appId, productName),
  ),
  'applications.examineKeys': operation({
    summary: 'Makes every check of a public key set, or of what is at an address, and registers nothing.',
    input: KeySource,
    output: KeyExaminationSchema,
    run: async (environment, source) => {
      const { good, checks, keys } = await gatewayOf(environment).examineKeys(source);
      return { good, checks: checks.map((each) => ({ ...each })), keys: keys.map(({ kid, n, e }) => ({ kid, n, e })) };
    },
  }),
  'applications.setKeys': changing(
    'Registers a public key set, or its address, in place of the one before.',
    Type.Object({ appId: AppId, source: KeySource }, closed),
    (gateway, tx, { appId, source }) => gateway.setJwks(tx, appId, source),
  ),
  'applications.addApiKey': operation({
    summary: 'Adds the API key given, and revokes the others when asked to; its secret is told the first time only.',
    input: Type.Object({ appId: AppId, apiKey: Type.String({ pattern: '^[A-Za-z0-9]{32}$' }), revokeOthers: Type.Boolean() }, closed),
    output: Type.Object({ apiKey: Text, secret: Type.Optional(Text) }),
    run: async (environment, { appId, apiKey, revokeOthers }) => ({
      ...(await environment.store.transaction((tx) => gatewayOf(environment).addKey(tx, appId, { apiKey, revokeOthers }))),
    }),
  }),
  'applications.revokeApiKey': changing(
    'Revokes one API key.',
    Type.Object({ appId: AppId, apiKey: Word }, closed),
    (gateway, tx, { appId, apiKey }) => gateway.revokeKey(tx, appId, apiKey),
  ),
  'applications.setAttributes': changing(
    'Sets attributes; null removes one.',
    Type.Object({ appId: AppId, attributes: Type.Record(Word, Type.Union([Type.String({ maxLength: 20_000 }), Type.Null()])) }, closed),
    (gateway, tx, { appId, attributes }) => gateway.setAttributes(tx, appId, attributes),
  ),
  'applications.bindAsid': changing(
    'Binds an ASID, one to one in both directions.',
    Type.Object({ appId: AppId, asid: Asid }, closed),
    (gateway, tx, { appId, asid }) => gateway.bindAsid(tx, appId, asid),
  ),
  'applications.unbindAsid': changing('Takes the ASID off an application.', One, (gateway, tx, { appId }) => gateway.unbindAsid(tx, appId)),
  'applications.suspend': changing('Refuses an application’s keys and tokens until it is resumed.', One, (gateway, tx, { appId }) =>
    gateway.suspendApplication(tx, appId),
  ),
  'applications.resume': changing('Lets a suspended application call again.', One, (gateway, tx, { appId }) =>
    gateway.resumeApplication(tx, appId),
  ),
  'applications.revoke': changing('Revokes an application for good.', One, (gateway, tx, { appId }) =>
    gateway.revokeApplication(tx, appId),
  ),
  'applications.usage': operation({
    summary: 'What the journal knows of an application: exchanges by outcome, and the last that were refused, with why and what to do.',
    input: Type.Object({ appId: AppId, errors: Type.Integer({ minimum: 0, maximum: 100 }) }, closed),
    output: Type.Object({
      exchanges: Type.Integer(),
      outcomes: Type.Array(
        Type.Object({
          service: Text,
          operation: Text,
          status: Type.Integer(),
          verdict: Text,
          count: Type.Integer(),
          lastAt: Type.Integer(),
        }),
      ),
      errors: Type.Array(
        Type.Object({
          id: Text,
          at: Text,
          service: Text,
          operation: Text,
          method: Text,
          url: Text,
          status: Type.Integer(),
          check: Type.Optional(Text),
          why: Type.Optional(Text),
          fix: Type.Optional(Text),
        }),
      ),
    }),
    run: (environment, { appId, errors }) => usageOf(environment, appId, errors),
  }),
};

type Gateway = ReturnType<typeof gatewayOf>;
type Tx = Parameters<Parameters<Environment['store']['transaction']>[0]>[0];

/** An operation that changes an application in one transaction and shows it afterwards. */
function changing<Input extends Type.TObject<{ appId: typeof AppId }>>(
  summary: string,
  input: Input,
  change: (gateway: Gateway, tx: Tx, input: Static<Input>) => Promise<unknown>,
) {
  return operation({
    summary,
    input,
    output: ApplicationSchema,
    run: async (environment, given) => {
      await environment.store.transaction((tx) => change(gatewayOf(environment), tx, given));
      return view(environment, given.appId);
    },
  });
}

async function view(environment: Environment, appId: string): Promise<ManagedApplication> {
  return shown(await gatewayOf(environment).application(environment.store.db, appId));
}

function shown({ keys, jwks: _, subscriptions, kids, attributes, ...application }: ApplicationView): ManagedApplication {
  return {
    ...application,
    attributes: { ...attributes },
    kids: [...kids],
    subscriptions: subscriptions.map((each) => ({ ...each })),
    apiKeys: keys.map((each) => ({ ...each })),
  };
}

async function usageOf(environment: Environment, appId: string, limit: number) {
  const { journal } = environment;
  const outcomes = await journal.outcomesOf(appId);
  const failed = limit === 0 ? [] : await journal.list({ appId, verdict: 'refused', limit });
  return {
    exchanges: outcomes.reduce((sum, each) => sum + each.count, 0),
    outcomes: outcomes.map((each) => ({ ...each })),
    errors: failed.map(({ id, at, service, operation: name, method, url, status, refusal }) => ({
      id,
      at,
      service,
      operation: name,
      method,
      url,
      status,
      ...(refusal === undefined
        ? {}
        : { check: refusal.check, why: refusal.why, ...(refusal.fix === undefined ? {} : { fix: refusal.fix }) }),
    })),
  };
}
