/** Applications for scripts and the command line: what the pages do, by the same functions. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { access, type Visitor } from '../access/index.ts';
import type { Portal } from '../portal.ts';
import { applicationsPastThePortal, listApplications, type ViewedApplication, viewApplication } from './application.ts';
import { addApi, addApiKey, approveApi, rename, revokeApiKey, setAttributes, setCallback, setStanding } from './changes.ts';
import { examineKeys, type KeySource, registerKeys } from './keys.ts';
import { buildName, judgeName, type NameVerdict } from './name.ts';
import { type RegistrationGuard, readProductVersion } from './product-version.ts';
import { registerApplication, registeringEnvironment } from './registering.ts';
import type { Owner } from './store.ts';

const Text = Type.String();
const Word = Type.String({ minLength: 1, maxLength: 200 });
const Address = Type.String({ minLength: 1, maxLength: 2_000 });
const AppId = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const One = Type.Object({ appId: AppId });
const Mode = Type.Enum(['user-restricted', 'application-restricted']);
const Capability = Type.Enum(['referrer', 'provider']);
const closed = { additionalProperties: false } as const;
const tag = 'applications';

const NameVerdictAnswer = Type.Object({
  outcome: Type.Enum(['good', 'warned', 'refused']),
  faults: Type.Array(Type.Object({ code: Text, severity: Text, why: Text, fix: Text })),
  suggestion: Type.Optional(Text),
});
const MissingAnswer = Type.Object({ what: Text, who: Type.Enum(['supplier', 'operator']), effect: Text });
const ApplicationAnswer = Type.Object({
  appId: Text,
  environment: Text,
  name: Text,
  accessMode: Mode,
  capability: Type.Optional(Capability),
  owner: Type.Object({ accountId: Type.Optional(Text), teamId: Type.Optional(Text), name: Text }),
  state: Text,
  missing: Type.Array(MissingAnswer),
  api: Type.Optional(Type.Object({ product: Text, status: Text, override: Type.Optional(Type.Boolean()) })),
  callbackUrl: Type.Optional(Text),
  asid: Type.Optional(Text),
  kids: Type.Array(Text),
  jwksUrl: Type.Optional(Text),
  attributes: Type.Record(Text, Text),
  apiKeys: Type.Array(Type.Object({ apiKey: Text, status: Text, createdAt: Text })),
  registeredAt: Text,
});
const SecretAnswer = Type.Object({ appId: Text, environment: Text, apiKey: Text, secret: Type.Optional(Text) });
const Source = Type.Object({ jwks: Type.Optional(Type.Unknown()), jwksUrl: Type.Optional(Address) }, closed);
const ExaminationAnswer = Type.Object({
  good: Type.Boolean(),
  checks: Type.Array(Type.Object({ check: Text, outcome: Text, why: Type.Optional(Text) })),
});

/** Registers `/api/applications…`. */
export function registerApplicationApi(app: FastifyInstance, portal: Portal, guard: RegistrationGuard): void {
  registerReading(app, portal);
  registerRegistering(app, portal, guard);
  registerChanges(app, portal);
  registerCredentials(app, portal);
  registerOperating(app, portal);
}

async function answerOf(portal: Portal, { record, application, state, missing }: ViewedApplication) {
  const [api] = application.subscriptions;
  const { name, callbackUrl, asid, kids, jwksUrl, attributes, apiKeys } = application;
  return {
    appId: record.appId,
    environment: record.environment,
    name,
    accessMode: record.accessMode,
    ...(record.capability === undefined ? {} : { capability: record.capability }),
    owner: {
      ...(record.owner.teamId === undefined ? { accountId: record.owner.accountId } : { teamId: record.owner.teamId }),
      name: await portal.use(access).ownerName(portal.store.db, record.owner),
    },
    state,
    missing: missing.map((each) => ({ ...each })),
    ...(api === undefined ? {} : { api }),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...(asid === undefined ? {} : { asid }),
    kids,
    ...(jwksUrl === undefined ? {} : { jwksUrl }),
    attributes,
    apiKeys: apiKeys.map((each) => ({ ...each, createdAt: isoInstant(each.createdAt) })),
    registeredAt: isoInstant(record.createdAt),
  };
}

function verdictAnswer({ outcome, faults, suggestion }: NameVerdict) {
  return { outcome, faults: faults.map((each) => ({ ...each })), ...(suggestion === undefined ? {} : { suggestion }) };
}

function registerReading(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  api.endpoint(app, {
    method: 'GET',
    path: '/applications',
    tag,
    summary: 'Applications you may see, oldest first.',
    query: Type.Object({ environment: Type.Optional(Word) }, closed),
    answer: Type.Object({ applications: Type.Array(ApplicationAnswer) }),
    handle: async ({ visitor, query }) => {
      const environment = query.environment === undefined ? undefined : registeringEnvironment(portal, query.environment);
      const views = await listApplications(portal, visitor, environment);
      return { applications: await Promise.all(views.map((each) => answerOf(portal, each))) };
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/applications/past-the-portal/:environment',
    tag,
    summary: 'Applications that an operator’s command made past the portal (operators).',
    params: Type.Object({ environment: Word }),
    answer: Type.Object({
      applications: Type.Array(Type.Object({ appId: Text, name: Text, accessMode: Mode, asid: Type.Optional(Text) })),
    }),
    handle: async ({ visitor, params }) => {
      const found = await applicationsPastThePortal(portal, visitor, registeringEnvironment(portal, params.environment));
      return {
        applications: found.map(({ appId, name, accessMode, asid }) => ({
          appId,
          name,
          accessMode,
          ...(asid === undefined ? {} : { asid }),
        })),
      };
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/applications/:appId',
    tag,
    summary: 'One application: how far it has come, and what is missing.',
    params: One,
    answer: ApplicationAnswer,
    handle: async ({ visitor, params }) => answerOf(portal, await viewApplication(portal, visitor, params.appId)),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/applications/:appId/usage',
    tag,
    summary: 'Exchanges by outcome and the last errors, from the environment’s journal.',
    params: One,
    answer: Type.Object({ exchanges: Type.Integer(), outcomes: Type.Array(Type.Unknown()), errors: Type.Array(Type.Unknown()) }),
    handle: async ({ visitor, params }) => {
      const { record } = await viewApplication(portal, visitor, params.appId);
      return portal.environment(record.environment).call('applications.usage', { appId: record.appId, errors: 20 });
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/applications/name-checks',
    tag,
    summary: 'Judge a name, or build one from its parts.',
    body: Type.Object(
      {
        environment: Type.Enum(['INT', 'DEP', 'PROD']),
        accessMode: Type.Optional(Mode),
        name: Type.Optional(Type.String({ maxLength: 1_000 })),
        supplier: Type.Optional(Word),
        app: Type.Optional(Word),
        strict: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    answer: Type.Object({ name: Text, verdict: NameVerdictAnswer }),
    handle: async ({ body: { environment, accessMode, supplier, app: appName, strict, name } }) => {
      const built = name ?? builtName({ environment, accessMode, supplier, app: appName });
      const context = { environment, ...(accessMode === undefined ? {} : { accessMode }), ...(supplier === undefined ? {} : { supplier }) };
      return { name: built, verdict: verdictAnswer(judgeName(built, context, strict === true ? 'strict' : 'guidance')) };
    },
  });
}

function builtName({
  environment,
  accessMode,
  supplier,
  app,
}: {
  readonly environment: 'INT' | 'DEP' | 'PROD';
  readonly accessMode: 'user-restricted' | 'application-restricted' | undefined;
  readonly supplier: string | undefined;
  readonly app: string | undefined;
}): string {
  if (accessMode === undefined || supplier === undefined || app === undefined)
    throw new LocalRefusal(400, 'no_name', 'There is no name to judge.', 'Give name, or supplier, app and accessMode.');
  return buildName({ environment, accessMode, supplier, app });
}

function registerRegistering(app: FastifyInstance, portal: Portal, guard: RegistrationGuard): void {
  portal.api.endpoint(app, {
    method: 'POST',
    path: '/applications',
    tag,
    summary:
      'Register an application: this makes its AppID and API key, and a secret that is told this once. DEP needs product and productVersion, with access granted.',
    body: Type.Object(
      {
        appId: Type.Optional(AppId),
        environment: Word,
        teamId: Type.Optional(Word),
        accessMode: Mode,
        capability: Type.Optional(Capability),
        name: Type.Optional(Type.String({ maxLength: 1_000 })),
        supplier: Type.Optional(Word),
        app: Type.Optional(Word),
        product: Type.Optional(Word),
        productVersion: Type.Optional(Word),
        strict: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    answer: Type.Object({
      appId: Text,
      environment: Text,
      apiKey: Text,
      secret: Type.Optional(Text),
      name: Text,
      verdict: NameVerdictAnswer,
    }),
    status: 201,
    handle: async ({ visitor, body }) => {
      const { accessMode, capability, strict } = body;
      const environment = registeringEnvironment(portal, body.environment);
      const owner = ownerOf(visitor, body.teamId);
      const supplier = body.supplier ?? (await portal.use(access).ownerName(portal.store.db, owner));
      const name = body.name ?? builtName({ environment, accessMode, supplier, app: body.app });
      const appId = body.appId ?? portal.random.uuid();
      const made = await registerApplication(portal, guard, visitor, {
        appId,
        environment,
        owner,
        accessMode,
        capability,
        name,
        productVersion: readProductVersion(body.product, body.productVersion),
        strict: strict === true,
      });
      return {
        appId,
        environment,
        apiKey: made.apiKey,
        ...(made.secret === undefined ? {} : { secret: made.secret }),
        name,
        verdict: verdictAnswer(made.name),
      };
    },
  });
}

/** The team named, or the visitor personally. Throws LocalRefusal 401. */
function ownerOf(visitor: Visitor, teamId: string | undefined): Owner {
  if (teamId !== undefined) return { teamId };
  if (visitor.accountId === undefined) throw new LocalRefusal(401, 'sign_in', 'Sign in first.');
  return { accountId: visitor.accountId };
}

function registerChanges(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  api.endpoint(app, {
    method: 'PUT',
    path: '/applications/:appId/name',
    tag,
    summary: 'Give another name; the verdict says what differs from the guidance.',
    params: One,
    body: Type.Object({ name: Type.String({ maxLength: 1_000 }), strict: Type.Optional(Type.Boolean()) }, closed),
    answer: Type.Object({ application: ApplicationAnswer, verdict: NameVerdictAnswer }),
    handle: async ({ visitor, params, body }) => {
      const { view, verdict } = await rename(portal, visitor, params.appId, body.name, body.strict === true);
      return { application: await answerOf(portal, view), verdict: verdictAnswer(verdict) };
    },
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/applications/:appId/callback',
    tag,
    summary: 'Set the one callback URL.',
    params: One,
    body: Type.Object({ callbackUrl: Address }, closed),
    answer: ApplicationAnswer,
    handle: async ({ visitor, params, body }) => answerOf(portal, await setCallback(portal, visitor, params.appId, body.callbackUrl)),
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/applications/:appId/api',
    tag,
    summary: 'Add the one API; in PROD it waits for the operator.',
    params: One,
    body: Type.Object({ product: Word, callbackUrl: Type.Optional(Address) }, closed),
    answer: ApplicationAnswer,
    handle: async ({ visitor, params, body }) =>
      answerOf(portal, await addApi(portal, visitor, params.appId, body.product, body.callbackUrl)),
  });
}

function registerCredentials(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  api.endpoint(app, {
    method: 'POST',
    path: '/applications/:appId/key-checks',
    tag,
    summary: 'Make every check of a public key set, or of what is at its address, without registering it.',
    params: One,
    body: Source,
    answer: ExaminationAnswer,
    handle: async ({ visitor, params, body }) => {
      const { good, checks } = await examineKeys(portal, visitor, params.appId, sourceOf(body));
      return { good, checks };
    },
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/applications/:appId/keys',
    tag,
    summary: 'Register a public key set, or its address, in place of the one before.',
    params: One,
    body: Source,
    answer: Type.Object({ application: ApplicationAnswer, checks: Type.Array(Type.Unknown()) }),
    handle: async ({ visitor, params, body }) => {
      const { view, examination } = await registerKeys(portal, visitor, params.appId, sourceOf(body));
      return { application: await answerOf(portal, view), checks: examination.checks };
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/applications/:appId/secrets',
    tag,
    summary: 'Make a new API key; its secret is told this once. Send the same apiKey again to repeat safely.',
    params: One,
    body: Type.Object(
      { revokeOthers: Type.Optional(Type.Boolean()), apiKey: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{32}$' })) },
      closed,
    ),
    answer: SecretAnswer,
    status: 201,
    handle: async ({ visitor, params, body: { revokeOthers = false, apiKey } }) => {
      const made = await addApiKey(portal, visitor, params.appId, { revokeOthers, ...(apiKey === undefined ? {} : { apiKey }) });
      const { record } = await viewApplication(portal, visitor, params.appId);
      return { appId: params.appId, environment: record.environment, ...made };
    },
  });
  api.endpoint(app, {
    method: 'DELETE',
    path: '/applications/:appId/secrets/:apiKey',
    tag,
    summary: 'Revoke one API key.',
    params: Type.Object({ appId: AppId, apiKey: Word }),
    answer: ApplicationAnswer,
    handle: async ({ visitor, params }) => answerOf(portal, await revokeApiKey(portal, visitor, params.appId, params.apiKey)),
  });
}

function sourceOf({ jwks, jwksUrl }: { readonly jwks?: unknown; readonly jwksUrl?: string }): KeySource {
  if ((jwks === undefined) === (jwksUrl === undefined))
    throw new LocalRefusal(400, 'two_key_sources', 'Give jwks or jwksUrl, one of them.');
  return jwksUrl === undefined ? { jwks } : { jwksUrl };
}

function registerOperating(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  api.endpoint(app, {
    method: 'POST',
    path: '/applications/:appId/api/approve',
    tag,
    summary: 'Approve the API that waits (operators).',
    params: One,
    answer: ApplicationAnswer,
    handle: async ({ visitor, params }) => answerOf(portal, await approveApi(portal, visitor, params.appId)),
  });
  api.endpoint(app, {
    method: 'PATCH',
    path: '/applications/:appId/attributes',
    tag,
    summary: 'Set attributes; null removes one (operators).',
    params: One,
    body: Type.Record(Word, Type.Union([Type.String({ maxLength: 20_000 }), Type.Null()])),
    answer: ApplicationAnswer,
    handle: async ({ visitor, params, body }) => answerOf(portal, await setAttributes(portal, visitor, params.appId, body)),
  });
  for (const [action, summary] of [
    ['suspend', 'Refuse keys and tokens until it is resumed (operators).'],
    ['resume', 'Let a suspended application call again (operators).'],
    ['revoke', 'Revoke an application for good.'],
  ] as const)
    api.endpoint(app, {
      method: 'POST',
      path: `/applications/:appId/${action}`,
      tag,
      summary,
      params: One,
      answer: ApplicationAnswer,
      handle: async ({ visitor, params }) => answerOf(portal, await setStanding(portal, visitor, params.appId, action)),
    });
}
