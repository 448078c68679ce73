/** *Environment access* and *View your new application*: lists, one application, its API, name, standing and usage. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { access, may } from '../access/index.ts';
import type { Portal } from '../portal.ts';
import { hrefOf, pageOf } from '../web/paging.ts';
import type { Problems, SentForm } from '../web/site.ts';
import {
  applicationsPastThePortal,
  listApplications,
  permittedRecord,
  productsOf,
  type ViewedApplication,
  viewApplication,
} from './application.ts';
import { addApi, approveApi, rename, setCallback, setStanding } from './changes.ts';
import { judgeName } from './name.ts';
import { openEnvironments, REGISTERING_ENVIRONMENTS } from './registering.ts';

type One = { readonly Params: { readonly appId: string } };
const VIEWS = 'applications/pages';
const LAST_ERRORS = 20;

/** Registers the pages of applications. */
export function registerApplicationPages(app: FastifyInstance, portal: Portal): void {
  registerLists(app, portal);
  registerApi(app, portal);
  registerNameAndCallback(app, portal);
  registerStanding(app, portal);
}

function registerLists(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get<{ Querystring: { environment?: string; page?: string } }>('/environment-access', async (request, reply) => {
    const visitor = await site.permitted(request, 'application.see');
    const environment = REGISTERING_ENVIRONMENTS.find((each) => each === request.query.environment);
    const open = openEnvironments(portal);
    const past = may(visitor, 'application.operate')
      ? (await Promise.all(open.map((each) => applicationsPastThePortal(portal, visitor, each.id)))).flat()
      : [];
    return site.page(request, reply, `${VIEWS}/environment-access.njk`, {
      title: 'Environment access',
      environments: open,
      chosen: environment,
      paging: pageOf(await listApplications(portal, visitor, environment), request.query.page, hrefOf('/environment-access', environment)),
      past: past.filter((each) => environment === undefined || each.environment === environment),
    });
  });
  app.get<One>('/applications/:appId', async (request, reply) => {
    const visitor = await site.visitor(request);
    const view = await viewApplication(portal, visitor, request.params.appId);
    const { record, application } = view;
    const products = await productsOf(portal.environment(record.environment));
    const { accessMode, environment } = record;
    return site.page(request, reply, `${VIEWS}/application.njk`, {
      title: application.name,
      ...view,
      owner: await portal.use(access).ownerName(portal.store.db, record.owner),
      product: products.find((each) => each.name === application.subscriptions[0]?.product),
      verdict: judgeName(application.name, { environment, accessMode }),
      activeKeys: application.apiKeys.filter((each) => each.status === 'approved').length,
      created: isoInstant(record.createdAt),
    });
  });
  app.get<One>('/applications/:appId/usage', async (request, reply) => {
    const { record, application } = await viewApplication(portal, await site.visitor(request), request.params.appId);
    const usage = await portal.environment(record.environment).call('applications.usage', { appId: record.appId, errors: LAST_ERRORS });
    return site.page(request, reply, `${VIEWS}/usage.njk`, {
      title: 'Usage and last errors',
      record,
      application,
      usage: { ...usage, outcomes: usage.outcomes.map((each) => ({ ...each, last: isoInstant(each.lastAt) })) },
    });
  });
}

function registerApi(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const page = async (request: FastifyRequest, reply: FastifyReply, appId: string, values: object = {}, status = 200) => {
    const { record, application } = await viewApplication(portal, await site.visitor(request), appId);
    const products = (await productsOf(portal.environment(record.environment))).filter((each) => each.accessMode === record.accessMode);
    return site.page(request, reply, `${VIEWS}/add-api.njk`, { title: 'Add an API', record, application, products, ...values }, status);
  };
  app.get<One>('/applications/:appId/api', async (request, reply) => {
    await permittedRecord(portal, await site.visitor(request), request.params.appId, 'application.change');
    return page(request, reply, request.params.appId);
  });
  app.post<One>('/applications/:appId/api', async (request, reply) => {
    const form = site.form(request);
    const { appId } = request.params;
    await permittedRecord(portal, await site.visitor(request), appId, 'application.change');
    const [product, callbackUrl] = [form('product'), form('callbackUrl')];
    const entered = { chosen: product, callbackUrl };
    if (product === '') return page(request, reply, appId, { ...entered, problems: { product: 'Select an API' } }, 400);
    return tried(
      portal,
      reply,
      appId,
      () => site.visitor(request).then((visitor) => addApi(portal, visitor, appId, product, callbackUrl || undefined)),
      (problem, status) =>
        page(
          request,
          reply,
          appId,
          { ...entered, problems: { [/callback/.test(problem.code) ? 'callbackUrl' : 'product']: problem.message } },
          status,
        ),
    );
  });
  app.post<One>('/applications/:appId/api/approve', async (request, reply) => {
    site.form(request);
    await approveApi(portal, await site.visitor(request), request.params.appId);
    return site.redirect(reply, `/applications/${request.params.appId}`);
  });
}

function registerNameAndCallback(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const one = (
    path: 'name' | 'callback',
    title: string,
    current: (view: ViewedApplication) => string,
    save: (request: FastifyRequest, form: SentForm, appId: string) => Promise<unknown>,
  ): void => {
    const page = async (
      request: FastifyRequest,
      reply: FastifyReply,
      appId: string,
      value?: string,
      problems: Problems = {},
      status = 200,
    ) => {
      const visitor = await site.visitor(request);
      await permittedRecord(portal, visitor, appId, 'application.change');
      const view = await viewApplication(portal, visitor, appId);
      const { record, application } = view;
      const { environment, accessMode } = record;
      const shown = value ?? current(view);
      const verdict = path === 'name' ? judgeName(shown, { environment, accessMode }) : undefined;
      return site.page(request, reply, `${VIEWS}/${path}.njk`, { title, record, application, value: shown, verdict, problems }, status);
    };
    app.get<One>(`/applications/:appId/${path}`, (request, reply) => page(request, reply, request.params.appId));
    app.post<One>(`/applications/:appId/${path}`, async (request, reply) => {
      const form = site.form(request);
      const { appId } = request.params;
      return tried(
        portal,
        reply,
        appId,
        () => save(request, form, appId),
        (problem, status) => page(request, reply, appId, form('value'), { value: problem.message }, status),
      );
    });
  };
  one(
    'name',
    'Rename your application',
    ({ application }) => application.name,
    async (request, form, appId) => rename(portal, await site.visitor(request), appId, form('value'), form('strict') === 'yes'),
  );
  one(
    'callback',
    'Callback URL',
    ({ application }) => application.callbackUrl ?? '',
    async (request, form, appId) => setCallback(portal, await site.visitor(request), appId, form('value')),
  );
}

/** Does something and goes back to the application; what is refused is told on the page it came from. */
export async function tried(
  portal: Portal,
  reply: FastifyReply,
  appId: string,
  deed: () => Promise<unknown>,
  again: (problem: LocalRefusal, status: number) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof LocalRefusal) || [401, 403, 404, 503].includes(error.status)) throw error;
    return again(error, error.status);
  }
  return portal.site.redirect(reply, `/applications/${appId}`);
}

function registerStanding(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  app.get<One>('/applications/:appId/revoke', async (request, reply) => {
    const visitor = await site.visitor(request);
    await permittedRecord(portal, visitor, request.params.appId, 'application.revoke');
    const { record, application } = await viewApplication(portal, visitor, request.params.appId);
    return site.page(request, reply, `${VIEWS}/revoke.njk`, { title: 'Revoke this application?', record, application });
  });
  for (const action of ['suspend', 'resume', 'revoke'] as const)
    app.post<One>(`/applications/:appId/${action}`, async (request, reply) => {
      site.form(request);
      await setStanding(portal, await site.visitor(request), request.params.appId, action);
      return site.redirect(reply, `/applications/${request.params.appId}`);
    });
}
