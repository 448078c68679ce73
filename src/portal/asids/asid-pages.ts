/** ASIDs as pages: the list, one of them, the ASID of an application. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasAllowList } from '../../environment/management/asids.ts';
import { isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { applications, type NameEnvironment } from '../applications/index.ts';
import type { Portal } from '../portal.ts';
import { hrefOf, pageOf } from '../web/paging.ts';
import { allocate } from './allocating.ts';
import { bindAsid, unbindAsid } from './binding.ts';
import { useWords } from './display-name.ts';
import { asidModelOf } from './policy.ts';
import { ASID_ENVIRONMENTS, joinService, listAsids, retireAsid, viewAsid } from './register.ts';
import { requestAsid, requestsOf, withdraw } from './requesting.ts';
import { WAITING } from './states.ts';
import type { AsidRequest } from './store.ts';

type OfApplication = { readonly Params: { readonly appId: string } };
type One = { readonly Params: { readonly environment: string; readonly asid: string } };
const VIEWS = 'asids/pages';

/** Registers the pages of ASIDs. */
export function registerAsidPages(app: FastifyInstance, portal: Portal): void {
  registerList(app, portal);
  registerOne(app, portal);
  registerOfApplication(app, portal);
  registerOperating(app, portal);
}

function codesIn(text: string): readonly string[] {
  return text.split(',').filter((each) => each.trim() !== '');
}

function shownRequest(request: AsidRequest) {
  return { ...request, use: useWords(request.use), requested: isoInstant(request.requestedAt) };
}

function environmentOf(text: string): NameEnvironment {
  const found = ASID_ENVIRONMENTS.find((each) => each === text.toUpperCase());
  if (found === undefined) throw new LocalRefusal(404, 'environment_unknown', 'There are no ASIDs in that environment.');
  return found;
}

function registerList(app: FastifyInstance, portal: Portal): void {
  app.get<{ Querystring: { environment?: string; page?: string } }>('/asids', async (request, reply) => {
    const visitor = await portal.site.permitted(request, 'asid.see');
    const environment = ASID_ENVIRONMENTS.find((each) => each === request.query.environment);
    const { asids, waiting, retired } = await listAsids(portal, visitor, environment);
    return portal.site.page(request, reply, `${VIEWS}/asids.njk`, {
      title: 'ASIDs',
      chosen: environment,
      environments: ASID_ENVIRONMENTS.filter((id) => portal.environments.some((each) => each.id === id)),
      paging: pageOf(asids, request.query.page, hrefOf('/asids', environment)),
      waiting: waiting.map(shownRequest),
      retired: retired.map(shownRequest),
    });
  });
}

function registerOne(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const page = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { environment, asid }: One['Params'],
    values: object = {},
    status = 200,
  ) => {
    const view = await viewAsid(portal, await site.visitor(request), environmentOf(environment), asid);
    return site.page(request, reply, `${VIEWS}/asid.njk`, { title: `ASID ${asid}`, ...view, ...values }, status);
  };
  app.get<One>('/asids/:environment/:asid', (request, reply) => page(request, reply, request.params));
  app.post<One>('/asids/:environment/:asid/services', async (request, reply) => {
    const form = site.form(request);
    const { environment, asid } = request.params;
    const wish = { environment: environmentOf(environment), asid, service: form('service'), confirmed: form('confirmed') === 'yes' };
    try {
      if (wish.service === '') throw new LocalRefusal(400, 'no_service', 'Select a service.');
      await joinService(portal, await site.visitor(request), wish);
    } catch (error) {
      if (!(error instanceof LocalRefusal) || (error.status !== 409 && error.status !== 400)) throw error;
      return page(request, reply, request.params, { chosen: wish.service, problems: { service: error.message } }, error.status);
    }
    return site.redirect(reply, `/asids/${environment}/${asid}`);
  });
  app.post<One>('/asids/:environment/:asid/retire', async (request, reply) => {
    const form = site.form(request);
    const { environment, asid } = request.params;
    if (form('sure') !== 'yes') return page(request, reply, request.params, { problems: { sure: 'Select that you are sure' } }, 400);
    await retireAsid(portal, await site.visitor(request), environmentOf(environment), asid);
    return site.redirect(reply, '/asids');
  });
}

function registerOfApplication(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const page = async (request: FastifyRequest, reply: FastifyReply, appId: string, values: object = {}, status = 200) => {
    const visitor = await site.visitor(request);
    const record = await portal.use(applications).permittedRecord(visitor, appId, 'asid.see');
    const { application, state } = await portal.use(applications).look(record);
    const asked = await requestsOf(portal, visitor, appId);
    return site.page(
      request,
      reply,
      `${VIEWS}/application-asid.njk`,
      {
        title: 'ASID of the application',
        record,
        application,
        state,
        allowListed: hasAllowList(await asidModelOf(portal, record.environment), record.accessMode),
        requests: asked.map(shownRequest),
        waiting: asked.find((each) => WAITING.includes(each.state)),
        ...values,
      },
      status,
    );
  };
  /** Does what a form asks, and tells on the page what is refused. */
  const act = async (
    request: FastifyRequest,
    reply: FastifyReply,
    appId: string,
    fieldOf: (code: string) => string,
    entered: object,
    deed: () => Promise<unknown>,
  ): Promise<FastifyReply> => {
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof LocalRefusal) || [401, 403, 503].includes(error.status) || error.code === 'application_unknown') throw error;
      return page(request, reply, appId, { ...entered, problems: { [fieldOf(error.code)]: error.message } }, error.status);
    }
    return site.redirect(reply, `/applications/${appId}/asid`);
  };
  app.get<OfApplication>('/applications/:appId/asid', (request, reply) => page(request, reply, request.params.appId));
  app.post<OfApplication>('/applications/:appId/asid', async (request, reply) => {
    const form = site.form(request);
    const { appId } = request.params;
    const wish = {
      odsCode: form('odsCode'),
      product: form('product'),
      actingUser: form('actingUser') || undefined,
      allowList: codesIn(form('allowList')),
    };
    const fields: Readonly<Record<string, string>> = { bad_product: 'product', bad_acting_user: 'actingUser', allow_list: 'allowList' };
    return act(
      request,
      reply,
      appId,
      (code) => fields[code] ?? 'odsCode',
      { ...wish, allowList: form('allowList') },
      async () => requestAsid(portal, await site.visitor(request), appId, wish),
    );
  });
  app.post<OfApplication>('/applications/:appId/asid/bind', async (request, reply) => {
    const form = site.form(request);
    const { appId } = request.params;
    return act(
      request,
      reply,
      appId,
      () => 'asid',
      { given: form('asid') },
      async () => bindAsid(portal, await site.visitor(request), appId, form('asid')),
    );
  });
  app.post<OfApplication>('/applications/:appId/asid/unbind', async (request, reply) => {
    site.form(request);
    const { appId } = request.params;
    await unbindAsid(portal, await site.visitor(request), appId);
    return site.redirect(reply, `/applications/${appId}/asid`);
  });
}

function registerOperating(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  for (const [word, deed] of [
    ['allocate', allocate],
    ['withdraw', withdraw],
  ] as const)
    app.post<{ Params: { requestId: string } }>(`/asids/requests/:requestId/${word}`, async (request, reply) => {
      site.form(request);
      const { appId } = await deed(portal, await site.visitor(request), request.params.requestId);
      return site.redirect(reply, `/applications/${appId}/asid`);
    });
}
