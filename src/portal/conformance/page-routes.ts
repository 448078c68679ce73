import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import { may } from '../access/permissions.ts';
import type { Visitor } from '../access/visitor.ts';
import { applications } from '../applications/index.ts';
import type { Portal } from '../portal.ts';
import type { Problems, SentForm } from '../web/site.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { RunOrder } from './order.ts';
import { exchangeValues, runListValues, runValues } from './page-values.ts';
import type { RunKind } from './run.ts';
import { type Runs, subjectOf } from './runs.ts';

type RunRequest = FastifyRequest<{ Params: { runId: string } }>;
type RunRoute = { Params: { runId: string } };

/** Which field of the start form a refusal is about. */
const FIELD_OF: Readonly<Record<string, string>> = {
  bad_product: 'product',
  bad_version: 'version',
  bad_environment: 'environment',
  bad_ods_code: 'odsCode',
  no_organisation: 'odsCode',
  no_applications: 'applications',
  application_unknown: 'applications',
  application_access: 'applications',
  application_recorded: 'applications',
  no_endpoints: 'endpoints',
  endpoint_closed: 'endpoints',
  endpoint_unknown: 'endpoints',
};

/** The pages of runs. */
export function registerConformancePages(app: FastifyInstance, portal: Portal, runs: Runs): void {
  registerList(app, portal, runs);
  registerStart(app, portal, runs);
  registerRunPage(app, portal, runs);
  registerDecisions(app, portal, runs);
}

function registerList(app: FastifyInstance, { site }: Portal, runs: Runs): void {
  app.get('/conformance', async (request, reply) => {
    const visitor = await site.permitted(request, 'conformance.see');
    return site.page(request, reply, 'conformance/pages/runs.njk', {
      title: 'Conformance runs',
      runs: runListValues(await runs.list(visitor)),
      mayStart: may(visitor, 'conformance.run'),
    });
  });
}

function registerStart(app: FastifyInstance, portal: Portal, runs: Runs): void {
  const { site } = portal;
  const page = async (request: FastifyRequest, reply: FastifyReply, values: StartValues, problems: Problems = {}, status = 200) => {
    const visitor = await site.permitted(request, 'conformance.run');
    return site.page(
      request,
      reply,
      'conformance/pages/start.njk',
      {
        title: 'Start a run',
        back: { href: '/conformance', text: 'Conformance runs' },
        teams: visitor.teams,
        environments: portal.environments.map((each) => each.id).filter((id) => id === 'INT' || id === 'DEP'),
        endpoints: ENDPOINTS.filter((each) => each.id !== 'token'),
        own: await ownApplications(portal, visitor),
        values,
        problems,
      },
      status,
    );
  };
  app.get('/conformance/start', (request, reply) => page(request, reply, NEW));
  app.post('/conformance/start', async (request, reply) => {
    const form = site.form(request);
    const visitor = await site.permitted(request, 'conformance.run');
    const values = startValues(form);
    try {
      const run = await runs.start(visitor, orderIn(values));
      return site.redirect(reply, `/conformance/runs/${run.runId}`);
    } catch (error) {
      const field = error instanceof LocalRefusal ? FIELD_OF[error.code] : undefined;
      if (!(error instanceof LocalRefusal) || field === undefined) throw error;
      return page(request, reply, values, { [field]: error.message }, error.status);
    }
  });
}

interface StartValues {
  readonly kind: RunKind;
  readonly product: string;
  readonly version: string;
  readonly teamId: string;
  readonly environment: string;
  readonly odsCode: string;
  /** Chosen from those that belong to the visitor. */
  readonly own: readonly string[];
  readonly applications: string;
  readonly endpoints: readonly string[];
}

const NEW: StartValues = {
  kind: 'conformance',
  product: '',
  version: '',
  teamId: '',
  environment: 'INT',
  odsCode: '',
  own: [],
  applications: '',
  endpoints: [],
};

function startValues(form: SentForm): StartValues {
  return {
    kind: form('kind') === 'acceptance' ? 'acceptance' : 'conformance',
    product: form('product'),
    version: form('version'),
    teamId: form('teamId'),
    environment: form('environment'),
    odsCode: form('odsCode'),
    own: form.all('own'),
    applications: form('applications'),
    endpoints: form.all('endpoints'),
  };
}

function orderIn({ own, applications: more, teamId, odsCode, ...values }: StartValues): RunOrder {
  return {
    ...values,
    applications: [...own, ...more.split(/[\s,;]+/)].filter((each) => each !== ''),
    ...(teamId !== '' && { teamId }),
    ...(odsCode !== '' && { odsCode }),
  };
}

/** Applications of the visitor where runs take place, to choose from. */
async function ownApplications(portal: Portal, visitor: Visitor): Promise<readonly { readonly value: string; readonly text: string }[]> {
  const all = await portal.use(applications).list(visitor);
  return all
    .filter(({ record }) => record.environment === 'INT' || record.environment === 'DEP')
    .map(({ record, application }) => ({ value: record.appId, text: `${application.name} (${record.environment})` }));
}

function registerRunPage(app: FastifyInstance, { site }: Portal, runs: Runs): void {
  app.get<RunRoute & { Querystring: { show?: string } }>('/conformance/runs/:runId', async (request, reply) => {
    const visitor = await site.visitor(request);
    const view = await runs.view(visitor, request.params.runId);
    return site.page(request, reply, 'conformance/pages/run.njk', {
      back: { href: '/conformance', text: 'Conformance runs' },
      ...runValues(view, request.query.show === 'open'),
      mayChange: may(visitor, 'conformance.run', subjectOf(view.product)),
      maySignOff: may(visitor, 'conformance.sign-off', { odsCode: view.run.odsCode }),
    });
  });
  app.get<{ Params: { runId: string; number: string } }>('/conformance/runs/:runId/exchanges/:number', async (request, reply) => {
    const { runId, number } = request.params;
    const { run, exchanges } = await runs.look(await site.visitor(request), runId);
    const exchange = await runs.exchanges.one(run, /^\d{1,9}$/.test(number) ? Number(number) : 0);
    return site.page(request, reply, 'conformance/pages/exchange.njk', exchangeValues(run, exchange, exchanges));
  });
  app.get<RunRoute>('/conformance/runs/:runId/evidence', async (request, reply) => {
    const { name, bytes } = await runs.evidence(await site.visitor(request), request.params.runId);
    return reply
      .type('application/jsonl')
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .send(bytes);
  });
}

function registerDecisions(app: FastifyInstance, { site }: Portal, runs: Runs): void {
  const back = (reply: FastifyReply, { params }: RunRequest): FastifyReply => site.redirect(reply, `/conformance/runs/${params.runId}`);
  app.post<RunRoute>('/conformance/runs/:runId/finish', async (request, reply) => {
    site.form(request);
    await runs.finish(await site.visitor(request), request.params.runId);
    return back(reply, request);
  });
  app.post<RunRoute>('/conformance/runs/:runId/delete', async (request, reply) => {
    site.form(request);
    await runs.delete(await site.visitor(request), request.params.runId);
    return site.redirect(reply, '/conformance');
  });
  app.post<RunRoute>('/conformance/runs/:runId/sign-off', async (request, reply) => {
    const form = site.form(request);
    await runs.signOff(await site.visitor(request), request.params.runId, form('accepted') === 'yes', form('comment'));
    return back(reply, request);
  });
  registerJustification(app, site, runs);
}

function registerJustification(app: FastifyInstance, site: Portal['site'], runs: Runs): void {
  const page = async (request: RunRequest, reply: FastifyReply, values: object, problems: Problems = {}, status = 200) => {
    const view = await runs.view(await site.visitor(request), request.params.runId);
    const cases = view.evaluation.results.filter(
      (each) => each.case.kind.kind !== 'served' && (each.state === 'not-seen' || each.state === 'not-applicable'),
    );
    return site.page(
      request,
      reply,
      'conformance/pages/not-applicable.njk',
      {
        title: 'Cases that do not apply',
        back: { href: `/conformance/runs/${request.params.runId}`, text: 'The run' },
        run: view.run,
        cases: cases.map((each) => ({
          value: each.case.id,
          text: `${each.case.endpoint.id}: ${each.case.kind.title}`,
          hint: { text: each.justification === undefined ? each.case.kind.requirement : `Does not apply: ${each.justification}` },
        })),
        ...values,
        problems,
      },
      status,
    );
  };
  app.get<RunRoute>('/conformance/runs/:runId/not-applicable', (request, reply) => page(request, reply, { chosen: [], reason: '' }));
  app.post<RunRoute>('/conformance/runs/:runId/not-applicable', async (request, reply) => {
    const form = site.form(request);
    const [chosen, reason, takenBack] = [form.all('cases'), form('reason'), form('change') === 'take-back'];
    const problems: Problems = {
      ...(chosen.length === 0 && { cases: 'Choose the cases' }),
      ...(reason === '' && !takenBack && { reason: 'Say why these cases do not apply to the product' }),
    };
    if (Object.keys(problems).length > 0) return page(request, reply, { chosen, reason }, problems, 422);
    await runs.justify(await site.visitor(request), request.params.runId, chosen, takenBack ? '' : reason);
    return site.redirect(reply, `/conformance/runs/${request.params.runId}`);
  });
}
