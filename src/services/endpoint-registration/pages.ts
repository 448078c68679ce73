import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal, Refusal } from '../../kernel/errors.ts';
import { closeFor, ServiceClosed, sendClosedPage } from '../../kernel/http/closing.ts';
import { Pages } from '../../kernel/web/pages.ts';
import { registerDirectoryPages } from './directory-pages.ts';
import { registerNamePages } from './name-pages.ts';
import { requireOpen } from './open.ts';
import { beginSignIn, finishSignIn, requireOwnForm, type Session, sessionOf, signOut } from './session.ts';
import { registerSystemPages } from './system-pages.ts';
import type { RegistrationWorld } from './world.ts';

const FORM_LIMIT = 64 * 1024;

export type Form = Readonly<Record<string, string>>;

/** What the pages are made with. */
export interface PageParts {
  readonly world: RegistrationWorld;
  /** Shows a view to a signed-in person. */
  show(
    reply: FastifyReply,
    session: Session,
    view: string,
    values: Readonly<Record<string, unknown>>,
    status?: number,
  ): Promise<FastifyReply>;
  /** Runs a page for a signed-in person; anybody else is asked to sign in. */
  page(operation: string, body: (request: FastifyRequest, reply: FastifyReply, session: Session) => Promise<FastifyReply>): Handler;
  /** Runs what a form asks for, once it is known that it is one of ours. */
  form(
    operation: string,
    body: (form: Form, session: Session, reply: FastifyReply, request: FastifyRequest) => Promise<FastifyReply>,
  ): Handler;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** `/eprwebapp` and `/ndsadmin`: the registration applications in the browser. */
export async function registerPages(app: FastifyInstance, world: RegistrationWorld): Promise<void> {
  const pages = new Pages(join(import.meta.dirname, 'pages'));
  const environment = world.environment.id;
  const parts: PageParts = {
    world,
    show: (reply, session, view, values, status = 200) =>
      pages.send(reply, view, { environment, name: session.name, csrf: session.csrf, duties: dutiesOf(session), ...values }, status),
    page: (operation, body) => async (request, reply) => {
      request.exchange.operation = operation;
      await requireOpen(world, operation);
      const session = await sessionOf(world, request);
      if (session === undefined)
        return pages.send(reply, 'start.njk', { environment, title: 'Sign in', next: request.url.split('?')[0] }, 401);
      return body(request, reply, session);
    },
    form: (operation, body) => async (request, reply) => {
      request.exchange.operation = operation;
      await requireOpen(world, operation);
      const session = await sessionOf(world, request);
      if (session === undefined)
        throw new LocalRefusal(401, 'signed_out', 'You are not signed in, or your session has ended.', 'Sign in and send the form again.');
      const form = formOf(request.body);
      requireOwnForm(request, session, form);
      return body(form, session, reply, request);
    },
  };
  acceptForms(app);
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'endpoint-registration';
  });
  closeFor(app, world.availability, 'cis');
  app.setErrorHandler((error: unknown, request, reply) => renderRefusal(pages, environment, error, request, reply));
  registerSignIn(app, world);
  registerSystemPages(app, parts);
  registerNamePages(app, parts);
  registerDirectoryPages(app, parts);
}

function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FORM_LIMIT }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
}

function registerSignIn(app: FastifyInstance, world: RegistrationWorld): void {
  app.get<{ Querystring: { next?: string } }>('/eprwebapp/sign-in', async (request, reply) => {
    request.exchange.operation = 'sign-in';
    await requireOpen(world, 'sign-in');
    return beginSignIn(world, request, reply, String(request.query.next ?? ''));
  });
  app.get('/eprwebapp/callback', async (request, reply) => {
    request.exchange.operation = 'sign-in';
    return finishSignIn(world, request, reply);
  });
  app.post('/eprwebapp/sign-out', async (request, reply) => {
    request.exchange.operation = 'sign-out';
    const session = await sessionOf(world, request);
    if (session === undefined) return reply.redirect('/eprwebapp', 303);
    requireOwnForm(request, session, formOf(request.body));
    return signOut(world, session, reply);
  });
}

function formOf(body: unknown): Form {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value.trim()]] : [])));
}

function dutiesOf({ actor }: Session): readonly string[] {
  return actor.grants.map(({ duty, odsCode }) => (odsCode === '' ? duty : `${duty} (${odsCode})`));
}

/** A refusal as a page: what was wrong and what to do. */
async function renderRefusal(
  pages: Pages,
  environment: string,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!(error instanceof Refusal)) throw error;
  request.exchange.refused(error.explanation);
  if (error instanceof ServiceClosed) return sendClosedPage(pages, reply, environment, error);
  const status = error instanceof LocalRefusal ? error.status : 400;
  const { why, fix } = error.explanation;
  return pages.send(reply, 'refused.njk', { environment, title: 'There is a problem', text: error.message, why, fix }, status);
}
