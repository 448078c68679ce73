import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { timeInWords } from '../../environment/maintenance/london.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Portal } from '../portal.ts';
import { applicationsOf, identifiersOf, type Manifest, maintenanceOf, overallState, sectionsOf } from './catalogue.ts';

interface OfEnvironment {
  readonly Params: { readonly id: string };
}

/** Pages, files and API of the environment catalogue. */
export function registerCatalogue(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const look = async (
    request: FastifyRequest<OfEnvironment>,
  ): Promise<{ readonly environment: ManagedEnvironment; readonly manifest: Manifest }> => {
    await site.permitted(request, 'environment.see');
    const environment = portal.environment(request.params.id);
    return { environment, manifest: await environment.call('environment.manifest', {}) };
  };

  app.get('/environments', async (request, reply) => {
    await site.permitted(request, 'environment.see');
    const environments = await Promise.all(portal.environments.map((environment) => summaryOf(environment)));
    return site.page(request, reply, 'catalogue/pages/environments.njk', { title: 'Environments', environments });
  });
  app.get<OfEnvironment>('/environments/:id', async (request, reply) => {
    const { environment, manifest } = await look(request);
    const visitor = await site.visitor(request);
    const { now } = await environment.call('environment.now', {});
    return site.page(request, reply, 'catalogue/pages/environment.njk', {
      title: `${environment.title} (${environment.id})`,
      manifest,
      now: timeInWords(now),
      builds: manifest.builds.map((each) => ({ ...each, since: timeInWords(Date.parse(each.deployedAt)) })),
      applications: applicationsOf(manifest, visitor),
      maintenance: maintenanceOf(manifest),
      identifiers: identifiersOf(manifest),
      back: { href: '/environments', text: 'Environments' },
    });
  });
  app.get<OfEnvironment>('/environments/:id/connections', async (request, reply) => {
    const { environment, manifest } = await look(request);
    const { exports } = await environment.call('environment.exports', {});
    return site.page(request, reply, 'catalogue/pages/connections.njk', {
      title: `Connection information of ${environment.id}`,
      environment: environment.id,
      sections: sectionsOf(manifest, portal.baseUrl),
      lastEdited: manifest.tablesLastEdited,
      exports,
      back: { href: `/environments/${environment.id}`, text: environment.title },
    });
  });
  app.get<OfEnvironment>('/environments/:id/manifest.json', async (request, reply) => {
    const { manifest } = await look(request);
    return reply.header('cache-control', 'no-store').send(manifest);
  });
  app.get<{ readonly Params: { readonly id: string; readonly format: string } }>(
    '/environments/:id/exports/:format',
    async (request, reply) => {
      await site.permitted(request, 'environment.see');
      const environment = portal.environment(request.params.id);
      const format = (await environment.call('environment.exports', {})).exports.find(
        (each) => each.format === request.params.format,
      )?.format;
      if (format === undefined) throw new LocalRefusal(404, 'format_unknown', 'There is no export of this format.');
      const { file, mediaType, text } = await environment.call('environment.export', { format });
      return reply
        .type(mediaType)
        .header('content-disposition', `attachment; filename="${file}"`)
        .header('x-content-type-options', 'nosniff')
        .send(text);
    },
  );
  registerApi(app, portal);
}

async function summaryOf(environment: ManagedEnvironment) {
  const manifest = await environment.call('environment.manifest', {});
  return {
    id: environment.id,
    title: environment.title,
    purpose: manifest.purpose,
    state: overallState(manifest),
    maintenance: maintenanceOf(manifest),
    here: manifest.rows.filter((row) => row.state !== 'not-in-this-version').length,
    rows: manifest.rows.length,
  };
}

function registerApi(app: FastifyInstance, portal: Portal): void {
  portal.api.endpoint(app, {
    method: 'GET',
    path: '/environments',
    tag: 'environments',
    summary: 'The environments, and how it is with each.',
    answer: Type.Object({
      environments: Type.Array(
        Type.Object({
          id: Type.String(),
          title: Type.String(),
          purpose: Type.String(),
          state: Type.String(),
          maintenance: Type.Array(Type.String()),
        }),
      ),
    }),
    handle: async () => ({
      environments: await Promise.all(
        portal.environments.map(async (environment) => {
          const { id, title, purpose, state, maintenance } = await summaryOf(environment);
          return { id, title, purpose, state: state.text, maintenance: [...maintenance] };
        }),
      ),
    }),
  });
  portal.api.endpoint(app, {
    method: 'GET',
    path: '/environments/:id/manifest',
    tag: 'environments',
    summary: 'The manifest of an environment: doors, services and every row of its connection information.',
    params: Type.Object({ id: Type.String() }),
    answer: Type.Unknown(),
    handle: ({ params }) => portal.environment(params.id).call('environment.manifest', {}),
  });
}
