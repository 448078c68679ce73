/** The portal's own pages in real Chromium: accessible, keyboard and narrow screens, without JavaScript, and a picture of each. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, overflowAt, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { portalOf } from '../helpers/portal.ts';

/** Every page that is just there, by who looks at it. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  '': ['/', '/sign-in', '/register', '/forgotten-password', '/environments', '/environments/INT', '/environments/INT/connections', '/mail'],
  'Rae Release Lead': ['/account', '/teams', '/teams/new', '/audit'],
  'Ola Operator': ['/accounts', '/audit', '/mail'],
};

describe('pages of the portal in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  let browser: Browser;
  let portal = '';

  before(async () => {
    await spine.start();
    portal = portalOf(spine);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  const signIn = async (page: Page, name: string): Promise<void> => {
    await page.goto(`${portal}/sign-in`);
    await page.getByRole('button', { name }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  };

  for (const [who, paths] of Object.entries(PAGES))
    test(`pages for ${who === '' ? 'everybody' : who} are accessible and fit a narrow screen`, async () => {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
      const page = await context.newPage();
      if (who !== '') await signIn(page, who);
      for (const path of paths) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(`${portal}${path}`);
        assert.deepEqual(await accessibilityFindings(page, true), [], path);
        await page.screenshot({ path: pictureOf(`portal${path.replaceAll('/', '-')}`), fullPage: true });
        assert.equal(await overflowAt(page, 320), 0, path);
      }
      await context.close();
    });

  test('getting connected: answers are checked, changed without being lost, and sent', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
    const page = await context.newPage();
    const sound = async (name: string): Promise<void> => {
      assert.deepEqual(await accessibilityFindings(page, true), [], name);
      await page.screenshot({ path: pictureOf(`portal-connecting-${name}`), fullPage: true });
    };
    await signIn(page, 'Rae Release Lead');
    await page.goto(`${portal}/connecting/new`);
    await sound('new');
    await page.getByLabel('Integration').first().check();
    await page
      .getByLabel(/product/i)
      .first()
      .fill('Care Vista Link');
    await page
      .getByLabel(/version/i)
      .first()
      .fill('1.0');
    await page.getByLabel('e-RS API, user-restricted access').check();
    await page.getByRole('main').getByRole('button').click();
    await sound('plan');
    await page.getByRole('link', { name: 'Test data' }).click();
    await page.getByLabel('Number of test patients').fill('2');
    await page.getByLabel('What they are for').fill('Witness "testing"');
    await page.getByRole('button', { name: 'Continue' }).click();
    await sound('check');
    await page.getByRole('button', { name: 'Change the answers' }).click();
    assert.equal(await page.getByLabel('Number of test patients').inputValue(), '2');
    assert.equal(await page.getByLabel('What they are for').inputValue(), 'Witness "testing"');
    await page.getByLabel('Number of test patients').fill('3');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.getByRole('heading', { name: 'What you got' }).waitFor();
    await sound('granted');
    await page.goto(`${portal}/connecting`);
    await sound('plans');
    await context.close();
  });

  test('register, with a problem on the way, by keyboard alone and without JavaScript', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${portal}/register`);
    await page.getByLabel('Your name').focus();
    await page.keyboard.type('Grace');
    await page.keyboard.press('Tab');
    await page.keyboard.type('grace@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('There is a problem').waitFor();
    await page.getByRole('link', { name: 'Password must be at least 12 characters' }).click();
    await page.keyboard.type('three random words');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Check your email' }).waitFor();
    await page.getByRole('link', { name: 'read it in the mail outbox' }).click();
    await page.getByRole('link', { name: 'Confirm your email address' }).click();
    await page.getByRole('link', { name: /verify/ }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('link', { name: 'Grace' }).waitFor();
    await context.close();
  });
});
