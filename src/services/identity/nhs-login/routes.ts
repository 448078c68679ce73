import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Pages } from '../../../kernel/web/pages.ts';
import { NhsLoginRefusal } from './errors.ts';
import { CREDENTIALS, PROOFING_LEVELS } from './model.ts';
import { type NhsLogin, type NhsLoginStep, SCREEN_LIST } from './nhs-login.ts';

const FORM_LIMIT = 16 * 1024;

/** Discovery, keys, token endpoint and sign-in page of the simulated NHS login (identity.md C.10), with a form parser and errors of its own. */
export async function registerNhsLogin(app: FastifyInstance, nhsLogin: NhsLogin, environment: string): Promise<void> {
  const pages = new Pages(join(import.meta.dirname, '../pages'));
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FORM_LIMIT }, (_request, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    scope.setErrorHandler((error: unknown, request, reply) => {
      if (!(error instanceof NhsLoginRefusal)) throw error;
      request.exchange.refused(error.explanation);
      const { message: text, explanation } = error;
      const values = { title: 'There is a problem', environment, text, error: error.error, why: explanation.why, fix: explanation.fix };
      return pages.send(reply, 'refused.njk', values, 400);
    });
    registerPages(scope, pages, nhsLogin, environment);
    registerTokenEndpoint(scope, nhsLogin);
  });
}

function registerPages(app: FastifyInstance, pages: Pages, nhsLogin: NhsLogin, environment: string): void {
  const { path, issuer } = nhsLogin;
  const certificates = `${path}/protocol/openid-connect/certs`;
  app.get(`${path}/.well-known/openid-configuration`, async (request) => {
    request.exchange.operation = 'nhs-login-discovery';
    const at = (below: string): string => `${issuer}${below.slice(path.length)}`;
    return {
      issuer,
      authorization_endpoint: at(nhsLogin.authorizePath),
      token_endpoint: `${issuer}/protocol/openid-connect/token`,
      jwks_uri: at(certificates),
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS512'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      scopes_supported: ['openid', 'profile'],
      claims_supported: ['sub', 'nhs_number', 'identity_proofing_level', 'vot', 'birthdate', 'family_name'],
    };
  });
  app.get(certificates, async (request) => {
    request.exchange.operation = 'nhs-login-jwks';
    return nhsLogin.jwks();
  });
  app.get(nhsLogin.authorizePath, async (request, reply) => {
    request.exchange.operation = 'nhs-login-authorize';
    return show(pages, nhsLogin, environment, request, reply, await nhsLogin.begin(textMembers(request.query)));
  });
  const action = `${path}/login-actions/authenticate`;
  app.post(action, async (request, reply) => {
    request.exchange.operation = 'nhs-login-sign-in';
    const step = await nhsLogin.advance(textMembers(request.query)['interaction'] ?? '', textMembers(request.body));
    return show(pages, nhsLogin, environment, request, reply, step);
  });
  // Searching the list is a GET, so that it works without JavaScript and changes nothing.
  app.get(action, async (request, reply) => {
    const { interaction = '', q } = textMembers(request.query);
    return show(pages, nhsLogin, environment, request, reply, { ask: 'person', interaction }, q);
  });
}

/** A supplier's own client trades its code for the ID token (separate authentication). Errors are those of OAuth 2. */
function registerTokenEndpoint(app: FastifyInstance, nhsLogin: NhsLogin): void {
  app.post(`${nhsLogin.path}/protocol/openid-connect/token`, async (request, reply) => {
    request.exchange.operation = 'nhs-login-token';
    void reply.header('cache-control', 'no-store');
    const form = textMembers(request.body);
    const { clientId, secret } = clientOf(request, form);
    const refuse = (status: number, error: string, description: string, why: string): FastifyReply => {
      request.exchange.refused({ check: `identity.nhs-login.${error.replaceAll('_', '-')}`, why });
      return reply.code(status).send({ error, error_description: description });
    };
    if (!(await nhsLogin.isSupplier(clientId, secret)))
      return refuse(401, 'invalid_client', 'Invalid client or Invalid client credentials', 'Client id or secret is not right.');
    if (form['grant_type'] !== 'authorization_code')
      return refuse(400, 'unsupported_grant_type', 'Unsupported grant_type', 'Only authorization_code is served.');
    try {
      const idToken = await nhsLogin.redeem(clientId, form['code'] ?? '', form['redirect_uri'] ?? '');
      return reply.send({ id_token: idToken, token_type: 'Bearer', expires_in: 3_600, scope: 'openid profile' });
    } catch (error) {
      if (!(error instanceof NhsLoginRefusal)) throw error;
      return refuse(400, 'invalid_grant', 'Code not valid', error.explanation.why);
    }
  });
}

/** Client id and secret from the form or from Basic authentication. */
function clientOf(request: FastifyRequest, form: Readonly<Record<string, string>>): { clientId: string; secret: string } {
  const [scheme, credentials = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return { clientId: form['client_id'] ?? '', secret: form['client_secret'] ?? '' };
  const [clientId = '', secret = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return { clientId, secret };
}

async function show(
  pages: Pages,
  nhsLogin: NhsLogin,
  environment: string,
  request: FastifyRequest,
  reply: FastifyReply,
  step: NhsLoginStep,
  search?: string,
): Promise<FastifyReply> {
  if (step.ask === 'nothing') return reply.redirect(step.redirect, 302);
  const { host } = request.headers;
  const { baseUrl } = request.exchange.listener;
  const origin = host === undefined ? baseUrl : `${baseUrl.split(':')[0]}://${host}`;
  const candidates = await nhsLogin.candidates(search);
  return pages.send(reply, 'nhs-login.njk', {
    environment,
    title: 'Simulated NHS login',
    action: `${origin}${nhsLogin.path}/login-actions/authenticate?interaction=${encodeURIComponent(step.interaction)}`,
    interaction: step.interaction,
    problem: step.problem,
    search: search ?? '',
    more: candidates.length === SCREEN_LIST,
    levels: PROOFING_LEVELS,
    credentials: CREDENTIALS,
    people: candidates.map((person) => ({
      nhsNumber: person.nhsNumber,
      name: `${person.givenName} ${person.familyName}`,
      birthDate: person.birthDate,
      level: nhsLogin.ownLevel(person.nhsNumber),
    })),
  });
}

function textMembers(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([name, each]) => (typeof each === 'string' ? [[name, each]] : [])));
}
