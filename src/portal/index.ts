import { join } from 'node:path';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { LocalRefusal } from '../kernel/errors.ts';
import type { Random } from '../kernel/random.ts';
import { registerAssets } from '../kernel/web/assets.ts';
import { FormToken } from '../kernel/web/form-token.ts';
import { Pages } from '../kernel/web/pages.ts';
import { type ExaminingEnvironment, registerDoctor } from './doctor/routes.ts';

export type { ExaminingEnvironment } from './doctor/routes.ts';

/** What the portal shows of an environment; the platform supplies it. The portal never asks a service itself. */
export interface EnvironmentSummary {
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  readonly up: boolean;
  readonly baseUrl: string;
  readonly ersUrls: readonly { readonly instance: string; readonly url: string }[];
  readonly tokenUrls: readonly string[];
  readonly caUrl: string;
  /** Its API explorer. */
  readonly explorerUrl: string;
}

/** What the platform gives the portal. */
export interface PortalParts {
  readonly environments: () => readonly EnvironmentSummary[];
  /** Environments that examine tokens here; none where everybody who reaches the port could ask. */
  readonly examining: () => readonly ExaminingEnvironment[];
  readonly guard: (request: FastifyRequest) => void;
  readonly random: Random;
}

/** The portal's web application: where the environments are and how to begin (PTL-023), and the doctor. */
export function createPortalApp({ environments, examining, guard, random }: PortalParts): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 64 * 1024 });
  const pages = new Pages(join(import.meta.dirname, 'pages'));
  registerAssets(app);
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.get('/health', async () => ({ status: 'ready' }));
  app.get('/', (_request, reply) => pages.send(reply, 'landing.njk', { title: 'Path to live', environments: environments() }));
  const formToken = new FormToken({ cookie: 'localspine-portal-form', path: '/', random });
  registerDoctor(app, { pages, formToken, environments: examining, guard });
  app.setNotFoundHandler((_request, reply) => pages.send(reply, 'not-found.njk', { title: 'Page not found' }, 404));
  app.setErrorHandler((error: unknown, _request, reply) => {
    const [status, text] =
      error instanceof LocalRefusal ? [error.status, error.message] : [statusOf(error), 'This request cannot be taken.'];
    return pages.send(reply, 'refused.njk', { title: 'Sorry, that did not work', text }, status);
  });
  return app;
}

/** The 4xx of the web server's own refusals (a body too large, an unknown media type); anything else is ours. */
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
