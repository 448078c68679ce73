/** The *new application* journey in the guidance's own words and order (PTL-101…103): environment, owner, name, then the application. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Visitor } from '../access/index.ts';
import type { Portal } from '../portal.ts';
import type { Problems, SentForm } from '../web/site.ts';
import { buildName } from './name.ts';
import { type RegistrationGuard, readProductVersion } from './product-version.ts';
import { type NewApplication, openEnvironments, registerApplication, registeringEnvironment, verdictOnName } from './registering.ts';
import type { Owner } from './store.ts';

type Query = { readonly Querystring: Readonly<Record<string, string | undefined>> };
type Field = (name: string) => string;

const VIEWS = 'applications/pages';

/** `me`, or the id of a team. Throws LocalRefusal 400 for neither. */
function ownerOf(visitor: Visitor, text: string): Owner {
  if (text === 'me' && visitor.accountId !== undefined) return { accountId: visitor.accountId };
  const team = visitor.teams.find((each) => each.teamId === text);
  if (team === undefined) throw new LocalRefusal(400, 'no_owner', 'Select who owns the application.');
  return { teamId: team.teamId };
}

function ownerName(visitor: Visitor, text: string): string {
  return visitor.teams.find((each) => each.teamId === text)?.name ?? visitor.name;
}

/** Registers the pages below `/environment-access/new`. */
export function registerNewApplication(app: FastifyInstance, portal: Portal, guard: RegistrationGuard): void {
  const { site } = portal;
  const developer = (request: FastifyRequest): Promise<Visitor> => site.permitted(request, 'application.register');
  const step = (
    request: FastifyRequest,
    reply: FastifyReply,
    view: string,
    values: Record<string, unknown> & { title: string },
    status = 200,
  ) => site.page(request, reply, `${VIEWS}/${view}.njk`, values, status);

  const environmentStep = (request: FastifyRequest, reply: FastifyReply, problems: Problems = {}, status = 200) =>
    step(request, reply, 'new-environment', { title: 'Select your environment', environments: openEnvironments(portal), problems }, status);
  app.get('/environment-access/new', async (request, reply) => {
    await developer(request);
    return environmentStep(request, reply);
  });
  app.post('/environment-access/new', async (request, reply) => {
    const form = site.form(request);
    await developer(request);
    if (form('environment') === '') return environmentStep(request, reply, { environment: 'Select an environment' }, 400);
    return site.redirect(reply, `/environment-access/new/owner?environment=${registeringEnvironment(portal, form('environment'))}`);
  });

  const ownerStep = async (request: FastifyRequest, reply: FastifyReply, environment: string, problems: Problems = {}, status = 200) => {
    const { teams, name } = await developer(request);
    return step(request, reply, 'new-owner', { title: 'Select application owner', environment, teams, person: name, problems }, status);
  };
  app.get<Query>('/environment-access/new/owner', (request, reply) =>
    ownerStep(request, reply, registeringEnvironment(portal, request.query['environment'] ?? '')),
  );
  app.post('/environment-access/new/owner', async (request, reply) => {
    const form = site.form(request);
    const visitor = await developer(request);
    const environment = registeringEnvironment(portal, form('environment'));
    if (form('owner') === '') return ownerStep(request, reply, environment, { owner: 'Select who owns the application' }, 400);
    ownerOf(visitor, form('owner'));
    return site.redirect(reply, `/environment-access/new/name?environment=${environment}&owner=${encodeURIComponent(form('owner'))}`);
  });
  registerNameAndCheck(app, portal, guard, developer, step);
}

function registerNameAndCheck(
  app: FastifyInstance,
  portal: Portal,
  guard: RegistrationGuard,
  developer: (request: FastifyRequest) => Promise<Visitor>,
  step: (
    request: FastifyRequest,
    reply: FastifyReply,
    view: string,
    values: Record<string, unknown> & { title: string },
    status?: number,
  ) => Promise<FastifyReply>,
): void {
  const { site } = portal;
  const nameStep = async (request: FastifyRequest, reply: FastifyReply, field: Field, problems: Problems = {}, status = 200) => {
    const visitor = await developer(request);
    const environment = registeringEnvironment(portal, field('environment'));
    ownerOf(visitor, field('owner'));
    const entered = Object.fromEntries(
      ['owner', 'accessMode', 'capability', 'app', 'name', 'product', 'productVersion', 'strict'].map((name) => [name, field(name)]),
    );
    const supplier = field('supplier') || ownerName(visitor, field('owner'));
    return step(request, reply, 'new-name', { title: 'Name your application', environment, ...entered, supplier, problems }, status);
  };
  app.get<Query>('/environment-access/new/name', (request, reply) => nameStep(request, reply, (name) => request.query[name] ?? ''));
  app.post('/environment-access/new/name', async (request, reply) => {
    const form = site.form(request);
    const visitor = await developer(request);
    const problems = nameProblems(form);
    if (Object.keys(problems).length > 0) return nameStep(request, reply, form, problems, 400);
    const wish = wishOf(portal, visitor, form, portal.random.uuid());
    const closed = await refusalOf(() => guard(portal.store.db, wish));
    if (closed !== undefined) return nameStep(request, reply, form, { product: closed }, 409);
    const verdict = await verdictOnName(portal, wish);
    if (verdict.outcome === 'refused') {
      const [fault] = verdict.faults.filter((each) => each.severity === 'error');
      const text = `${fault?.why ?? 'The name cannot be used.'} ${fault?.fix ?? ''}`.trim();
      return nameStep(request, reply, form, { [form('name') === '' ? 'app' : 'name']: text }, 400);
    }
    const back = new URLSearchParams(
      Object.fromEntries(
        ['environment', 'owner', 'accessMode', 'capability', 'supplier', 'app', 'name', 'product', 'productVersion', 'strict'].map(
          (name) => [name, form(name)],
        ),
      ),
    );
    return step(request, reply, 'new-check', {
      title: 'Check your answers',
      wish,
      verdict,
      ownerText: ownerName(visitor, form('owner')),
      ownerField: form('owner'),
      strict: form('strict'),
      change: back.toString(),
    });
  });
  app.post('/environment-access/new/register', async (request, reply) => {
    const form = site.form(request);
    const visitor = await developer(request);
    const registered = await registerApplication(portal, guard, visitor, wishOf(portal, visitor, form, form('appId')));
    const { environment } = wishOf(portal, visitor, form, registered.appId);
    return step(request, reply, 'registered', { title: 'Application registered', environment, registered });
  });
}

/** Why the environment is closed to the product version, in words; undefined when it is not. */
async function refusalOf(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (!(error instanceof LocalRefusal)) throw error;
    return [error.message, error.explanation.fix].filter(Boolean).join(' ');
  }
}

function nameProblems(form: SentForm): Problems {
  const problems: Record<string, string> = {};
  if (form('environment').toUpperCase() === 'DEP') {
    if (form('product').trim() === '') problems['product'] = 'Enter the product name';
    if (form('productVersion').trim() === '') problems['productVersion'] = 'Enter the product version';
  }
  if (form('accessMode') === '') problems['accessMode'] = 'Select an access mode';
  if (form('accessMode') === 'application-restricted' && form('capability') === '') problems['capability'] = 'Select a capability';
  if (form('name') === '') {
    if (form('supplier') === '') problems['supplier'] = 'Enter the supplier name';
    if (form('app') === '') problems['app'] = 'Enter the application name';
  }
  return problems;
}

function wishOf(portal: Portal, visitor: Visitor, form: SentForm, appId: string): NewApplication {
  const environment = registeringEnvironment(portal, form('environment'));
  const accessMode = form('accessMode') === 'user-restricted' ? 'user-restricted' : 'application-restricted';
  const capability = form('capability') === 'referrer' ? 'referrer' : form('capability') === 'provider' ? 'provider' : undefined;
  const fields = { supplier: form('supplier'), app: form('app') };
  const own = form('name');
  return {
    appId,
    environment,
    owner: ownerOf(visitor, form('owner')),
    accessMode,
    capability: accessMode === 'user-restricted' ? undefined : capability,
    name: own === '' ? buildName({ ...fields, environment, accessMode }) : own,
    productVersion: readProductVersion(form('product'), form('productVersion')),
    ...(own === '' ? { fields } : {}),
    strict: form('strict') === 'yes',
  };
}
