/** Conformance runs in real Chromium: started, watched and finished by keyboard and without JavaScript; accessible, and fit for a narrow screen. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, overflowAt, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { portalOf } from '../helpers/portal.ts';
import { type Application, makeKeyPair, Supplier } from '../helpers/supplier.ts';

describe('conformance runs in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  const supplier = new Supplier(spine);
  const keys = makeKeyPair();
  let application: Application;
  let browser: Browser;
  let portal = '';

  before(async () => {
    await spine.start();
    portal = portalOf(spine);
    application = await supplier.register({
      accessMode: 'application-restricted',
      capability: 'provider',
      odsCode: 'R69',
      jwks: keys.jwks,
    });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  const signedIn = async (name: string, options: object = {}): Promise<Page> => {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true, ...options })).newPage();
    await page.goto(`${portal}/sign-in`);
    await page.getByRole('button', { name }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    return page;
  };
  const fits = async (page: Page, picture: string): Promise<void> => {
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.deepEqual(await accessibilityFindings(page, true), [], picture);
    await page.screenshot({ path: pictureOf(`conformance-${picture}`), fullPage: true });
    assert.equal(await overflowAt(page, 320), 0, picture);
    await page.setViewportSize({ width: 1280, height: 900 });
  };

  test('a run, from its first mistake to its verdict', async () => {
    const page = await signedIn('Rae Release Lead');
    await page.goto(`${portal}/conformance`);
    await fits(page, 'list-empty');
    await page.getByRole('button', { name: 'Start a run' }).click();
    await fits(page, 'start');
    await page.getByLabel('Product', { exact: true }).fill('Care Vista Link');
    await page.getByLabel('Version', { exact: true }).fill('2.0');
    await page.getByLabel('A004 Retrieve reference data').check();
    await page.getByRole('button', { name: 'Start recording' }).click();
    await page.getByRole('link', { name: /Say which applications are recorded/ }).click();
    assert.match(await page.title(), /^Error: /);
    assert.equal(await page.getByLabel('A004 Retrieve reference data').isChecked(), true);
    await fits(page, 'start-problem');
    await page.getByLabel('Applications').fill(application.appId);
    await page.getByRole('button', { name: 'Start recording' }).click();
    await page.getByRole('heading', { name: /Care Vista Link 2.0/ }).waitFor();
    const address = page.url();

    const { access_token: token } = (await supplier.clientCredentials(application, keys)).json;
    const read = (id = 'SPECIALTY') => supplier.ers(token, undefined, `/STU3/CodeSystem/${id}`);
    assert.equal((await read()).status, 200);
    assert.equal((await read('NOTHING')).status, 404);
    await page.goto(address);
    await page.getByText('of 7 cases met').waitFor();
    await page.getByText('How to show it').first().click();
    await page.getByText('localspine clock advance 11m --environment int').waitFor();
    await fits(page, 'run');
    await page.getByRole('link', { name: 'exchange 2', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Exchange 2: A004' }).waitFor();
    await fits(page, 'exchange');

    await page.goto(`${address}/not-applicable`);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Choose the cases' }).waitFor();
    await fits(page, 'not-applicable');
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await page.getByLabel('Why they do not apply').fill('The product does not keep tokens.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Finish the run' }).click();
    await page.getByText('Finished', { exact: true }).first().waitFor();
    await page.getByRole('heading', { name: /Passed/ }).waitFor();
    await fits(page, 'run-finished');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the evidence' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^Care-Vista-Link-2\.0-INT-[0-9a-f]{8}\.evidence\.jsonl$/);
    await page.goto(`${portal}/conformance`);
    await page.getByRole('link', { name: /Care Vista Link 2.0/ }).waitFor();
    await fits(page, 'list');
    await page.context().close();
  });

  test('an NHS organisation signs off, without JavaScript', async () => {
    const begun = spine.cli(
      ...['conformance', 'start', '--as', 'release@localspine.example', '--acceptance', '--organisation', 'R69', '--product', 'Link'],
      ...['--product-version', '3', '--app', application.appId, '--endpoint', 'A004', '--json'],
    );
    assert.equal(begun.status, 0, begun.stderr);
    const { runId } = JSON.parse(begun.stdout);
    spine.cli('conformance', 'stop', runId, '--as', 'release@localspine.example');
    const page = await signedIn('Casey CIO of R69', { javaScriptEnabled: false });
    await page.goto(`${portal}/conformance`);
    await page.getByRole('link', { name: /Link 3/ }).click();
    await page.getByLabel('Yes').check();
    await page.getByLabel('Comment').fill('Works in our clinics.');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Signed off', { exact: true }).first().waitFor();
    await page.getByText('by Casey CIO of R69: Works in our clinics.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Send' }).count(), 0);
    await page.context().close();
  });
});
