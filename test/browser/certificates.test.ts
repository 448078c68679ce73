/** The page of the certificate authority in real Chromium, without JavaScript: sign a request, revoke; with accessibility checks and a screenshot. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';

describe('the certificates page', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  let browser: Browser;

  before(async () => {
    await spine.start();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  async function open(javaScriptEnabled: boolean): Promise<Page> {
    const context = await browser.newContext({ bypassCSP: true, ignoreHTTPSErrors: true, javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(`${spine.environment('INT').baseUrl}/_localspine/pki/`);
    return page;
  }

  test('signs a request and revokes the certificate, without JavaScript', async () => {
    const made = spine.cli('certificate', 'request', 'page.acme.thirdparty.nhs.uk', '--register', '--json');
    const csr = readFileSync(JSON.parse(made.stdout).csrPath, 'utf8');
    const page = await open(false);
    await page.getByLabel('Signing request (CSR) in PEM').fill(csr);
    await page.getByLabel('ODS code of your organisation').fill('R69');
    await page.getByRole('button', { name: 'Sign' }).click();
    assert.match(await page.content(), /The certificate for page\.acme\.thirdparty\.nhs\.uk was issued[\s\S]*BEGIN CERTIFICATE/);
    await page.getByRole('button', { name: 'Revoke page.acme' }).first().click();
    assert.match(await page.content(), /was revoked, and the revocation list says so/);
    await page.getByLabel('Signing request (CSR) in PEM').fill('<b>nothing</b>');
    await page.getByRole('button', { name: 'Sign' }).click();
    assert.match(await page.content(), /There is a problem[\s\S]*There is no signing request in this text/);
  });

  test('has no serious accessibility finding', async () => {
    const page = await open(true);
    await page.screenshot({ path: pictureOf('certificates'), fullPage: true });
    const findings = await accessibilityFindings(page);
    assert.deepEqual(findings, []);
  });
});
