import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { timeInWords } from '../../environment/maintenance/london.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { require } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import { type Answers, type Form, type FormPage, faultsOfPage } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import { shaped } from '../web/site.ts';
import { ACTOR_NAMES } from './actors.ts';
import { kindIn } from './api-routes.ts';
import { type ArtefactKind, artefact } from './artefacts.ts';
import { artefactOf } from './facts.ts';
import { problemsOf, questionViews, sentAnswers, summaries } from './form-view.ts';
import { formOf } from './forms.ts';
import { RoadRefusal, words } from './life.ts';
import { needsOf } from './needs.ts';
import { describeArtefact, describeGates, stepNumber, type Task, tasksOf, waitedDays, waitText } from './road-description.ts';
import { aboutOf } from './road-rights.ts';
import type { Roads, RoadView } from './roads.ts';
import { eventsOf, REVIEW_MODES, type RoadEvent } from './store.ts';
import { adviseAccess, readUseCase, USE_NAMES } from './use-case.ts';

const Query = Type.Object({ key: Type.Optional(Type.String({ maxLength: 12 })) });
type Params = { readonly roadId: string; readonly kind: string; readonly page: string };

/** A task's status as the task list shows it. */
const STATUS_VIEWS: Readonly<Record<Task['status'], object>> = {
  done: { text: 'Done' },
  'to-do': { tag: { text: 'To do', classes: 'nhsuk-tag--blue' } },
  'sent-back': { tag: { text: 'Sent back', classes: 'nhsuk-tag--red' } },
  waiting: { tag: { text: 'Waiting', classes: 'nhsuk-tag--yellow' } },
  'not-yet': { tag: { text: 'Not yet', classes: 'nhsuk-tag--grey' } },
};

/** What each way of reviewing is called. */
export const MODE_NAMES: Readonly<Record<(typeof REVIEW_MODES)[number], string>> = {
  'at-once': 'Simulated, at once',
  realistic: 'Simulated, after the working days people take (environment’s clock)',
  person: 'People',
};

/** Roads: the list, a new one, a road as a task list, each artefact with its form, and the history. */
export function registerRoadPages(app: FastifyInstance, portal: Portal, roads: Roads): void {
  registerList(app, portal, roads);
  registerRoad(app, portal, roads);
  registerArtefact(app, portal, roads);
}

function registerList(app: FastifyInstance, portal: Portal, roads: Roads): void {
  const { site } = portal;
  app.get('/roads', async (request, reply) => {
    const visitor = await site.permitted(request, 'road.see');
    const found = await roads.list(visitor);
    return site.page(request, reply, 'release/pages/roads.njk', {
      title: 'Path to live',
      roads: found.map((road) => ({ ...road, live: artefactOf(road, 'go-live').state, states: artefact('go-live').states })),
    });
  });
  const newPage = (request: FastifyRequest, reply: FastifyReply, visitor: Visitor, values: object = {}, status = 200) =>
    site.page(
      request,
      reply,
      'release/pages/new-road.njk',
      {
        title: 'Begin the road of a product',
        teams: visitor.teams,
        modes: MODE_NAMES,
        standard: MODE_NAMES[roads.defaultReviewers],
        peopleDecide: roads.defaultReviewers === 'person',
        ...values,
      },
      status,
    );
  app.get('/roads/new', async (request, reply) => newPage(request, reply, await site.permitted(request, 'road.begin')));
  app.post('/roads/new', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.permitted(request, 'road.begin');
    const [product, version, supplierOds, owner] = [form('product'), form('version'), form('supplierOds').toUpperCase(), form('owner')];
    try {
      const reviewers = REVIEW_MODES.find((each) => each === form('reviewers'));
      const road = await roads.begin(visitor, { product, version, supplierOds, reviewers, teamId: owner === '' ? undefined : owner });
      return site.redirect(reply, `/roads/${road.id}`);
    } catch (error) {
      if (!(error instanceof LocalRefusal) || error.status === 403) throw error;
      const field = error.code === 'bad_ods_code' ? 'supplierOds' : 'product';
      const values = { product, version, supplierOds, owner, reviewers: form('reviewers'), problems: { [field]: error.message } };
      return newPage(request, reply, visitor, values, error.status);
    }
  });
}

function registerRoad(app: FastifyInstance, portal: Portal, roads: Roads): void {
  const { site, store } = portal;
  app.get<{ Params: Params }>('/roads/:roadId', async (request, reply) => {
    const { road, facts } = await roads.view(await site.visitor(request), request.params.roadId);
    const { total } = waitedDays(await eventsOf(store.db, road.id));
    return site.page(request, reply, 'release/pages/road.njk', {
      title: `${road.product} ${road.version}`,
      road,
      about: { accountId: road.accountId, teamId: road.teamId },
      stages: tasksOf(facts).map(({ stage, tasks }) => ({
        stage,
        tasks: tasks.map((task) => ({
          ...task,
          number: stepNumber(task.step),
          href: taskUrl(road.id, task),
          status: STATUS_VIEWS[task.status],
        })),
      })),
      gates: describeGates(facts).map((gate) => ({
        ...gate,
        blockers: gate.blockers.map((each) => ({ ...each, who: ACTOR_NAMES[each.who] })),
      })),
      modes: MODE_NAMES,
      mode: road.reviewers ?? '',
      standard: MODE_NAMES[roads.defaultReviewers],
      peopleDecide: roads.defaultReviewers === 'person',
      waited: total,
      back: { href: '/roads', text: 'Path to live' },
    });
  });
  app.get<{ Params: Params }>('/roads/:roadId/history', async (request, reply) => {
    const { road } = await roads.view(await site.visitor(request), request.params.roadId);
    const events = await eventsOf(store.db, road.id);
    return site.page(request, reply, 'release/pages/history.njk', {
      title: `History of ${road.product} ${road.version}`,
      events: events.map(eventView),
      waited: waitedDays(events),
      back: { href: `/roads/${road.id}`, text: `${road.product} ${road.version}` },
    });
  });
  app.post<{ Params: Params }>('/roads/:roadId/reviewers', async (request, reply) => {
    const form = site.form(request);
    const { roadId } = request.params;
    await roads.setReviewers(
      await site.visitor(request),
      roadId,
      REVIEW_MODES.find((each) => each === form('reviewers')),
    );
    return site.redirect(reply, `/roads/${roadId}`);
  });
}

function taskUrl(roadId: string, { step, kind, key }: Task): string {
  if (kind !== undefined) return artefactUrl(roadId, kind, key);
  return step.id === 'deployment' ? '/connecting' : '/environment-access';
}

function artefactUrl(roadId: string, kind: ArtefactKind, key: string, page = ''): string {
  return `/roads/${roadId}/${kind}${page === '' ? '' : `/${page}`}${key === '' ? '' : `?key=${encodeURIComponent(key)}`}`;
}

function eventView(event: RoadEvent) {
  const { title, states } = artefact(kindIn(event.kind));
  return {
    at: timeInWords(event.at),
    title: event.key === '' ? title : `${title}: ${event.key}`,
    action: words(event.action),
    who: event.who,
    state: states[event.toState] ?? event.toState,
    reasons: event.reasons,
    waited: waitText(event.wait),
  };
}

function registerArtefact(app: FastifyInstance, portal: Portal, roads: Roads): void {
  const { site } = portal;
  app.get<{ Params: Params }>('/roads/:roadId/:kind', async (request, reply) => {
    const key = shaped(Query, request.query, 'query').key ?? '';
    const view = await roads.view(await site.visitor(request), request.params.roadId);
    return artefactPage(portal, request, reply, view, kindIn(request.params.kind), key);
  });
  app.post<{ Params: Params }>('/roads/:roadId/:kind', async (request, reply) => {
    const form = site.form(request);
    const { roadId } = request.params;
    const [kind, key, visitor] = [kindIn(request.params.kind), form('key'), await site.visitor(request)];
    try {
      await roads.act(visitor, roadId, { kind, key, action: form('action') });
    } catch (error) {
      if (!(error instanceof RoadRefusal)) throw error;
      const view = await roads.view(visitor, roadId);
      return artefactPage(portal, request, reply, view, kind, key, { problems: { actions: error.message } }, error.status);
    }
    return site.redirect(reply, artefactUrl(roadId, kind, key));
  });
  app.get<{ Params: Params }>('/roads/:roadId/:kind/:page', async (request, reply) => {
    const key = shaped(Query, request.query, 'query').key ?? '';
    const view = await roads.view(await site.visitor(request), request.params.roadId);
    const kind = kindIn(request.params.kind);
    const { page } = formPage(view, kind, key, request.params.page);
    return questionPage(portal, request, reply, { view, kind, key, page, answers: requireArtefact(view, kind, key).answers });
  });
  app.post<{ Params: Params }>('/roads/:roadId/:kind/:page', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.visitor(request);
    const { roadId } = request.params;
    const [kind, key] = [kindIn(request.params.kind), form('key')];
    const view = await roads.view(visitor, roadId);
    require(visitor, 'road.act', aboutOf(view.road));
    const { page, next } = formPage(view, kind, key, request.params.page);
    const answers = sentAnswers(page, form);
    const faults = faultsOfPage(page, answers);
    if (faults.length > 0)
      return questionPage(portal, request, reply, { view, kind, key, page, answers, problems: problemsOf(page, faults) }, 400);
    await roads.answer(visitor, roadId, kind, key, answers);
    const goOn = next !== undefined && form('return') !== 'check';
    return site.redirect(reply, artefactUrl(roadId, kind, key, goOn ? next.id : ''));
  });
}

/** Throws LocalRefusal 404. */
export function requireArtefact(view: RoadView, kind: ArtefactKind, key: string) {
  const found = view.road.artefacts.find((each) => each.kind === kind && each.key === key);
  if (found === undefined)
    throw new LocalRefusal(404, 'artefact_unknown', `This road has no ${artefact(kind).title.toLowerCase()} ${key.slice(0, 12)}.`);
  return found;
}

function formPage(
  view: RoadView,
  kind: ArtefactKind,
  key: string,
  id: string,
): { readonly form: Form; readonly page: FormPage; readonly next: FormPage | undefined } {
  const { state } = requireArtefact(view, kind, key);
  const form = formOf(view.road, kind, key);
  const index = form?.pages.findIndex((each) => each.id === id) ?? -1;
  const page = form?.pages[index];
  if (form === undefined || page === undefined) throw new LocalRefusal(404, 'page_unknown', 'There is no such page of this form.');
  if (!artefact(kind).editable.includes(state)) throw new LocalRefusal(409, 'not_editable', 'This form cannot be changed now.');
  return { form, page, next: form.pages[index + 1] };
}

function questionPage(
  portal: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    view,
    kind,
    key,
    page,
    answers,
    problems = {},
  }: {
    readonly view: RoadView;
    readonly kind: ArtefactKind;
    readonly key: string;
    readonly page: FormPage;
    readonly answers: Answers;
    readonly problems?: Readonly<Record<string, string>>;
  },
  status = 200,
): Promise<FastifyReply> {
  const url = new URL(request.url, 'https://localhost');
  return portal.site.page(
    request,
    reply,
    'release/pages/questions.njk',
    {
      title: page.title,
      caption: key === '' ? artefact(kind).title : `${artefact(kind).title}: ${key}`,
      intro: page.intro,
      questions: questionViews(page, answers),
      key,
      action: `/roads/${view.road.id}/${kind}/${page.id}`,
      returns: url.searchParams.has('change') ? 'check' : '',
      problems,
      back: { href: artefactUrl(view.road.id, kind, key), text: artefact(kind).title },
    },
    status,
  );
}

async function artefactPage(
  portal: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  { road, facts }: RoadView,
  kind: ArtefactKind,
  key: string,
  values: { readonly problems?: Readonly<Record<string, string>> } = {},
  status = 200,
): Promise<FastifyReply> {
  const state = requireArtefact({ road, facts, nowFor: () => facts.now }, kind, key);
  const described = describeArtefact(facts, state);
  const form = formOf(road, kind, key);
  const events = (await eventsOf(portal.store.db, road.id)).filter((each) => each.kind === kind && each.key === key);
  const begun = Object.keys(state.answers).length > 0;
  return portal.site.page(
    request,
    reply,
    'release/pages/artefact.njk',
    {
      title: described.title,
      road,
      about: { accountId: road.accountId, teamId: road.teamId },
      artefact: described,
      waitsFor: described.waitsFor === undefined ? undefined : ACTOR_NAMES[described.waitsFor],
      intro: form?.intro,
      begin: described.editable && form?.pages[0] !== undefined ? artefactUrl(road.id, kind, key, form.pages[0].id) : undefined,
      begun,
      summaries:
        form === undefined || !begun
          ? []
          : summaries(form, state.answers, described.editable ? (page) => changeUrl(artefactUrl(road.id, kind, key, page.id)) : undefined),
      actions: described.supplierActions.map((each) => ({
        ...each,
        text: sentence(each.action),
        blockers: each.blockers.map((blocker) => ({ ...blocker, who: ACTOR_NAMES[blocker.who] })),
      })),
      advice:
        kind === 'use-case' && begun
          ? adviceView(state.answers, needsOf(readUseCase(state.answers), road, facts.asidModel).length)
          : undefined,
      issued: issuedView(kind, state.answers),
      events: events.map(eventView),
      back: { href: `/roads/${road.id}`, text: `${road.product} ${road.version}` },
      ...values,
    },
    status,
  );
}

function changeUrl(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}change`;
}

function sentence(action: string): string {
  const text = words(action);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the access-mode advisor says of the answers. */
function adviceView(answers: Answers, asids: number) {
  const advice = adviseAccess(readUseCase(answers));
  return {
    sufficient: advice.sufficient.map((use) => USE_NAMES[use]),
    asids,
    endpoints: advice.endpoints.map(({ id, uses, reviewed }) => ({ id, uses: uses.map((use) => USE_NAMES[use]).join('; '), reviewed })),
  };
}

/** What reviewers have written into an artefact. */
function issuedView(kind: ArtefactKind, answers: Answers): readonly string[] {
  const { reference, coverage } = answers;
  if (kind !== 'tcc' && kind !== 'connection-agreement') return [];
  return [
    ...(typeof reference === 'string' ? [`Reference ${reference}`] : []),
    ...(Array.isArray(coverage) ? coverage.map((each: string) => each.replace('/', ': ')) : []),
  ];
}
