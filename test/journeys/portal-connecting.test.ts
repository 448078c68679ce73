/** Getting connected (PTL-005…013): the checklist follows from what is used; each prerequisite is a real request that changes the environment. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';

const QUERY = 'urn:nhs:names:services:pdsquery:QUPA_IN000008UK02';

interface Prerequisite {
  readonly kind: string;
  readonly needed: boolean;
  readonly state: string;
  readonly reason?: string;
  // biome-ignore lint/suspicious/noExplicitAny: results differ by kind; a wrong guess fails the test
  readonly result: any;
}

describe('getting connected', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  let base = '';
  let supplier: PortalUser;
  before(async () => {
    await spine.start();
    base = portalOf(spine);
    supplier = await new PortalUser(base).demonstration('Rae Release Lead');
  });
  after(() => spine.remove());

  const plan = async (environment: string, services: readonly string[], product = 'Care Vista Link'): Promise<string> => {
    const reply = await supplier.api('POST', '/connecting', { environment, product, version: '1.0', services });
    assert.equal(reply.status, 201, reply.text);
    return reply.json.planId;
  };
  const item = (reply: { json: { prerequisites: readonly Prerequisite[] } }, kind: string): Prerequisite => {
    const found = reply.json.prerequisites.find((each) => each.kind === kind);
    assert.ok(found, kind);
    return found;
  };
  const ask = async (planId: string, kind: string, answers: Readonly<Record<string, string>>): Promise<Prerequisite> => {
    const reply = await supplier.api('POST', `/connecting/${planId}/${kind}`, answers);
    assert.equal(reply.status, 200, reply.text);
    return item(reply, kind);
  };

  test('what is needed follows from the services', async () => {
    const needed = async (services: readonly string[], environment = 'INT'): Promise<readonly string[]> => {
      const reply = await supplier.api('GET', `/connecting/${await plan(environment, services)}`);
      return reply.json.prerequisites.filter((each: Prerequisite) => each.needed).map((each: Prerequisite) => each.kind);
    };
    assert.deepEqual(await needed(['ers-application']), ['test-data']);
    assert.deepEqual(await needed(['ers-user']), ['test-data', 'smartcards']);
    assert.deepEqual(await needed(['spine-messaging'], 'DEP'), [
      'hscn',
      'test-data',
      'smartcards',
      'integration',
      'mpv',
      'endpoint',
      'fqdn',
      'identity-agent',
    ]);
  });

  test('test data is reserved: nobody else is given the same patients, until they are given back', async () => {
    const [one, other] = [await plan('INT', ['ers-user']), await plan('INT', ['ers-user'])];
    const first = await ask(one, 'test-data', { patients: '5', purpose: 'Witness testing' });
    const second = await ask(other, 'test-data', { patients: '5', purpose: 'Training' });
    const numbers = (each: Prerequisite): string[] => each.result.patients.map((patient: { nhsNumber: string }) => patient.nhsNumber);
    assert.equal(new Set([...numbers(first), ...numbers(second)]).size, 10);
    for (const nhsNumber of numbers(first)) assert.match(nhsNumber, /^9\d{9}$/);
    assert.ok(first.result.users.length > 0 && first.result.trust.odsCode === 'ZT1');
    const back = await supplier.api('POST', `/connecting/${one}/test-data/give-back`, {});
    assert.equal(item(back, 'test-data').state, 'open');
    const again = await ask(one, 'test-data', { patients: '5', purpose: 'Again' });
    assert.deepEqual(numbers(again), numbers(first));
  });

  test('a smartcard is issued that signs in', async () => {
    const planId = await plan('INT', ['ers-user']);
    const card = await ask(planId, 'smartcards', { givenName: 'Testa', familyName: 'Usera', odsCode: 'R69', role: 'referrer' });
    assert.equal(card.state, 'granted', card.reason);
    assert.match(card.result.userId, /^\d{12}$/);
    const page = await spine.admin('INT', `/identity/people/${card.result.userId}`);
    assert.equal(page.json.cards[0].cardNumber, card.result.cardNumber);
    assert.equal(page.json.cards[0].state, 'active');
  });

  test('product, name and endpoint: in the order that works, and the directory has them', async () => {
    const planId = await plan('INT', ['spine-messaging'], 'Messenger');
    const early = await ask(planId, 'endpoint', { route: 'desk', odsCode: 'R69' });
    assert.deepEqual([early.state, early.reason], ['refused', 'Register the product and its version (MPV) first.']);
    const mpv = await ask(planId, 'mpv', { manufacturerOdsCode: 'X09001', interactions: QUERY });
    assert.equal(mpv.state, 'granted', mpv.reason);
    const name = await ask(planId, 'fqdn', { fqdn: 'messenger.carevista.thirdparty.nhs.uk', odsCode: 'R69', address: '127.0.0.1' });
    assert.equal(name.state, 'granted', name.reason);
    const endpoint = await ask(planId, 'endpoint', { route: 'desk', odsCode: 'R69' });
    assert.equal(endpoint.state, 'granted', endpoint.reason);
    assert.match(endpoint.result.partyKey, /^R69-\d{6,8}$/);
    const registrations = await spine.admin('INT', '/endpoint-registration/registrations?ods=R69');
    assert.ok(registrations.json.registrations.some((each: { partyKey: string }) => each.partyKey === endpoint.result.partyKey));
  });

  test('an answer that cannot be is refused at once, and nothing is asked', async () => {
    const planId = await plan('INT', ['spine-messaging'], 'Wrong');
    for (const fqdn of ['example.com', 'https://x.nhs.uk', 'x.nhs.uk:443', 'X.NHS.UK'])
      assert.equal(
        (await supplier.api('POST', `/connecting/${planId}/fqdn`, { fqdn, odsCode: 'R69', address: '127.0.0.1' })).status,
        400,
        fqdn,
      );
    assert.equal((await supplier.api('POST', `/connecting/${planId}/nothing`, {})).status, 404);
    assert.equal(
      (await supplier.api('POST', '/connecting', { environment: 'INT', product: 'P', version: '1', services: ['x'] })).status,
      400,
    );
    assert.equal(item(await supplier.api('GET', `/connecting/${planId}`), 'fqdn').state, 'open');
  });

  test('DEP is refused until the product version has passed in INT', async () => {
    const planId = await plan('DEP', ['ers-application'], 'Not yet');
    const integration = await ask(planId, 'integration', {});
    assert.equal(integration.state, 'refused');
    assert.match(integration.reason ?? '', /No conformance run .* has passed in INT/);
    assert.equal((await supplier.api('GET', `/connecting/${planId}`)).json.access, 'prerequisites-open');
  });

  test('no road registers an application in DEP without access: API, page, command line; INT asks for none', async () => {
    const wish = { accessMode: 'user-restricted', supplier: 'Care Vista', app: 'Not Yet' };
    const product = { product: 'Not yet', productVersion: '1.0' };
    const refused = await supplier.api('POST', '/applications', { ...wish, ...product, environment: 'DEP' });
    assert.deepEqual([refused.status, refused.json.error], [409, 'access_not_granted'], refused.text);
    assert.match(refused.text, /prerequisites of its plan are open/);
    const none = await supplier.api('POST', '/applications', { ...wish, ...product, productVersion: '9', environment: 'DEP' });
    assert.match(none.text, /portal connect begin/, 'says what to do next');

    const answers = { owner: 'me', accessMode: 'user-restricted', capability: '', supplier: 'Care Vista', app: 'Not Yet', name: '' };
    const step = '/environment-access/new/name?environment=DEP&owner=me';
    const unsaid = await supplier.submit(step, { ...answers, environment: 'DEP' });
    assert.equal(unsaid.status, 400);
    assert.match(unsaid.text, /Enter the product version/);
    const page = await supplier.submit(step, { ...answers, ...product, environment: 'DEP' });
    assert.equal(page.status, 409);
    assert.match(page.text, /There is a problem[\s\S]*prerequisites of its plan are open/);
    const past = await supplier.submit(
      step,
      { ...answers, ...product, environment: 'DEP', name: 'x', appId: 'b1f3c2d4-0000-4000-8000-000000000001' },
      '/environment-access/new/register',
    );
    assert.equal(past.status, 409, 'the last step asks again');

    const register = (environment: string, ...more: string[]) =>
      spine.cli(
        ...['portal', '--as', 'release@localspine.example', 'application', 'register', '--mode', 'user-restricted'],
        ...['--app', 'Not Yet', '--environment', environment, ...more, '--json'],
      );
    const line = register('dep', '--product', 'Not yet', '--product-version', '1.0');
    assert.equal(line.status, 1);
    assert.match(line.stderr, /prerequisites of its plan are open/);
    assert.match(register('dep').stderr, /say which the application belongs to/);
    assert.equal(register('int').status, 0);

    assert.deepEqual((await supplier.api('GET', '/applications?environment=DEP')).json.applications, []);
    const override = spine.cli('app', 'create', '--mode', 'application-restricted', '--environment', 'dep', '--json');
    assert.equal(override.status, 0, override.stderr);
    assert.match(override.stderr, /operator’s override/);
    const operator = await new PortalUser(base).demonstration('Ola Operator');
    const { applications } = (await operator.api('GET', '/applications/past-the-portal/dep')).json;
    assert.equal(applications.length, 1, 'the override is shown as such');
  });

  test('with everything granted access is there; the desk may suspend it; the supplier may not', async () => {
    const planId = await plan('INT', ['ers-application'], 'Complete');
    await ask(planId, 'test-data', { patients: '1', purpose: 'x' });
    assert.equal((await supplier.api('GET', `/connecting/${planId}`)).json.access, 'granted');
    assert.equal((await supplier.submit(`/connecting/${planId}`, { suspended: 'yes' }, `/connecting/${planId}/suspend`)).status, 403);
    const desk = await new PortalUser(base).demonstration('Deniz of the service desk');
    await desk.submit(`/connecting/${planId}`, { suspended: 'yes' }, `/connecting/${planId}/suspend`);
    assert.equal((await supplier.api('GET', `/connecting/${planId}`)).json.access, 'suspended');
  });

  test('the command line does the same, for somebody', () => {
    const run = (...args: string[]) => spine.cli('portal', '--as', 'release@localspine.example', 'connect', ...args, '--json');
    const made = run('begin', 'By script', '3', '--service', 'ers-user', '--service', 'ers-application', '--environment', 'int');
    assert.equal(made.status, 0, made.stderr);
    const { planId } = JSON.parse(made.stdout);
    assert.deepEqual(
      JSON.parse(run('form', 'test-data').stdout).questions.map((each: { name: string }) => each.name),
      ['patients', 'purpose'],
    );
    const asked = run('ask', planId, 'test-data', '--answer', 'patients=1', '--answer', 'purpose=By script');
    assert.equal(JSON.parse(asked.stdout).prerequisites.find((each: Prerequisite) => each.kind === 'test-data').state, 'granted');
    assert.equal(run('decide', planId, 'test-data').status, 1, 'a supplier does not decide');
    assert.equal(JSON.parse(run('show', planId).stdout).access, 'prerequisites-open');
    assert.equal(run('ask', planId, 'test-data', '--answer', 'patients').status, 2);
  });

  test('the pages: choose, check your answers, and what came of it; others do not see it', async () => {
    const made = await supplier.submit('/connecting/new', {
      product: 'By hand',
      version: '2',
      environment: 'INT',
      owner: '',
      services: ['ers-user', 'ers-application'],
    });
    assert.match(made.text, /What you need/);
    const check = await supplier.submit(`${made.path}/test-data`, { patients: '2', purpose: 'By hand' });
    assert.match(check.text, /Check your answers/);
    const wrong = await supplier.submit(`${made.path}/test-data`, { patients: '51', purpose: '' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /There is a problem/);
    const granted = await supplier.submit(`${made.path}/test-data`, { patients: '2', purpose: 'By hand', confirmed: 'yes' });
    assert.match(granted.text, /What you got/);
    assert.match((await supplier.open('/mail?to=release%40localspine.example')).text, /INT: Test data granted/);
    const stranger = await new PortalUser(base).demonstration('Dev Supplier');
    assert.equal((await stranger.open(made.path)).status, 403);
    assert.equal((await new PortalUser(base).demonstration('Casey CIO of R69').then((each) => each.open(made.path))).status, 403);
  });
});

describe('a service desk of people', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REVIEWERS: 'person' });
  before(() => spine.start());
  after(() => spine.remove());

  test('a request waits, is refused with a reason, is sent again, and granted', async () => {
    const base = portalOf(spine);
    const supplier = await new PortalUser(base).demonstration('Rae Release Lead');
    const desk = await new PortalUser(base).demonstration('Deniz of the service desk');
    const { planId } = (
      await supplier.api('POST', '/connecting', { environment: 'INT', product: 'P', version: '1', services: ['ers-application'] })
    ).json;
    const path = `/connecting/${planId}/test-data`;
    const send = () => supplier.api('POST', path, { patients: '1', purpose: 'x' });
    const state = (reply: { json: { prerequisites: readonly Prerequisite[] } }) =>
      reply.json.prerequisites.find((each) => each.kind === 'test-data')?.state;
    assert.equal(state(await send()), 'submitted');
    assert.equal((await supplier.api('POST', `${path}/decision`, { grant: true })).status, 403);
    assert.match((await desk.open('/connecting')).text, /Test data: P 1 in INT/);
    assert.equal((await desk.api('POST', `${path}/decision`, { grant: false })).status, 400);
    assert.equal(state(await desk.api('POST', `${path}/decision`, { grant: false, reason: 'Which tests?' })), 'refused');
    assert.equal((await desk.api('POST', `${path}/decision`, { grant: true })).status, 409);
    assert.equal(state(await send()), 'submitted');
    const page = await desk.submit(path, { decision: 'grant', reason: '' }, `${path}/decision`);
    assert.match(page.text, /What you got/);
  });
});

describe('a realistic service desk', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REVIEWERS: 'realistic' });
  before(() => spine.start());
  after(() => spine.remove());

  test('a request is decided when the environment’s clock has passed the wait', async () => {
    const supplier = await new PortalUser(portalOf(spine)).demonstration('Rae Release Lead');
    const { planId } = (
      await supplier.api('POST', '/connecting', { environment: 'INT', product: 'P', version: '1', services: ['ers-application'] })
    ).json;
    await supplier.api('POST', `/connecting/${planId}/test-data`, { patients: '1', purpose: 'x' });
    const access = async (): Promise<string> => (await supplier.api('GET', `/connecting/${planId}`)).json.access;
    assert.equal(await access(), 'prerequisites-open');
    await spine.admin('INT', '/clock', { method: 'PUT', body: { advance: 'P8D' } });
    for (let tries = 0; tries < 100 && (await access()) !== 'granted'; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await access(), 'granted');
  });
});
