import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../kernel/errors.ts';
import { closeFor, ServiceClosed, sendClosedPage } from '../../kernel/http/closing.ts';
import { registerAssets } from '../../kernel/web/assets.ts';
import { Pages } from '../../kernel/web/pages.ts';
import { browserOf, clearCookie, cookiesOf, originOf, setCookie } from './browser.ts';
import { registerCareId } from './care-id/routes.ts';
import { EndpointRefusal, SignInRefusal } from './errors.ts';
import { registerEndpoints } from './oidc/routes.ts';
import type { IdentityWorld } from './provider.ts';
import type { Realm } from './realms.ts';
import { logOut } from './sessions/logout.ts';
import { SignIn, type Step } from './sign-in.ts';
import { SignInPages } from './sign-in-pages.ts';

const FORM_LIMIT = 64 * 1024;

/** Everything an environment's identity providers answer (identity.md B.1, C.10): endpoints for software, pages for people. */
export function registerIdentity(app: FastifyInstance, world: IdentityWorld): void {
  const pages = new Pages(join(import.meta.dirname, 'pages'));
  const signIn = new SignIn(world);
  const show = new SignInPages(world, pages, signIn);
  registerAssets(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FORM_LIMIT }, (request, body, done) => {
    request.exchange.requestBody = body;
    done(null, new URLSearchParams(String(body)));
  });
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: FORM_LIMIT }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'identity';
  });
  app.setErrorHandler((error: unknown, request, reply) => renderRefusal(world, pages, error, request, reply));
  for (const realm of world.realms) {
    const register = (scope: FastifyInstance): void => {
      registerEndpoints(scope, world, realm);
      registerPages(scope, { world, pages, signIn, show, realm });
    };
    // The simulated log-on is the API platform's own: only CIS2 is down when CIS is.
    if (realm.provider === 'mock') register(app);
    else
      void app.register(async (scope) => {
        closeFor(scope, world.availability, 'cis');
        register(scope);
      });
  }
  if (world.realms.some((each) => each.provider === 'cis2')) void app.register(async (scope) => registerCareId(scope, world));
}

interface PageParts {
  readonly world: IdentityWorld;
  readonly pages: Pages;
  readonly signIn: SignIn;
  readonly show: SignInPages;
  readonly realm: Realm;
}

function registerPages(app: FastifyInstance, parts: PageParts): void {
  const { signIn, show, realm } = parts;
  const authorize = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    request.exchange.operation = 'authorize';
    const parameters = textMembers(request.method === 'POST' ? request.body : request.query);
    const { step, binding } = await signIn.begin(realm.provider, parameters, browserOf(request, realm), (error) =>
      request.exchange.refused(error.explanation),
    );
    if (binding !== undefined && step.ask !== 'nothing') setCookie(reply, `${realm.cookie}-sign-in`, binding, realm);
    return answer(parts, request, reply, step);
  };
  app.route({ method: ['GET', 'POST'], url: realm.authorize, handler: authorize });
  app.post(realm.form, async (request, reply) => {
    request.exchange.operation = 'sign-in';
    const form = textMembers(request.body);
    if (form['username'] !== undefined) request.exchange.userId = form['username'].slice(0, 60);
    const id = textMembers(request.query)['interaction'] ?? '';
    return answer(parts, request, reply, await signIn.advance(id, form, browserOf(request, realm)));
  });
  // Searching the list is a GET, so that it works without JavaScript and changes nothing.
  app.get(realm.form, async (request, reply) => {
    const { interaction = '', q } = textMembers(request.query);
    const found = await signIn.resume(interaction, browserOf(request, realm));
    return show.send(request, reply, await signIn.current(found), q);
  });
  app.route({ method: ['GET', 'POST'], url: realm.endSession, handler: (request, reply) => answerLogout(parts, request, reply) });
}

async function answerLogout({ world, pages, realm }: PageParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  request.exchange.operation = 'end-session';
  const parameters = textMembers(request.method === 'POST' ? request.body : request.query);
  const cookie = cookiesOf(request).get(realm.cookie);
  const result = await logOut(world, realm.provider, parameters, cookie);
  if ('redirect' in result || result.page === 'done') clearCookie(reply, realm.cookie, realm);
  if ('redirect' in result) return reply.header('cache-control', 'no-store').redirect(result.redirect, 302);
  return pages.send(reply, 'logged-out.njk', {
    title: result.page === 'ask' ? 'Do you want to sign out?' : 'You are signed out',
    environment: world.environment.id,
    action: `${originOf(request)}${realm.endSession}`,
    confirmation: result.page === 'ask' ? result.confirmation : undefined,
  });
}

async function answer({ show, realm }: PageParts, request: FastifyRequest, reply: FastifyReply, step: Step): Promise<FastifyReply> {
  if (step.ask !== 'nothing') {
    const { problem } = step;
    if (problem !== undefined)
      request.exchange.refused({
        check: `identity.sign-in.${step.ask}`,
        why: `${problem}.`,
        fix: 'The page says it too; try again there.',
      });
    return show.send(request, reply, step);
  }
  if (step.session !== undefined) setCookie(reply, realm.cookie, step.session, realm);
  return reply.header('cache-control', 'no-store').redirect(step.redirect, 302);
}

/** The one renderer: JSON where software asks, a page where a person does. */
function renderRefusal(
  world: IdentityWorld,
  pages: Pages,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | Promise<FastifyReply> {
  if (error instanceof ServiceClosed) return renderClosed(world, pages, error, request, reply);
  if (error instanceof EndpointRefusal) {
    request.exchange.refused(error.explanation);
    if (error.challenge !== undefined) void reply.header('www-authenticate', error.challenge);
    return reply.code(error.status).header('cache-control', 'no-store').send({ error: error.error, error_description: error.message });
  }
  if (!(error instanceof SignInRefusal)) throw error instanceof Error ? error : new Error(messageOf(error));
  request.exchange.refused(error.explanation);
  const { why, fix } = error.explanation;
  return pages.send(
    reply,
    'refused.njk',
    { title: 'There is a problem', environment: world.environment.id, text: error.message, error: error.error, why, fix },
    error.status,
  );
}

/** People get a page, software an error it knows. */
function renderClosed(
  { environment, realms }: IdentityWorld,
  pages: Pages,
  error: ServiceClosed,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | Promise<FastifyReply> {
  request.exchange.refused(error.explanation);
  const path = request.routeOptions.url;
  if (realms.some(({ authorize, form, endSession }) => path === authorize || path === form || path === endSession))
    return sendClosedPage(pages, reply, environment.id, error);
  return reply
    .code(503)
    .header('cache-control', 'no-store')
    .send({ error: 'temporarily_unavailable', error_description: 'The service is temporarily unavailable' });
}

/** Members that came once, as text: what is repeated counts as not sent. */
function textMembers(value: unknown): Record<string, string> {
  if (value instanceof URLSearchParams) {
    // A form may have a field and buttons of one name: the button that was pressed comes last and counts.
    return Object.fromEntries(value);
  }
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([name, each]) => (typeof each === 'string' ? [[name, each]] : [])));
}
