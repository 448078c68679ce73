/** A blocked road in real Chromium, without JavaScript: what each gate refuses, in whose words, who has to act, and how a gate opens. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium, noChromium, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { portalOf } from '../helpers/portal.ts';

/** What each gate of a road that has just begun waits for (path-to-live.md §4.6). */
const SHUT: Readonly<Record<string, readonly string[]>> = {
  'G1 Use case': ['Use case is at "Draft", needed is "Accepted".', 'Toolkit must be at "standards met"'],
  'G2 Access to INT': ['Use case is at "Draft", needed is "Accepted".', 'Integration testing form is at "Draft"'],
  'G3 Access to DEP': ['Witness test is at "No pack yet", needed is "Passed".', 'The prerequisites of DEP are not all granted.'],
  'G4 Conformance': ['Witness test is at "No pack yet", needed is "Passed".'],
  'G5 Technical Conformance Certificate': [
    'Supplier Conformance Assessment List is at "Not requested"',
    'Witness test is at "No pack yet"',
  ],
  'G6 Connection agreement': ['Technical Conformance Certificate is at "Not issued"', 'acceptable-use policy for end-user organisations'],
  'G7 PROD form': ['Connection agreement is at "Not issued", needed is "In force".', 'PROD form is at "Not issued"'],
  'G8 Go-live': ['PROD form is at "Not issued", needed is "Done".', 'Smoke test is at "Not open yet", needed is "Passed".'],
};

/** The pages whose next action a shut gate holds back: the action’s button is away, and its reasons are there to read. */
const HELD: readonly (readonly [page: string, action: string, reason: RegExp])[] = [
  ['integration-form', 'Submit', /Use case is at "Draft", needed is "Accepted"\./],
  ['scal', 'Request', /Use case is at "Draft", needed is "Accepted"\./],
  ['go-live', 'Ask', /Smoke test is at "Not open yet", needed is "Passed"\./],
];

/** What stays out of reach while the step before it is undone: nothing to press, and the state said. */
const NOT_YET: readonly (readonly [page: string, state: string])[] = [
  ['witness-test', 'No pack yet'],
  ['tcc', 'Not issued'],
  ['connection-agreement', 'Not issued'],
  ['prod-form', 'Not issued'],
  ['smoke-test', 'Not open yet'],
];

describe('a blocked road in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP,PROD' });
  let browser: Browser;
  let portal = '';
  let page: Page;
  let road = '';

  before(async () => {
    await spine.start();
    portal = portalOf(spine);
    browser = await launchChromium();
    [, page] = await open('Rae Release Lead');
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  const open = async (name: string): Promise<readonly [BrowserContext, Page]> => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    context.setDefaultTimeout(10_000);
    const shown = await context.newPage();
    await shown.goto(`${portal}/sign-in`);
    await shown.getByRole('button', { name }).click();
    await shown.getByRole('button', { name: 'Sign out' }).waitFor();
    return [context, shown];
  };
  /** Opens a duty of a reviewer's work list and decides it. */
  const decide = async (name: string, duty: RegExp, decision: string, after: (desk: Page) => Promise<void>): Promise<void> => {
    const [context, desk] = await open(name);
    await desk.getByRole('link', { name: 'Work list', exact: true }).first().click();
    await desk.getByRole('link', { name: duty }).click();
    await desk.getByRole('radio', { name: decision, exact: true }).check();
    await desk.getByRole('button', { name: 'Decide' }).click();
    await after(desk);
    await context.close();
  };
  const goOn = (): Promise<void> => page.getByRole('button', { name: 'Save and continue' }).click();
  const gate = (name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

  const fillUseCase = async (toolkit: string): Promise<void> => {
    await page.goto(`${portal}${road}/use-case/purpose`);
    await page.getByLabel('Why the product needs e-RS').fill('Worklists in our own system.');
    await page.getByLabel('Provider').check();
    await page.getByLabel('Data it reads and writes').fill('Worklists.');
    await page.getByLabel(toolkit).check();
    await goOn();
    await page.getByRole('checkbox', { name: /^A004/ }).check();
    await goOn();
    await page.getByLabel('Organisations: application-restricted, provider').fill('R69');
    await goOn();
  };

  test('a road that has just begun: eight gates, each blocked, with why, what to do and who', async () => {
    await page.goto(`${portal}/roads/new`);
    await page.getByLabel('Product').fill('Blocked Link');
    await page.getByLabel('Version').fill('1');
    await page.getByLabel('ODS code of the supplier').fill('ZS001');
    await press('Begin');
    await page.getByRole('heading', { name: 'Blocked Link 1', level: 1 }).waitFor();
    road = new URL(page.url()).pathname;
    await page.getByRole('radio', { name: 'People', exact: true }).check();
    await press('Save');
    const gates = page.getByRole('table', { name: 'Gates of the road' });
    assert.equal(await gates.getByRole('rowheader').count(), Object.keys(SHUT).length);
    for (const [name, reasons] of Object.entries(SHUT)) {
      const text = (await gate(name).textContent()) ?? '';
      assert.match(text, /Blocked/, name);
      for (const reason of reasons) assert.ok(text.includes(reason), `${name}: ${text}`);
      assert.match(text, /\(Supplier\)/, `${name} says who acts`);
    }
    await page.screenshot({ path: pictureOf('road-blocked'), fullPage: true });
  });

  test('what a gate holds back has no button, and says why', async () => {
    for (const [artefact, action, reason] of HELD) {
      await page.goto(`${portal}${road}/${artefact}`);
      assert.equal(await page.getByRole('button', { name: action, exact: true }).count(), 0, artefact);
      await page.getByText(`${action}: not possible yet`).click();
      await page.locator('details[open]').getByText(reason).waitFor();
    }
    for (const [artefact, state] of NOT_YET) {
      await page.goto(`${portal}${road}/${artefact}`);
      await page.locator('.nhsuk-tag').getByText(state, { exact: true }).waitFor();
      assert.equal(await page.locator('#actions button').count(), 0, artefact);
    }
  });

  test('DEP is refused in Getting connected until a conformance run in INT has passed', async () => {
    await page.goto(`${portal}/connecting/new`);
    await page.getByRole('textbox', { name: 'Product', exact: true }).fill('Blocked Link');
    await page.getByRole('textbox', { name: 'Version', exact: true }).fill('1');
    await page.getByRole('radio', { name: /\(DEP\)/ }).check();
    await page.getByLabel('Owner').selectOption({ label: 'Care Vista' });
    await page.getByLabel('e-RS API, application-restricted access').check();
    await press('Continue');
    await page.getByRole('link', { name: 'Integration test phase completed' }).click();
    await press('Continue');
    await page.getByText('Refused', { exact: true }).first().waitFor();
    await page
      .getByText(/No conformance run of this product version has passed in INT/)
      .first()
      .waitFor();
    await page.screenshot({ path: pictureOf('road-blocked-dep'), fullPage: true });
  });

  test('G1 refuses an unsound use case at the reviewer’s desk, in words the supplier reads; mended, it opens', async () => {
    await fillUseCase('Approaching standards');
    await press('Submit');
    await decide('Perry of e-RS Partners', /Use case of Blocked Link 1/, 'Accept', async (desk) => {
      await desk
        .getByRole('alert')
        .getByText(/Toolkit must be at "standards met"/)
        .waitFor();
      await desk.getByRole('radio', { name: 'Request changes' }).check();
      await desk.getByRole('button', { name: 'Decide' }).click();
      await desk.getByText('Nothing waits for you').waitFor();
    });
    await page.goto(`${portal}${road}/use-case`);
    await page.getByRole('heading', { name: 'What has to change' }).waitFor();
    await page
      .getByText(/Toolkit must be at "standards met"/)
      .first()
      .waitFor();
    await fillUseCase('Standards met');
    await press('Submit');
    await decide('Perry of e-RS Partners', /Use case of Blocked Link 1/, 'Accept', (desk) =>
      desk.getByText('Nothing waits for you').waitFor(),
    );
    await page.goto(`${portal}${road}`);
    assert.match((await gate('G1 Use case').textContent()) ?? '', /Open/);
    assert.doesNotMatch((await gate('G2 Access to INT').textContent()) ?? '', /Use case is at/);
  });

  test('G2 refuses an application that INT does not have', async () => {
    await page.goto(`${portal}${road}/integration-form`);
    await press('Start');
    await page.getByLabel('AppID, application-restricted, provider').fill('00000000-0000-4000-8000-000000000000');
    await goOn();
    await page.getByLabel('ODS code of the NHS organisation').fill('R69');
    await page.getByLabel('Contact at that organisation').fill('Casey');
    await page.getByLabel('Email address of the contact').fill('casey@example.com');
    await goOn();
    await page.getByRole('radio', { name: /^No/ }).check();
    await goOn();
    await press('Submit');
    await decide('Deniz of the service desk', /Integration testing form of Blocked Link 1/, 'Accept', async (desk) => {
      await desk
        .getByRole('alert')
        .getByText(/INT has no application/)
        .waitFor();
      await desk.screenshot({ path: pictureOf('road-blocked-desk'), fullPage: true });
    });
    await page.goto(`${portal}${road}`);
    assert.match((await gate('G2 Access to INT').textContent()) ?? '', /Blocked/);
  });
});
