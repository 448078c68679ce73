/** The pages of the Care ID Service as people of the registration authority use them, and what each of them may not do. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { titleOf } from '../helpers/browser.ts';
import { CareIdUser, confirmationOf } from '../helpers/care-id.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';

const STAFF = {
  manager: '903000000001',
  agent: '903000000002',
  sponsor: '903000000003',
  checker: '903000000004',
  localAdministrator: '903000000005',
} as const;
const NOBODY = '555032006103';
const HOLDER = '656005750106';
const CARD = `40${HOLDER}`;

describe('Care ID Service', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  before(() => spine.start());
  after(() => spine.remove());

  /** Somebody who is signed in. */
  async function signedIn(username: string, path = '/care-id', choices: Record<string, string> = {}): Promise<CareIdUser> {
    const user = new CareIdUser(spine);
    const page = await user.open(path, { username, passcode: '1234', ...choices });
    assert.ok(page.status < 500, page.text);
    return user;
  }

  const problem = (page: Reply): string =>
    (/nhsuk-error-summary__list">([\s\S]*?)<\/ul>/.exec(page.text)?.[1] ?? '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  const banner = (page: Reply): string =>
    (/nhsuk-notification-banner__content">([\s\S]*?)<\/div>/.exec(page.text)?.[1] ?? '').replace(/<[^>]+>/g, '').trim();
  const state = async (card = CARD): Promise<string> => (await spine.admin('INT', `/identity/cards/${card}`)).json.state;

  const PERSON = {
    title: 'Ms',
    givenName: 'Grace',
    familyName: 'O’Page <b>',
    'birthDate[day]': '9',
    'birthDate[month]': '12',
    'birthDate[year]': '1986',
    email: 'grace@example.com',
    photoDocument: 'Passport',
    addressDocument: 'Bank statement',
    furtherDocument: 'Utility bill',
  };

  test('an agent finds people, and registers one with a position and a card that signs in', async () => {
    const agent = await signedIn(STAFF.agent);
    const found = await agent.open('/care-id?q=656005750106');
    assert.match(found.text, /1 found/);
    const empty = await agent.post('/care-id/register', { confirmation: confirmationOf(await agent.open('/care-id/register')) });
    assert.match(problem(empty), /Enter the given name.*Enter the date of birth.*Choose a third document/);
    const form = { ...PERSON, confirmation: confirmationOf(empty) };
    const check = await agent.post('/care-id/register', form);
    assert.equal(titleOf(check), 'Register a person: check before you go on');
    assert.match(check.text, /1986-12-09/);
    const changing = await agent.post('/care-id/register', { ...form, change: 'yes' });
    assert.match(changing.text, /value="Grace"/);
    const page = await agent.do('/care-id/register', PERSON);
    assert.equal(banner(page), 'The person is registered');
    assert.match(page.text, /O’Page &lt;b&gt;/);
    const userId = /User id[\s\S]*?(\d{12})/.exec(page.text)?.[1] ?? '';
    const twin = await agent.do('/care-id/register', PERSON);
    assert.match(problem(twin), /registered already/);

    const position = await agent.do(`/care-id/people/${userId}/position`, {
      odsCode: 'r69',
      jobRoleCode: 'S8000:G8000:R8000',
      activityCodes: 'B1101',
    });
    assert.equal(banner(position), 'The position is given');
    const differs = await agent.do(`/care-id/people/${userId}/card`, { kind: 'smartcard' }, { passcode: '2580', passcodeAgain: '2581' });
    assert.equal(problem(differs), 'The two passcodes are not the same');
    assert.doesNotMatch(differs.text, /2580/, 'a passcode is never shown again');
    const issued = await agent.do(`/care-id/people/${userId}/card`, { kind: 'smartcard' }, { passcode: '2580', passcodeAgain: '2580' });
    assert.equal(banner(issued), 'The card is issued');
    const self = await signedIn(userId, '/care-id/self-service', { passcode: '2580' });
    assert.match((await self.open('/care-id/self-service')).text, /Clinical Practitioner Access Role/);
  });

  test('a sponsor’s wish for a position waits for the registration authority', async () => {
    const sponsor = await signedIn(STAFF.sponsor);
    const page = await sponsor.do(`/care-id/people/${HOLDER}/position`, { odsCode: 'R69', jobRoleCode: 'S8000:G8000:R8003' });
    assert.equal(banner(page), 'The position is asked for');
    const { json } = await spine.admin('INT', '/identity/positions');
    const [{ roleProfileId }] = json.positions;
    assert.equal((await sponsor.open(`/care-id/positions/${roleProfileId}/approve`)).status, 403);
    const elsewhere = await sponsor.do(`/care-id/people/${HOLDER}/position`, { odsCode: 'RCD', jobRoleCode: 'S8000:G8000:R8003' });
    assert.equal(elsewhere.status, 403);
    const manager = await signedIn(STAFF.manager);
    assert.match((await manager.open('/care-id/requests')).text, new RegExp(roleProfileId));
    assert.equal(banner(await manager.do(`/care-id/positions/${roleProfileId}/approve`)), 'The position is approved');
    assert.ok(
      (await spine.admin('INT', `/identity/people/${HOLDER}`)).json.positions.some(
        (each: { state: string; roleProfileId: string }) => each.roleProfileId === roleProfileId && each.state === 'granted',
      ),
    );
    assert.equal(banner(await sponsor.do(`/care-id/positions/${roleProfileId}/end`, { reason: 'over' })), 'The position has ended');
    assert.match(problem(await manager.do(`/care-id/positions/${roleProfileId}/end`, { reason: 'again' })), /is ended/);
  });

  test('a holder changes the passcode, and unlocks the card after signing in by other means', async () => {
    const holder = await signedIn(HOLDER, '/care-id/self-service');
    const change = `/care-id/self-service/${CARD}/change-passcode`;
    const wrong = await holder.do(change, {}, { currentPasscode: '9999', passcode: '7777', passcodeAgain: '7777' });
    assert.equal(problem(wrong), 'That is not your passcode. Attempts left: 4');
    const same = await holder.do(change, {}, { currentPasscode: '1234', passcode: '1234', passcodeAgain: '1234' });
    assert.equal(problem(same), 'Choose a passcode that you do not have now');
    assert.equal(
      banner(await holder.do(change, {}, { currentPasscode: '1234', passcode: '7777', passcodeAgain: '7777' })),
      'Your passcode is changed',
    );
    await spine.admin('INT', `/identity/cards/${CARD}/lock`, { method: 'POST', body: {} });
    assert.notEqual(titleOf(await holder.open('/care-id/self-service')), 'Your smartcard', 'the session of a locked card is over');
    const byApp = await signedIn(HOLDER, '/care-id/self-service', { method: 'authenticator' });
    const unlocked = await byApp.do(`/care-id/self-service/${CARD}/unlock`, {}, { passcode: '1234', passcodeAgain: '1234' });
    assert.equal(banner(unlocked), 'The card is unlocked');
    assert.equal(banner(await byApp.do(`/care-id/self-service/${CARD}/renew`)), 'The certificates are renewed');
    assert.equal(banner(await byApp.do(`/care-id/self-service/${CARD}/insert`)), 'The card is in the reader');
  });

  test('no passcode that was typed is in the journal', async () => {
    const journal = await spine.admin('INT', '/journal?service=identity&limit=100');
    for (const { id } of journal.json.exchanges) {
      const { text } = await spine.admin('INT', `/journal/${id}`);
      assert.doesNotMatch(text, /=(?:7777|2580|2581|9999)\b/);
    }
    assert.ok(journal.json.exchanges.some((each: { url: string }) => each.url.includes('change-passcode')));
  });

  test('taking the own card out ends the own session', async () => {
    const holder = await signedIn(HOLDER, '/care-id/self-service');
    const after = await holder.do(`/care-id/self-service/${CARD}/remove`);
    assert.equal(titleOf(after), 'How do you want to sign in?');
  });

  test('least privilege: what each may do to a card, and nothing else', async () => {
    const allowed: Readonly<Record<keyof typeof STAFF, readonly string[]>> = {
      manager: ['renew', 'repair', 'repair-locked', 'clear', 'revoke'],
      agent: ['renew', 'repair', 'repair-locked', 'clear', 'revoke'],
      sponsor: ['renew'],
      checker: [],
      localAdministrator: ['renew'],
    };
    for (const [who, userId] of Object.entries(STAFF) as [keyof typeof STAFF, string][]) {
      const user = await signedIn(userId);
      for (const action of ['renew', 'repair', 'repair-locked', 'clear', 'revoke']) {
        const page = await user.open(`/care-id/cards/${CARD}/${action}`);
        assert.equal(page.status, allowed[who].includes(action) ? 200 : 403, `${who} ${action}`);
      }
      for (const action of ['lock', 'change-passcode'])
        assert.equal((await user.open(`/care-id/cards/${CARD}/${action}`)).status >= 403, true);
      const registers = ['manager', 'agent', 'checker'].includes(who);
      assert.equal((await user.open('/care-id/register')).status, registers ? 200 : 403, `${who} register`);
      const closes = ['manager', 'agent'].includes(who);
      assert.equal((await user.open(`/care-id/people/${HOLDER}/close`)).status, closes ? 200 : 403, `${who} close`);
      assert.equal((await user.open('/care-id/requests')).status, closes ? 200 : 403, `${who} requests`);
    }
  });

  test('nobody serves themselves at the desk', async () => {
    const agent = await signedIn(STAFF.agent);
    for (const path of [`/cards/40${STAFF.agent}/revoke`, `/people/${STAFF.agent}/position`, `/people/${STAFF.agent}/close`])
      assert.equal((await agent.open(`/care-id${path}`)).status, 403, path);
  });

  test('people without a part in it see nothing but their own card', async () => {
    const nobody = await signedIn(NOBODY);
    for (const path of ['', '?q=a', '/register', '/requests', `/people/${HOLDER}`, `/cards/${CARD}`, `/cards/${CARD}/revoke`]) {
      const page = await nobody.open(`/care-id${path}`);
      assert.equal(page.status, 403, path);
      assert.doesNotMatch(page.text, new RegExp(`${HOLDER}|${CARD}`), path);
    }
    assert.equal((await nobody.open('/care-id/self-service')).status, 200);
    for (const action of ['change-passcode', 'remove', 'unlock'])
      assert.equal((await nobody.open(`/care-id/self-service/${CARD}/${action}`)).status, 404, action);
    for (const action of ['revoke', 'clear', 'repair'])
      assert.equal((await nobody.open(`/care-id/self-service/40${NOBODY}/${action}`)).status, 403, action);
  });

  test('the role counts, not the person: an RA manager in another role is refused, and can change', async () => {
    const user = new CareIdUser(spine);
    const page = await user.open('/care-id', { username: '656005750104', role: '656014452101' });
    assert.equal(page.status, 403);
    const changed = await user.open('/care-id/role', { username: '656005750104', role: '656005754108' });
    assert.equal(titleOf(changed), 'Find a person');
  });

  test('a level 2 sign-in does not open the desk', async () => {
    const agent = await signedIn(STAFF.agent, '/care-id/self-service', { method: 'authenticator' });
    assert.equal(titleOf(await agent.open('/care-id/self-service')), 'Your smartcard');
    assert.equal(titleOf(await agent.open('/care-id')), 'How do you want to sign in?');
  });

  test('forgery: no form is taken from another site, another session, or without the mark', async () => {
    const [agent, other] = [await signedIn(STAFF.agent), await signedIn(STAFF.manager)];
    const path = `/care-id/cards/${CARD}/revoke`;
    const [own, foreign] = [confirmationOf(await agent.open(path)), confirmationOf(await other.open(path))];
    const form = { reason: 'lost', confirmed: 'yes' };
    assert.notEqual(own, foreign);
    for (const [what, reply] of [
      ['no mark', await agent.post(path, form)],
      ['mark of another session', await agent.post(path, { ...form, confirmation: foreign })],
      ['another origin', await agent.post(path, { ...form, confirmation: own }, { origin: 'https://evil.example' })],
      ['cross-site', await agent.post(path, { ...form, confirmation: own }, { 'sec-fetch-site': 'cross-site' })],
      ['same site, other port', await agent.post(path, { ...form, confirmation: own }, { 'sec-fetch-site': 'same-site' })],
    ] as const)
      assert.equal(reply.status, 403, what);
    assert.equal(await state(), 'active');
    const planted = await new CareIdUser(spine).browser.send(`${spine.environment('INT').baseUrl}/care-id/callback?code=x&state=y`);
    assert.equal(planted.status, 403);
  });

  test('a cookie of the pages is not enough once CIS2 has ended the session, or after a quarter of an hour of nothing', async () => {
    const agent = await signedIn(STAFF.agent);
    assert.equal(titleOf(await agent.open('/care-id')), 'Find a person');
    await spine.admin('INT', `/identity/cards/40${STAFF.agent}/remove`, { method: 'POST', body: {} });
    assert.equal(titleOf(await agent.open('/care-id')), 'How do you want to sign in?');
    const idle = await signedIn(STAFF.manager);
    const { json } = await spine.admin('INT', '/clock');
    await spine.admin('INT', '/clock', { method: 'PUT', body: { now: new Date(Date.parse(json.now) + 16 * 60_000).toISOString() } });
    const { headers } = await idle.browser.send(`${spine.environment('INT').baseUrl}/care-id`);
    assert.match(headers['location'] ?? '', /authorize/);
  });

  test('signing out, and no open redirect on the way back in', async () => {
    const agent = await signedIn(STAFF.agent);
    const page = await agent.open('/care-id');
    assert.equal(titleOf(await agent.post('/care-id/sign-out', { confirmation: confirmationOf(page) })), 'You are signed out');
    const { headers } = await agent.browser.send(`${spine.environment('INT').baseUrl}/care-id`);
    assert.match(headers['location'] ?? '', /authorize/);
    for (const target of ['https://evil.example/', '//evil.example', '/care-idevil', '/admin']) {
      const user = new CareIdUser(spine);
      const begun = await user.browser.send(`${spine.environment('INT').baseUrl}/care-id`);
      const name = 'localspine-care-id-int-sign-in';
      const [mark = ''] = (user.browser.cookies.get(name) ?? '').split('.');
      user.browser.cookies.set(name, `${mark}.${Buffer.from(target).toString('base64url')}`);
      assert.equal(titleOf(await user.follow(begun, { username: STAFF.agent })), 'Find a person', target);
    }
  });
});
