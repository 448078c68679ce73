/** ASIDs for scripts and the command line: what the pages do, by the same functions. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { AsidSchema } from '../../environment/management/asids.ts';
import { isoInstant } from '../../kernel/clock.ts';
import { ERS_USES } from '../applications/index.ts';
import type { Portal } from '../portal.ts';
import { allocate } from './allocating.ts';
import { bindAsid, unbindAsid } from './binding.ts';
import { COLLECTIVE_SERVICES, calculateAsids, comparePlans, type NeededAsid } from './calculator.ts';
import { underPolicy } from './policy.ts';
import { joinService, listAsids, retireAsid, viewAsid } from './register.ts';
import { requestAsid, requestsOf, withdraw } from './requesting.ts';
import { anyEnvironment, sharingMatrix } from './sharing-matrix.ts';
import type { AsidRequest } from './store.ts';

const Text = Type.String();
const Word = Type.String({ minLength: 1, maxLength: 200 });
const closed = { additionalProperties: false } as const;
const tag = 'asids';
const Environment = Type.Enum(['INT', 'DEP', 'PROD']);
const OdsCode = Type.String({ pattern: '^[A-Za-z0-9]{3,10}$' });
const AppId = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const Asid = Type.String({ pattern: '^[0-9]{12}$' });
const Done = Type.Object({ done: Type.Literal(true) });
const done = { done: true } as const;

const Plan = Type.Object(
  {
    product: Word,
    supplier: Word,
    environment: Environment,
    model: Type.Optional(Type.Enum(['perEuo', 'perConnectingParty'])),
    collectivePolicy: Type.Optional(Type.Enum(['shared', 'each'])),
    euos: Type.Array(
      Type.Object(
        {
          odsCode: OdsCode,
          name: Type.Optional(Word),
          uses: Type.Array(Type.Enum([...ERS_USES]), { uniqueItems: true }),
          collective: Type.Optional(Type.Array(Type.Enum([...COLLECTIVE_SERVICES]), { uniqueItems: true })),
        },
        closed,
      ),
      { maxItems: 1_000 },
    ),
  },
  closed,
);
const Needed = Type.Object({
  displayName: Text,
  use: Type.Optional(Text),
  collective: Type.Optional(Type.Array(Text)),
  odsCodes: Type.Array(Text),
});
const RequestAnswer = Type.Object({
  requestId: Text,
  environment: Text,
  appId: Text,
  odsCode: Text,
  organisation: Text,
  product: Text,
  use: Text,
  allowList: Type.Optional(Type.Array(Text)),
  state: Text,
  asid: Type.Optional(Text),
  requestedAt: Text,
});
const Verdict = Type.Object({ answer: Type.Enum(['yes', 'no', 'warn', 'ask']), why: Text });
const Listed = Type.Object({ environment: Text, state: Text, asid: AsidSchema });

/** Registers `/api/asids…` and the ASID of an application. */
export function registerAsidApi(app: FastifyInstance, portal: Portal): void {
  registerCalculations(app, portal);
  registerSharing(app, portal);
  registerRegister(app, portal);
  registerRequests(app, portal);
  registerBinding(app, portal);
}

function neededAnswer({ displayName, use, collective, odsCodes }: NeededAsid) {
  return {
    displayName,
    ...(use === undefined ? {} : { use }),
    ...(collective === undefined ? {} : { collective: [...collective] }),
    odsCodes: [...odsCodes],
  };
}

function requestAnswer({
  requestId,
  environment,
  appId,
  odsCode,
  organisation,
  product,
  use,
  allowList,
  state,
  asid,
  requestedAt,
}: AsidRequest) {
  return {
    requestId,
    environment,
    appId,
    odsCode,
    organisation,
    product,
    use,
    ...(allowList === undefined ? {} : { allowList: [...allowList] }),
    state,
    ...(asid === undefined ? {} : { asid }),
    requestedAt: isoInstant(requestedAt),
  };
}

function registerCalculations(app: FastifyInstance, portal: Portal): void {
  portal.api.endpoint(app, {
    method: 'POST',
    path: '/asids/calculations',
    tag,
    summary:
      'How many ASIDs, applications and key pairs a plan needs, under the policy of its environment unless it names one; with `before`, what changes.',
    body: Type.Object({ plan: Plan, before: Type.Optional(Plan) }, closed),
    answer: Type.Object({
      ersAsids: Type.Integer(),
      collectiveAsids: Type.Integer(),
      total: Type.Integer(),
      applications: Type.Integer(),
      keyPairs: Type.Integer(),
      callbackUrls: Type.Integer(),
      asids: Type.Array(Needed),
      perEuo: Type.Array(Type.Object({ odsCode: Text, ersAsids: Type.Integer(), collectiveAsids: Type.Integer() })),
      allowList: Type.Array(Text),
      change: Type.Optional(
        Type.Object({
          added: Type.Array(Needed),
          noLongerNeeded: Type.Array(Needed),
          newAccessModes: Type.Array(Text),
          backToBuild: Type.Boolean(),
        }),
      ),
    }),
    handle: async ({ body: { plan: asked, before: askedBefore } }) => {
      const plan = await underPolicy(portal, asked);
      const { asids, perEuo, allowList, ...counts } = calculateAsids(plan);
      const change = askedBefore === undefined ? undefined : comparePlans(await underPolicy(portal, askedBefore), plan);
      return {
        ...counts,
        asids: asids.map(neededAnswer),
        perEuo: perEuo.map((each) => ({ ...each })),
        allowList: [...allowList],
        ...(change === undefined
          ? {}
          : {
              change: {
                added: change.added.map(neededAnswer),
                noLongerNeeded: change.noLongerNeeded.map(neededAnswer),
                newAccessModes: [...change.newAccessModes],
                backToBuild: change.backToBuild,
              },
            }),
      };
    },
  });
}

function registerSharing(app: FastifyInstance, portal: Portal): void {
  portal.api.endpoint(app, {
    method: 'GET',
    path: '/asids/sharing',
    tag,
    summary: 'Which services may share an ASID: the whole matrix, or whether `wanted` may join what serves `held` (with commas).',
    query: Type.Object({ held: Type.Optional(Type.String({ maxLength: 200 })), wanted: Type.Optional(Word) }, closed),
    answer: Type.Object({
      services: Type.Array(Type.Object({ id: Text, title: Text, platform: Text })),
      verdict: Type.Optional(Verdict),
      matrix: Type.Optional(Type.Array(Type.Object({ held: Text, wanted: Text, answer: Text, why: Text }))),
    }),
    handle: async ({ query: { held, wanted } }) => {
      const { services, rows } = await sharingMatrix(portal);
      if (wanted === undefined)
        return {
          services: [...services],
          matrix: rows.flatMap((row) =>
            services.map((each, index) => ({
              held: row.held.id,
              wanted: each.id,
              answer: row.verdicts[index]?.answer ?? 'ask',
              why: row.verdicts[index]?.why ?? '',
            })),
          ),
        };
      const asked = await anyEnvironment(portal).call('asids.sharing', { held: (held ?? '').split(',').filter(Boolean), wanted });
      return { services: [...services], ...(asked.wanted === undefined ? {} : { verdict: asked.wanted }) };
    },
  });
}

function registerRegister(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  const params = Type.Object({ environment: Environment, asid: Asid });
  api.endpoint(app, {
    method: 'GET',
    path: '/asids',
    tag,
    summary: 'ASIDs you may see, requests that wait, and retired ones.',
    query: Type.Object({ environment: Type.Optional(Environment) }, closed),
    answer: Type.Object({ asids: Type.Array(Listed), waiting: Type.Array(RequestAnswer), retired: Type.Array(RequestAnswer) }),
    handle: async ({ visitor, query }) => {
      const found = await listAsids(portal, visitor, query.environment);
      return {
        asids: found.asids.map(({ environment, state, asid }) => ({ environment, state, asid })),
        waiting: found.waiting.map(requestAnswer),
        retired: found.retired.map(requestAnswer),
      };
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/asids/:environment/:asid',
    tag,
    summary: 'One ASID, and which services may join it.',
    params,
    answer: Type.Object({
      environment: Text,
      state: Text,
      asid: AsidSchema,
      sharing: Type.Array(Type.Object({ id: Text, title: Text, held: Type.Boolean(), verdict: Verdict })),
    }),
    handle: async ({ visitor, params: { environment, asid } }) => {
      const view = await viewAsid(portal, visitor, environment, asid);
      return {
        environment,
        state: view.state,
        asid: view.asid,
        sharing: view.sharing.map((each) => ({ ...each, verdict: { ...each.verdict } })),
      };
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/asids/:environment/:asid/services',
    tag,
    summary: 'Let an ASID serve one service more, by the sharing matrix.',
    params,
    body: Type.Object({ service: Word, confirmed: Type.Optional(Type.Boolean()) }, closed),
    answer: AsidSchema,
    handle: ({ visitor, params: { environment, asid }, body }) =>
      joinService(portal, visitor, { environment, asid, service: body.service, confirmed: body.confirmed === true }),
  });
  api.endpoint(app, {
    method: 'DELETE',
    path: '/asids/:environment/:asid',
    tag,
    summary: 'Retire an ASID for good (operators).',
    params,
    answer: Done,
    handle: async ({ visitor, params: { environment, asid } }) => {
      await retireAsid(portal, visitor, environment, asid);
      return done;
    },
  });
}

function registerRequests(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  const params = Type.Object({ appId: AppId });
  api.endpoint(app, {
    method: 'POST',
    path: '/applications/:appId/asid-requests',
    tag,
    summary: 'Ask for the ASID of an application: at once in INT and DEP, waiting for the operator in PROD.',
    params,
    body: Type.Object(
      {
        odsCode: OdsCode,
        product: Word,
        actingUser: Type.Optional(Type.String({ pattern: '^[0-9]{12}$' })),
        allowList: Type.Optional(Type.Array(OdsCode, { maxItems: 1_000 })),
      },
      closed,
    ),
    answer: RequestAnswer,
    status: 201,
    handle: async ({ visitor, params: { appId }, body }) => requestAnswer(await requestAsid(portal, visitor, appId, body)),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/applications/:appId/asid-requests',
    tag,
    summary: 'What was asked for an application, oldest first.',
    params,
    answer: Type.Object({ requests: Type.Array(RequestAnswer) }),
    handle: async ({ visitor, params: { appId } }) => ({ requests: (await requestsOf(portal, visitor, appId)).map(requestAnswer) }),
  });
  for (const [word, summary, deed] of [
    ['allocate', 'Allocate and bind what was asked for (operators).', allocate],
    ['withdraw', 'Take a request back that waits.', withdraw],
  ] as const)
    api.endpoint(app, {
      method: 'POST',
      path: `/asid-requests/:requestId/${word}`,
      tag,
      summary,
      params: Type.Object({ requestId: Word }),
      answer: RequestAnswer,
      handle: async ({ visitor, params: { requestId } }) => requestAnswer(await deed(portal, visitor, requestId)),
    });
}

function registerBinding(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  const params = Type.Object({ appId: AppId });
  api.endpoint(app, {
    method: 'PUT',
    path: '/applications/:appId/asid',
    tag,
    summary: 'Bind an ASID that is there, one to one in both directions (operators).',
    params,
    body: Type.Object({ asid: Asid }, closed),
    answer: Done,
    handle: async ({ visitor, params: { appId }, body }) => {
      await bindAsid(portal, visitor, appId, body.asid);
      return done;
    },
  });
  api.endpoint(app, {
    method: 'DELETE',
    path: '/applications/:appId/asid',
    tag,
    summary: 'Take the ASID off an application (operators).',
    params,
    answer: Done,
    handle: async ({ visitor, params: { appId } }) => {
      await unbindAsid(portal, visitor, appId);
      return done;
    },
  });
}
