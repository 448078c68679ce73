/** The doctor's page of the portal in real Chromium: without JavaScript, on a narrow screen, with accessibility checks and a screenshot. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, overflowAt, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';

describe('the doctor’s page', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  let browser: Browser;
  let portal = '';

  before(async () => {
    await spine.start();
    portal = JSON.parse(readFileSync(join(spine.home, 'running.json'), 'utf8')).portal;
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  test('examines what is pasted, without JavaScript', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(portal);
    await page.getByRole('link', { name: 'doctor examine a token or an application' }).click();
    await page.getByRole('radio', { name: 'Deployment (DEP)' }).check();
    await page.getByLabel('Token or application').fill('a.b.c');
    await page.getByRole('button', { name: 'Examine' }).click();
    assert.match((await page.locator('#result').textContent()) ?? '', /DEP refuses this\s+client assertion/);
    assert.equal(await page.getByText('Failed', { exact: true }).count(), 1);
    await context.close();
  });

  test('is accessible, also with a problem and with a result, and fits a narrow screen', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`${portal}/doctor`);
    assert.deepEqual(await accessibilityFindings(page, true), []);
    await page.getByRole('button', { name: 'Examine' }).click();
    assert.match(await page.title(), /^Error: /);
    assert.deepEqual(await accessibilityFindings(page, true), []);
    await page.getByLabel('Token or application').fill('a.b.c');
    await page.getByRole('button', { name: 'Examine' }).click();
    await page.getByRole('heading', { name: /refuses this/ }).waitFor();
    assert.deepEqual(await accessibilityFindings(page, true), []);
    await page.screenshot({ path: pictureOf('doctor'), fullPage: true });
    assert.equal(await overflowAt(page, 320), 0);
    await context.close();
  });
});
