import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { DigestView } from '../../environment/maintenance/digest.ts';
import { CHANGE_ACTIONS } from '../../environment/maintenance/forward-change.ts';
import { BuildInput, ChangeInput, NightInput, PatternInput, ReleaseInput, SpanInput } from '../../environment/maintenance/reading.ts';
import {
  AvailabilityView,
  BuildHistoryView,
  ChangeView,
  ReleaseView,
  RevisionView,
  ScheduleView,
} from '../../environment/maintenance/views.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { require } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Portal } from '../portal.ts';
import { addBuild, addRelease, setNight, setPattern, withdrawRelease } from './changing.ts';
import { actOn, addEntry, editEntry } from './entries.ts';
import { allSchedules, comparedBuilds, findEntry } from './schedule.ts';
import type { Subscriptions } from './subscriptions.ts';

const Word = Type.String({ minLength: 1, maxLength: 60 });
const Reason = Type.Optional(Type.String({ maxLength: 500 }));
const Revision = Type.Optional(Type.Integer({ minimum: 1, description: 'The revision that was read; another one is refused.' }));
const Environment = Type.Object({ environment: Word });
const Id = Type.Object({ id: Word });
const DifferenceView = Type.Object({
  environment: Type.String(),
  how: Type.Enum(['missing', 'other-status', 'other-details', 'no-answer']),
});
const ComparedBuild = Type.Object({
  ...BuildHistoryView.properties,
  environment: Type.String(),
  liveVersion: Type.Optional(Type.String()),
  matchesLive: Type.Optional(Type.Boolean({ description: 'Absent when no live environment is open.' })),
});

/** The schedule for scripts and the command line. */
export function registerScheduleApi(app: FastifyInstance, portal: Portal, subscriptions: Subscriptions): void {
  registerReading(app, portal);
  registerChanges(app, portal);
  registerSlots(app, portal);
  registerReleasesAndBuilds(app, portal);
  registerSubscription(app, portal, subscriptions);
}

function registerReading(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  const tag = 'schedule';
  api.endpoint(app, {
    method: 'GET',
    path: '/schedule',
    tag,
    summary: 'Slots, forward changes and live releases of every environment, as they stand now.',
    answer: Type.Object({ environments: Type.Array(ScheduleView) }),
    handle: async ({ visitor }) => {
      require(visitor, 'schedule.see');
      return { environments: [...(await allSchedules(portal))] };
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/environments/:environment/availability',
    tag,
    summary: 'When which service of an environment is affected, slots and changes merged.',
    params: Environment,
    query: SpanInput,
    answer: AvailabilityView,
    handle: async ({ visitor, params, query }) => {
      require(visitor, 'schedule.see');
      return portal.environment(params.environment).call('maintenance.availability', query);
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/schedule/digest',
    tag,
    summary: 'What a week brings, in every environment.',
    query: Type.Object({ week: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })) }),
    answer: Type.Object({ digests: Type.Array(DigestView) }),
    handle: async ({ visitor, query }) => {
      require(visitor, 'schedule.see');
      return { digests: await Promise.all(portal.environments.map((each) => each.call('maintenance.digest', query))) };
    },
  });
}

function registerChanges(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  const tag = 'schedule';
  api.endpoint(app, {
    method: 'GET',
    path: '/schedule/changes/:id',
    tag,
    summary: 'A forward change with its revisions, as the newest copy has them, and the environments whose copy differs.',
    params: Id,
    answer: Type.Object({ entry: ChangeView, history: Type.Array(RevisionView), differences: Type.Array(DifferenceView) }),
    handle: async ({ visitor, params }) => {
      require(visitor, 'schedule.see');
      const { entry, history, differences } = await findEntry(portal, params.id);
      return { entry, history: [...history], differences: differences.map((each) => ({ ...each })) };
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/schedule/changes',
    tag,
    summary: 'Add a forward change to every environment it names (operators).',
    body: Type.Object({ id: Type.Optional(Word), change: ChangeInput }, { additionalProperties: false }),
    answer: ChangeView,
    status: 201,
    handle: async ({ visitor, body }) => addEntry(portal, visitor, body.change, body.id),
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/schedule/changes/:id',
    tag,
    summary: 'Change a forward change (operators).',
    params: Id,
    body: Type.Object({ change: ChangeInput, revision: Revision, reason: Reason }, { additionalProperties: false }),
    answer: ChangeView,
    handle: async ({ visitor, params, body: { change, ...options } }) => editEntry(portal, visitor, params.id, change, options),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/schedule/changes/:id/:action',
    tag,
    summary: 'Approve, start, complete or cancel a forward change, or say that it overruns (operators).',
    params: Type.Object({ id: Word, action: Type.Enum([...CHANGE_ACTIONS]) }),
    body: Type.Object({ revision: Revision, reason: Reason }, { additionalProperties: false }),
    answer: ChangeView,
    handle: async ({ visitor, params, body }) => actOn(portal, visitor, params.id, params.action, body),
  });
}

function registerSlots(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  const tag = 'schedule';
  api.endpoint(app, {
    method: 'PUT',
    path: '/environments/:environment/nights',
    tag,
    summary: 'Leave out, move or withdraw one night of a slot, or put it back (operators).',
    params: Environment,
    body: NightInput,
    answer: ScheduleView,
    handle: async ({ visitor, params, body }) => setNight(portal, visitor, params.environment, body),
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/environments/:environment/patterns',
    tag,
    summary: 'How a slot takes its service down from now on: whole, none, partial or flap (operators).',
    params: Environment,
    body: PatternInput,
    answer: ScheduleView,
    handle: async ({ visitor, params, body }) => setPattern(portal, visitor, params.environment, body),
  });
}

function registerReleasesAndBuilds(app: FastifyInstance, portal: Portal): void {
  const { api } = portal;
  const tag = 'schedule';
  api.endpoint(app, {
    method: 'POST',
    path: '/schedule/releases',
    tag,
    summary: 'Record a live release of e-RS in every environment; it brings e-RS a slot (operators).',
    body: ReleaseInput,
    answer: ReleaseView,
    status: 201,
    handle: async ({ visitor, body }) => addRelease(portal, visitor, body),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/schedule/releases/:id/withdraw',
    tag,
    summary: 'Take a live release back, and its slots with it (operators).',
    params: Id,
    answer: ReleaseView,
    handle: async ({ visitor, params }) => withdrawRelease(portal, visitor, params.id),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/builds',
    tag: 'builds',
    summary: 'Build versions of the national applications in every environment, with history, compared with live.',
    answer: Type.Object({ builds: Type.Array(ComparedBuild) }),
    handle: async ({ visitor }) => {
      require(visitor, 'schedule.see');
      return { builds: [...(await comparedBuilds(portal))] };
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/environments/:environment/builds',
    tag: 'builds',
    summary: 'Record a build that was put into an environment (operators).',
    params: Environment,
    body: BuildInput,
    answer: BuildHistoryView,
    status: 201,
    handle: async ({ visitor, params, body }) => addBuild(portal, visitor, params.environment, body),
  });
}

function registerSubscription(app: FastifyInstance, portal: Portal, subscriptions: Subscriptions): void {
  const { api } = portal;
  const Subscription = Type.Object({ environments: Type.Array(Word, { maxItems: 10 }) }, { additionalProperties: false });
  api.endpoint(app, {
    method: 'GET',
    path: '/schedule/subscription',
    tag: 'schedule',
    summary: 'Environments whose weekly digest is mailed to you.',
    answer: Subscription,
    handle: async ({ visitor }) => ({ environments: [...(await subscriptions.of(signedIn(visitor).accountId))] }),
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/schedule/subscription',
    tag: 'schedule',
    summary: 'Have the weekly digest of exactly these environments mailed to you.',
    body: Subscription,
    answer: Subscription,
    handle: async ({ visitor, body }) => {
      const person = signedIn(visitor);
      const environments = [...new Set(body.environments.map((each) => portal.environment(each).id))];
      await subscriptions.set(person, environments);
      return { environments };
    },
  });
}

/** Who may subscribe. Throws LocalRefusal 401. */
export function signedIn(visitor: Visitor): Visitor & { readonly accountId: string } {
  require(visitor, 'schedule.subscribe');
  const { accountId } = visitor;
  if (accountId === undefined) throw new LocalRefusal(401, 'sign_in', 'Sign in first.');
  return { ...visitor, accountId };
}
