/**
 * A slot coming and going in real Chromium, without JavaScript: an operator moves the clock, a clinician signs in before it, is turned away
 * in it and let in after it, and every page of the portal says so (path-to-live.md §5).
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchChromium, noChromium, overflowAt, pictureOf } from '../helpers/chromium.ts';
import { LocalSpine } from '../helpers/localspine.ts';
import { portalOf } from '../helpers/portal.ts';
import { type Application, makeKeyPair, Supplier } from '../helpers/supplier.ts';

const CLINICIAN = '021600556514';

interface Night {
  readonly start: string;
  readonly end: string;
}

describe('a slot coming and going in Chromium', { skip: noChromium, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_MAINTENANCE: 'enforced' });
  const supplier = new Supplier(spine);
  let app: Application;
  let browser: Browser;
  let operator: Page;
  let clinician: Page;
  let portal = '';
  let wednesday: Night;

  before(async () => {
    await spine.start();
    portal = portalOf(spine);
    app = await supplier.register({ accessMode: 'user-restricted', jwks: makeKeyPair().jwks });
    const { slots } = (await spine.admin('INT', '/maintenance')).json;
    const nights: readonly Night[] = slots.find((each: { service: string }) => each.service === 'cis').next;
    wednesday = nights.find((each) => Date.parse(each.start) > Date.now() + 60_000) ?? assert.fail('no night to come');
    browser = await launchChromium();
    [operator, clinician] = await Promise.all([open(), open()]);
    await operator.goto(`${portal}/sign-in`);
    await operator.getByRole('button', { name: 'Ola Operator' }).click();
    await operator.getByRole('button', { name: 'Sign out' }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await spine.remove();
  });

  const open = async (): Promise<Page> => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    context.setDefaultTimeout(10_000);
    return context.newPage();
  };
  const moveClock = async (instant: number): Promise<void> => {
    await operator.goto(`${portal}/inspect/INT/clock`);
    await operator.getByRole('radio', { name: 'To a date and time' }).check();
    await operator.getByLabel('How far, or to when').fill(new Date(instant).toISOString());
    await operator.getByRole('button', { name: 'Move the clock' }).click();
    await operator.getByText('Was moved forward').waitFor();
  };
  /** Opens the sign-in page as an application sends its user there; gives the status of the answer. */
  const signIn = async (): Promise<number | undefined> => {
    const query = new URLSearchParams({ client_id: app.apiKey, redirect_uri: app.callbackUrl, response_type: 'code', state: 'slot' });
    const answer = await clinician.goto(`${spine.environment('INT').baseUrl}/oauth2/authorize?${query}`);
    return answer?.status();
  };
  const slotOfCis = async (): Promise<string> => {
    await operator.goto(`${portal}/schedule?environment=INT`);
    const table = operator.getByRole('table', { name: 'Maintenance slots of INT' });
    return ((await table.getByRole('row', { name: /^Spine CIS/ }).textContent()) ?? '').trim();
  };
  const stateOfSignIn = async (): Promise<string> => {
    await operator.goto(`${portal}/environments/INT/connections`);
    return (
      (await operator
        .getByRole('row', { name: /openam/ })
        .first()
        .textContent()) ?? ''
    );
  };

  test('Wednesday 19:59: people sign in, the schedule says when they will not', async () => {
    await moveClock(Date.parse(wednesday.start) - 60_000);
    assert.match(await slotOfCis(), /Wednesday .*Not on$/s);
    assert.match(await stateOfSignIn(), /Up/);
    assert.equal(await signIn(), 200);
    await clinician
      .getByRole('button', { name: /Continue|Sign in/ })
      .first()
      .waitFor();
    await operator.goto(`${portal}/schedule/calendar?month=${wednesday.start.slice(0, 7)}`);
    assert.match(
      (await operator.locator('td', { has: operator.locator(`time[datetime="${wednesday.start.slice(0, 10)}"]`) }).textContent()) ?? '',
      /CIS/,
    );
  });

  test('Wednesday 20:00: nobody signs in, and each page says so and until when', async () => {
    const token = (await supplier.userToken(app, CLINICIAN)).json.access_token;
    await moveClock(Date.parse(wednesday.start));
    assert.match(await slotOfCis(), /On$/);
    await operator.screenshot({ path: pictureOf('slot-schedule'), fullPage: true });
    assert.match(await stateOfSignIn(), /In maintenance/);
    await operator.goto(`${portal}/environments/INT`);
    await operator.getByText(/In its maintenance slot now: .*CIS/).waitFor();
    await operator.screenshot({ path: pictureOf('slot-environment'), fullPage: true });
    assert.equal(await signIn(), 503);
    await clinician.getByRole('heading', { name: 'Sorry, the service is unavailable' }).waitFor();
    await clinician.getByText(/from 6am on Thursday/).waitFor();
    const answer = await supplier.ers(token, { businessFunction: 'REFERRING_CLINICIAN', odsCode: 'R69' }, '/STU3/CodeSystem/PRIORITY');
    assert.equal(answer.status, 200, 'who was signed in works on');
  });

  test('the page that turns people away is accessible and fits a narrow screen', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
    const page = await context.newPage();
    for (const path of ['/eprwebapp', '/care-id']) {
      await page.setViewportSize({ width: 1280, height: 900 });
      const answer = await page.goto(`${spine.environment('INT').baseUrl}${path}`);
      assert.equal(answer?.status(), 503, path);
      assert.deepEqual(await accessibilityFindings(page, true), [], path);
      await page.screenshot({ path: pictureOf(`slot-unavailable${path.replaceAll('/', '-')}`), fullPage: true });
      assert.equal(await overflowAt(page, 320), 0, path);
    }
    await context.close();
  });

  test('Thursday 06:00: people sign in again', async () => {
    await moveClock(Date.parse(wednesday.end));
    assert.match(await slotOfCis(), /Not on$/);
    assert.match(await stateOfSignIn(), /Up/);
    assert.equal(await signIn(), 200);
  });

  test('a tester gives the clock back to real time', async () => {
    await operator.goto(`${portal}/inspect/INT/clock`);
    await operator.getByRole('button', { name: 'Go back to real time' }).click();
    await operator.getByText('Shows real time', { exact: true }).waitFor();
  });
});
