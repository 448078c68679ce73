import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Db } from '../../kernel/store/store.ts';
import { registerAssets } from '../../kernel/web/assets.ts';
import { Pages } from '../../kernel/web/pages.ts';
import { ersBusinessFunctions } from '../directory/index.ts';
import { SignInRefusal } from './errors.ts';
import { acceptedLevels, METHODS, type Provider } from './model.ts';
import { SCREEN_LIST, type SignIn, type Step } from './sign-in.ts';
import { signingKey } from './store.ts';

const PROVIDERS: readonly Provider[] = ['cis2', 'mock'];
const FORM_LIMIT = 16 * 1024;
const FUNCTIONS = new Map(ersBusinessFunctions.map((each) => [each.activityCode, each.businessFunction]));

interface Parts {
  readonly signIn: SignIn;
  readonly db: Db;
  readonly environment: string;
  readonly providers: ReadonlySet<Provider>;
}

/** Discovery, keys and sign-in pages of the simulated identity providers (identity.md B.1, C.10). */
export function registerIdentity(app: FastifyInstance, parts: Parts): void {
  const pages = new Pages(join(import.meta.dirname, 'pages'));
  registerAssets(app);
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FORM_LIMIT }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.addHook('onRequest', async (request) => {
    request.exchange.service = 'identity';
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    if (!(error instanceof SignInRefusal)) throw error;
    request.exchange.refused(error.explanation);
    return pages.send(
      reply,
      'refused.njk',
      {
        title: 'There is a problem',
        environment: parts.environment,
        text: error.message,
        error: error.error,
        why: error.explanation.why,
        fix: error.explanation.fix,
      },
      400,
    );
  });
  for (const provider of PROVIDERS.filter((each) => parts.providers.has(each))) registerProvider(app, parts, pages, provider);
}

function registerProvider(app: FastifyInstance, parts: Parts, pages: Pages, provider: Provider): void {
  const { signIn, db } = parts;
  const path = signIn.path(provider);
  const keysPath = provider === 'cis2' ? `${path}/connect/jwk_uri` : `${path}/protocol/openid-connect/certs`;
  app.get(`${path}/.well-known/openid-configuration`, async (request) => {
    request.exchange.operation = 'discovery';
    const issuer = signIn.issuer(provider);
    const at = (below: string): string => `${issuer}${below.slice(path.length)}`;
    return {
      issuer,
      authorization_endpoint: at(signIn.authorizePath(provider)),
      jwks_uri: at(keysPath),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'nhsperson', 'nationalrbacaccess', 'associatedorgs', 'selectedrole'],
      acr_values_supported: ['AAL1_USERPASS', 'AAL2_ANY', 'AAL2_OR_AAL3_ANY', 'AAL3_ANY'],
    };
  });
  app.get(keysPath, async (request) => {
    request.exchange.operation = 'jwks';
    const key = await signingKey(db, provider);
    return { keys: key === undefined ? [] : [key.publicJwk] };
  });
  app.get(signIn.authorizePath(provider), async (request, reply) => {
    request.exchange.operation = 'authorize';
    const query = textMembers(request.query);
    const step = await signIn.begin(provider, {
      clientId: query['client_id'],
      redirectUri: query['redirect_uri'],
      responseType: query['response_type'],
      state: query['state'],
      nonce: query['nonce'],
      scope: query['scope'],
      acrValues: query['acr_values'],
    });
    return show(parts, pages, provider, request, reply, step);
  });
  app.post(`${path}/login-actions/authenticate`, async (request, reply) => {
    request.exchange.operation = 'sign-in';
    const form = textMembers(request.body);
    const { username } = form;
    if (username !== undefined) request.exchange.userId = username.slice(0, 60);
    const step = await signIn.advance(textMembers(request.query)['interaction'] ?? '', form);
    return show(parts, pages, provider, request, reply, step);
  });
  // Searching the list is a GET, so that it works without JavaScript and changes nothing.
  app.get(`${path}/login-actions/authenticate`, async (request, reply) => {
    const { interaction = '', q } = textMembers(request.query);
    return show(parts, pages, provider, request, reply, await signIn.advance(interaction, {}), q);
  });
}

async function show(
  parts: Parts,
  pages: Pages,
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
  search?: string,
): Promise<FastifyReply> {
  if (step.ask === 'nothing') return reply.redirect(step.redirect, 302);
  const { interaction } = step;
  const origin =
    request.headers.host === undefined
      ? request.exchange.listener.baseUrl
      : `${request.exchange.listener.baseUrl.split(':')[0]}://${request.headers.host}`;
  const action = `${origin}${parts.signIn.path(provider)}/login-actions/authenticate?interaction=${encodeURIComponent(interaction.id)}`;
  const common = { environment: parts.environment, action, interaction: interaction.id, provider };
  if (step.ask === 'method') {
    const { low, high } = acceptedLevels(interaction.acrValues);
    return pages.send(reply, 'method.njk', {
      ...common,
      title: 'Sign in',
      methods: METHODS.filter((each) => each.aal >= low && each.aal <= high),
    });
  }
  if (step.ask === 'role')
    return pages.send(reply, 'role.njk', {
      ...common,
      title: 'Choose your role',
      roles: step.roles.map((role) => ({ id: role.roleProfileId, ...roleText(role) })),
    });
  const candidates = await parts.signIn.candidates(search);
  return pages.send(reply, 'person.njk', {
    ...common,
    title: provider === 'mock' ? 'Simulated log-on' : 'Choose who signs in',
    problem: search === undefined ? step.problem : undefined,
    search: search ?? '',
    more: candidates.length === SCREEN_LIST,
    people: candidates.map(({ person, roles }) => ({
      userId: person.userId,
      name: `${person.title} ${person.givenName} ${person.familyName}`,
      aal: person.authenticationAssuranceLevel,
      ial: person.identityAssuranceLevel,
      roles: roles.map(roleText),
    })),
  });
}

function roleText(role: {
  readonly odsCode: string;
  readonly organisationName: string;
  readonly jobRoleName: string;
  readonly activityCodes: readonly string[];
}): { organisation: string; job: string; functions: string } {
  return {
    organisation: `${role.organisationName} (${role.odsCode})`,
    job: role.jobRoleName.replaceAll('"', '').split(':').at(-1) ?? '',
    functions: role.activityCodes.map((code) => FUNCTIONS.get(code) ?? code).join(', '),
  };
}

function textMembers(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([name, each]) => (typeof each === 'string' ? [[name, each]] : [])));
}
