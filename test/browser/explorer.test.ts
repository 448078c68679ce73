/** The API explorer in real Chromium, without JavaScript as a user may have it; accessibility checks and screenshots. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';

describe('the API explorer', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'SANDBOX,INT' });
  let browser: Browser;

  before(async () => {
    await spine.start();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  async function open(path: string, javaScriptEnabled: boolean): Promise<Page> {
    const context = await browser.newContext({
      bypassCSP: true,
      ignoreHTTPSErrors: true,
      javaScriptEnabled,
      viewport: { width: 1024, height: 900 },
    });
    const page = await context.newPage();
    await page.goto(path);
    return page;
  }

  const send = (page: Page) => Promise.all([page.waitForNavigation(), page.locator('form button[type="submit"]').click()]);

  for (const scheme of ['http', 'https'])
    test(`from the list to an answer by ${scheme}, without JavaScript`, async () => {
      const { baseUrl, httpUrl } = spine.environment('SANDBOX');
      const page = await open(`${scheme === 'http' ? httpUrl : baseUrl}/_localspine/ers/explorer`, false);
      await page.getByRole('link', { name: /A014 Reject referral/ }).click();
      await send(page);
      const text = (await page.locator('main').textContent()) ?? '';
      assert.match(text, scheme === 'http' ? /Answer\s+200 OK/ : /Answer\s+422 Unprocessable Entity/);
      assert.match(text, /ers\.role/);
      await page.screenshot({ path: pictureOf(`explorer-answer-${scheme}`), fullPage: true });
      await page.context().close();
    });

  test('no page has a serious accessibility finding', async () => {
    const page = await open(`${spine.environment('INT').baseUrl}/_localspine/ers/explorer`, true);
    await page.screenshot({ path: pictureOf('explorer') });
    assert.deepEqual(await accessibilityFindings(page), []);
    await page.getByRole('link', { name: /A011 Create referral/ }).click();
    assert.deepEqual(await accessibilityFindings(page), []);
    await send(page);
    assert.match((await page.locator('main').textContent()) ?? '', /401 Unauthorized/);
    assert.deepEqual(await accessibilityFindings(page), []);
    await page.locator('[name="header:If-Match"], [name="token"]').first().fill('caf\u20ac');
    await send(page);
    assert.match((await page.locator('main').textContent()) ?? '', /There is a problem/);
    await page.screenshot({ path: pictureOf('explorer-problem') });
    assert.deepEqual(await accessibilityFindings(page), []);
    await page.context().close();
  });

  test('at 320 pixels nothing is cut off', async () => {
    const page = await open(`${spine.environment('SANDBOX').httpUrl}/_localspine/ers/explorer/A005`, true);
    await page.setViewportSize({ width: 320, height: 800 });
    await send(page);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.ok(Number(overflow) <= 1, `${String(overflow)} pixels wider than the screen`);
    await page.context().close();
  });
});
