/** Signing in through the CIS2 page in real Chromium: by mouse, by keyboard alone, without JavaScript; with accessibility checks and a screenshot. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { type Application, makeKeyPair, Supplier } from '../helpers/supplier.ts';

describe('pages in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const supplier = new Supplier(spine);
  let browser: Browser;
  let app: Application;
  /** The supplier's application, as far as the browser needs one: something that answers at its callback. */
  const client = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<title>Callback</title>back at the application'),
  );
  let callback = '';

  before(async () => {
    await new Promise<void>((ready) => client.listen(0, '127.0.0.1', () => ready()));
    const address = client.address();
    assert.ok(typeof address === 'object' && address !== null);
    callback = `http://127.0.0.1:${address.port}/callback`;
    await spine.start();
    app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks, callbackUrl: callback });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    client.close();
    client.closeAllConnections();
    await spine.remove();
  });

  async function openSignIn(javaScriptEnabled = true): Promise<Page> {
    const context = await browser.newContext({
      bypassCSP: true,
      ignoreHTTPSErrors: true,
      javaScriptEnabled,
      viewport: { width: 1024, height: 900 },
    });
    const page = await context.newPage();
    const query = new URLSearchParams({ client_id: app.apiKey, redirect_uri: callback, response_type: 'code', state: 'browser' });
    await page.goto(`${spine.environment('INT').baseUrl}/oauth2/authorize?${query}`);
    return page;
  }

  /** Walks every step of the sign-in by submitting what is chosen, until the callback. */
  async function walk(page: Page, check: (page: Page, step: number) => Promise<void>): Promise<void> {
    for (let step = 1; step <= 6 && !page.url().startsWith(callback); step += 1) {
      await check(page, step);
      const username = page.locator('form#kc-form-login input[name="username"]:not([type="hidden"])');
      if ((await username.count()) > 0 && (await username.first().getAttribute('type')) !== 'radio')
        await username.first().fill('021600556514');
      else if ((await username.count()) > 0)
        await page
          .locator('input[name="username"][value="021600556514"]')
          .first()
          .check()
          .catch(async () => username.first().check());
      const radios = page.locator('form#kc-form-login input[type="radio"]');
      if ((await radios.count()) > 0 && (await page.locator('form#kc-form-login input[type="radio"]:checked').count()) === 0)
        await radios.first().check();
      await Promise.all([page.waitForNavigation(), page.locator('form#kc-form-login button[type="submit"]').first().click()]);
    }
    const back = new URL(page.url());
    assert.equal(`${back.origin}${back.pathname}`, callback, page.url());
    assert.ok(back.searchParams.get('code'));
    assert.equal(back.searchParams.get('state'), 'browser');
  }

  test('a person signs in through the CIS2 page; each step has a screenshot and no serious accessibility finding', async () => {
    const page = await openSignIn();
    await walk(page, async (current, step) => {
      await current.screenshot({ path: pictureOf(`sign-in-${step}`), fullPage: true });
      assert.deepEqual(await accessibilityFindings(current), [], `step ${step}`);
      assert.match((await current.locator('body').textContent()) ?? '', /not real|no real|Nothing here is real/i);
    });
    await page.context().close();
  });

  test('it works without JavaScript', async () => {
    const page = await openSignIn(false);
    await walk(page, async () => undefined);
    await page.context().close();
  });

  test('at 320 pixels nothing is cut off', async () => {
    const page = await openSignIn();
    await page.setViewportSize({ width: 320, height: 800 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.ok(Number(overflow) <= 1, `${String(overflow)} pixels wider than the screen`);
    await page.context().close();
  });

  test('a patient signs in with NHS login, without JavaScript and with a search', async () => {
    const patientApp = await supplier.register({
      accessMode: 'user-restricted',
      productName: 'e-referrals-service-patient-care-api-int',
      callbackUrl: callback,
      jwks: makeKeyPair().jwks,
    });
    const open = async (javaScriptEnabled: boolean): Promise<Page> => {
      const context = await browser.newContext({ bypassCSP: true, ignoreHTTPSErrors: true, javaScriptEnabled });
      const page = await context.newPage();
      const parameters = {
        client_id: patientApp.apiKey,
        redirect_uri: callback,
        response_type: 'code',
        state: 'browser',
        scope: 'nhs-login',
      };
      await page.goto(`${spine.environment('INT').baseUrl}/oauth2/authorize?${new URLSearchParams(parameters)}`);
      return page;
    };
    const looked = await open(true);
    await looked.screenshot({ path: pictureOf('nhs-login'), fullPage: true });
    assert.deepEqual(await accessibilityFindings(looked), []);
    await looked.setViewportSize({ width: 320, height: 800 });
    const overflow = await looked.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    assert.ok(Number(overflow) <= 1, `${String(overflow)} pixels wider than the screen`);
    await looked.context().close();
    const page = await open(false);
    await page.locator('#q').fill('DAVIS');
    await Promise.all([page.waitForNavigation(), page.locator('button[name="search"]').click()]);
    await Promise.all([page.waitForNavigation(), page.locator('button[name="username"][value="9449305552"]').click()]);
    assert.ok(new URL(page.url()).searchParams.get('code'), page.url());
    await page.context().close();
  });

  test('the portal’s landing page', async () => {
    const running: { portal: string } = JSON.parse(readFileSync(join(spine.home, 'running.json'), 'utf8'));
    const context = await browser.newContext({ bypassCSP: true, ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(running.portal);
    await page.screenshot({ path: pictureOf('portal'), fullPage: true });
    assert.match((await page.locator('body').textContent()) ?? '', /Integration/);
    assert.deepEqual(await accessibilityFindings(page), []);
    await context.close();
  });
});
