/** The Care ID Service in real Chromium: each page with an accessibility check and a screenshot; by keyboard, without JavaScript, and narrow. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';

const AGENT = '903000000002';
const HOLDER = '656005750105';
const CARD = `40${HOLDER}`;

describe('Care ID Service in Chromium', {
  skip: noChromium,
  concurrency: false,
}, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  let browser: Browser;
  let base = '';

  before(async () => {
    await spine.start();
    base = spine.environment('INT').baseUrl;
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  /** A page of somebody who has signed in by filling in the forms. */
  async function signedIn(userId: string, path: string, options: { javaScriptEnabled?: boolean; width?: number } = {}): Promise<Page> {
    const context = await browser.newContext({
      bypassCSP: true,
      ignoreHTTPSErrors: true,
      javaScriptEnabled: options.javaScriptEnabled ?? true,
      viewport: { width: options.width ?? 1024, height: 900 },
    });
    const page = await context.newPage();
    await page.goto(`${base}${path}`);
    await page.locator('input[name="method"][value="smartcard"]').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('#username').fill(userId);
    await page.locator('#passcode').fill('1234');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    return page;
  }

  async function look(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: pictureOf(`care-id-${name}`), fullPage: true });
    const findings = await accessibilityFindings(page, true);
    assert.deepEqual(findings, [], name);
    assert.match((await page.locator('body').textContent()) ?? '', /Nothing here is real patient data/);
  }

  const heading = async (page: Page): Promise<string> => ((await page.locator('h1').textContent()) ?? '').trim();

  test('an agent registers a person, gives a position, issues a card and cancels it', async () => {
    const page = await signedIn(AGENT, '/care-id');
    await page.locator('#q').fill('90300');
    await page.getByRole('button', { name: 'Search' }).click();
    await look(page, 'search');
    await page.getByRole('link', { name: 'Register a person' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await look(page, 'register-problems');
    await page.locator('.nhsuk-error-summary a').first().click();
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'INPUT', 'the summary leads to the field');
    await page.getByLabel('Given name').fill('Mary');
    await page.getByLabel('Family name').fill('Browser');
    await page.getByLabel('Day').fill('3');
    await page.getByLabel('Month').fill('4');
    await page.getByLabel('Year').fill('1975');
    await page.getByLabel('Email address').fill('mary@example.com');
    await page.locator('input[name="photoDocument"][value="Passport"]').check();
    await page.locator('input[name="addressDocument"][value="Utility bill"]').check();
    await page.locator('#furtherDocument').selectOption('Bank statement');
    await page.getByRole('button', { name: 'Continue' }).click();
    await look(page, 'register-check');
    await page.getByRole('button', { name: 'Register the person' }).click();
    assert.equal(await heading(page), 'Mary Browser');
    await page.getByRole('link', { name: 'Add a position' }).click();
    await page.locator('#odsCode').fill('R69');
    await page.locator('#jobRoleCode').selectOption('S8000:G8000:R8001');
    await look(page, 'position');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Give the position' }).click();
    await page.getByRole('link', { name: 'Issue a card', exact: true }).click();
    await page.locator('input[name="kind"][value="smartcard"]').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await look(page, 'issue-check');
    await page.locator('#passcode').fill('2468');
    await page.locator('#passcodeAgain').fill('2469');
    await page.getByRole('button', { name: 'Issue the card' }).click();
    await look(page, 'issue-problem');
    await page.locator('#passcode').fill('2468');
    await page.locator('#passcodeAgain').fill('2468');
    await page.getByRole('button', { name: 'Issue the card' }).click();
    await look(page, 'person');
    await page.locator('a[href^="/care-id/cards/"]').first().click();
    await look(page, 'card');
    await page.getByRole('link', { name: 'Cancel the card' }).click();
    await page.locator('input[name="reason"][value="lost"]').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await look(page, 'revoke-check');
    await page.getByRole('button', { name: 'Cancel the card' }).click();
    assert.match((await page.locator('body').textContent()) ?? '', /The card is cancelled/);
    await page.goto(`${base}/care-id/requests`);
    await look(page, 'requests');
    await page.context().close();
  });

  test('self-service by keyboard alone: the holder changes the passcode', async () => {
    const page = await signedIn(HOLDER, '/care-id/self-service');
    await look(page, 'self-service');
    await page.getByRole('link', { name: /Change your passcode/ }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/${CARD}/change-passcode`);
    await look(page, 'change-passcode');
    await page.locator('#currentPasscode').focus();
    for (const text of ['1234', '5678', '5678']) {
      await page.keyboard.type(text);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL('**/self-service?done=change-passcode');
    assert.match((await page.locator('body').textContent()) ?? '', /Your passcode is changed/);
    await page.context().close();
  });

  test('those without a part in it are told so', async () => {
    const page = await signedIn('555032006103', '/care-id');
    await look(page, 'refused');
    await page.context().close();
  });

  test('without JavaScript, and at 320 pixels, everything is there', async () => {
    const page = await signedIn(AGENT, '/care-id', { javaScriptEnabled: false });
    assert.equal(await heading(page), 'Find a person');
    await page.context().close();
    const narrow = await signedIn(AGENT, '/care-id', { width: 320 });
    for (const path of ['', '/register', `/people/${HOLDER}`, `/cards/${CARD}`, `/people/${HOLDER}/position`]) {
      await narrow.goto(`${base}/care-id${path}`);
      const overflow = await narrow.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      assert.ok(Number(overflow) <= 1, `${path}: ${String(overflow)} pixels wider than the screen`);
    }
    await narrow.context().close();
  });
});
