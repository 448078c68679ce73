/** The pages of maintenance and changes in real Chromium: accessible, on narrow screens, by keyboard and without JavaScript, with pictures. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, overflowAt, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { portalOf } from '../helpers/portal.ts';

describe('pages of maintenance and changes in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP,PROD' });
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

  const signIn = async (page: Page): Promise<void> => {
    await page.goto(`${portal}/sign-in`);
    await page.getByRole('button', { name: 'Ola Operator' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  };
  const judge = async (page: Page, name: string): Promise<void> => {
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.deepEqual(await accessibilityFindings(page, true), [], name);
    await page.screenshot({ path: pictureOf(`portal-schedule-${name}`), fullPage: true });
    assert.equal(await overflowAt(page, 320), 0, name);
    await page.setViewportSize({ width: 1280, height: 900 });
  };

  test('an operator announces a change without JavaScript: form, problem, answers to check, entry', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page);
    await page.goto(`${portal}/schedule`);
    await page.getByRole('button', { name: 'Add a forward change' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').getByText('There is a problem').waitFor();
    await page.getByRole('link', { name: 'Enter a title' }).click();
    await page.keyboard.type('Generation 2 of the certificates');
    await page.getByLabel('INT', { exact: true }).check();
    await page.getByLabel('DEP', { exact: true }).check();
    await page.getByLabel('Spine CIS').check();
    for (const [group, values] of [
      ['It starts on', ['3', '12', '2031', '21:00']],
      ['It ends on', ['3', '12', '2031', '23:00']],
    ] as const)
      for (const [index, label] of (['Day', 'Month', 'Year', 'Time, like 20:00'] as const).entries())
        await page
          .getByRole('group', { name: group })
          .getByLabel(label)
          .fill(values[index] ?? '');
    await page.getByLabel('Outage').check();
    await page.getByLabel('Infrastructure').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Check the forward change' }).waitFor();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The forward change is added').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved', { exact: true }).first().waitFor();
    await context.close();
  });

  test('every page is accessible, and fits a narrow screen', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
    const page = await context.newPage();
    await signIn(page);
    for (const path of [
      '',
      '/calendar?month=2031-12',
      '/digest?week=2031-12-03',
      '/builds',
      '/releases',
      '/new',
      '/slots',
      '/nights',
      '/patterns',
      '/builds/new',
    ]) {
      await page.goto(`${portal}/schedule${path}`);
      const name = (/^[\w/]+/.exec(path.slice(1))?.[0] ?? 'all').replace('/', '-');
      await judge(page, name);
    }
    await page.getByRole('button', { name: 'Continue' }).click();
    await judge(page, 'build-problems');
    await page.goto(`${portal}/schedule/patterns`);
    for (const name of ['INT', 'Spine CIS', 'Not at all']) await page.getByLabel(name, { exact: true }).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await judge(page, 'pattern-check');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The slot is changed').waitFor();
    await page.goto(`${portal}/schedule/new`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await judge(page, 'problems');
    await page.goto(`${portal}/schedule`);
    await page.getByRole('link', { name: 'Generation 2 of the certificates' }).click();
    await judge(page, 'entry');
    await page.getByRole('link', { name: 'Change this entry' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await judge(page, 'check');
    await context.close();
  });
});
