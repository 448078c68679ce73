/** One test for each attack on smartcards: what the attacker tries, and that it gets them nothing. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { formOf, HeadlessBrowser } from '../helpers/browser.ts';
import { CareIdUser, confirmationOf } from '../helpers/care-id.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';

const VICTIM = '656005750105';
const CARD = `40${VICTIM}`;
const AGENT = '903000000002';

describe('attacks on smartcards', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP' });
  before(() => spine.start());
  after(() => spine.remove());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}, environment = 'INT'): Promise<Reply> =>
    spine.admin(environment, `/identity${path}`, { method: 'POST', body, headers });
  const card = async (environment = 'INT', number = CARD) => (await spine.admin(environment, `/identity/cards/${number}`)).json;

  test('guessing in parallel: of forty guesses at once, five are judged; the card is locked', async () => {
    const browser = new HeadlessBrowser(spine);
    const start = `${spine.environment('INT').baseUrl}/care-id/self-service`;
    let page = await browser.send(start);
    page = await browser.send(new URL(page.headers['location'] ?? '', start).href);
    const { action } = formOf(page);
    const guesses = Array.from({ length: 40 }, (_, n) => String(2_000 + n));
    const replies = await Promise.all(guesses.map((passcode) => browser.send(action, { method: 'smartcard', username: VICTIM, passcode })));
    assert.equal(replies.filter((each) => /Attempts left/.test(each.text)).length, 4);
    assert.equal(replies.filter((each) => /the smartcard is locked/.test(each.text)).length, 36);
    assert.equal((await card()).state, 'locked');
    assert.equal((await card('DEP')).state, 'active', 'another environment is another world');
    assert.equal((await post(`/cards/${CARD}/unlock`, { passcode: '1234' })).status, 200);
  });

  test('the key of a card is not given for a wrong passcode, and guessing there locks it as well', async () => {
    for (let n = 0; n < 5; n += 1) assert.equal((await post(`/cards/${CARD}/credential`, { passcode: '0000' })).status, 403);
    const locked = await post(`/cards/${CARD}/credential`, { passcode: '1234' });
    assert.deepEqual([locked.status, locked.json.error], [403, 'card_locked']);
    await post(`/cards/${CARD}/unlock`, { passcode: '1234' });
  });

  test('another site’s page cannot reach the cards through a browser', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { host: 'evil.example' }]) {
      const reply = await post(`/cards/${CARD}/revoke`, { reason: 'lost' }, headers);
      assert.equal(reply.status, 403, JSON.stringify(headers));
    }
    assert.equal((await card()).state, 'active');
  });

  test('two who decide at once: one cancels, the other is told', async () => {
    const replies = await Promise.all([1, 2, 3].map(() => post(`/cards/40656005750108/revoke`, { reason: 'lost' })));
    assert.deepEqual(replies.map((each) => each.status).sort(), [200, 409, 409]);
    const issued = await Promise.all([1, 2, 3].map(() => post('/cards', { userId: '656005750108', passcode: '1234' })));
    assert.deepEqual(issued.map((each) => each.status).sort(), [201, 409, 409]);
  });

  test('script and markup in names stay text', async () => {
    const agent = new CareIdUser(spine);
    await agent.open('/care-id', { username: AGENT, passcode: '1234' });
    const markup = '"><script>alert(1)</script>';
    const page = await agent.do('/care-id/register', {
      givenName: markup,
      familyName: 'Sum{{ 7 * 7 }}End',
      'birthDate[day]': '1',
      'birthDate[month]': '1',
      'birthDate[year]': '1990',
      email: 'x@example.com',
      photoDocument: 'Passport',
      addressDocument: 'Utility bill',
      furtherDocument: 'Bank statement',
    });
    assert.equal(page.status, 200);
    for (const each of [page, await agent.open(`/care-id?q=${encodeURIComponent(markup)}`), await agent.open('/care-id?done=<b>')]) {
      assert.doesNotMatch(each.text, /<script|<b>|Sum49End/);
      assert.match(each.headers['content-security-policy'] ?? '', /script-src 'none'/);
    }
  });

  test('forms of odd shapes are refused or shown again, never a failure', async () => {
    const agent = new CareIdUser(spine);
    const page = await agent.open('/care-id/register', { username: AGENT, passcode: '1234' });
    const confirmation = confirmationOf(page);
    const long = 'x'.repeat(60_000);
    for (const [path, form] of [
      ['/care-id/register', { givenName: long, confirmed: 'yes' }],
      ['/care-id/register', { 'birthDate[day]': '-1', 'birthDate[year]': 'NaN', confirmed: 'yes' }],
      [`/care-id/cards/${CARD}/revoke`, { reason: 'because', confirmed: 'yes' }],
      [`/care-id/cards/${CARD}/repair`, { passcode: '12', passcodeAgain: '12', confirmed: 'yes' }],
      [`/care-id/cards/${CARD}/__proto__`, { confirmed: 'yes' }],
      [`/care-id/people/${VICTIM}/position`, { odsCode: "R69'--", jobRoleCode: 'R0', activityCodes: 'constructor', confirmed: 'yes' }],
      ['/care-id/people/%00/close', { reason: 'x', confirmed: 'yes' }],
    ] as const) {
      const reply = await agent.post(path, { ...form, confirmation });
      assert.ok(reply.status < 500, `${path}: ${reply.status}`);
      assert.equal(reply.headers['location'], undefined, path);
    }
    assert.equal((await card()).state, 'active');
  });

  test('no private key, passcode or cookie is readable in the store or the journal', async () => {
    const holder = new CareIdUser(spine);
    await holder.open('/care-id/self-service', { username: VICTIM, passcode: '1234' });
    const { privateKeyPem } = (await post(`/cards/${CARD}/credential`, { passcode: '1234' })).json;
    await post(`/cards/${CARD}/change-passcode`, { passcode: '86420975' });
    const body = privateKeyPem.split('\n')[3];
    const cookie = holder.browser.cookies.get('localspine-care-id-int') ?? '';
    await spine.admin('INT', '/journal?limit=1');
    await spine.stop();
    const files = readdirSync(spine.home, { recursive: true, withFileTypes: true }).filter(
      (each) => each.isFile() && /sqlite/.test(each.name),
    );
    assert.ok(files.length > 1);
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name));
      for (const secret of [body, cookie, '86420975'])
        assert.ok(secret.length >= 8 && !bytes.includes(secret), `${secret} is in ${file.name}`);
    }
    await spine.start();
    assert.equal(
      (await post(`/cards/${CARD}/credential`, { passcode: '86420975' })).json.privateKeyPem,
      privateKeyPem,
      'and it is all there still',
    );
  });
});
