import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { type Question, questionsOf } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import type { Connecting, PlanView } from './connecting.ts';
import { FORMS } from './forms.ts';
import { kindOf } from './prerequisites.ts';

const Text = Type.String();
const Answers = Type.Record(Text, Type.Union([Text, Type.Array(Text)]));
const PlanAnswer = Type.Object({
  planId: Text,
  environment: Text,
  product: Text,
  version: Text,
  owner: Text,
  services: Type.Array(Text),
  access: Type.Enum(['prerequisites-open', 'granted', 'suspended']),
  prerequisites: Type.Array(
    Type.Object({
      kind: Text,
      title: Text,
      needed: Type.Boolean(),
      why: Text,
      state: Type.Enum(['open', 'submitted', 'deciding', 'granted', 'refused']),
      reason: Type.Optional(Text),
      result: Type.Record(Text, Type.Unknown()),
    }),
  ),
});

const FormAnswer = Type.Object({
  title: Text,
  intro: Text,
  questions: Type.Array(
    Type.Object({
      name: Text,
      label: Text,
      hint: Type.Optional(Text),
      optional: Type.Boolean(),
      several: Type.Boolean({ description: 'Several of the options may be chosen: send a list.' }),
      options: Type.Optional(
        Type.Array(Type.Object({ value: Text, text: Text, hint: Type.Optional(Text) }), {
          description: 'What may be answered; absent where a text is asked for.',
        }),
      ),
    }),
  ),
});

function questionAnswer({ name, label, hint, optional, kind }: Question) {
  return {
    name,
    label,
    ...(hint !== undefined && { hint }),
    optional: optional === true,
    several: kind.is === 'some-of',
    ...(kind.is !== 'text' && { options: kind.options.map((each) => ({ ...each })) }),
  };
}

function planAnswer(plan: PlanView) {
  const { planId, environment, product, version, owner, services, access, items } = plan;
  return {
    planId,
    environment,
    product,
    version,
    owner,
    services: [...services],
    access,
    prerequisites: items.map(({ kind, title, need, request }) => ({
      kind,
      title,
      needed: need.needed,
      why: need.why,
      state: request.state,
      ...(request.reason !== undefined && { reason: request.reason }),
      result: { ...request.result },
    })),
  };
}

/** The API of getting connected. */
export function registerApi(app: FastifyInstance, portal: Portal, work: Connecting): void {
  const { api } = portal;
  const tag = 'connecting';
  const OfPlan = Type.Object({ planId: Text });
  const OfRequest = Type.Object({ planId: Text, kind: Text });
  api.endpoint(app, {
    method: 'GET',
    path: '/connecting',
    tag,
    summary: 'Plans to connect that you may see, with their checklists.',
    answer: Type.Object({ plans: Type.Array(PlanAnswer) }),
    handle: async ({ visitor }) => ({ plans: (await work.views(await work.list(visitor))).map(planAnswer) }),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/connecting',
    tag,
    summary: 'Begin to connect a product version to an environment.',
    body: Type.Object(
      { environment: Text, product: Text, version: Text, services: Type.Array(Text), teamId: Type.Optional(Text) },
      { additionalProperties: false },
    ),
    answer: PlanAnswer,
    status: 201,
    handle: async ({ visitor, body }) => planAnswer(await work.see(visitor, (await work.create(visitor, body)).planId)),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/connecting/:planId',
    tag,
    summary: 'A plan with its checklist.',
    params: OfPlan,
    answer: PlanAnswer,
    handle: async ({ visitor, params }) => planAnswer(await work.see(visitor, params.planId)),
  });
  api.endpoint(app, {
    method: 'GET',
    path: '/connecting/forms/:kind',
    tag,
    summary: 'What a prerequisite asks.',
    params: Type.Object({ kind: Text }),
    answer: FormAnswer,
    handle: async ({ params }) => {
      const form = FORMS[kindOf(params.kind)];
      return { title: form.title, intro: form.intro, questions: questionsOf(form).map(questionAnswer) };
    },
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/connecting/:planId/:kind',
    tag,
    summary: 'Submit the form of a prerequisite.',
    params: OfRequest,
    body: Answers,
    answer: PlanAnswer,
    handle: async ({ visitor, params, body }) => planAnswer(await work.submit(visitor, params.planId, kindOf(params.kind), body)),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/connecting/:planId/:kind/give-back',
    tag,
    summary: 'Give back what was granted.',
    params: OfRequest,
    answer: PlanAnswer,
    handle: async ({ visitor, params }) => planAnswer(await work.giveBack(visitor, params.planId, kindOf(params.kind))),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/connecting/:planId/:kind/decision',
    tag,
    summary: 'Decide on a request, as the service desk.',
    params: OfRequest,
    body: Type.Object({ grant: Type.Boolean(), reason: Type.Optional(Text) }, { additionalProperties: false }),
    answer: PlanAnswer,
    handle: async ({ visitor, params, body }) => planAnswer(await work.decide(visitor, params.planId, kindOf(params.kind), body)),
  });
  api.endpoint(app, {
    method: 'POST',
    path: '/connecting/:planId/suspend',
    tag,
    summary: 'Suspend access of the product version to the environment, or give it back, as the service desk.',
    params: OfPlan,
    body: Type.Object({ suspended: Type.Boolean() }, { additionalProperties: false }),
    answer: PlanAnswer,
    handle: async ({ visitor, params, body }) => planAnswer(await work.suspend(visitor, params.planId, body.suspended)),
  });
}
