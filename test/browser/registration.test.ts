/** Endpoint registration and NDS Admin in real Chromium: by an endpoint administrator, without JavaScript, with accessibility checks and screenshots. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';

describe('registration pages in Chromium', {
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

  async function signIn(userId: string, path: string, javaScriptEnabled: boolean): Promise<Page> {
    const context = await browser.newContext({
      bypassCSP: true,
      ignoreHTTPSErrors: true,
      javaScriptEnabled,
      viewport: { width: 1024, height: 900 },
    });
    const page = await context.newPage();
    await page.goto(`${base}${path}`);
    await page
      .getByRole('button', { name: 'Sign in' })
      .or(page.getByRole('link', { name: 'Sign in' }))
      .first()
      .click();
    for (let step = 0; step < 5 && !page.url().startsWith(`${base}${path}`); step += 1) {
      const username = page.locator('form#kc-form-login input[name="username"][type="text"]');
      if ((await username.count()) > 0) await username.fill(userId);
      await Promise.all([page.waitForNavigation(), page.locator('form#kc-form-login button[type="submit"]').first().click()]);
    }
    return page;
  }

  /** No serious finding, nothing cut off on a small screen; a picture for whoever looks. */
  async function check(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: pictureOf(`registration-${name}`), fullPage: true });
    const findings = await accessibilityFindings(page);
    assert.deepEqual(findings, [], name);
    await page.setViewportSize({ width: 320, height: 800 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.ok(Number(overflow) <= 1, `${name}: ${String(overflow)} pixels wider than the screen`);
    await page.setViewportSize({ width: 1024, height: 900 });
    assert.match((await page.locator('body').textContent()) ?? '', /Nothing here is real/);
  }

  test('every page of an endpoint administrator', async () => {
    const page = await signIn('904000000001', '/eprwebapp', true);
    await check(page, 'home');
    await page.goto(`${base}/eprwebapp/products`);
    await check(page, 'products');
    await page.goto(`${base}/eprwebapp/new`);
    await page.fill('#odsCode', 'NOPE');
    await page.selectOption('#productKey', '1001');
    await page.getByRole('button', { name: 'Submit' }).click();
    await check(page, 'new-with-faults');
    await page.fill('#odsCode', 'B81001');
    await page.fill('#fqdn', 'browser.b81001.thirdparty.nhs.uk');
    await page.getByRole('button', { name: 'Submit' }).click();
    assert.match((await page.locator('body').textContent()) ?? '', /B81001-823/);
    await check(page, 'request');
    await page.goto(`${base}/eprwebapp/names`);
    await page.fill('#odsCode', 'ZS001');
    await page.fill('#fqdn', 'https://names.acme.nhs.uk:443/');
    await page.getByRole('button', { name: 'Ask for the name' }).click();
    await check(page, 'names-with-faults');
    await page.fill('#fqdn', 'names.acme.thirdparty.nhs.uk');
    await page.getByRole('button', { name: 'Ask for the name' }).click();
    assert.match((await page.locator('body').textContent()) ?? '', /names\.acme\.thirdparty\.nhs\.uk resolves to 127\.0\.0\.1/);
    await check(page, 'name-request');
    await page.goto(`${base}/eprwebapp`);
    await page.getByRole('link', { name: 'Localspine Test Record System 1.0' }).first().click();
    await check(page, 'system');
    await page.context().close();
  });

  test('NDS Admin without JavaScript', async () => {
    const page = await signIn('904000000003', '/ndsadmin', false);
    await page.fill('#q', 'ZP9002');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('link', { name: 'ZP9002' }).click();
    await page.fill('#name', 'Renamed in the browser');
    await page.getByRole('button', { name: 'Save' }).click();
    assert.equal(await page.inputValue('#name'), 'Renamed in the browser');
    await page.context().close();
  });

  test('pages of NDS Admin are accessible', async () => {
    const page = await signIn('904000000003', '/ndsadmin', true);
    await check(page, 'directory');
    await page.goto(`${base}/ndsadmin/organisations/R69`);
    await check(page, 'organisation');
    await page.goto(`${base}/ndsadmin/people/904000000002`);
    await check(page, 'person');
    await page.context().close();
  });
});
