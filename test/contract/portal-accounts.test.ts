/** Accounts on every engine, at the moments that matter: what happens to an account while a password is looked at, and who may still come in after. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { ManualClock } from '../../src/kernel/clock.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import type { Store } from '../../src/kernel/store/store.ts';
import { type Account, findAccountByEmail, insertAccount } from '../../src/portal/access/accounts.ts';
import { hashPassword } from '../../src/portal/access/passwords.ts';
import {
  authenticate,
  createToken,
  forgetPassword,
  newAccount,
  register,
  resetPassword,
  verify,
} from '../../src/portal/access/registration.ts';
import { changeAccount, createTeam, removeMember, setMember, viewTeam } from '../../src/portal/access/teams.ts';
import { ANYONE, type Visitor } from '../../src/portal/access/visitor.ts';
import { buildPortal, createPortalApp } from '../../src/portal/app.ts';
import { type Portal, portalMigrations } from '../../src/portal/index.ts';
import { tokenIn } from '../helpers/portal.ts';
import { foundationOver, PORTAL_TOKEN } from '../helpers/portal-parts.ts';
import { engines } from './stores.ts';

const PASSWORD = 'correct horse battery';
const OTHER_PASSWORD = 'another horse battery';
const OPERATOR: Visitor = { ...ANYONE, role: 'operator', accountId: 'op', name: 'Operator', email: 'op@example.com', by: 'session' };

const refused =
  (status: number, code: string) =>
  (error: unknown): boolean =>
    error instanceof LocalRefusal && error.status === status && error.code === code;

for (const engine of engines)
  describe(`accounts of the portal on ${engine.name}`, { skip: engine.skip, concurrency: false }, () => {
    const clock = new ManualClock(1_800_000_000_000);
    /** What happens elsewhere just before the transaction of this number. */
    const gate: { left: number; meanwhile: (() => Promise<unknown>) | undefined } = { left: 0, meanwhile: undefined };
    let store: Store;
    let portal: Portal;
    /** The same portal at a door where something always comes in between. */
    let slow: Portal;
    let app: FastifyInstance;
    let made = 0;

    before(async () => {
      store = await engine.open('portal_accounts', { kernel: kernelMigrations, ...portalMigrations });
      portal = buildPortal(foundationOver(store, clock));
      const gated: Store = {
        ...store,
        async transaction(body) {
          const { meanwhile } = gate;
          if (meanwhile !== undefined && gate.left-- === 0) {
            gate.meanwhile = undefined;
            await meanwhile();
          }
          return store.transaction(body);
        },
      };
      slow = buildPortal(foundationOver(gated, clock));
      await store.transaction((tx) => portal.seed(tx));
      app = await createPortalApp(slow, { environments: () => [], examining: () => [] });
    });
    after(async () => {
      await app.close();
      await store.drop();
    });

    const meanwhile = (transactionsBefore: number, what: () => Promise<unknown>): void => {
      gate.left = transactionsBefore;
      gate.meanwhile = what;
    };
    const person = async (given: Partial<Account> = {}): Promise<Account> => {
      made += 1;
      const account = newAccount({
        accountId: `person-${made}`,
        email: `person.${made}@example.com`,
        name: `Person ${made}`,
        password: await hashPassword(PASSWORD, portal.random),
        createdAt: clock.realNow(),
        status: 'active',
        confirmed: true,
        ...given,
      });
      assert.ok(await store.transaction((tx) => insertAccount(tx, account)));
      return account;
    };
    const found = async (email: string): Promise<Account> => {
      const account = await findAccountByEmail(store.db, email);
      assert.ok(account);
      return account;
    };
    const suspend = (accountId: string) => changeAccount(portal, OPERATOR, accountId, { status: 'suspended' });
    const letIn = (accountId: string) => changeAccount(portal, OPERATOR, accountId, { status: 'active' });
    const linksOf = async (email: string): Promise<readonly string[]> =>
      (await portal.mail.list(store.db, { to: email, limit: 50 })).flatMap((each) => /\?link=(\S+)/.exec(each.text)?.[1] ?? []);
    const resetTo = async (email: string, password: string): Promise<void> => {
      await forgetPassword(portal, email);
      await resetPassword(portal, (await linksOf(email))[0] ?? '', password);
    };
    const signInForm = async (email: string, password: string) => {
      const page = await app.inject({ url: '/sign-in' });
      const cookie = page.cookies.map((each) => `${each.name}=${each.value}`).join('; ');
      const payload = String(new URLSearchParams({ csrf: tokenIn(page.body), email, password, next: '/account' }));
      return app.inject({
        method: 'POST',
        url: '/sign-in',
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
        payload,
      });
    };

    test('suspended while the password is looked at: not let in, and suspended it stays', async () => {
      const { accountId, email } = await person();
      await assert.rejects(authenticate(portal, email, OTHER_PASSWORD), refused(401, 'sign_in_failed'));
      meanwhile(0, () => suspend(accountId));
      await assert.rejects(authenticate(slow, email, PASSWORD), refused(401, 'sign_in_failed'));
      assert.equal((await found(email)).status, 'suspended');
    });

    test('a new password while the old one is looked at: the old one is not good, and the new one stays', async () => {
      const { email } = await person();
      await assert.rejects(authenticate(portal, email, OTHER_PASSWORD), refused(401, 'sign_in_failed'));
      meanwhile(0, () => resetTo(email, OTHER_PASSWORD));
      await assert.rejects(authenticate(slow, email, PASSWORD), refused(401, 'sign_in_failed'));
      assert.equal((await authenticate(portal, email, OTHER_PASSWORD)).email, email);
    });

    test('suspended, or given another password, between the password and the session: no session is begun', async () => {
      const [one, other] = [await person(), await person()];
      for (const [account, what] of [
        [one, () => suspend(one.accountId)],
        [other, () => resetTo(other.email, OTHER_PASSWORD)],
      ] as const) {
        meanwhile(1, what);
        const reply = await signInForm(account.email, PASSWORD);
        assert.equal(reply.statusCode, 401);
        assert.equal(
          reply.cookies.find((each) => each.name === '__Host-localspine-portal'),
          undefined,
        );
      }
      assert.equal((await signInForm(other.email, OTHER_PASSWORD)).statusCode, 303);
    });

    test('suspended while a token is made: there is no token that would open again later', async () => {
      const { accountId, email } = await person();
      const visitor: Visitor = { ...ANYONE, role: 'supplier', accountId, name: 'P', email, by: 'session' };
      meanwhile(0, () => suspend(accountId));
      await assert.rejects(createToken(slow, visitor, 'late'), refused(404, 'account_unknown'));
    });

    test('suspended while a new password is asked for, or chosen: no link is mailed, and none is good', async () => {
      const [asking, choosing] = [await person(), await person()];
      meanwhile(0, () => suspend(asking.accountId));
      await forgetPassword(slow, asking.email);
      assert.deepEqual(await linksOf(asking.email), []);
      await forgetPassword(portal, choosing.email);
      const [link = ''] = await linksOf(choosing.email);
      meanwhile(0, () => suspend(choosing.accountId));
      await assert.rejects(resetPassword(slow, link, OTHER_PASSWORD), refused(410, 'link_spent'));
      assert.equal((await found(choosing.email)).status, 'suspended');
    });

    test('one link chooses one password, however often it is sent at once', async () => {
      const { email } = await person();
      await forgetPassword(portal, email);
      const [link = ''] = await linksOf(email);
      const results = await Promise.allSettled([0, 1, 2, 3].map((n) => resetPassword(portal, link, `password number ${n}`)));
      assert.equal(results.filter((each) => each.status === 'fulfilled').length, 1);
    });

    test('two changes of an account at once are both made', async () => {
      const { accountId, email } = await person();
      await Promise.all([
        changeAccount(portal, OPERATOR, accountId, { role: 'reviewer', desks: ['service-desk'] }),
        changeAccount(portal, OPERATOR, accountId, { odsCode: 'R69' }),
      ]);
      const { role, desks, odsCode } = await found(email);
      assert.deepEqual({ role, desks, odsCode }, { role: 'reviewer', desks: ['service-desk'], odsCode: 'R69' });
    });

    test('forty guesses at once are five, and waiting tells nothing of who has an account', async () => {
      const outcomes = async (email: string): Promise<readonly number[]> => {
        const results = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => authenticate(portal, email, `wrong password ${n}`)));
        return results.map((each) => (each.status === 'rejected' && each.reason instanceof LocalRefusal ? each.reason.status : 0)).sort();
      };
      const { email } = await person();
      const expected = [...Array<number>(5).fill(401), ...Array<number>(35).fill(429)];
      assert.deepEqual(await outcomes(email), expected);
      assert.deepEqual(await outcomes('nobody.at.all@example.com'), expected);
      await assert.rejects(authenticate(portal, email, PASSWORD), refused(429, 'wait'));
      clock.advance(59_999);
      await assert.rejects(
        authenticate(portal, email, PASSWORD),
        refused(429, 'wait'),
        'being turned away does not begin the wait anew, nor end it',
      );
      clock.advance(1);
      assert.equal((await authenticate(portal, ` ${email.toUpperCase()}`, PASSWORD)).email, email);
      for (let tries = 0; tries < 4; tries += 1)
        await assert.rejects(authenticate(portal, email, OTHER_PASSWORD), refused(401, 'sign_in_failed'));
      assert.equal((await authenticate(portal, email, PASSWORD)).email, email, 'four slips, and the right one');
      await assert.rejects(authenticate(portal, email, OTHER_PASSWORD), refused(401, 'sign_in_failed'), 'then they are forgotten');
    });

    test('an address that was never confirmed gets a fresh link; each link confirms the password it was mailed for', async () => {
      const email = 'late@example.com';
      await register(portal, { name: 'Somebody else', email, password: OTHER_PASSWORD });
      clock.advance(25 * 3_600_000);
      const [expired = ''] = await linksOf(email);
      await assert.rejects(verify(portal, expired), refused(410, 'link_spent'));
      await register(portal, { name: 'Late', email, password: PASSWORD });
      clock.advance(1_000);
      await register(portal, { name: 'Somebody else', email, password: OTHER_PASSWORD });
      const [theirs = '', mine = ''] = await linksOf(email);
      assert.equal((await verify(portal, mine)).name, 'Late');
      await assert.rejects(verify(portal, theirs), refused(410, 'link_spent'), 'confirmed is confirmed');
      assert.equal((await authenticate(portal, email, PASSWORD)).name, 'Late');
      await assert.rejects(authenticate(portal, email, OTHER_PASSWORD), refused(401, 'sign_in_failed'));
      clock.advance(1_000);
      await register(portal, { name: 'Late', email, password: PASSWORD });
      const [newest] = await portal.mail.list(store.db, { to: email, limit: 1 });
      assert.equal(newest?.subject, 'You already have a developer account');
    });

    test('let in again, an account is what it was: unverified when its address was never confirmed', async () => {
      const email = 'unsure@example.com';
      await register(portal, { name: 'Unsure', email, password: PASSWORD });
      const { accountId } = await found(email);
      await suspend(accountId);
      assert.equal((await letIn(accountId)).status, 'unverified');
      await assert.rejects(authenticate(portal, email, PASSWORD), refused(403, 'unverified'));
      const confirmed = await person();
      await suspend(confirmed.accountId);
      assert.equal((await letIn(confirmed.accountId)).status, 'active');
    });

    test('the last operator stays one, though two suspend each other at once', async () => {
      const ola = await found('operator@localspine.example');
      await assert.rejects(suspend(ola.accountId), refused(409, 'last_operator'));
      await assert.rejects(changeAccount(portal, OPERATOR, ola.accountId, { role: 'supplier' }), refused(409, 'last_operator'));
      const second = await person({ role: 'operator' });
      const results = await Promise.allSettled([suspend(ola.accountId), suspend(second.accountId)]);
      assert.deepEqual(results.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
      await letIn(ola.accountId);
      await letIn(second.accountId);
      const beyond = buildPortal(foundationOver(store, clock, { thisMachineOnly: false }));
      await assert.rejects(
        changeAccount(beyond, OPERATOR, second.accountId, { status: 'suspended' }),
        refused(409, 'last_operator'),
        'beyond this machine nobody signs in as the demonstration’s operator',
      );
      await suspend(ola.accountId);
    });

    test('a team keeps an administrator, though its last two leave at once', async () => {
      const [one, other] = await Promise.all([person({ role: 'supplier' }), person({ role: 'supplier' })]);
      const { teamId } = await createTeam(portal, { ...OPERATOR, accountId: one.accountId, role: 'supplier' }, { name: 'Two who leave' });
      const visitor = ({ accountId }: Account): Visitor => ({
        ...OPERATOR,
        role: 'supplier',
        accountId,
        teams: [{ teamId, name: 'Two who leave', administrator: true }],
      });
      await setMember(portal, visitor(one), teamId, { email: other.email, administrator: true });
      const left = await Promise.allSettled([
        removeMember(portal, visitor(one), teamId, one.accountId),
        setMember(portal, visitor(other), teamId, { email: other.email, administrator: false }),
      ]);
      assert.deepEqual(left.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
      const { members } = await viewTeam(portal, OPERATOR, teamId);
      assert.equal(members.filter((each) => each.administrator).length, 1);
    });

    test('the operator’s token works though the demonstration’s operator is suspended; for somebody else, the answer names them', async () => {
      assert.equal((await found('operator@localspine.example')).status, 'suspended');
      const headers = { authorization: `Bearer ${PORTAL_TOKEN}` };
      const own = await app.inject({ url: '/api/account', headers });
      assert.deepEqual([own.statusCode, own.json().role], [200, 'operator']);
      assert.equal((await app.inject({ url: '/api/accounts', headers })).statusCode, 200);
      const gone = await app.inject({ url: '/api/account', headers: { ...headers, 'localspine-as': 'operator@localspine.example' } });
      assert.equal(gone.statusCode, 404);
      assert.match(gone.json().message, /operator@localspine\.example/);
      await letIn((await found('operator@localspine.example')).accountId);
    });

    test('a token knows when it was last used', async () => {
      const { accountId, email } = await person();
      const visitor: Visitor = { ...ANYONE, role: 'supplier', accountId, name: 'P', email, by: 'session' };
      const { token } = await createToken(portal, visitor, 'pipeline');
      const madeAt = clock.realNow();
      const usedAt = async (): Promise<number> => {
        const reply = await app.inject({ url: '/api/account/tokens', headers: { authorization: `Bearer ${token}` } });
        const [{ createdAt, usedAt }] = reply.json().tokens;
        assert.equal(createdAt, madeAt);
        return usedAt;
      };
      clock.advance(5_000);
      assert.equal(await usedAt(), madeAt + 5_000);
      clock.advance(30_000);
      assert.equal(await usedAt(), madeAt + 5_000, 'within a minute it is not written again');
      clock.advance(90_000);
      assert.equal(await usedAt(), madeAt + 125_000);
    });
  });
