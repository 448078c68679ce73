/**
 * The path to live in real Chromium, without JavaScript: the seed's example with three access modes and two organisations from sign-in to a live
 * call in PROD; a reviewer at their desk; every page judged.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, overflowAt, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { portalOf } from '../helpers/portal.ts';
import { FHIR, makeKeyPair, Supplier } from '../helpers/supplier.ts';

const USES = ['user-restricted', 'application-restricted-referrer', 'application-restricted-provider'] as const;
type Use = (typeof USES)[number];
const ORGANISATIONS = ['R69', 'R68'];
const CLINICIAN = '021600556514';

interface Registered {
  readonly appId: string;
  readonly apiKey: string;
  readonly secret: string;
}

describe('the path to live in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,PROD' });
  const keys = new Map<string, ReturnType<typeof makeKeyPair>>();
  const production = new Map<string, Registered>();
  let browser: Browser;
  let portal = '';
  let context: BrowserContext;
  let page: Page;
  let road = '';

  before(async () => {
    await spine.start();
    portal = portalOf(spine);
    browser = await launchChromium();
    [context, page] = await open('Rae Release Lead');
    context.setDefaultTimeout(10_000);
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  const open = async (
    name: string,
    options: { readonly bypassCSP?: boolean; readonly javaScriptEnabled?: boolean } = { javaScriptEnabled: false },
  ) => {
    const made = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    const shown = await made.newPage();
    await shown.goto(`${portal}/sign-in`);
    await shown.getByRole('button', { name }).click();
    await shown.getByRole('button', { name: 'Sign out' }).waitFor();
    return [made, shown] as const;
  };
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  const api = async (method: string, path: string, data?: object): Promise<any> => {
    const reply = await page.request.fetch(`${portal}/api${path}`, { method, ...(data === undefined ? {} : { data }) });
    assert.ok(reply.ok(), `${method} ${path}: ${await reply.text()}`);
    return reply.json();
  };
  const goOn = (): Promise<void> => page.getByRole('button', { name: 'Save and continue' }).click();
  const task = async (name: string | RegExp): Promise<void> => {
    await page.goto(`${portal}${road}`);
    await page.getByRole('link', { name }).click();
  };
  const act = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const comes = async (kind: string, state: string, key = ''): Promise<void> => {
    for (let looks = 0; looks < 200; looks += 1) {
      const { artefacts } = await api('GET', road);
      const found = artefacts.find((each: { kind: string; key: string }) => each.kind === kind && each.key === key);
      if (found.state === state) return;
      assert.deepEqual(found.reasons, []);
    }
    assert.fail(`${kind} did not come to ${state}`);
  };
  const register = async (environment: 'INT' | 'PROD', use: Use): Promise<Registered> => {
    const { teams } = await api('GET', '/account');
    const unattended = use !== 'user-restricted';
    const made = await api('POST', '/applications', {
      environment,
      teamId: teams[0].teamId,
      accessMode: unattended ? 'application-restricted' : 'user-restricted',
      ...(unattended ? { capability: use.split('-').at(-1) } : {}),
      supplier: 'Care Vista',
      app: 'Care Vista Link',
    });
    await api('PUT', `/applications/${made.appId}/api`, {
      product: `e-referrals-service-api-${environment.toLowerCase()}-${unattended ? 'application-restricted' : 'healthcare-worker'}`,
      ...(unattended ? {} : { callbackUrl: 'https://supplier.example/callback' }),
    });
    await keyed(made.appId);
    return made;
  };
  const keyed = async (appId: string): Promise<void> => {
    const pair = makeKeyPair();
    keys.set(appId, pair);
    await api('PUT', `/applications/${appId}/keys`, { jwks: pair.jwks });
  };
  const keyOf = (appId: string) => keys.get(appId) ?? assert.fail('no key pair');

  test('stage 1: the use case, with a problem on the way', async () => {
    await page.getByRole('link', { name: 'Path to live', exact: true }).first().click();
    await page.getByRole('button', { name: 'Begin the road of a product' }).click();
    await page.getByLabel('Product').fill('Care Vista Link');
    await page.getByLabel('Version').fill('1.0');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page
      .getByRole('alert')
      .getByText(/Enter the supplier’s ODS code/)
      .waitFor();
    await page.getByLabel('ODS code of the supplier').fill('ZS001');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'Care Vista Link 1.0' }).waitFor();
    road = new URL(page.url()).pathname;
    await page.getByRole('link', { name: '1.2 Validate the use case' }).click();
    await page.getByRole('button', { name: 'Start' }).click();
    await goOn();
    await page.getByRole('link', { name: 'Enter: Why the product needs e-RS' }).click();
    await page.getByLabel('Why the product needs e-RS').fill('Referrals from our own system.');
    await page.getByLabel('Referrer').check();
    await page.getByLabel('Provider').check();
    await page.getByLabel('Data it reads and writes').fill('Reference data.');
    await page.getByLabel('Standards met').check();
    await goOn();
    for (const endpoint of [/^A004/, /^A030/]) await page.getByRole('checkbox', { name: endpoint }).check();
    await goOn();
    for (const label of ['user-restricted', 'application-restricted, referrer', 'application-restricted, provider'])
      await page.getByLabel(`Organisations: ${label}`).fill(ORGANISATIONS.join(', '));
    await goOn();
    await page.getByRole('heading', { name: 'Check your answers' }).waitFor();
    await page.getByText('Production needs 6 ASIDs').waitFor();
    await page.screenshot({ path: pictureOf('road-use-case'), fullPage: true });
    await act('Submit');
    await page.getByText('Accepted', { exact: true }).first().waitFor();
  });

  test('stages 2 and 3: built in INT, witnessed, certified, agreed', async () => {
    const int = new Map<Use, Registered>();
    for (const use of USES) int.set(use, await register('INT', use));
    await task(/2\.1 Register in INT/);
    await page.getByRole('button', { name: 'Start' }).click();
    for (const [use, { appId }] of int) await page.getByLabel(`AppID, ${use.replace('restricted-', 'restricted, ')}`).fill(appId);
    await goOn();
    await page.getByLabel('ODS code of the NHS organisation').fill('R69');
    await page.getByLabel('Contact at that organisation').fill('Casey');
    await page.getByLabel('Email address of the contact').fill('casey@example.com');
    await goOn();
    await page.getByRole('radio', { name: /^Yes/ }).check();
    await goOn();
    await act('Submit');
    await comes('integration-form', 'data-pack-issued');
    await task(/2\.5 Request and complete the SCAL/);
    await act('Request');
    await act('Start');
    await api('PUT', `${road}/scal/answers`, {
      answers: {
        hosting: 'England',
        'clinical-safety': 'yes',
        'back-off': 'yes',
        'access-log': 'yes',
        signatory: 'Rae',
        'signatory-role': 'Release lead',
      },
    });
    await page.reload();
    await act('Submit');
    await comes('scal', 'accepted');
    await api('PUT', `${road}/witness-test/answers`, { answers: await executed(int) });
    await task(/3\.21 Witness testing/);
    await act('Execute');
    await act('Submit');
    await comes('tcc', 'issued');
    await task(/3\.22 Technical Conformance Certificate/);
    await page.getByText('user-restricted: A030').waitFor();
    await task(/2\.5 Request and complete the SCAL/);
    await act('Embed certificate');
    for (const key of ORGANISATIONS) {
      await task(new RegExp(`3\\.31 .*${key}`));
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByLabel('Chief information officer', { exact: true }).fill('Casey');
      await page.getByLabel('Email address of the chief information officer').fill('casey@example.com');
      await page.getByLabel('Download only').check();
      await goOn();
      await page.getByLabel('User id').fill(CLINICIAN);
      await goOn();
      await act('Request');
      await comes('euo-approval', 'approved', key);
    }
    await task(/3\.3 Approval to go live/);
    await page
      .getByRole('link', { name: 'Change Sign the agreement' })
      .or(page.getByRole('button', { name: 'Start' }))
      .first()
      .click();
    await page.getByLabel('Name of the signatory').fill('Rae');
    await page.getByLabel('Role of the signatory').fill('Release lead');
    await page.getByLabel('Accepted for every organisation we connect').check();
    await goOn();
    await act('Sign');
    await comes('prod-form', 'issued');
  });

  /** Executes the cases of the pack in INT; gives the report. */
  const executed = async (int: ReadonlyMap<Use, Registered>): Promise<Record<string, string>> => {
    const supplier = new Supplier(spine, 'INT');
    const report: Record<string, string> = {};
    for (const [use, made] of int) {
      const app = { ...made, asid: '', callbackUrl: 'https://supplier.example/callback' };
      const reply =
        use === 'user-restricted' ? await supplier.userToken(app, CLINICIAN) : await supplier.clientCredentials(app, keyOf(made.appId));
      const cases: [string, string, string][] = [
        ['A004', reply.json.access_token, 'succeeds'],
        ...(use === 'user-restricted' ? [['A030', reply.json.access_token, 'succeeds'] satisfies [string, string, string]] : []),
        ['refused-token', 'unknown', 'is refused'],
      ];
      for (const [name, token] of cases) {
        const correlationId = `${use}-${name}`.toUpperCase();
        await called('INT', name === 'A030' ? 'A030' : 'A004', token, use, 'R69', correlationId);
        report[`${use}/${name}.result`] = 'executed';
        report[`${use}/${name}.correlation-id`] = correlationId;
      }
    }
    return report;
  };
  const called = (environment: string, endpoint: string, token: string, use: Use, ods: string, correlationId = 'CALL'): Promise<Reply> =>
    spine.call(environment, `/referrals/FHIR/${endpoint === 'A030' ? 'R4/PractitionerRole' : 'STU3/CodeSystem/SPECIALTY'}`, {
      headers: {
        authorization: `Bearer ${token}`,
        'x-correlation-id': correlationId,
        accept: FHIR,
        ...(use === 'user-restricted' && endpoint !== 'A030'
          ? { 'nhsd-end-user-organisation-ods': ods, 'nhsd-ers-business-function': 'REFERRING_CLINICIAN' }
          : {}),
      },
    });

  test('stage 4: registered again in PROD in the guidance’s own words, with a key pair', async () => {
    await page.goto(portal);
    await page.locator('main').getByRole('link', { name: 'Environment access' }).click();
    await page.getByRole('button', { name: 'Add new application' }).click();
    await page.getByRole('radio', { name: /\(PROD\)/ }).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('radio', { name: 'Care Vista', exact: true }).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('radio', { name: 'User-restricted' }).check();
    await page.getByLabel('App name').fill('Care Vista Link');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Care Vista - Care Vista Link - PROD - e-Referral Service, User Restricted').waitFor();
    await page.getByRole('button', { name: 'Register your application' }).click();
    const secret = (await page.locator('#secret').textContent()) ?? '';
    await page.getByRole('button', { name: 'View your new application' }).click();
    const appId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await page.getByRole('link', { name: 'Add API' }).click();
    await page.getByRole('radio', { name: /Healthcare Worker/ }).check();
    await page.getByLabel('Callback URL').fill('https://supplier.example/callback');
    await page.getByRole('button', { name: 'Add API' }).click();
    await keyed(appId);
    const { apiKeys } = await api('GET', `/applications/${appId}`);
    production.set('R69/user-restricted', { appId, apiKey: apiKeys[0].apiKey, secret });
    for (const ods of ORGANISATIONS)
      for (const use of USES) if (!production.has(`${ods}/${use}`)) production.set(`${ods}/${use}`, await register('PROD', use));
    assert.equal(new Set([...production.values()].map((each) => each.appId)).size, 6);
  });

  test('the PROD form: returned with an AppID twice it is not taken; then ASIDs are bound and products approved', async () => {
    await task(/Send your AppID/);
    await page.getByRole('link', { name: 'Change Contacts and date' }).click();
    await page.getByLabel('Contact name').fill('Rae');
    await page.getByLabel('Contact email address').fill('rae@example.com');
    await page.getByLabel('Requested go-live date').fill('2026-12-01');
    await page.getByRole('button', { name: 'Save and continue' }).click();
    await page.screenshot({ path: pictureOf('road-prod-form'), fullPage: true });
    for (const ods of ORGANISATIONS) {
      await page.goto(`${portal}${road}/prod-form/organisation-${ods.toLowerCase()}`);
      for (const use of USES)
        await page.getByLabel(`AppID, ${use.replace('restricted-', 'restricted, ')}`).fill(production.get(`R69/${use}`)?.appId ?? '');
      await goOn();
    }
    await task(/Send your AppID/);
    await page.getByText('Complete: not possible yet').waitFor();
    await page.getByText('Complete: not possible yet').click();
    await page
      .getByText(/is entered more than once/)
      .first()
      .waitFor();
    await page.goto(`${portal}${road}/prod-form/organisation-r68`);
    for (const use of USES)
      await page.getByLabel(`AppID, ${use.replace('restricted-', 'restricted, ')}`).fill(production.get(`R68/${use}`)?.appId ?? '');
    await goOn();
    await act('Complete');
    await act('Return');
    await comes('prod-form', 'done');
    await comes('smoke-test', 'open');
  });

  test('smoke test, go-live, and a live call in PROD', async () => {
    for (const [row, made] of production) {
      const [ods = '', word] = row.split('/');
      const use = USES.find((each) => each === word) ?? 'user-restricted';
      const token = tokenFor(made, use);
      for (const endpoint of use === 'user-restricted' ? ['A030', 'A004'] : ['A004'])
        assert.equal((await called('PROD', endpoint, token, use, ods)).status, 200, `${row} ${endpoint}`);
    }
    await task('Smoke test');
    await act('Report');
    await comes('smoke-test', 'passed');
    await task('4.4 Go live');
    await act('Ask');
    await page.getByText('Confirmed: live').first().waitFor();
    await page.screenshot({ path: pictureOf('road-live'), fullPage: true });
    const [first] = production.values();
    assert.ok(first);
    assert.equal((await called('PROD', 'A030', tokenFor(first, 'user-restricted'), 'user-restricted', 'R69')).status, 200);
    await page.goto(`${portal}/mail`);
    await page
      .getByText(/Go-live: confirmed: live/)
      .first()
      .waitFor();
  });

  /** A token of PROD by the command line, with keys kept where it looks for them. */
  const tokenFor = (made: Registered, use: Use): string => {
    const folder = join(spine.home, 'prod', 'apps', made.appId);
    mkdirSync(folder, { recursive: true });
    const privateKeyPath = join(folder, 'private-key.pem');
    writeFileSync(privateKeyPath, keyOf(made.appId).privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(
      join(folder, 'application.json'),
      JSON.stringify({
        ...{ appId: made.appId, apiKey: made.apiKey, secret: made.secret, privateKeyPath },
        name: made.appId,
        environment: 'PROD',
        mode: use === 'user-restricted' ? use : 'application-restricted',
        kid: keyOf(made.appId).kid,
        asid: null,
        callbackUrl: use === 'user-restricted' ? 'https://supplier.example/callback' : null,
      }),
    );
    const { status, stdout, stderr } = spine.cli(
      'token',
      '--environment',
      'prod',
      '--app',
      made.appId,
      '--raw',
      ...(use === 'user-restricted' ? ['--user', CLINICIAN] : []),
    );
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };

  test('a reviewer decides at their desk, without JavaScript', async () => {
    const { teams } = await api('GET', '/account');
    const { roadId } = await api('POST', '/roads', {
      product: 'Desk Link',
      version: '1',
      supplierOds: 'ZS001',
      teamId: teams[0].teamId,
      reviewers: 'person',
    });
    const answers = {
      justification: 'x',
      party: ['provider'],
      dataset: 'x',
      dspt: 'approaching',
      endpoints: ['A004'],
      'organisations.application-restricted-provider': 'R69',
    };
    await api('PUT', `/roads/${roadId}/use-case/answers`, { answers });
    await api('POST', `/roads/${roadId}/use-case/submit`, {});
    const [theirs, desk] = await open('Perry of e-RS Partners');
    await desk.getByRole('link', { name: 'Work list', exact: true }).first().click();
    await desk.getByRole('link', { name: /Use case of Desk Link 1/ }).click();
    await desk.getByRole('radio', { name: 'Accept' }).check();
    await desk.getByRole('button', { name: 'Decide' }).click();
    await desk
      .getByRole('alert')
      .getByText(/Toolkit/)
      .waitFor();
    await desk.getByRole('radio', { name: 'Request changes' }).check();
    await desk.getByRole('button', { name: 'Decide' }).click();
    await desk.getByText('Nothing waits for you').waitFor();
    await theirs.close();
    await page.goto(`${portal}/roads/${roadId}/use-case`);
    await page.getByText('What has to change').waitFor();
  });

  test('every page is accessible and fits a narrow screen', async () => {
    const [judged, shown] = await open('Ola Operator', { bypassCSP: true });
    await judge(shown, [
      '/work-list',
      ...['', '/history', '/use-case', '/prod-form', '/tcc', '/go-live', '/euo-approval?key=R69'].map((each) => `${road}${each}`),
    ]);
    await judged.close();
    const [mine, supplier] = await open('Rae Release Lead', { bypassCSP: true });
    const { teams } = await api('GET', '/account');
    const { roadId } = await api('POST', '/roads', { product: 'New Link', version: '1', supplierOds: 'ZS001', teamId: teams[0].teamId });
    const fresh = `/roads/${roadId}`;
    await judge(supplier, [
      '/roads',
      '/roads/new',
      fresh,
      ...['use-case', 'use-case/purpose', 'use-case/endpoints', 'use-case/organisations', 'scal', 'go-live'].map(
        (each) => `${fresh}/${each}`,
      ),
    ]);
    await mine.close();
  });

  const judge = async (shown: Page, paths: readonly string[]): Promise<void> => {
    for (const path of paths) {
      await shown.setViewportSize({ width: 1280, height: 900 });
      await shown.goto(`${portal}${path}`);
      assert.deepEqual(await accessibilityFindings(shown, true), [], path);
      await shown.screenshot({
        path: pictureOf(`portal-road${path.replace(/[0-9a-f-]{36}/u, 'id').replace(/[^a-z0-9]+/giu, '-')}`),
        fullPage: true,
      });
      assert.equal(await overflowAt(shown, 320), 0, path);
    }
  };
});
