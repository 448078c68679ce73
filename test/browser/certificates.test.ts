/** The page of the certificate authority in real Chromium, without JavaScript: sign a request, revoke; with accessibility checks and a screenshot. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { LocalSpine } from '../helpers/localspine.ts';

const EXECUTABLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const RESULTS = resolve(import.meta.dirname, '../results');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the certificates page', { skip: EXECUTABLE === undefined ? 'no Chromium on this machine' : false, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  let browser: Browser;

  before(async () => {
    mkdirSync(RESULTS, { recursive: true });
    await spine.start();
    browser = await chromium.launch({
      executablePath: EXECUTABLE ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
    });
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
    const made = spine.cli('certificate', 'request', 'page.acme.thirdparty.nhs.uk', '--json');
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
    await page.screenshot({ path: join(RESULTS, 'certificates.png'), fullPage: true });
    await page.addScriptTag({ content: AXE });
    const findings = await page.evaluate(
      `axe.run().then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => v.id + ': ' + v.help))`,
    );
    assert.deepEqual(findings, []);
  });
});
