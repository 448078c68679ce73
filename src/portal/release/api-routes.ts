import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { type ArtefactKind, artefact, isArtefactKind } from './artefacts.ts';
import { endpoint } from './endpoints.ts';
import { describeArtefacts, describeDuties, describeGates, stepNumber, tasksOf, waitedDays, waitText } from './road-description.ts';
import type { Roads, RoadView } from './roads.ts';
import { STEPS } from './steps.ts';
import { REVIEW_MODES, type RoadEvent, type StoredRoad } from './store.ts';
import { adviseAccess, readUseCase } from './use-case.ts';
import { WAITS } from './waits.ts';
import { myDuties } from './work-list.ts';

const Text = Type.String();
const Word = Type.String({ minLength: 1, maxLength: 200 });
const closed = { additionalProperties: false } as const;
const Mode = Type.Enum([...REVIEW_MODES]);
const BlockerAnswer = Type.Object({ reason: Text, who: Text, fix: Text });
const RoadAnswer = Type.Object({
  roadId: Text,
  product: Text,
  version: Text,
  supplier: Text,
  supplierOds: Text,
  teamId: Type.Optional(Text),
  /** How reviewers act on this road. */
  reviewers: Text,
  createdAt: Text,
});
const ArtefactAnswer = Type.Object({
  kind: Text,
  key: Text,
  title: Text,
  state: Text,
  stateText: Text,
  done: Type.Boolean(),
  editable: Type.Boolean(),
  since: Text,
  reasons: Type.Array(Text),
  answers: Type.Record(Text, Type.Union([Text, Type.Array(Text)])),
  actions: Type.Array(Type.Object({ action: Text, blockers: Type.Array(BlockerAnswer) })),
  waitsFor: Type.Optional(Text),
});
const GateAnswer = Type.Object({
  gate: Text,
  title: Text,
  open: Type.Boolean(),
  decidedBy: Type.Array(Text),
  blockers: Type.Array(BlockerAnswer),
});
const DutyAnswer = Type.Object({
  kind: Text,
  key: Text,
  reviewer: Text,
  /** What the rules would decide. */
  action: Text,
  reasons: Type.Array(Text),
  choices: Type.Array(Text),
});
const ViewAnswer = Type.Object({
  road: RoadAnswer,
  artefacts: Type.Array(ArtefactAnswer),
  gates: Type.Array(GateAnswer),
  duties: Type.Array(DutyAnswer),
  tasks: Type.Array(Type.Object({ step: Text, number: Text, title: Text, status: Text, hint: Text })),
});
const AnswersBody = Type.Object(
  {
    key: Type.Optional(Type.String({ maxLength: 12 })),
    answers: Type.Record(
      Word,
      Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.String({ maxLength: 200 }), { maxItems: 500 })]),
    ),
  },
  closed,
);
const ActBody = Type.Object(
  {
    key: Type.Optional(Type.String({ maxLength: 12 })),
    reasons: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 2_000 }), { maxItems: 20 })),
  },
  closed,
);

/** Roads to production for scripts: everything the pages do. */
export function registerRoadApi(app: FastifyInstance, portal: Portal, roads: Roads): void {
  registerRoads(app, portal, roads);
  registerActs(app, portal, roads);
  registerGuidance(app, portal);
}

function registerRoads(app: FastifyInstance, { api, store }: Portal, roads: Roads): void {
  const tag = 'roads';
  const params = Type.Object({ roadId: Word });
  api.endpoint(app, {
    method: 'GET',
    path: '/roads',
    tag,
    summary: 'Roads to production you may see, newest first.',
    answer: Type.Object({ roads: Type.Array(RoadAnswer) }),
    handle: async ({ visitor }) => ({ roads: (await roads.list(visitor)).map((each) => roadAnswer(each, roads)) }),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/roads',
    tag,
    summary: 'Begin the road of a product version, for yourself or a team.',
    body: Type.Object(
      { product: Word, version: Word, supplierOds: Word, teamId: Type.Optional(Word), reviewers: Type.Optional(Mode) },
      closed,
    ),
    answer: RoadAnswer,
    status: 201,
    handle: async ({ visitor, body }) => roadAnswer(await roads.begin(visitor, { ...body, reviewers: modeIn(body.reviewers) }), roads),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/roads/:roadId',
    tag,
    summary: 'A road: its artefacts, its gates with every reason, what reviewers have to do, and the task list.',
    params,
    answer: ViewAnswer,
    handle: async ({ visitor, params: { roadId } }) => viewAnswer(await roads.view(visitor, roadId), roads),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/roads/:roadId/history',
    tag,
    summary: 'Everything done on a road, and what a person would have waited for.',
    params,
    answer: Type.Object({
      events: Type.Array(
        Type.Object({
          at: Text,
          realAt: Text,
          kind: Text,
          key: Text,
          action: Text,
          actor: Text,
          who: Text,
          state: Text,
          reasons: Type.Array(Text),
          wouldHaveWaited: Type.Optional(Text),
        }),
      ),
      workingDays: Type.Integer(),
      documentedWorkingDays: Type.Integer(),
    }),
    handle: async ({ visitor, params: { roadId } }) => {
      await roads.view(visitor, roadId);
      const { eventsOf } = await import('./store.ts');
      const events = await eventsOf(store.db, roadId);
      const { total, documented } = waitedDays(events);
      return { events: events.map(eventAnswer), workingDays: total, documentedWorkingDays: documented };
    },
  });
  api.endpoint(app, {
    method: 'PUT',
    path: '/roads/:roadId/reviewers',
    tag,
    summary: 'Choose how this road’s reviewers act; null takes the setting of LocalSpine.',
    params,
    body: Type.Object({ reviewers: Type.Union([Mode, Type.Null()]) }, closed),
    answer: ViewAnswer,
    handle: async ({ visitor, params: { roadId }, body }) => {
      await roads.setReviewers(visitor, roadId, modeIn(body.reviewers ?? undefined));
      return viewAnswer(await roads.view(visitor, roadId), roads);
    },
  });
}

function registerActs(app: FastifyInstance, { api }: Portal, roads: Roads): void {
  const tag = 'roads';
  api.endpoint(app, {
    method: 'PUT',
    path: '/roads/:roadId/:kind/answers',
    tag,
    summary: 'Keep answers to some questions of an artefact’s form; what is wrong with them is said when it is submitted.',
    params: Type.Object({ roadId: Word, kind: Word }),
    body: AnswersBody,
    answer: ViewAnswer,
    handle: async ({ visitor, params: { roadId, kind }, body: { key = '', answers } }) => {
      await roads.answer(visitor, roadId, kindIn(kind), key, answers);
      return viewAnswer(await roads.view(visitor, roadId), roads);
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/roads/:roadId/:kind/:action',
    tag,
    summary: 'Do something to an artefact, as the supplier or as a reviewer.',
    params: Type.Object({ roadId: Word, kind: Word, action: Word }),
    body: ActBody,
    answer: ViewAnswer,
    handle: async ({ visitor, params: { roadId, kind, action }, body: { key = '', reasons } }) => {
      await roads.act(visitor, roadId, { kind: kindIn(kind), key, action, reasons });
      return viewAnswer(await roads.view(visitor, roadId), roads);
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/duties',
    tag,
    summary: 'What waits for you as a reviewer, over all roads.',
    answer: Type.Object({
      duties: Type.Array(
        Type.Object({
          roadId: Text,
          product: Text,
          version: Text,
          kind: Text,
          key: Text,
          title: Text,
          reviewer: Text,
          action: Text,
          since: Text,
          due: Text,
          mode: Text,
        }),
      ),
    }),
    handle: async ({ visitor }) => ({ duties: [...(await myDuties(roads, visitor))] }),
  });
}

function registerGuidance(app: FastifyInstance, { api }: Portal): void {
  api.endpoint(app, {
    method: 'GET',
    path: '/access-advice',
    tag: 'roads',
    summary: 'For a list of endpoints: the access modes and capabilities that allow them.',
    query: Type.Object({ endpoints: Type.String({ maxLength: 1_000 }) }),
    answer: Type.Object({
      sufficient: Type.Array(Text),
      endpoints: Type.Array(Type.Object({ id: Text, uses: Type.Array(Text), reviewed: Type.Boolean() })),
    }),
    handle: async ({ query }) => {
      const endpoints = query.endpoints.split(',').map((each) => each.trim().toUpperCase());
      const unknown = endpoints.filter((each) => endpoint(each) === undefined);
      if (unknown.length > 0)
        throw new LocalRefusal(
          400,
          'endpoint_unknown',
          `There is no endpoint ${unknown.map((each) => `"${each.slice(0, 40)}"`).join(', ')}.`,
          'Name endpoints as the e-RS specification does, with commas between them: A005,A008.',
        );
      const advice = adviseAccess(readUseCase({ endpoints }));
      return { sufficient: [...advice.sufficient], endpoints: advice.endpoints.map((each) => ({ ...each, uses: [...each.uses] })) };
    },
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/process',
    tag: 'roads',
    summary: 'The steps of the public process with both of its numberings, and how long people wait.',
    answer: Type.Object({
      steps: Type.Array(Type.Object({ id: Text, stage: Type.Integer(), title: Text, number: Text })),
      waits: Type.Array(Type.Object({ id: Text, workingDays: Type.Integer(), documented: Type.Boolean(), forWhat: Text })),
    }),
    handle: async () => ({
      steps: STEPS.map((each) => ({ id: each.id, stage: each.stage, title: each.title, number: stepNumber(each) })),
      waits: Object.entries(WAITS).map(([id, { workingDays, documented, forWhat }]) => ({ id, workingDays, documented, forWhat })),
    }),
  });
}

/** Throws LocalRefusal 404. */
export function kindIn(text: string): ArtefactKind {
  if (isArtefactKind(text)) return text;
  throw new LocalRefusal(404, 'artefact_unknown', `A road has no "${text.slice(0, 40)}".`);
}

function modeIn(text: string | undefined): StoredRoad['reviewers'] {
  return REVIEW_MODES.find((each) => each === text);
}

function roadAnswer(road: StoredRoad, roads: Roads): Static<typeof RoadAnswer> {
  const { id, product, version, supplierName, supplierOds, teamId, reviewers, createdAt } = road;
  return {
    roadId: id,
    product,
    version,
    supplier: supplierName,
    supplierOds,
    reviewers: reviewers ?? roads.defaultReviewers,
    createdAt: isoInstant(createdAt),
    ...(teamId === undefined ? {} : { teamId }),
  };
}

function viewAnswer({ road, facts }: RoadView, roads: Roads): Static<typeof ViewAnswer> {
  return {
    road: roadAnswer(road, roads),
    artefacts: describeArtefacts(facts).map(({ supplierActions, waitsFor, reasons, answers, ...each }) => ({
      ...each,
      reasons: [...reasons],
      answers: Object.fromEntries(Object.entries(answers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]])),
      actions: supplierActions.map(({ action, blockers }) => ({ action, blockers: [...blockers] })),
      ...(waitsFor === undefined ? {} : { waitsFor }),
    })),
    gates: describeGates(facts).map((each) => ({ ...each, decidedBy: [...each.decidedBy], blockers: [...each.blockers] })),
    duties: describeDuties(facts).map(({ wait: _, reasons, choices, ...each }) => ({
      ...each,
      reasons: [...reasons],
      choices: [...choices],
    })),
    tasks: tasksOf(facts).flatMap(({ tasks }) =>
      tasks.map(({ step, title, status, hint }) => ({ step: step.id, number: stepNumber(step), title, status, hint })),
    ),
  };
}

function eventAnswer({ at, realAt, kind, key, action, actor, who, toState, reasons, wait }: RoadEvent) {
  const waited = waitText(wait);
  const definition = kindIn(kind);
  return {
    at: isoInstant(at),
    realAt: isoInstant(realAt),
    kind,
    key,
    action,
    actor,
    who,
    state: artefact(definition).states[toState] ?? toState,
    reasons: [...reasons],
    ...(waited === undefined ? {} : { wouldHaveWaited: waited }),
  };
}
