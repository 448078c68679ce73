import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';
import { registerAssets } from '../kernel/web/assets.ts';
import { registerDoctor } from './doctor/routes.ts';
import type { PortalParts } from './index.ts';
import { portalModules } from './modules.ts';
import { Portal, type PortalFoundation } from './portal.ts';
import { refuseNul } from './web/nul.ts';

/** The portal with all its modules. */
export function buildPortal(foundation: PortalFoundation): Portal {
  return new Portal(foundation, portalModules);
}

/** The portal's web application: pages, API, and where the environments are (PTL-023). */
export async function createPortalApp(portal: Portal, { environments, examining }: PortalParts): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, bodyLimit: 2 * 1024 * 1024, routerOptions: { maxParamLength: 500 } });
  registerAssets(app);
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  app.addHook('preHandler', async (request) => refuseNul(request));
  app.get('/health', async () => ({ status: 'ready' }));
  app.get('/', (request, reply) =>
    portal.site.page(request, reply, 'pages/landing.njk', { title: 'Path to live', environments: environments(), home: portal.home }),
  );
  app.get('/api/openapi.json', async () => portal.api.document());
  registerDoctor(app, { site: portal.site, environments: examining });
  for (const module of portal.modules) await module.routes?.(app);
  app.setNotFoundHandler((request, reply) =>
    isApi(request)
      ? reply
          .code(404)
          .send({ error: 'not_found', message: 'The API has nothing at this path.', fix: 'GET /api/openapi.json lists what there is.' })
      : portal.site.page(request, reply, 'pages/not-found.njk', { title: 'Page not found' }, 404),
  );
  app.setErrorHandler((error: unknown, request, reply) => answerError(portal, error, request, reply));
  return app;
}

function isApi(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/');
}

async function answerError(portal: Portal, error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const status = error instanceof LocalRefusal ? error.status : statusOf(error);
  const text = error instanceof LocalRefusal ? error.message : status === 500 ? 'This request cannot be taken.' : messageOf(error);
  if (status === 500) portal.log.error({ error: messageOf(error), url: request.url.split('?')[0] }, 'portal');
  if (isApi(request)) {
    const code = error instanceof LocalRefusal ? error.code : status === 500 ? 'internal' : 'bad_request';
    const fix = error instanceof LocalRefusal ? error.explanation.fix : undefined;
    return reply.code(status).send({ error: code, message: text, ...(fix !== undefined && { fix }) });
  }
  // Who has not signed in is asked to, and then comes back.
  if (error instanceof LocalRefusal && error.code === 'sign_in' && request.method === 'GET')
    return portal.site.redirect(reply, `/sign-in?next=${encodeURIComponent(request.url)}`);
  const fix = error instanceof LocalRefusal ? error.explanation.fix : undefined;
  return portal.site.page(request, reply, 'pages/refused.njk', { title: 'Sorry, that did not work', text, fix }, status);
}

/** The 4xx of the web server's own refusals (a body too large, an unknown media type); anything else is ours. */
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
