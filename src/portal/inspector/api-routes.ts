import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { FaultEffectShape } from '../../environment/fault-shapes.ts';
import { journalFilter } from '../../environment/journal-filter.ts';
import { ExchangeEntry, ExchangeSummary } from '../../environment/management/journal.ts';
import { isoInstant, parseInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { exampleFault } from './fault-form.ts';
import type { ClockWish, Inspector } from './inspector.ts';

const Text = Type.String({ maxLength: 200 });
const Params = Type.Object({ environment: Text });
const OfId = Type.Object({ environment: Text, id: Text });
const Limit = Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' }));
const FilterQuery = Type.Object({
  service: Type.Optional(Text),
  operation: Type.Optional(Text),
  verdict: Type.Optional(Text),
  status: Type.Optional(Text),
  app: Type.Optional(Text),
  patient: Type.Optional(Text),
  correlation: Type.Optional(Text),
  from: Type.Optional(Text),
  to: Type.Optional(Text),
  after: Type.Optional(Text),
  before: Type.Optional(Text),
  limit: Limit,
});
const Clock = Type.Object({ now: Type.String(), realNow: Type.String(), offsetSeconds: Type.Integer() });
const ClockBody = Type.Union([
  Type.Object({ now: Text }, { additionalProperties: false }),
  Type.Object({ advance: Text }, { additionalProperties: false }),
  Type.Object({ release: Type.Literal(true) }, { additionalProperties: false }),
]);
const Rule = Type.Object({
  id: Type.String(),
  service: Type.String(),
  operation: Type.String(),
  effect: FaultEffectShape,
  remaining: Type.Union([Type.Integer(), Type.Null()]),
  createdAt: Type.Integer(),
});
const RuleBody = Type.Union([
  Type.Object({ example: Text }, { additionalProperties: false }),
  Type.Object(
    {
      service: Text,
      operation: Type.Optional(Text),
      effect: FaultEffectShape,
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    },
    { additionalProperties: false },
  ),
]);
const Job = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  dueAt: Type.String(),
  state: Type.String(),
  attempts: Type.Integer(),
  lastError: Type.Optional(Type.String()),
  doneAt: Type.Optional(Type.String()),
  payload: Type.Unknown(),
});

/** What the inspector's pages do, for scripts: `/api/inspect/{environment}/…`. */
export function registerInspectorApi(app: FastifyInstance, portal: Portal, inspector: Inspector): void {
  registerReading(app, portal, inspector);
  registerClockAndFaults(app, portal, inspector);
  registerData(app, portal, inspector);
}

function registerReading(app: FastifyInstance, portal: Portal, inspector: Inspector): void {
  const { api } = portal;
  api.endpoint(app, {
    method: 'GET',
    path: '/inspect/:environment/exchanges',
    tag: 'inspector',
    summary: 'Exchanges that fit the filters: newest first, or with "after" oldest first.',
    params: Params,
    query: FilterQuery,
    answer: Type.Object({ exchanges: Type.Array(ExchangeSummary), more: Type.Boolean() }),
    handle: ({ visitor, params, query: { limit, ...words } }) =>
      inspector.exchanges(visitor, portal.environment(params.environment), {
        ...journalFilter((name) => words[name], Math.min(Number(limit ?? 50), 500)),
      }),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/inspect/:environment/exchanges/:id',
    tag: 'inspector',
    summary: 'One exchange with headers, bodies and checks; secrets are masked.',
    params: OfId,
    answer: ExchangeEntry,
    handle: ({ visitor, params: { environment, id } }) => inspector.exchange(visitor, portal.environment(environment), id),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/inspect/:environment/outbox',
    tag: 'inspector',
    summary: 'Messages and other work waiting, by the business time they are due.',
    params: Params,
    query: Type.Object({
      kind: Type.Optional(Text),
      failing: Type.Optional(Type.Enum(['true', 'false'])),
      after: Type.Optional(Text),
      limit: Limit,
    }),
    answer: Type.Object({ jobs: Type.Array(Job), more: Type.Boolean() }),
    handle: async ({ visitor, params, query: { limit, failing, ...rest } }) => {
      inspector.mayLook(visitor, 'outbox.see');
      return portal
        .environment(params.environment)
        .call('outbox.list', { ...rest, failing: failing === 'true', limit: Math.min(Number(limit ?? 50), 500) });
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/inspect/:environment/outbox/:id/retry',
    tag: 'inspector',
    summary: 'Has a waiting job done now.',
    params: OfId,
    answer: Job,
    handle: ({ visitor, params: { environment, id } }) => inspector.retryJob(visitor, portal.environment(environment), id),
  });
}

function registerClockAndFaults(app: FastifyInstance, portal: Portal, inspector: Inspector): void {
  const { api, random } = portal;
  api.endpoint(app, {
    method: 'GET',
    path: '/inspect/:environment/clock',
    tag: 'inspector',
    summary: 'Business time and real time of an environment.',
    params: Params,
    answer: Clock,
    handle: async ({ visitor, params }) => {
      inspector.mayLook(visitor, 'rehearsal.see');
      return clockJson(await portal.environment(params.environment).call('clock.show', {}));
    },
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/inspect/:environment/clock',
    tag: 'inspector',
    summary: 'Moves business time forward, or back to real time.',
    params: Params,
    body: ClockBody,
    answer: Clock,
    handle: async ({ visitor, params, body }) =>
      clockJson(await inspector.moveClock(visitor, portal.environment(params.environment), wishIn(body))),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/inspect/:environment/faults',
    tag: 'inspector',
    summary: 'Fault rules that are set.',
    params: Params,
    answer: Type.Object({ rules: Type.Array(Rule) }),
    handle: async ({ visitor, params }) => {
      inspector.mayLook(visitor, 'rehearsal.see');
      return portal.environment(params.environment).call('faults.list', {});
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/inspect/:environment/faults',
    tag: 'inspector',
    summary: 'Sets a fault: an example of the catalogue by its name, or a rule.',
    params: Params,
    body: RuleBody,
    status: 201,
    answer: Rule,
    handle: async ({ visitor, params, body }) => {
      const [environment, id] = [portal.environment(params.environment), random.uuid()];
      if ('example' in body) return inspector.addFault(visitor, environment, await exampleFault(environment, body.example, id));
      const { operation = '*', ...rest } = body;
      return inspector.addFault(visitor, environment, { ...rest, id, operation });
    },
  });
  for (const [path, params] of [
    ['/inspect/:environment/faults', Params],
    ['/inspect/:environment/faults/:id', OfId],
  ] as const)
    api.endpoint(app, {
      method: 'DELETE',
      path,
      tag: 'inspector',
      summary: path.endsWith(':id') ? 'Takes a fault away.' : 'Takes all faults away.',
      params,
      answer: Type.Object({ removed: Type.Integer() }),
      handle: ({ visitor, params: given }) =>
        inspector.clearFaults(visitor, portal.environment(given.environment), 'id' in given ? given.id : undefined),
    });
}

function registerData(app: FastifyInstance, portal: Portal, inspector: Inspector): void {
  const { api } = portal;
  api.endpoint(app, {
    method: 'GET',
    path: '/inspect/:environment/snapshots',
    tag: 'inspector',
    summary: 'Snapshots of the data.',
    params: Params,
    answer: Type.Object({ snapshots: Type.Array(Type.Object({ name: Type.String(), savedAt: Type.String() })) }),
    handle: async ({ visitor, params }) => {
      inspector.mayLook(visitor, 'rehearsal.see');
      const { snapshots } = await portal.environment(params.environment).call('snapshots.list', {});
      return { snapshots: snapshots.map(({ name, savedAt }) => ({ name, savedAt: isoInstant(savedAt) })) };
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/inspect/:environment/snapshots',
    tag: 'inspector',
    summary: 'Keeps the data under a name.',
    params: Params,
    body: Type.Object({ name: Text }, { additionalProperties: false }),
    status: 201,
    answer: Type.Object({ name: Type.String() }),
    handle: ({ visitor, params, body }) => inspector.saveSnapshot(visitor, portal.environment(params.environment), body.name),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/inspect/:environment/snapshots/:id/load',
    tag: 'inspector',
    summary: 'Puts the data of a snapshot back; what was made since is lost.',
    params: OfId,
    answer: Type.Object({ name: Type.String() }),
    handle: ({ visitor, params: { environment, id } }) => inspector.loadSnapshot(visitor, portal.environment(environment), id),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/inspect/:environment/reset',
    tag: 'inspector',
    summary: 'Puts the seed data back; with "all", applications, keys and people as well.',
    params: Params,
    body: Type.Object({ all: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
    answer: Type.Object({ reset: Type.Enum(['data', 'all']) }),
    handle: ({ visitor, params, body }) => inspector.reset(visitor, portal.environment(params.environment), body.all === true),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/inspect/:environment/import',
    tag: 'inspector',
    summary: 'Takes data in, all of it or none.',
    params: Params,
    body: Type.Record(Type.String(), Type.Unknown()),
    answer: Type.Object({ imported: Type.Record(Type.String(), Type.Integer()) }),
    handle: ({ visitor, params, body }) => inspector.import(visitor, portal.environment(params.environment), body),
  });
}

function clockJson({
  now,
  realNow,
  offsetMilliseconds,
}: {
  now: number;
  realNow: number;
  offsetMilliseconds: number;
}): Static<typeof Clock> {
  return { now: isoInstant(now), realNow: isoInstant(realNow), offsetSeconds: Math.round(offsetMilliseconds / 1_000) };
}

/** Throws LocalRefusal 400 for a time that cannot be read. */
function wishIn(body: Static<typeof ClockBody>): ClockWish {
  if (!('now' in body)) return body;
  const now = parseInstant(body.now);
  if (now === undefined)
    throw new LocalRefusal(400, 'bad_instant', `"${body.now}" is not a date and time.`, 'Write it like 2026-12-02T19:59:00Z.');
  return { now };
}
