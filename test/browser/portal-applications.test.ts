/** *Environment access* and ASIDs in real Chromium: the guidance's journey without JavaScript, a key pair made in the browser of which nothing private is sent, and every page judged. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, overflowAt, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { portalOf } from '../helpers/portal.ts';

describe('applications in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP,PROD' });
  let browser: Browser;
  let portal = '';
  /** An application of the release lead, made on the way. */
  let appPath = '';

  before(async () => {
    await spine.start();
    portal = portalOf(spine);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  const open = async (
    name: string,
    options: { readonly javaScriptEnabled?: boolean; readonly bypassCSP?: boolean } = {},
  ): Promise<[BrowserContext, Page]> => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    const page = await context.newPage();
    await page.goto(`${portal}/sign-in`);
    await page.getByRole('button', { name }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    return [context, page];
  };

  test('the journey of the guidance, in its words and order, without JavaScript', async () => {
    const [context, page] = await open('Rae Release Lead', { javaScriptEnabled: false });
    await page.goto(portal);
    await page.locator('main').getByRole('link', { name: 'Environment access' }).click();
    await page.getByRole('button', { name: 'Add new application' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').getByText('There is a problem').waitFor();
    await page.getByRole('link', { name: 'Select an environment' }).click();
    await page.getByRole('radio', { name: /\(INT\)/ }).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Select application owner' }).waitFor();
    await page.getByRole('radio', { name: 'Care Vista', exact: true }).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('radio', { name: 'User-restricted' }).check();
    await page.getByLabel('App name').fill('Care Vista Link');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Check your answers' }).waitFor();
    await page.screenshot({ path: pictureOf('new-application-check'), fullPage: true });
    await page.getByText('Care Vista - Care Vista Link - INT - e-Referral Service - User-restricted').waitFor();
    await page.getByRole('button', { name: 'Register your application' }).click();
    assert.match((await page.locator('#secret').textContent()) ?? '', /^[A-Za-z0-9]{16}$/);
    await page.screenshot({ path: pictureOf('application-registered'), fullPage: true });
    await page.getByRole('button', { name: 'View your new application' }).click();
    appPath = new URL(page.url()).pathname;
    await page.getByRole('link', { name: 'Add API' }).click();
    await page.getByRole('radio', { name: /Healthcare Worker/ }).check();
    await page.getByLabel('Callback URL').fill('http://supplier.example/callback');
    await page.getByRole('button', { name: 'Add API' }).click();
    await page
      .getByRole('alert')
      .getByText(/cannot be a callback URL/)
      .waitFor();
    await page.getByLabel('Callback URL').fill('https://supplier.example/callback');
    await page.getByRole('button', { name: 'Add API' }).click();
    await page.getByRole('link', { name: 'Request ASID' }).click();
    await page.getByLabel('ODS code').fill('R69');
    await page.getByLabel('Product name').fill('Care Vista Link');
    await page.getByRole('button', { name: 'Request ASID' }).click();
    await page.getByText('Bound to').waitFor();
    await page.goto(`${portal}${appPath}/keys`);
    assert.equal(await page.getByRole('button', { name: 'Make a key pair' }).count(), 0, 'not offered without JavaScript');
    await context.close();
  });

  test('a key pair made in the browser: the private key is saved, and nothing of it is sent', async () => {
    const [context, page] = await open('Rae Release Lead');
    const sent: string[] = [];
    page.on('request', (request) =>
      sent.push(`${request.method()} ${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`),
    );
    await page.goto(`${portal}${appPath}/keys`);
    await page.getByRole('button', { name: 'Make a key pair' }).click();
    const save = page.getByRole('link', { name: 'Save the private key' });
    await save.waitFor({ timeout: 60_000 });
    await page.screenshot({ path: pictureOf('key-pair-made'), fullPage: true });
    const download = page.waitForEvent('download');
    await save.click();
    const file = await download;
    assert.match(file.suggestedFilename(), /^int-.*\.private-key\.pem$/);
    const pem = readFileSync((await file.path()) ?? '', 'utf8');
    const privateKey = createPrivateKey(pem);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText('Nothing is missing').waitFor();
    const { kids } = await (await page.request.get(`${portal}/api${appPath}`)).json();
    assert.equal(kids.length, 1);
    const { n } = createPublicKey(privateKey).export({ format: 'jwk' });
    assert.ok(
      sent.some((each) => each.includes(encodeURIComponent(`"${n}"`)) || each.includes(`${n}`)),
      'the public key was sent',
    );
    const { d, p, q, dp, dq, qi } = privateKey.export({ format: 'jwk' });
    const body = pem.replace(/-----[^-]+-----|\s/g, '');
    for (const secret of [d, p, q, dp, dq, qi].map((each) => String(each)))
      for (const each of sent)
        assert.ok(
          !decodeURIComponent(each.replaceAll('+', ' ').replace(/%(?![0-9A-F]{2})/gi, '')).includes(secret.slice(0, 40)),
          'a private number was sent',
        );
    for (const each of sent) assert.ok(!each.includes(body.slice(100, 160)) && !/PRIVATE.KEY/.test(each), 'the private key was sent');
    assert.equal(privateKey.asymmetricKeyDetails?.modulusLength, 4096);
    await context.close();
  });

  test('every page is accessible and fits a narrow screen', async () => {
    const [context, page] = await open('Rae Release Lead', { bypassCSP: true });
    const { asid } = await (await page.request.get(`${portal}/api${appPath}`)).json();
    const pages: Readonly<Record<string, string>> = {
      'environment-access': '/environment-access',
      'new-environment': '/environment-access/new',
      'new-owner': '/environment-access/new/owner?environment=INT',
      'new-name': '/environment-access/new/name?environment=INT&owner=me',
      'new-name-dep': '/environment-access/new/name?environment=DEP&owner=me',
      application: appPath,
      'application-api': `${appPath}/api`,
      'application-name': `${appPath}/name`,
      'application-callback': `${appPath}/callback`,
      'application-keys': `${appPath}/keys`,
      'application-secrets': `${appPath}/secrets`,
      'application-usage': `${appPath}/usage`,
      'application-asid': `${appPath}/asid`,
      'application-revoke': `${appPath}/revoke`,
      asids: '/asids',
      asid: `/asids/INT/${asid}`,
      'asid-calculator': '/asids/calculator',
      'asid-calculator-problems': '/asids/calculator?do=calculate',
      'asid-sharing': '/asids/sharing',
    };
    for (const [name, path] of Object.entries(pages)) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(`${portal}${path}`);
      assert.deepEqual(await accessibilityFindings(page, true), [], path);
      await page.screenshot({ path: pictureOf(`portal-${name}`), fullPage: true });
      assert.equal(await overflowAt(page, 320), 0, path);
    }
    await context.close();
  });

  test('the operator’s pages too', async () => {
    const [context, page] = await open('Ola Operator', { bypassCSP: true });
    for (const path of ['/environment-access', '/asids', appPath, `${appPath}/asid`]) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(`${portal}${path}`);
      assert.deepEqual(await accessibilityFindings(page, true), [], path);
      await page.screenshot({
        path: pictureOf(`portal-operator${path.replace(/[0-9a-f-]{36}/, 'app').replaceAll('/', '-')}`),
        fullPage: true,
      });
      assert.equal(await overflowAt(page, 320), 0, path);
    }
    await context.close();
  });

  test('the calculator: an example, another organisation, the answer; by keyboard alone', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${portal}/asids/calculator`);
    await page.getByRole('link', { name: 'All three, and PDS and SCR on the API platform' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '4 ASIDs' }).waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Northern Rise Hospital - Care Vista Link – Prod - Application-Restricted - Referrer' })
      .waitFor();
    await page.screenshot({ path: pictureOf('asid-calculator-answer'), fullPage: true });
    await page.getByRole('button', { name: 'Add another organisation' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Organisation 2' }).waitFor();
    await page.locator('#ods1').focus();
    await page.keyboard.type('R70');
    await page.locator('#uses1').focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Calculate' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '5 ASIDs' }).waitFor();
    await context.close();
  });
});
