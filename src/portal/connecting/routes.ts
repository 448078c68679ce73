import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { timeInWords } from '../../environment/maintenance/london.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { may } from '../access/index.ts';
import { answerInWords, faultsOf, questionsOf } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import { pageOf } from '../web/paging.ts';
import type { SentForm } from '../web/site.ts';
import { registerApi } from './api-routes.ts';
import type { Connecting, PlanView } from './connecting.ts';
import { FORMS } from './forms.ts';
import { subjectOf } from './moves.ts';
import { type Kind, kindOf, PREREQUISITES } from './prerequisites.ts';
import { SERVICE_IDS, SERVICES } from './services.ts';

interface OfPlan {
  readonly Params: { readonly planId: string };
}
interface OfRequest {
  readonly Params: { readonly planId: string; readonly kind: string };
}

const ACCESS = {
  'prerequisites-open': { text: 'Prerequisites open', colour: 'yellow' },
  granted: { text: 'Access granted', colour: 'green' },
  suspended: { text: 'Suspended', colour: 'red' },
} as const;
const STATES = {
  open: { text: 'To do', colour: 'blue' },
  submitted: { text: 'Waiting', colour: 'yellow' },
  deciding: { text: 'Being decided', colour: 'yellow' },
  granted: { text: 'Granted', colour: 'green' },
  refused: { text: 'Refused', colour: 'red' },
} as const;

/** Pages and API of getting connected. */
export function registerConnecting(app: FastifyInstance, portal: Portal, work: Connecting): void {
  registerPlans(app, portal, work);
  registerRequests(app, portal, work);
  registerApi(app, portal, work);
}

function registerPlans(app: FastifyInstance, portal: Portal, work: Connecting): void {
  const { site } = portal;
  app.get<{ readonly Querystring: { readonly page?: string } }>('/connecting', async (request, reply) => {
    const visitor = await site.permitted(request, 'connecting.see');
    const paging = pageOf(await work.list(visitor), request.query.page, '/connecting');
    const plans = (await work.views(paging.items)).map((plan) => ({ ...plan, tag: ACCESS[plan.access] }));
    const waiting = may(visitor, 'connecting.decide') ? await work.waiting(visitor) : [];
    return site.page(request, reply, 'connecting/pages/plans.njk', {
      title: 'Getting connected',
      plans,
      paging,
      waiting: waiting.map(({ plan, request: { kind } }) => ({ plan, kind, title: titleOf(kind) })),
    });
  });
  const newPage = async (request: FastifyRequest, reply: FastifyReply, values: object = {}, status = 200) => {
    const visitor = await site.permitted(request, 'connecting.ask');
    return site.page(
      request,
      reply,
      'connecting/pages/new.njk',
      {
        title: 'Connect a product',
        services: SERVICE_IDS.map((id) => ({ value: id, text: SERVICES[id].title })),
        environments: portal.environments.filter((each) => each.id !== 'SANDBOX').map(({ id, title }) => ({ id, title })),
        owners: [
          { value: '', text: `${visitor.name} personally` },
          ...visitor.teams.map((team) => ({ value: team.teamId, text: team.name })),
        ],
        ...values,
      },
      status,
    );
  };
  app.get('/connecting/new', (request, reply) => newPage(request, reply));
  app.post('/connecting/new', async (request, reply) => {
    const form = site.form(request);
    const entered = {
      environment: form('environment'),
      product: form('product'),
      version: form('version'),
      services: form.all('services'),
      teamId: form('owner') === '' ? undefined : form('owner'),
    };
    try {
      const plan = await work.create(await site.visitor(request), entered);
      return site.redirect(reply, `/connecting/${plan.planId}`);
    } catch (error) {
      if (!(error instanceof LocalRefusal) || error.status === 403 || error.status === 401) throw error;
      const field = { bad_services: 'services', bad_product: 'product', bad_version: 'version' }[error.code] ?? 'environment';
      return newPage(request, reply, { entered, problems: { [field]: error.message } }, error.status);
    }
  });
  app.get<OfPlan>('/connecting/:planId', async (request, reply) => {
    const plan = await work.see(await site.visitor(request), request.params.planId);
    return site.page(request, reply, 'connecting/pages/plan.njk', {
      title: `${plan.product} ${plan.version} in ${plan.environment}`,
      plan,
      access: ACCESS[plan.access],
      services: plan.services.map((id) => SERVICES[id].title),
      needed: itemsOf(plan, true),
      notNeeded: itemsOf(plan, false),
      decides: may(await site.visitor(request), 'connecting.decide', { desk: 'service-desk' }),
      back: { href: '/connecting', text: 'Getting connected' },
    });
  });
  app.post<OfPlan>('/connecting/:planId/suspend', async (request, reply) => {
    const form = site.form(request);
    await work.suspend(await site.visitor(request), request.params.planId, form('suspended') === 'yes');
    return site.redirect(reply, `/connecting/${request.params.planId}`);
  });
}

function itemsOf(plan: PlanView, needed: boolean) {
  return plan.items
    .filter(({ need }) => need.needed === needed)
    .map(({ kind, title, need, request }) => ({
      title: { text: title },
      hint: { text: need.why },
      href: `/connecting/${plan.planId}/${kind}`,
      status: { tag: { text: STATES[request.state].text, classes: `nhsuk-tag--${STATES[request.state].colour}` } },
    }));
}

const titleOf = (kind: Kind): string => PREREQUISITES.find((each) => each.kind === kind)?.title ?? kind;

function registerRequests(app: FastifyInstance, portal: Portal, work: Connecting): void {
  const { site } = portal;
  const show = async (request: FastifyRequest<OfRequest>, reply: FastifyReply, values: object = {}, status = 200) => {
    const kind = kindOf(request.params.kind);
    const visitor = await site.visitor(request);
    const plan = await work.see(visitor, request.params.planId);
    const item = plan.items.find((each) => each.kind === kind);
    const form = FORMS[kind];
    const asked = item?.request;
    return site.page(
      request,
      reply,
      'connecting/pages/request.njk',
      {
        title: form.title,
        form,
        questions: questionsOf(form),
        plan,
        item,
        state: asked === undefined ? undefined : STATES[asked.state],
        answers: questionsOf(form).map((question) => ({ label: question.label, text: answerInWords(question, asked?.answers ?? {}) })),
        entered: asked?.answers ?? {},
        result: asked === undefined ? [] : resultRows(asked.result),
        history: (asked?.history ?? []).map((step) => ({ ...step, at: timeInWords(step.at) })),
        asks: may(visitor, 'connecting.ask', plan),
        decides: may(visitor, 'connecting.decide', { desk: 'service-desk' }),
        back: { href: `/connecting/${plan.planId}`, text: `${plan.product} ${plan.version} in ${plan.environment}` },
        ...values,
      },
      status,
    );
  };
  app.get<OfRequest>('/connecting/:planId/:kind', (request, reply) => show(request, reply));
  app.post<OfRequest>('/connecting/:planId/:kind', async (request, reply) => {
    const form = site.form(request);
    const kind = kindOf(request.params.kind);
    await site.permitted(request, 'connecting.ask', subjectOf(await work.see(await site.visitor(request), request.params.planId)));
    const answers = answersIn(kind, form);
    // Back from "check your answers": the form again, with what was entered.
    if (form('change') === 'yes') return show(request, reply, { entered: answers });
    const faults = faultsOf(FORMS[kind], answers);
    if (faults.length > 0)
      return show(
        request,
        reply,
        { entered: answers, problems: Object.fromEntries(faults.map((each) => [each.question, each.text])) },
        400,
      );
    if (form('confirmed') !== 'yes' && questionsOf(FORMS[kind]).length > 0)
      return show(request, reply, {
        check: questionsOf(FORMS[kind]).map((question) => ({ label: question.label, text: answerInWords(question, answers) })),
        entered: answers,
      });
    await work.submit(await site.visitor(request), request.params.planId, kind, answers);
    return site.redirect(reply, `/connecting/${request.params.planId}/${kind}`);
  });
  app.post<OfRequest>('/connecting/:planId/:kind/give-back', async (request, reply) => {
    site.form(request);
    await work.giveBack(await site.visitor(request), request.params.planId, kindOf(request.params.kind));
    return site.redirect(reply, `/connecting/${request.params.planId}/${request.params.kind}`);
  });
  app.post<OfRequest>('/connecting/:planId/:kind/decision', async (request, reply) => {
    const form = site.form(request);
    try {
      await work.decide(await site.visitor(request), request.params.planId, kindOf(request.params.kind), {
        grant: form('decision') === 'grant',
        reason: form('reason'),
      });
    } catch (error) {
      if (!(error instanceof LocalRefusal) || error.status === 403) throw error;
      return show(request, reply, { problems: { reason: error.message } }, error.status);
    }
    return site.redirect(reply, `/connecting/${request.params.planId}/${request.params.kind}`);
  });
}

function answersIn(kind: Kind, form: SentForm): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    questionsOf(FORMS[kind]).map((question) => [
      question.name,
      question.kind.is === 'some-of' ? form.all(question.name) : form(question.name),
    ]),
  );
}

/** What came of a request, in rows: lists of things become a line each. */
function resultRows(result: Readonly<Record<string, unknown>>): readonly { readonly key: string; readonly lines: readonly string[] }[] {
  return Object.entries(result).map(([key, value]) => ({
    key: key.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^./, (letter) => letter.toUpperCase()),
    lines: (Array.isArray(value) ? value : [value]).map((each) =>
      typeof each === 'object' && each !== null ? Object.values(each).join(' · ') : String(each),
    ),
  }));
}
