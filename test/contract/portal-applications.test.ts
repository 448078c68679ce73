/**
 * The portal and an environment are two stores: whose an application is, and what is written down, when a change is broken off between them, is
 * refused by one of them, or meets what was there before.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import pino from 'pino';
import { type ManagedEnvironment, manageHere } from '../../src/environment/management/index.ts';
import { ManualClock } from '../../src/kernel/clock.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { secureRandom } from '../../src/kernel/random.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import type { Store } from '../../src/kernel/store/store.ts';
import { access } from '../../src/portal/access/index.ts';
import { ANYONE, type Visitor } from '../../src/portal/access/visitor.ts';
import { addApiKey, setStanding } from '../../src/portal/applications/changes.ts';
import { applications, type NameEnvironment } from '../../src/portal/applications/index.ts';
import { portalMigrations } from '../../src/portal/index.ts';
import { Portal, type PortalFoundation } from '../../src/portal/portal.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';
import { makeKeyPair } from '../helpers/supplier.ts';
import { engines } from './stores.ts';

const owner: Visitor = { ...ANYONE, role: 'supplier', accountId: 'me', name: 'Me', email: 'me@example.com', by: 'session' };
const stranger: Visitor = { ...owner, accountId: 'other', name: 'Other', email: 'other@example.com' };
const operator: Visitor = { ...owner, role: 'operator', accountId: 'op', name: 'Operator', email: 'op@example.com' };
const UNREACHABLE = new LocalRefusal(503, 'environment_unreachable', 'The environment does not answer.');

/** Each look is a millisecond later: what was written down keeps its order. */
class TickingClock extends ManualClock {
  override realNow(): number {
    this.advance(1);
    return super.realNow();
  }
}

let platform: BootedPlatform;
before(async () => {
  platform = await bootForTests('INT');
});
after(() => platform.remove());

for (const engine of engines)
  describe(`applications of a portal on ${engine.name}`, { skip: engine.skip, concurrency: false }, () => {
    let store: Store;
    let portal: Portal;
    /** Calls that are broken off: before they are made, or after, when the answer is lost. */
    let broken: { readonly operation: string; readonly done: boolean; readonly refusal?: LocalRefusal } | undefined;

    before(async () => {
      store = await engine.open('portal-applications', { kernel: kernelMigrations, ...portalMigrations });
      const environment = manageHere(platform.environment);
      const breaking: ManagedEnvironment = {
        ...environment,
        call: async (name, input) => {
          if (broken?.operation !== name) return environment.call(name, input);
          const { done, refusal = UNREACHABLE } = broken;
          broken = undefined;
          if (done) await environment.call(name, input);
          throw refusal;
        },
      };
      const foundation: PortalFoundation = {
        store,
        clock: new TickingClock(1_800_000_000_000),
        random: secureRandom,
        log: pino({ level: 'silent' }),
        environments: [breaking],
        baseUrl: 'https://localhost:8043',
        thisMachineOnly: true,
        operatorToken: 'token',
        smtpUrl: undefined,
        reviewers: 'at-once',
        outbox: { enqueue: async () => undefined, wake: () => undefined },
        errorPages: async () => [],
        guard: () => undefined,
      };
      portal = new Portal(foundation, [access, applications]);
    });
    after(() => store.drop());

    const wish = (appId: string, more: object = {}) => ({
      appId,
      environment: 'INT' as NameEnvironment,
      owner: { accountId: 'me' },
      accessMode: 'user-restricted' as const,
      name: 'Acme - Link - INT - e-Referral Service - User-restricted',
      ...more,
    });
    const register = (visitor: Visitor, appId: string, more: object = {}) => portal.use(applications).register(visitor, wish(appId, more));
    const audited = async (subject: string): Promise<readonly string[]> =>
      (await portal.audit.list(store.db, operator, { subject, limit: 50 })).map((each) => each.action).reverse();
    const known = async (appId: string): Promise<boolean> => (await portal.use(applications).record(store.db, appId)) !== undefined;
    const keys = (kid: string) => ({ jwks: makeKeyPair(kid).jwks });
    const setKeys = (appId: string, source: { readonly jwks: unknown }) => portal.use(applications).registerKeys(owner, appId, source);

    describe('an AppID', () => {
      test('of an application made past the portal is nobody’s to register, nor is it theirs meanwhile', async () => {
        const made = { appId: randomUUID(), name: 'Past the portal', accessMode: 'user-restricted' } as const;
        await portal.environment('INT').call('applications.register', made);
        const past = await portal.environment('INT').call('applications.view', { appId: made.appId });
        await assert.rejects(register(owner, past.appId), { status: 409, code: 'app_id_taken' });
        assert.equal(await known(past.appId), false);
        await assert.rejects(addApiKey(portal, owner, past.appId, { revokeOthers: true }), { status: 404 });
        const now = await portal.environment('INT').call('applications.view', { appId: past.appId });
        assert.deepEqual(now, past, 'nothing of it is changed');
        assert.deepEqual(await audited(past.appId), ['application.register', 'application.register.failed']);
      });

      test('is registered again word for word only, and by its owner only', async () => {
        const appId = randomUUID();
        const first = await register(owner, appId);
        assert.match(first.secret ?? '', /^[A-Za-z0-9]{16}$/);
        const again = await register(owner, appId);
        assert.deepEqual([again.apiKey, again.secret], [first.apiKey, undefined]);
        const others = [
          { name: 'Acme - Other - INT - e-Referral Service - User-restricted' },
          { accessMode: 'application-restricted', capability: 'provider' },
          { productVersion: { product: 'Link', version: '2' } },
        ];
        for (const other of others) await assert.rejects(register(owner, appId, other), { status: 409, code: 'app_id_taken' });
        await assert.rejects(register(stranger, appId, { owner: { accountId: 'other' } }), { status: 403 });
        assert.deepEqual(await audited(appId), ['application.register', 'application.secret']);
      });

      for (const done of [false, true])
        test(`whose registering was broken off ${done ? 'after' : 'before'} it was done is taken up by its owner, and by nobody else`, async () => {
          const appId = randomUUID();
          broken = { operation: 'applications.register', done };
          await assert.rejects(register(owner, appId), UNREACHABLE);
          assert.equal(await known(appId), false, 'pending: nobody works with it yet');
          await assert.rejects(register(stranger, appId, { owner: { accountId: 'other' } }), { status: 403 });
          await assert.rejects(register(owner, appId, { name: 'Another name - INT' }), { status: 409, code: 'app_id_taken' });
          const taken = await register(owner, appId);
          assert.equal(taken.secret === undefined, done, 'the secret is told once, if to nobody');
          assert.ok(await known(appId));
          assert.deepEqual(await audited(appId), ['application.register', ...(done ? [] : ['application.secret'])]);
        });

      test('that its environment refuses leaves nothing, and can be asked for anew', async () => {
        const appId = randomUUID();
        await assert.rejects(register(owner, appId, { name: `Acme - ${'Link'.repeat(60)} - INT` }), { status: 400 });
        assert.equal(await known(appId), false);
        assert.ok((await register(owner, appId)).secret);
      });

      test('registered twice at once is registered once', async () => {
        const appId = randomUUID();
        const both = await Promise.all([register(owner, appId), register(owner, appId)]);
        assert.equal(both.filter((each) => each.secret !== undefined).length, 1);
        assert.equal(new Set(both.map((each) => each.apiKey)).size, 1);
        assert.deepEqual(await audited(appId), ['application.register', 'application.secret']);
      });
    });

    describe('a public key', () => {
      test('that was refused with its application is free', async () => {
        const [revoked, next] = [randomUUID(), randomUUID()];
        const key = keys('refused');
        await register(owner, revoked);
        await setStanding(portal, owner, revoked, 'revoke');
        await assert.rejects(setKeys(revoked, key), { status: 409, code: 'not_in_this_state' });
        await register(owner, next);
        assert.deepEqual((await setKeys(next, key)).view.application.kids, ['refused']);
      });

      test('of a change that its environment refuses is free; of one without an answer it is not', async () => {
        const [one, next] = [randomUUID(), randomUUID()];
        const [first, second] = [keys('refused-there'), keys('unanswered')];
        await register(owner, one);
        await register(owner, next);
        broken = { operation: 'applications.setKeys', done: true };
        await assert.rejects(setKeys(one, second), UNREACHABLE);
        await assert.rejects(setKeys(next, second), { status: 409, code: 'key_in_use' });
        const refusal = new LocalRefusal(409, 'application_revoked', 'Revoked in the meantime.');
        broken = { operation: 'applications.setKeys', done: false, refusal };
        await assert.rejects(setKeys(one, first), refusal);
        assert.deepEqual((await setKeys(next, first)).view.application.kids, ['refused-there']);
        await assert.rejects(setKeys(one, first), { status: 409, code: 'key_in_use' });
      });

      test('of an application that is gone with its environment’s data is free, of two that want it for one', async () => {
        const [gone, one, other] = [randomUUID(), randomUUID(), randomUUID()];
        const key = keys('gone');
        await register(owner, gone);
        await setKeys(gone, key);
        await register(owner, one);
        await assert.rejects(setKeys(one, key), { status: 409, code: 'key_in_use' });
        await portal.environment('INT').call('environment.reset', { all: true });
        await register(owner, one);
        await register(owner, other);
        const got = await Promise.allSettled([setKeys(one, key), setKeys(other, key)]);
        assert.deepEqual(got.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
      });
    });

    describe('a change', () => {
      test('is written down before it is made, and says when it failed', async () => {
        const appId = randomUUID();
        await register(owner, appId);
        broken = { operation: 'applications.suspend', done: true };
        await assert.rejects(setStanding(portal, operator, appId, 'suspend'), UNREACHABLE);
        assert.deepEqual((await audited(appId)).slice(2), ['application.suspend', 'application.suspend.failed']);
        const [entry] = await portal.audit.list(store.db, operator, { subject: appId, limit: 1 });
        assert.equal(entry?.detail['why'], UNREACHABLE.message);
      });

      test('of the API and its callback URL is made of both or of neither', async () => {
        const appId = randomUUID();
        await register(owner, appId);
        const callbackUrl = 'https://supplier.example/callback';
        await assert.rejects(portal.use(applications).addApi(owner, appId, 'nonsense', callbackUrl), {
          status: 400,
          code: 'product_unknown',
        });
        assert.equal((await portal.environment('INT').call('applications.view', { appId })).callbackUrl, undefined);
      });

      test('of an API key, sent again, shows no secret, revokes nothing, and is not written down as shown', async () => {
        const appId = randomUUID();
        await register(owner, appId);
        const [first, second] = ['a', 'b'].map((letter) => `${letter}${engine.name.slice(0, 1)}`.padEnd(32, letter));
        const add = (apiKey = '') => addApiKey(portal, owner, appId, { apiKey, revokeOthers: true });
        assert.ok((await add(first)).secret);
        assert.ok((await add(second)).secret);
        const entries = await audited(appId);
        assert.deepEqual(await add(first), { apiKey: first });
        const { apiKeys } = await portal.environment('INT').call('applications.view', { appId });
        assert.equal(apiKeys.find((each) => each.apiKey === second)?.status, 'approved');
        assert.deepEqual(await audited(appId), entries);
      });
    });
  });
