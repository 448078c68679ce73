import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { shaped } from '../web/site.ts';
import { ACTOR_NAMES } from './actors.ts';
import { kindIn } from './api-routes.ts';
import { type ArtefactKind, artefact } from './artefacts.ts';
import { summaries } from './form-view.ts';
import { formOf } from './forms.ts';
import { actionsFor, words } from './life.ts';
import { describeDuties } from './road-description.ts';
import { MODE_NAMES, requireArtefact } from './road-pages.ts';
import { requireActor } from './road-rights.ts';
import type { Roads } from './roads.ts';
import { REVIEW_MODES } from './store.ts';
import { myDuties } from './work-list.ts';

const Query = Type.Object({ key: Type.Optional(Type.String({ maxLength: 12 })) });
type Params = { readonly roadId: string; readonly kind: string };

/** Who decides these sees which conformance runs passed, and what of them the supplier has only argued. */
const RESTS_ON_RUNS: readonly ArtefactKind[] = ['witness-test', 'tcc', 'go-live'];

/** Where reviewers work: what waits for them, and the page on which they decide. */
export function registerDesk(app: FastifyInstance, portal: Portal, roads: Roads): void {
  const { site } = portal;
  app.get('/work-list', async (request, reply) => {
    const visitor = await site.permitted(request, 'road.decide');
    const duties = (await myDuties(roads, visitor)).map((each) => ({
      ...each,
      who: ACTOR_NAMES[each.reviewer],
      suggested: words(each.action),
      byPerson: each.mode === 'person',
      modeText: MODE_NAMES[REVIEW_MODES.find((mode) => mode === each.mode) ?? 'person'],
      href: `/work-list/${each.roadId}/${each.kind}${each.key === '' ? '' : `?key=${encodeURIComponent(each.key)}`}`,
    }));
    return site.page(request, reply, 'release/pages/work-list.njk', { title: 'Work list', duties });
  });
  app.get<{ Params: Params }>('/work-list/:roadId/:kind', async (request, reply) => {
    const key = shaped(Query, request.query, 'query').key ?? '';
    return decisionPage(portal, roads, request, reply, { roadId: request.params.roadId, kind: kindIn(request.params.kind), key });
  });
  app.post<{ Params: Params }>('/work-list/:roadId/:kind', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.visitor(request);
    const at = { roadId: request.params.roadId, kind: kindIn(request.params.kind), key: form('key') };
    const action = form('action');
    if (action === '') return decisionPage(portal, roads, request, reply, at, { problems: { action: 'Select what you decide' } }, 400);
    const reasons = form('reasons')
      .split('\n')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    try {
      await roads.act(visitor, at.roadId, { kind: at.kind, key: at.key, action, reasons });
    } catch (error) {
      if (!(error instanceof LocalRefusal) || error.status !== 409) throw error;
      const field = error.code === 'reasons_missing' ? 'reasons' : 'action';
      const values = { chosen: action, reasonsText: form('reasons'), problems: { [field]: error.message } };
      return decisionPage(portal, roads, request, reply, at, values, 409);
    }
    return site.redirect(reply, '/work-list');
  });
}

async function decisionPage(
  portal: Portal,
  roads: Roads,
  request: FastifyRequest,
  reply: FastifyReply,
  { roadId, kind, key }: { readonly roadId: string; readonly kind: ArtefactKind; readonly key: string },
  values: object = {},
  status = 200,
): Promise<FastifyReply> {
  const visitor = await portal.site.permitted(request, 'road.decide');
  const view = await roads.view(visitor, roadId);
  const state = requireArtefact(view, kind, key);
  const definition = artefact(kind);
  const open = definition.transitions.filter((each) => each.who !== 'supplier' && each.from.includes(state.state));
  const [first] = open;
  const decides = first ?? definition.transitions.find((each) => each.who !== 'supplier');
  if (decides !== undefined) requireActor(visitor, view.road, decides.who, key);
  const duty = describeDuties(view.facts).find((each) => each.kind === kind && each.key === key);
  const form = formOf(view.road, kind, key);
  return portal.site.page(
    request,
    reply,
    'release/pages/decision.njk',
    {
      title: key === '' ? definition.title : `${definition.title}: ${key}`,
      road: view.road,
      stateText: definition.states[state.state],
      who: first === undefined ? undefined : ACTOR_NAMES[first.who],
      key,
      runs: RESTS_ON_RUNS.includes(kind) ? view.facts.conformance.passedRuns : [],
      suggestion: duty && { action: words(duty.action), reasons: duty.reasons },
      reasonsText: duty?.reasons.join('\n') ?? '',
      choices: open.map((each) => {
        const blockers = actionsFor(view.facts, state, each.who).find(({ transition }) => transition === each)?.blockers ?? [];
        return {
          value: each.action,
          text: words(each.action).replace(/^./u, (letter) => letter.toUpperCase()),
          hint: blockers.length === 0 ? undefined : `Not possible now: ${blockers.map(({ reason }) => reason).join(' ')}`,
        };
      }),
      summaries: form === undefined ? [] : summaries(form, state.answers, undefined),
      chosen: duty?.action,
      action: `/work-list/${roadId}/${kind}`,
      back: { href: '/work-list', text: 'Work list' },
      ...values,
    },
    status,
  );
}
