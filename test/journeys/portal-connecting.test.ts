/** Getting connected (PTL-005…013): the checklist follows from what is used; each prerequisite is a real request that changes the environment. */
import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Client } from 'ldapts';
import { doorPort } from '../helpers/ldap.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { PortalUser, portalOf, tokenIn } from '../helpers/portal.ts';
import { Workstation } from '../helpers/smartcard.ts';
import { Supplier } from '../helpers/supplier.ts';

const QUERY = 'urn:nhs:names:services:pdsquery:QUPA_IN000008UK02';
const RETRIEVAL = 'urn:nhs:names:services:pdsquery:QUPA_IN000006UK02';

/** What a sender looks up (PTL-032). */
const FOUND = ['uniqueIdentifier', 'nhsMhsPartyKey', 'nhsMhsCPAId', 'nhsMhsEndPoint'];

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

  describe('smartcards', () => {
    const workstation = new Workstation(spine);
    after(() => workstation.remove());
    const newCard = async (role: string, familyName = 'Usera'): Promise<Prerequisite> => {
      const card = await ask(await plan('INT', ['ers-user']), 'smartcards', { givenName: 'Testa', familyName, odsCode: 'R69', role });
      assert.equal(card.state, 'granted', card.reason);
      return card;
    };

    test('the card signs on at a workstation, with the passcode that was told', async () => {
      const { result } = await newCard('referrer');
      const ticket = await workstation.ticket(await workstation.card(result.userId, result.firstPasscode));
      const assertion = await workstation.assertion(ticket);
      assert.equal(assertion.status, 200, assertion.text);
      for (const each of [result.userId, 'R69', result.jobRole]) assert.ok(assertion.text.includes(each), each);
      const wrong = await spine.admin('INT', `/identity/cards/${result.userId}/credential`, { method: 'POST', body: { passcode: '4321' } });
      assert.equal(wrong.status, 403);
    });

    test('its position is the one chosen: e-RS takes its business function, and no other', async () => {
      const ers = new Supplier(spine);
      const app = await ers.register({ accessMode: 'user-restricted' });
      const functions = ['REFERRING_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN'];
      for (const [role, taken] of [
        ['referrer', [200, 403]],
        ['provider', [403, 200]],
      ] as const) {
        const { result } = await newCard(role, `Of ${role}`);
        const form = { method: 'smartcard', passcode: result.firstPasscode };
        const token = (await ers.userToken(app, result.userId, { form })).json.access_token;
        const answers = await Promise.all(
          functions.map((businessFunction) => ers.ers(token, { businessFunction, odsCode: 'R69' }, '/STU3/CodeSystem/SPECIALTY')),
        );
        assert.deepEqual(
          answers.map((each) => each.status),
          taken,
          role,
        );
      }
    });

    test('another plan’s card is another’s, of the same name even; one that cannot be issued leaves nobody behind', async () => {
      const [one, other] = [await newCard('referrer', 'Namesake'), await newCard('provider', 'Namesake')];
      assert.notEqual(one.result.userId, other.result.userId);
      assert.notEqual(one.result.cardNumber, other.result.cardNumber);
      const planId = await plan('INT', ['ers-user']);
      const bad = { givenName: 'Testa', familyName: 'Orphanage', odsCode: 'ZZZZ9', role: 'referrer' };
      for (let tries = 0; tries < 3; tries += 1) assert.equal((await ask(planId, 'smartcards', bad)).state, 'refused');
      const { people } = (await spine.admin('INT', '/endpoint-registration/people?text=Orphanage')).json;
      assert.deepEqual(people, []);
      assert.equal((await ask(planId, 'smartcards', { ...bad, odsCode: 'R69' })).state, 'granted');
    });
  });

  test('product, name and endpoint: in the order that works; the name server resolves it and LDAP finds the system', async () => {
    const planId = await plan('INT', ['spine-messaging'], 'Messenger');
    const early = await ask(planId, 'endpoint', { route: 'desk', odsCode: 'R69' });
    assert.deepEqual([early.state, early.reason], ['refused', 'Register the product and its version (MPV) first.']);
    const mpv = await ask(planId, 'mpv', { manufacturerOdsCode: 'X09001', interactions: QUERY });
    assert.equal(mpv.state, 'granted', mpv.reason);
    const fqdn = 'messenger.carevista.thirdparty.nhs.uk';
    const resolver = new Resolver({ tries: 1 });
    resolver.setServers([`127.0.0.1:${await doorPort(spine, 'INT', 'dns')}`]);
    await assert.rejects(resolver.resolve4(fqdn));
    const name = await ask(planId, 'fqdn', { fqdn, odsCode: 'R69', address: '127.0.0.7' });
    assert.equal(name.state, 'granted', name.reason);
    assert.deepEqual(await resolver.resolve4(fqdn), ['127.0.0.7']);
    const endpoint = await ask(planId, 'endpoint', { route: 'desk', odsCode: 'R69' });
    assert.equal(endpoint.state, 'granted', endpoint.reason);
    const { partyKey, asid, cpaIds } = endpoint.result;
    assert.match(partyKey, /^R69-\d{6,8}$/);
    const ldap = new Client({
      url: `ldaps://127.0.0.1:${await doorPort(spine, 'INT', 'ldaps')}`,
      tlsOptions: { ca: readFileSync(spine.environment('INT').caPath) },
    });
    await ldap.bind('', '');
    const search = async (filter: string) => (await ldap.search('ou=services,o=nhs', { filter, attributes: FOUND })).searchEntries;
    const [system] = await search(`(&(objectClass=nhsAs)(nhsIDCode=R69)(nhsAsSvcIA=${QUERY}))`);
    assert.deepEqual([system?.['uniqueIdentifier'], system?.['nhsMhsPartyKey']], [asid, partyKey]);
    const handlers = await search(`(&(objectClass=nhsMhs)(nhsMHSPartyKey=${partyKey}))`);
    await ldap.unbind();
    assert.deepEqual(
      handlers.map((each) => each['nhsMhsCPAId']),
      cpaIds,
    );
    assert.match(String(handlers[0]?.['nhsMhsEndPoint']), new RegExp(`^https://${fqdn}`));
  });

  test('a product that is registered with other interactions is not said to be granted with these', async () => {
    const answers = { manufacturerOdsCode: 'X09001', interactions: QUERY };
    assert.equal((await ask(await plan('INT', ['mesh'], 'Differing'), 'mpv', answers)).state, 'granted');
    const other = await ask(await plan('INT', ['mesh'], 'Differing'), 'mpv', { ...answers, interactions: `${QUERY}, ${RETRIEVAL}` });
    assert.equal(other.state, 'refused');
    assert.match(other.reason ?? '', new RegExp(`registered already, with other interactions: ${QUERY}`));
  });

  test('a host name stays with whose it is, whatever organisation another supplier says it is for', async () => {
    const name = { fqdn: 'kept.carevista.thirdparty.nhs.uk', odsCode: 'R69', address: '127.0.0.7' };
    assert.equal((await ask(await plan('INT', ['mesh'], 'Keeper'), 'fqdn', name)).state, 'granted');
    const stranger = await new PortalUser(base).demonstration('Dev Supplier');
    const made = await stranger.api('POST', '/connecting', { environment: 'INT', product: 'Taker', version: '1', services: ['mesh'] });
    const taken = await stranger.api('POST', `/connecting/${made.json.planId}/fqdn`, { ...name, address: '127.0.0.9' });
    assert.deepEqual(
      [item(taken, 'fqdn').state, item(taken, 'fqdn').reason?.split('.nhs.uk')[1]],
      ['refused', ' belongs to a product of somebody else. Choose a name of your own.'],
    );
    const resolver = new Resolver({ tries: 1 });
    resolver.setServers([`127.0.0.1:${await doorPort(spine, 'INT', 'dns')}`]);
    assert.deepEqual(await resolver.resolve4(name.fqdn), ['127.0.0.7']);
    // Nor a name that was registered without the portal.
    const operators = { ...name, fqdn: 'operators.carevista.thirdparty.nhs.uk' };
    assert.equal(spine.cli('dns', 'register', operators.fqdn, '127.0.0.5', '--ods', 'R69', '--environment', 'int').status, 0);
    assert.equal((await ask(await plan('INT', ['mesh'], 'Other keeper'), 'fqdn', operators)).state, 'refused');
    assert.deepEqual(await resolver.resolve4(operators.fqdn), ['127.0.0.5']);
  });

  test('an answer that cannot be is refused at once, and nothing is asked', async () => {
    const planId = await plan('INT', ['spine-messaging'], 'Wrong');
    for (const fqdn of ['example.com', 'https://x.nhs.uk', 'x.nhs.uk:443', 'X.NHS.UK'])
      assert.equal(
        (await supplier.api('POST', `/connecting/${planId}/fqdn`, { fqdn, odsCode: 'R69', address: '127.0.0.1' })).status,
        400,
        fqdn,
      );
    for (const addresses of ['999.1.1.1/99', '10.1.2.0/33'])
      assert.equal((await supplier.api('POST', `/connecting/${planId}/hscn`, { provider: 'P', addresses })).status, 400, addresses);
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
    const access = async () => (await supplier.api('GET', `/connecting/${planId}`)).json.access;
    assert.equal(await access(), 'suspended');
    // Beginning anew does not evade it.
    const again = await supplier.api('POST', '/connecting', {
      environment: 'INT',
      product: 'Complete',
      version: '1.0',
      services: ['mesh'],
    });
    assert.deepEqual([again.status, again.json.error], [409, 'access_suspended']);
    // The API and the command line do what the page does, for the same people.
    assert.equal((await supplier.api('POST', `/connecting/${planId}/suspend`, { suspended: false })).status, 403);
    assert.equal((await desk.api('POST', `/connecting/${planId}/suspend`, { suspended: false })).json.access, 'granted');
    const asDesk = (...args: string[]) => spine.cli('portal', '--as', 'desk@localspine.example', 'connect', 'suspend', ...args, '--json');
    assert.equal(JSON.parse(asDesk(planId).stdout).access, 'suspended');
    assert.equal(await access(), 'suspended');
    assert.equal(JSON.parse(asDesk(planId, '--restore').stdout).access, 'granted');
    assert.equal(spine.cli('portal', '--as', 'release@localspine.example', 'connect', 'suspend', planId).status, 1);
  });

  test('the form of a prerequisite says what may be answered', async () => {
    const { questions } = (await supplier.api('GET', '/connecting/forms/smartcards')).json;
    assert.deepEqual(
      questions.map((each: { name: string; options?: readonly { value: string }[] }) => [
        each.name,
        each.options?.map(({ value }) => value),
      ]),
      [
        ['givenName', undefined],
        ['familyName', undefined],
        ['odsCode', undefined],
        ['role', ['referrer', 'provider', 'definer']],
      ],
    );
    const hscn = (await supplier.api('GET', '/connecting/forms/hscn')).json.questions[1];
    assert.deepEqual(
      [hscn.hint, hscn.several, hscn.optional],
      ['IPv4 addresses or ranges with commas between them, like 10.1.2.0/24', false, false],
    );
    assert.match(
      spine.cli('portal', 'connect', 'form', 'smartcards').stdout,
      /role: Position\n {4}referrer: Clinical practitioner who refers/,
    );
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
    const change = await supplier.post(`${made.path}/test-data`, {
      csrf: tokenIn(check.text),
      change: 'yes',
      patients: '2',
      purpose: 'By <hand>',
    });
    assert.equal(change.status, 200);
    assert.match(change.text, /name="patients"[^>]*value="2"|value="2"[^>]*name="patients"/);
    assert.match(change.text, /<textarea[^>]*name="purpose"[^>]*>By &lt;hand&gt;<\/textarea>/);
    assert.doesNotMatch(change.text, /Check your answers|What you got/);
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

  test('many plans are shown in pages, the newest first', async () => {
    await Promise.all(Array.from({ length: 26 }, (_, n) => plan('INT', ['mesh'], `Many ${n}`)));
    const newest = await plan('INT', ['mesh'], 'Newest of many');
    const linked = (text: string): readonly string[] =>
      [...text.matchAll(/href="\/connecting\/([0-9a-f-]{36})"/g)].map(([, planId]) => planId ?? '');
    const [first, second] = [await supplier.open('/connecting'), await supplier.open('/connecting?page=2')];
    assert.deepEqual([linked(first.text).length, linked(first.text)[0]], [25, newest]);
    assert.match(first.text, /href="\/connecting\?page=2"/);
    assert.ok(linked(second.text).length > 0 && linked(second.text).every((each) => !linked(first.text).includes(each)));
  });
});
