import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerAssets } from '../kernel/web/assets.ts';
import { Pages } from '../kernel/web/pages.ts';

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

/** The portal's web application. For now its landing page: where the environments are and how to begin (PTL-023). */
export function createPortalApp(environments: () => readonly EnvironmentSummary[]): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 64 * 1024 });
  const pages = new Pages(join(import.meta.dirname, 'pages'));
  registerAssets(app);
  app.get('/health', async () => ({ status: 'ready' }));
  app.get('/', (_request, reply) => pages.send(reply, 'landing.njk', { title: 'Path to live', environments: environments() }));
  app.setNotFoundHandler((_request, reply) => pages.send(reply, 'not-found.njk', { title: 'Page not found' }, 404));
  return app;
}
