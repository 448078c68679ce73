/** The portal's tables on every engine: accounts, the audit trail that the database itself keeps as it is written, and mail. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { ManualClock } from '../../src/kernel/clock.ts';
import { secureRandom } from '../../src/kernel/random.ts';
import { kernelMigrations } from '../../src/kernel/store/kernel-migrations.ts';
import type { Store } from '../../src/kernel/store/store.ts';
import { findAccountByEmail, findCredential, insertAccount, insertCredential } from '../../src/portal/access/accounts.ts';
import { newAccount } from '../../src/portal/access/registration.ts';
import { ANYONE, type Visitor } from '../../src/portal/access/visitor.ts';
import { Audit } from '../../src/portal/audit/audit.ts';
import { portalMigrations } from '../../src/portal/index.ts';
import { Mailbox } from '../../src/portal/mail/mail.ts';
import { engines } from './stores.ts';

const operator: Visitor = { ...ANYONE, role: 'operator', accountId: 'op', name: 'Operator', email: 'op@example.com', by: 'session' };
const member: Visitor = { ...ANYONE, role: 'supplier', accountId: 'me', name: 'Me', email: 'me@example.com', by: 'session' };

for (const engine of engines)
  describe(`the portal on ${engine.name}`, { skip: engine.skip, concurrency: false }, () => {
    const clock = new ManualClock(1_800_000_000_000);
    const audit = new Audit(clock, secureRandom);
    let store: Store;
    before(async () => {
      store = await engine.open('portal', { kernel: kernelMigrations, ...portalMigrations });
    });
    after(() => store.drop());

    test('an address has one account, whatever its case; what is kept of a credential cannot be used', async () => {
      const account = newAccount({ accountId: 'a', email: 'Ada@example.com', name: 'Ada', password: null, createdAt: 0 });
      assert.equal(await store.transaction((tx) => insertAccount(tx, account)), true);
      assert.equal(await store.transaction((tx) => insertAccount(tx, { ...account, accountId: 'b', email: 'ADA@example.com' })), false);
      assert.equal((await findAccountByEmail(store.db, 'ada@EXAMPLE.com'))?.accountId, 'a');
      const credential = { value: 'secret', accountId: 'a', kind: 'token', label: '', now: 1, expiresAt: 10 } as const;
      await store.transaction((tx) => insertCredential(tx, credential));
      assert.equal((await findCredential(store.db, 'secret', 'token', 5))?.accountId, 'a');
      assert.equal(await findCredential(store.db, 'secret', 'token', 10), undefined);
      assert.equal(await findCredential(store.db, 'secret', 'session', 5), undefined);
    });

    test('the audit trail: filtered, each sees their own, and nothing in it can be changed', async () => {
      await store.transaction(async (tx) => {
        await audit.record(tx, member, { action: 'team.create', subject: 'team A', about: { teamId: 'A' }, detail: { x: 1 } });
        await audit.record(
          tx,
          { automatic: 'e-RS Partners (simulated)' },
          { action: 'form.issue', subject: 'form 1', environment: 'PROD' },
        );
      });
      const list = (visitor: Visitor, filter = {}) => audit.list(store.db, visitor, { limit: 10, ...filter });
      assert.equal((await list(operator)).length, 2);
      assert.deepEqual(
        (await list(member)).map((each) => [each.subject, each.detail]),
        [['team A', { x: 1 }]],
      );
      assert.deepEqual(
        (await list(operator, { environment: 'PROD' })).map((each) => each.who),
        ['e-RS Partners (simulated)'],
      );
      assert.equal((await list(operator, { action: 'form.' })).length, 1);
      assert.equal((await list(operator, { action: 'form%' })).length, 0, 'a wildcard that was typed is not obeyed');
      assert.equal((await list(operator, { action: 'form_' })).length, 0, 'nor is the wildcard of one character');
      assert.equal((await list(operator, { to: 1_800_000_000_000 })).length, 0);
      await assert.rejects(
        store.transaction((tx) => sql`update portal_audit set who = 'x'`.execute(tx)),
        /append-only/,
      );
      await assert.rejects(
        store.transaction((tx) => sql`delete from portal_audit`.execute(tx)),
        /append-only/,
      );
      assert.equal((await list(operator)).length, 2);
    });

    test('the audit trail is searched for what was typed, wildcards and all, in any case', async () => {
      await store.transaction(async (tx) => {
        for (const subject of ['my_app 50%', 'myXapp 50x', 'back\\slash'])
          await audit.record(tx, operator, { action: 'search.try', subject });
      });
      const subjects = async (subject: string) =>
        (await audit.list(store.db, operator, { limit: 10, action: 'SEARCH.', subject })).map((each) => each.subject);
      assert.deepEqual(await subjects('MY_app'), ['my_app 50%']);
      assert.deepEqual(await subjects('50%'), ['my_app 50%']);
      assert.deepEqual(await subjects('\\'), ['back\\slash']);
      assert.deepEqual((await audit.list(store.db, operator, { limit: 10, who: 'OP@', action: 'search' })).length, 3);
    });

    test('mail is kept as it was sent, and read by its recipient', async () => {
      const outbox = { enqueue: async () => undefined, wake: () => undefined };
      const mail = new Mailbox({ store, clock, random: secureRandom, outbox, smtpUrl: undefined });
      await store.transaction((tx) => mail.send(tx, { from: 'e-RS Partners', to: 'Ada@Example.com', subject: 'Hello', text: 'a\nb' }));
      const [letter] = await mail.list(store.db, { to: 'ada@example.com', limit: 10 });
      assert.deepEqual([letter?.subject, letter?.text, letter?.delivery], ['Hello', 'a\nb', 'kept']);
      assert.equal((await mail.list(store.db, { to: 'eve@example.com', limit: 10 })).length, 0);
    });
  });
