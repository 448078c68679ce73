/** The inspector and the knowledge base in real Chromium: accessible, by keyboard, on a narrow screen, without JavaScript, and live with it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, overflowAt, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { portalOf } from '../helpers/portal.ts';

const EVERYBODY = [
  '/inspect',
  '/inspect/INT',
  '/inspect/INT?service=ers&status=often',
  '/inspect/INT/clock',
  '/help/errors',
  '/help/errors?q=asid',
  '/help/errors/ers.proxy.asid',
];
const OPERATORS = [
  '/inspect/INT/clock',
  '/inspect/INT/faults',
  '/inspect/INT/data',
  '/inspect/INT/outbox',
  '/inspect/INT/snapshots/picture/load',
  '/inspect/INT/reset/all',
];

describe('the inspector in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  let browser: Browser;
  let portal = '';

  before(async () => {
    await spine.start();
    portal = portalOf(spine);
    browser = await launchChromium();
    await spine.call('INT', '/referrals/FHIR/STU3/ReferralRequest/000000070000', {
      headers: { authorization: 'Bearer unknown-token-for-the-picture' },
    });
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  const open = async (options: { readonly javaScriptEnabled?: boolean } = {}): Promise<{ context: BrowserContext; page: Page }> => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true, ...options });
    return { context, page: await context.newPage() };
  };
  const signIn = async (page: Page): Promise<void> => {
    await page.goto(`${portal}/sign-in`);
    await page.getByRole('button', { name: 'Ola Operator' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  };
  const look = async (page: Page, path: string): Promise<void> => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${portal}${path}`);
    assert.deepEqual(await accessibilityFindings(page, true), [], path);
    await page.screenshot({ path: pictureOf(`inspector${path.replaceAll(/[/?=&]/g, '-')}`), fullPage: true });
    assert.equal(await overflowAt(page, 320), 0, path);
  };

  test('pages are accessible and fit a narrow screen', async () => {
    const { context, page } = await open();
    for (const path of EVERYBODY) await look(page, path);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${portal}/inspect/INT?service=ers`);
    await page.locator('tbody a').first().click();
    await look(page, new URL(page.url()).pathname);
    await context.close();
  });

  test('pages of operators are accessible and fit a narrow screen', async () => {
    const { context, page } = await open();
    await signIn(page);
    for (const path of OPERATORS) await look(page, path);
    await context.close();
  });

  test('with script, exchanges appear as they happen, until it is paused', async () => {
    const { context, page } = await open();
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${portal}/inspect/INT`);
    await page.getByText('New exchanges appear by themselves').waitFor();
    assert.equal(
      await page.getByRole('link', { name: 'Refresh', exact: true }).isVisible(),
      false,
      'what is for pages without script is away',
    );
    await spine.call('INT', '/appears/by/itself');
    await page.getByRole('cell', { name: '/appears/by/itself' }).waitFor();
    assert.deepEqual(await accessibilityFindings(page, true), []);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await spine.call('INT', '/after/the/pause');
    await page.getByRole('cell', { name: '/after/the/pause' }).waitFor();
    await context.close();
  });

  test('a burst that fills several answers is shown at once, and each exchange once, whoever asks to look meanwhile', async () => {
    const { context, page } = await open();
    await page.goto(`${portal}/inspect/INT`);
    await page.getByRole('button', { name: 'Pause' }).click();
    const paths = Array.from({ length: 200 }, (_, index) => `/burst/${index}`);
    for (let start = 0; start < paths.length; start += 20)
      await Promise.all(paths.slice(start, start + 20).map((path) => spine.call('INT', path)));
    const written = async (): Promise<number> => {
      const reply = await page.request.get(`${portal}/api/inspect/INT/exchanges?limit=200`);
      return (await reply.text()).split('/burst/').length - 1;
    };
    for (let looks = 0; looks < 100 && (await written()) < paths.length; looks += 1) await page.waitForTimeout(100);
    // Slow answers, so that all who ask do so while one is on its way.
    let asked = 0;
    await page.route('**/inspect/INT/rows*', async (route) => {
      asked += 1;
      await page.waitForTimeout(200);
      await route.continue();
    });
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.evaluate(`for (let times = 0; times < 5; times += 1) document.dispatchEvent(new Event('visibilitychange'))`);
    await page.getByText(/^2\d\d new exchanges$/).waitFor();
    const shown = await page.locator('tbody tr', { hasText: '/burst/' }).locator('code').allInnerTexts();
    assert.deepEqual([shown.length, new Set(shown).size], [paths.length, paths.length]);
    assert.ok(asked < 10, `${asked} questions for four answers`);
    await page.unrouteAll({ behavior: 'wait' });
    await context.close();
  });

  test('without script: filter, read why, follow to the knowledge base, by keyboard alone', async () => {
    const { context, page } = await open({ javaScriptEnabled: false });
    await page.goto(`${portal}/inspect/INT`);
    assert.equal(await page.getByRole('link', { name: 'Refresh', exact: true }).isVisible(), true);
    const summary = page.locator('summary', { hasText: 'Filters' });
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Status', { exact: true }).focus();
    await page.keyboard.type('401');
    await page.keyboard.press('Enter');
    await page.waitForURL(/status=401/);
    const first = page.locator('tbody a').first();
    await first.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /Why it was refused/ }).waitFor();
    await page.getByRole('link', { name: 'More about gateway.token.known' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Likely cause' }).waitFor();
    await context.close();
  });

  test('without script: a fault of the catalogue is set and taken away, and a snapshot is loaded after a question', async () => {
    const { context, page } = await open({ javaScriptEnabled: false });
    await signIn(page);
    await page.goto(`${portal}/inspect/INT/faults`);
    await page.getByRole('button', { name: 'Set Every answer takes ten seconds' }).click();
    await page.getByText('The fault is set.').waitFor();
    await page.getByRole('button', { name: /^Take away/ }).click();
    await page.getByText('The fault was taken away.').waitFor();
    await page.goto(`${portal}/inspect/INT/data`);
    await page.getByLabel('Save the data as it is now').fill('picture');
    await page.getByRole('button', { name: 'Save the snapshot' }).click();
    await page.getByRole('link', { name: 'Load picture' }).click();
    await page.getByRole('heading', { name: 'Go back to the snapshot “picture”?' }).waitFor();
    await page.getByRole('button', { name: 'Go back to it' }).click();
    await page.getByText('The data is as it was when the snapshot was saved.').waitFor();
    await context.close();
  });
});
