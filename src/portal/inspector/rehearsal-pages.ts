import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ManagedEnvironment, OutputOf } from '../../environment/management/index.ts';
import { isoInstant, parseInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Action } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import type { Portal } from '../portal.ts';
import type { SentForm } from '../web/site.ts';
import { faultIn, faultText } from './fault-form.ts';
import type { ClockWish, Inspector } from './inspector.ts';
import { frameOf } from './journal-pages.ts';

interface OfEnvironment {
  readonly Params: { readonly id: string };
}
interface OfThing {
  readonly Params: { readonly id: string; readonly thing: string };
}

const JOBS = 50;
/** What a page says after a change: by the word in its address, so that no address can put words into it. */
const DONE: Readonly<Record<string, string>> = {
  clock: 'The clock was moved.',
  released: 'The clock shows real time again.',
  fault: 'The fault is set.',
  cleared: 'The fault was taken away.',
  'all-cleared': 'All faults were taken away.',
  saved: 'The snapshot was saved.',
  loaded: 'The data is as it was when the snapshot was saved.',
  reset: 'The environment has its seed data again.',
  imported: 'The data was taken in.',
  retried: 'The job is being done now.',
};

/** Clock, faults, snapshots and data, outbox: each a page, each change a form that only our own pages can send. */
export function registerRehearsalPages(app: FastifyInstance, portal: Portal, inspector: Inspector): void {
  const { site, random } = portal;

  type Place = { readonly visitor: Visitor; readonly environment: ManagedEnvironment };
  const view = async (
    request: FastifyRequest,
    reply: FastifyReply,
    page: { readonly name: string; readonly title: string; readonly place: Place; readonly problem?: Problem | undefined },
    values: object,
  ): Promise<FastifyReply> => {
    const { environment, visitor } = page.place;
    const done = DONE[String(Reflect.get(Object(request.query), 'done') ?? '')];
    return site.page(
      request,
      reply,
      `inspector/pages/${page.name}.njk`,
      {
        title: `${page.title} of ${environment.id}`,
        ...frameOf(environment.id, page.name, visitor),
        ...(done !== undefined && request.method === 'GET' && { notice: done }),
        ...(page.problem !== undefined && { problems: { [page.problem.field]: page.problem.text }, entered: page.problem.entered }),
        ...values,
      },
      page.problem === undefined ? 200 : page.problem.status,
    );
  };

  const clockPage = async (request: FastifyRequest<OfEnvironment>, reply: FastifyReply, problem?: Problem): Promise<FastifyReply> => {
    const place = await inspector.looking(request, request.params.id, 'rehearsal.see');
    const clock = await place.environment.call('clock.show', {});
    return view(request, reply, { name: 'clock', title: 'Clock', place, problem }, clockValues(clock));
  };
  const faultsPage = async (request: FastifyRequest<OfEnvironment>, reply: FastifyReply, problem?: Problem): Promise<FastifyReply> => {
    const place = await inspector.looking(request, request.params.id, 'rehearsal.see');
    const [{ rules }, { chapters }] = await Promise.all([
      place.environment.call('faults.list', {}),
      place.environment.call('faults.catalogue', {}),
    ]);
    return view(
      request,
      reply,
      { name: 'faults', title: 'Faults', place, problem },
      { rules: rules.map((rule) => ({ ...rule, text: faultText(rule) })), chapters, newId: random.uuid() },
    );
  };
  const dataPage = async (request: FastifyRequest<OfEnvironment>, reply: FastifyReply, problem?: Problem): Promise<FastifyReply> => {
    const place = await inspector.looking(request, request.params.id, 'rehearsal.see');
    const [{ snapshots }, { tables, seed }] = await Promise.all([
      place.environment.call('snapshots.list', {}),
      place.environment.call('environment.data', {}),
    ]);
    return view(
      request,
      reply,
      { name: 'data', title: 'Snapshots and data', place, problem },
      {
        snapshots: snapshots.map(({ name, savedAt }) => ({ name, savedAt: isoInstant(savedAt), path: encodeURIComponent(name) })),
        tables: tables.filter((each) => each.rows > 0),
        seed,
      },
    );
  };

  app.get<OfEnvironment>('/inspect/:id/clock', (request, reply) => clockPage(request, reply));
  app.get<OfEnvironment>('/inspect/:id/faults', (request, reply) => faultsPage(request, reply));
  app.get<OfEnvironment>('/inspect/:id/data', (request, reply) => dataPage(request, reply));
  app.get<OfEnvironment>('/inspect/:id/outbox', async (request, reply) => {
    const place = await inspector.looking(request, request.params.id, 'outbox.see');
    const query = Object(request.query);
    const [after, failing] = [Reflect.get(query, 'after'), Reflect.get(query, 'failing') === 'true'];
    const { jobs, more } = await place.environment.call('outbox.list', {
      limit: JOBS,
      ...(typeof after === 'string' && { after: after.slice(0, 60) }),
      ...(failing && { failing }),
    });
    const next = new URLSearchParams({ ...(failing && { failing: 'true' }), after: jobs.at(-1)?.id ?? '' });
    return view(
      request,
      reply,
      { name: 'outbox', title: 'Outbox', place },
      {
        jobs: jobs.map((job) => ({ ...job, facts: JSON.stringify(job.payload) })),
        failing,
        ...(more && { older: `/inspect/${place.environment.id}/outbox?${next}` }),
      },
    );
  });
  for (const [path, name, title] of [
    ['snapshots/:thing/load', 'load-snapshot', 'Load the snapshot'],
    ['reset/:thing', 'reset', 'Reset'],
  ] as const)
    app.get<OfThing>(`/inspect/:id/${path}`, async (request, reply) => {
      const place = await inspector.looking(request, request.params.id, 'rehearsal.see');
      return view(request, reply, { name, title, place }, { thing: request.params.thing.slice(0, 40) });
    });

  /** A form that changes something: goes on to `to`, or shows its page again with what is wrong. */
  const changes = <Route extends OfEnvironment>(
    path: string,
    action: Action,
    field: string,
    show: ((request: FastifyRequest<OfEnvironment>, reply: FastifyReply, problem: Problem) => Promise<FastifyReply>) | undefined,
    make: (form: SentForm, place: Place, params: Route['Params']) => Promise<string>,
  ): void => {
    app.post(`/inspect/:id/${path}`, async (request: FastifyRequest<OfEnvironment>, reply) => {
      const place = await inspector.looking(request, request.params.id, action);
      const form = site.form(request);
      try {
        return site.redirect(reply, `/inspect/${place.environment.id}/${await make(form, place, request.params as Route['Params'])}`);
      } catch (error) {
        if (show === undefined || !(error instanceof LocalRefusal) || ![400, 404, 409].includes(error.status)) throw error;
        const text = [error.message, error.explanation.fix].filter((each) => each !== undefined).join(' ');
        return show(request, reply, { field, text, status: error.status, entered: Object.fromEntries(request.body as URLSearchParams) });
      }
    });
  };

  changes('clock', 'rehearsal.see', 'wanted', clockPage, async (form, { visitor, environment }) => {
    const wish = clockWish(form);
    await inspector.moveClock(visitor, environment, wish);
    return `clock?done=${'release' in wish ? 'released' : 'clock'}`;
  });
  changes('faults', 'rehearsal.see', 'service', faultsPage, async (form, { visitor, environment }) => {
    await inspector.addFault(visitor, environment, await faultIn(form, environment));
    return 'faults?done=fault';
  });
  changes<OfEnvironment>('faults/clear', 'rehearsal.see', 'service', faultsPage, async (form, { visitor, environment }) => {
    const id = form('ruleId');
    await inspector.clearFaults(visitor, environment, id === '' ? undefined : id);
    return `faults?done=${id === '' ? 'all-cleared' : 'cleared'}`;
  });
  changes('snapshots', 'rehearsal.see', 'name', dataPage, async (form, { visitor, environment }) => {
    if (form('name') === '') throw new LocalRefusal(400, 'snapshot_name', 'Give the snapshot a name.');
    await inspector.saveSnapshot(visitor, environment, form('name').slice(0, 60));
    return 'data?done=saved';
  });
  changes<OfThing>('snapshots/:thing/load', 'rehearsal.see', 'name', dataPage, async (_form, { visitor, environment }, { thing }) => {
    await inspector.loadSnapshot(visitor, environment, thing);
    return 'data?done=loaded';
  });
  changes<OfThing>('reset/:thing', 'rehearsal.see', 'name', undefined, async (_form, { visitor, environment }, { thing }) => {
    await inspector.reset(visitor, environment, thing === 'all');
    return 'data?done=reset';
  });
  changes('import', 'rehearsal.see', 'document', dataPage, async (form, { visitor, environment }) => {
    await inspector.import(visitor, environment, documentIn(form('document')));
    return 'data?done=imported';
  });
  changes<OfThing>('outbox/:thing/retry', 'outbox.see', 'job', undefined, async (_form, { visitor, environment }, { thing }) => {
    await inspector.retryJob(visitor, environment, thing);
    return 'outbox?done=retried';
  });
}

/** What is wrong with a form, and what had been typed. */
interface Problem {
  readonly field: string;
  readonly text: string;
  readonly status: number;
  readonly entered: Readonly<Record<string, string>>;
}

function clockValues({ now, realNow, offsetMilliseconds }: OutputOf<'clock.show'>) {
  return { now: isoInstant(now), realNow: isoInstant(realNow), moved: offsetMilliseconds !== 0 };
}

/** What a form wants of the clock. Throws LocalRefusal 400. */
function clockWish(form: SentForm): ClockWish {
  switch (form('how')) {
    case 'release':
      return { release: true };
    case 'advance':
      return { advance: form('wanted') };
    default: {
      const now = parseInstant(form('wanted'));
      if (now === undefined) throw new LocalRefusal(400, 'bad_instant', 'Enter a date and time.', 'Write it like 2026-12-02T19:59:00Z.');
      return { now };
    }
  }
}

/** A document to import. Throws LocalRefusal 400. */
function documentIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below.
  }
  throw new LocalRefusal(
    400,
    'bad_import',
    'An import is a JSON object.',
    'For example {"patients":[…]}; docs/import.md has every member.',
  );
}
