import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CHANGE_ACTIONS } from '../../environment/maintenance/forward-change.ts';
import { isOver } from '../../environment/maintenance/levelling.ts';
import { timeInWords } from '../../environment/maintenance/london.ts';
import { readInstant } from '../../environment/maintenance/reading.ts';
import { SERVICE_TITLES } from '../../environment/maintenance/slots.ts';
import type { ChangeView } from '../../environment/maintenance/views.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { CHOICES, type ChangeFields, changeOf, fieldsOf, fieldsOfEntry } from './change-form.ts';
import { actOn, addEntry, editEntry, newChangeId } from './entries.ts';
import { findEntry } from './schedule.ts';
import { ACTION_TEXTS, differenceWords, entryWords, IMPACT_TEXTS } from './words.ts';

interface OfEntry {
  readonly Params: { readonly id: string };
}

/** An entry of the Forward Change Schedule, and how operators add and change one: form, answers to check, done. */
export function registerChangePages(app: FastifyInstance, portal: Portal): void {
  registerEntry(app, portal);
  registerForms(app, portal);
}

function registerEntry(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get<OfEntry>('/schedule/changes/:id', async (request, reply) => {
    await site.permitted(request, 'schedule.see');
    const { entry, history, differences, actions } = await findEntry(portal, request.params.id);
    const { done } = request.query as { readonly done?: unknown };
    return site.page(request, reply, 'schedule/pages/change.njk', {
      title: entry.title,
      entry: entryWords(entry),
      differences: differences.map(differenceWords),
      actions: actions.map((action) => ({ action, text: ACTION_TEXTS[action] })),
      editable: !isOver(entry),
      history: history.map(({ at, ...each }) => ({ ...each, at: timeInWords(Date.parse(at)) })),
      notice: done === 'added' ? 'The forward change is added' : done === 'changed' ? 'The forward change is changed' : undefined,
      back: { href: '/schedule', text: 'Maintenance and changes' },
    });
  });
  app.post<OfEntry>('/schedule/changes/:id/act', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.permitted(request, 'schedule.change');
    const action = CHANGE_ACTIONS.find((each) => each === form('action'));
    if (action === undefined) throw new LocalRefusal(400, 'bad_action', 'There is no such action.');
    await actOn(portal, visitor, request.params.id, action, {
      revision: revisionIn(form('revision')),
      reason: form('reason').slice(0, 500),
    });
    return site.redirect(reply, `/schedule/changes/${encodeURIComponent(request.params.id)}?done=changed`);
  });
}

function revisionIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function registerForms(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get('/schedule/new', async (request, reply) => {
    const visitor = await site.permitted(request, 'schedule.change');
    return showForm(portal, request, reply, {
      action: '/schedule/new',
      fields: { environments: [], services: [], raisedBy: visitor.name, contact: visitor.email ?? '' },
    });
  });
  app.post('/schedule/new', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.permitted(request, 'schedule.change');
    const fields = fieldsOf(form);
    // The id is drawn for the form, so that sending it twice adds one entry.
    const id = /^FCS-[0-9A-Z]{8}$/.test(form('id')) ? form('id') : newChangeId(portal);
    return step(portal, request, reply, {
      wanted: form('step'),
      fields,
      action: '/schedule/new',
      hidden: { id },
      write: async (change) => {
        const entry = await addEntry(portal, visitor, change, id);
        return `/schedule/changes/${entry.id}?done=added`;
      },
    });
  });
  app.get<OfEntry>('/schedule/changes/:id/edit', async (request, reply) => {
    await site.permitted(request, 'schedule.change');
    const { entry } = await findEntry(portal, request.params.id);
    const hidden = { revision: String(entry.revision) };
    return showForm(portal, request, reply, { action: `/schedule/changes/${entry.id}/edit`, fields: fieldsOfEntry(entry), hidden });
  });
  app.post<OfEntry>('/schedule/changes/:id/edit', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.permitted(request, 'schedule.change');
    const { id } = request.params;
    const { entry } = await findEntry(portal, id);
    return step(portal, request, reply, {
      wanted: form('step'),
      fields: fieldsOf(form),
      entry,
      action: `/schedule/changes/${encodeURIComponent(id)}/edit`,
      hidden: { revision: form('revision') },
      write: async (change) => {
        await editEntry(portal, visitor, id, change, { revision: revisionIn(form('revision')) });
        return `/schedule/changes/${encodeURIComponent(id)}?done=changed`;
      },
    });
  });
}

interface FormState {
  readonly action: string;
  readonly fields: ChangeFields;
  /** The entry whose fields are edited. */
  readonly entry?: ChangeView;
  /** Further fields that go along. */
  readonly hidden?: Readonly<Record<string, string>>;
}

/** One step of the form: filled in, it is shown for checking; confirmed, it is written; or it is changed once more. */
async function step(
  portal: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    wanted,
    write,
    ...state
  }: FormState & { readonly wanted: string; readonly write: (change: Parameters<typeof addEntry>[2]) => Promise<string> },
): Promise<FastifyReply> {
  if (wanted === 'change') return showForm(portal, request, reply, state);
  const read = changeOf(state.fields, state.entry);
  if (read.problems !== undefined) return showForm(portal, request, reply, state, read.problems);
  if (wanted === 'confirm') {
    try {
      return portal.site.redirect(reply, await write(read.change));
    } catch (error) {
      if (!(error instanceof LocalRefusal) || error.status >= 500 || error.status < 400 || error.status === 403) throw error;
      return showForm(portal, request, reply, state, { title: error.message }, error.status);
    }
  }
  return portal.site.page(request, reply, 'schedule/pages/check-change.njk', {
    title: 'Check the forward change',
    ...state,
    pairs: pairsOf({ ...state.fields, ...state.hidden }),
    answers: answersOf(read.change),
  });
}

async function showForm(
  portal: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  state: FormState,
  problems?: Readonly<Record<string, string>>,
  status = problems === undefined ? 200 : 400,
): Promise<FastifyReply> {
  const open = portal.environments.map((each) => each.id);
  const values = {
    title: state.action === '/schedule/new' ? 'Add a forward change' : 'Change a forward change',
    ...state,
    hidden: Object.entries(state.hidden ?? {}),
    choices: { ...CHOICES, environments: CHOICES.environments.filter(({ value }) => open.includes(value)) },
    back: { href: state.action.replace(/\/(new|edit)$/, ''), text: 'Back' },
    ...(problems !== undefined && { problems }),
  };
  return portal.site.page(request, reply, 'schedule/pages/change-form.njk', values, status);
}

/** Fields as hidden inputs carry them. */
function pairsOf(fields: ChangeFields): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each) => ({ name, value: each })));
}

function answersOf(change: Parameters<typeof addEntry>[2]): readonly { readonly key: string; readonly value: string }[] {
  const time = (text: string | undefined): string | undefined => {
    const instant = text === undefined ? undefined : readInstant(text);
    return instant === undefined ? undefined : timeInWords(instant);
  };
  const answers: readonly (readonly [string, string | undefined])[] = [
    ['Title', change.title],
    ['What happens', change.summary],
    ['Environments', change.environments.join(', ')],
    ['Services', change.services.map((each) => SERVICE_TITLES[each]).join(', ')],
    ['Starts', time(change.start)],
    ['Ends', time(change.end)],
    ['Impact', IMPACT_TEXTS[change.impact]],
    ['Kind', change.kind],
    ['Build before', change.fromBuild],
    ['Build after', change.toBuild],
    ['Live release', change.liveReleaseRef],
    ['Certificate generation that goes', change.oldGeneration],
    ['Certificate generation that comes', change.newGeneration],
    ['Frozen from', time(change.freezeFrom)],
    ['What suppliers have to do', change.actionForSuppliers],
    ['Raised by', change.raisedBy],
    ['Contact', change.contact],
  ];
  return answers.flatMap(([key, value]) => (value === undefined || value === '' ? [] : [{ key, value }]));
}
