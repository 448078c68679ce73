/**
 * The management interface (DESIGN.md, "Portal"): the same suite against an environment in this process and against one behind HTTP.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ManagedEnvironment, manageHere, manageOverHttp } from '../../src/environment/management/index.ts';
import { operations } from '../../src/environment/management/operations.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';

const PATIENT = {
  nhsNumber: '9990000018',
  title: 'Mrs',
  givenNames: ['Grace'],
  familyName: 'Example',
  birthDate: '1960-05-04',
  gender: 'female',
  addressLines: ['2 High Street', 'Leeds'],
  postcode: 'LS1 4AP',
  gpPractice: 'Z9901',
  sensitivity: 'U',
};

let platform: BootedPlatform;
before(async () => {
  platform = await bootForTests('INT');
});
after(() => platform.remove());

const adapters: readonly { readonly name: string; readonly of: () => ManagedEnvironment }[] = [
  { name: 'in this process', of: () => manageHere(platform.environment) },
  { name: 'over HTTP', of: () => manageOverHttp({ id: 'INT', url: platform.httpUrl, token: undefined }) },
];

async function registered(managed: ManagedEnvironment): Promise<{ readonly appId: string }> {
  const appId = randomUUID();
  await managed.call('applications.register', { appId, name: 'Acme - Link', accessMode: 'application-restricted' });
  return { appId };
}

for (const { name, of } of adapters)
  describe(`management ${name}`, { concurrency: false }, () => {
    const names = { appId: randomUUID(), requestId: randomUUID() };
    test('an environment describes itself', async () => {
      const description = await of().call('environment.describe', {});
      assert.deepEqual(
        [description.id, description.production, description.ready, description.ers.map((each) => each.instance)],
        ['INT', false, true, ['Int1']],
      );
      assert.equal(description.asidModel, 'perEuo');
      assert.equal((await of().call('environment.manifest', {})).id, 'INT');
      const { now } = await of().call('environment.now', {});
      assert.ok(Math.abs(now - description.now) < 60_000);
    });

    test('an application from registration to revocation, each step twice', async () => {
      const { appId, requestId } = names;
      const managed = of();
      const register = { appId, name: 'Acme - Link', accessMode: 'user-restricted', registration: requestId } as const;
      const first = await managed.call('applications.register', register);
      const again = await managed.call('applications.register', register);
      for (const other of [{ registration: 'another' }, { registration: undefined }])
        await assert.rejects(managed.call('applications.register', { ...register, ...other } as typeof register), {
          code: 'app_id_taken',
          status: 409,
        });
      assert.match(first.secret ?? '', /^[A-Za-z0-9]{16}$/);
      assert.deepEqual(again, { apiKey: first.apiKey }, 'the secret is told once');
      const { products } = await managed.call('applications.products', {});
      const productName = products.find((each) => each.accessMode === 'user-restricted' && each.callbackRequired)?.name ?? '';
      const callbackUrl = 'https://supplier.example/callback';
      await assert.rejects(managed.call('applications.addApi', { appId, productName: 'nonsense', callbackUrl }), {
        code: 'product_unknown',
      });
      assert.equal((await managed.call('applications.view', { appId })).callbackUrl, undefined, 'both or neither');
      for (let time = 0; time < 2; time += 1) {
        await managed.call('applications.addApi', { appId, productName, callbackUrl });
        await managed.call('applications.setCallback', { appId, callbackUrl });
        await managed.call('applications.rename', { appId, name: 'Acme - Link 2' });
        await managed.call('applications.setAttributes', { appId, attributes: { DisplayName: 'Link', gone: null } });
        await managed.call('applications.setKeys', { appId, source: { jwksUrl: 'https://supplier.example/jwks.json' } });
        await managed.call('applications.approveApi', { appId, productName });
      }
      const system = { odsCode: 'R69', productName: 'Link', displayName: 'R69 - Link – Int - User-Restricted', services: ['ers'] };
      const { asid } = await managed.call('asids.allocate', { requestId, ...system });
      assert.equal((await managed.call('asids.allocate', { requestId, ...system })).asid, asid, 'the same request, the same ASID');
      for (let time = 0; time < 2; time += 1) {
        await managed.call('applications.bindAsid', { appId, asid });
        await managed.call('asids.join', { asid, service: 'nems', confirmed: false });
      }
      const bound = await managed.call('asids.view', { asid });
      assert.deepEqual([bound.services, bound.boundTo?.appId, bound.displayName], [['ers', 'nems'], appId, system.displayName]);
      const view = await managed.call('applications.view', { appId });
      assert.deepEqual(
        [view.name, view.stage, view.callbackUrl, view.asid, view.jwksUrl, view.subscriptions],
        ['Acme - Link 2', 'live', callbackUrl, asid, 'https://supplier.example/jwks.json', [{ product: productName, status: 'approved' }]],
      );
      assert.deepEqual(view.attributes, { DisplayName: 'Link', asid });
      for (let time = 0; time < 2; time += 1) await managed.call('asids.retire', { asid });
      assert.equal((await managed.call('applications.view', { appId })).asid, undefined, 'a retired ASID is bound to nothing');
      await assert.rejects(managed.call('applications.bindAsid', { appId, asid }), { code: 'asid_unknown', status: 404 });
      for (let time = 0; time < 2; time += 1) {
        await managed.call('applications.unbindAsid', { appId });
        assert.equal((await managed.call('applications.suspend', { appId })).status, 'suspended');
      }
      for (let time = 0; time < 2; time += 1) assert.equal((await managed.call('applications.resume', { appId })).status, 'approved');
      for (let time = 0; time < 2; time += 1) assert.equal((await managed.call('applications.revoke', { appId })).status, 'revoked');
    });

    test('API keys: the caller draws them, the secret is told once, the others are revoked on request', async () => {
      const managed = of();
      const { appId } = await registered(managed);
      const apiKey = `${name === 'over HTTP' ? 'H' : 'P'}${'k'.repeat(31)}`;
      const wish = { appId, apiKey, revokeOthers: true };
      assert.match((await managed.call('applications.addApiKey', wish)).secret ?? '', /^[A-Za-z0-9]{16}$/);
      assert.deepEqual(await managed.call('applications.addApiKey', wish), { apiKey });
      const { apiKeys } = await managed.call('applications.view', { appId });
      assert.deepEqual(
        // Both may have been made in one millisecond: their order says nothing.
        apiKeys.map((each) => each.status).sort(),
        ['approved', 'revoked'],
      );
      const newer = apiKey.replaceAll('k', 'n');
      await managed.call('applications.addApiKey', { appId, apiKey: newer, revokeOthers: true });
      assert.deepEqual(await managed.call('applications.addApiKey', wish), { apiKey });
      const inForce = (await managed.call('applications.view', { appId })).apiKeys.filter((each) => each.status === 'approved');
      assert.deepEqual(
        inForce.map((each) => each.apiKey),
        [newer],
        'asked for again, late, it revokes nothing',
      );
      for (let time = 0; time < 2; time += 1) await managed.call('applications.revokeApiKey', { appId, apiKey: newer });
      const { appId: other } = await registered(managed);
      await assert.rejects(managed.call('applications.addApiKey', { ...wish, appId: other }), { code: 'key_taken', status: 409 });
    });

    test('keys are examined without being registered; usage counts from the journal; lists take what is named', async () => {
      const managed = of();
      const { appId } = await registered(managed);
      const examined = await managed.call('applications.examineKeys', { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } });
      assert.deepEqual([examined.good, examined.keys], [false, []]);
      assert.deepEqual(await managed.call('applications.usage', { appId, errors: 5 }), { exchanges: 0, outcomes: [], errors: [] });
      assert.deepEqual(
        (await managed.call('applications.list', { appIds: [appId] })).applications.map((each) => each.appId),
        [appId],
      );
      assert.ok((await managed.call('applications.list', {})).applications.length > 1);
      assert.ok((await managed.call('asids.list', {})).asids.length > 1);
      assert.deepEqual((await managed.call('asids.list', { asids: [] })).asids, []);
      assert.equal((await managed.call('directory.organisation', { odsCode: 'R69' })).odsCode, 'R69');
      const { services, wanted } = await managed.call('asids.sharing', { held: ['ers'], wanted: 'dos' });
      assert.deepEqual([services.length, services.find((each) => each.id === 'pds')?.verdict.answer, wanted?.answer], [7, 'no', 'ask']);
    });

    test('the journal is queried, page by page, and an entry is shown to whose it is', async () => {
      for (const path of ['/nothing/1', '/nothing/2', '/nothing/3']) await fetch(`${platform.httpUrl}${path}`);
      const first = await of().call('journal.query', { statusClass: 4, limit: 2 });
      assert.equal(first.exchanges.length, 2);
      assert.equal(first.more, true);
      const last = first.exchanges.at(-1);
      const second = await of().call('journal.query', { statusClass: 4, limit: 2, before: last?.id ?? '' });
      assert.ok((second.exchanges[0]?.id ?? '~') < (last?.id ?? ''));
      const { entry } = await of().call('journal.entry', { id: last?.id ?? '' });
      assert.equal(entry?.refusal?.check, 'http.path');
      // Nobody's application is known of these: everybody sees them.
      assert.ok((await of().call('journal.entry', { id: last?.id ?? '', visibleTo: [] })).entry !== undefined);
      assert.equal((await of().call('journal.query', { limit: 2, visibleTo: ['mine'] })).exchanges.length, 2);
    });

    test('the clock is set twice to the same effect as once, and only forward', async () => {
      const set = await of().call('clock.set', { offsetMilliseconds: 7_200_000 });
      assert.ok(Math.abs(set.offsetMilliseconds - 7_200_000) < 1_000);
      const again = await of().call('clock.set', { offsetMilliseconds: 7_200_000 });
      assert.equal(again.offsetMilliseconds, set.offsetMilliseconds);
      await assert.rejects(
        of().call('clock.set', { offsetMilliseconds: 0 }),
        (error) => error instanceof LocalRefusal && error.code === 'clock_backwards',
      );
      for (let time = 0; time < 2; time += 1) assert.equal((await of().call('clock.release', {})).offsetMilliseconds, 0);
      assert.equal((await of().call('clock.show', {})).offsetMilliseconds, 0);
    });

    test('a fault of the catalogue is set once, however often it is asked for, and taken away', async () => {
      const { chapters } = await of().call('faults.catalogue', {});
      const ers = chapters.find((each) => each.service === 'ers');
      const example = ers?.examples.find((each) => each.name === 'hospital-refuses');
      assert.ok(example !== undefined && ers !== undefined);
      const wanted = { id: 'from-the-suite', service: ers.service, operation: example.operation, effect: example.effect, count: 1 };
      const rule = await of().call('faults.add', wanted);
      assert.deepEqual(await of().call('faults.add', wanted), rule);
      assert.deepEqual((await of().call('faults.list', {})).rules, [rule]);
      assert.deepEqual(await of().call('faults.clear', { id: rule.id }), { removed: 1 });
      assert.deepEqual(await of().call('faults.clear', { id: rule.id }), { removed: 0 });
    });

    test('data goes back to a snapshot, and a reset puts the seed back', async () => {
      const rows = async (): Promise<number | undefined> =>
        (await of().call('environment.data', {})).tables.find((each) => each.table === 'demographics_patient')?.rows;
      const seeded = await rows();
      assert.ok((seeded ?? 0) > 0);
      for (let time = 0; time < 2; time += 1) await of().call('snapshots.save', { name: 'suite' });
      for (let time = 0; time < 2; time += 1) {
        await of().call('environment.import', { document: { patients: [PATIENT] } });
        assert.equal(await rows(), (seeded ?? 0) + 1, 'a patient is imported once, however often');
      }
      for (let time = 0; time < 2; time += 1) {
        await of().call('snapshots.load', { name: 'suite' });
        assert.equal(await rows(), seeded);
      }
      assert.equal((await of().call('snapshots.list', {})).snapshots.filter((each) => each.name === 'suite').length, 1);
      await assert.rejects(
        of().call('snapshots.load', { name: 'nobody' }),
        (error) => error instanceof LocalRefusal && error.status === 404,
      );
      await of().call('environment.import', { document: { patients: [PATIENT] } });
      for (let time = 0; time < 2; time += 1) {
        assert.deepEqual(await of().call('environment.reset', { all: false }), { reset: 'data' });
        assert.equal(await rows(), seeded);
      }
    });

    test('what waits is listed by its time and can be done now', async () => {
      const { jobs } = await of().call('outbox.list', { limit: 100 });
      const waiting = jobs.find((each) => each.state === 'waiting');
      assert.ok(waiting !== undefined, 'the environment plans work of its own');
      const page = await of().call('outbox.list', { limit: 1 });
      assert.equal(page.more, jobs.length > 1);
      for (let time = 0; time < 2; time += 1)
        assert.notEqual((await of().call('outbox.retry', { id: waiting.id })).state, 'waiting', 'done, and not waiting a second time');
      await assert.rejects(
        of().call('outbox.retry', { id: 'nobody' }),
        (error) => error instanceof LocalRefusal && error.code === 'job_unknown',
      );
    });

    test('an input of another shape is refused, and says where', async () => {
      const wrong = { surprising: true } as never;
      await assert.rejects(
        of().call('environment.now', wrong),
        (error) => error instanceof LocalRefusal && error.status === 400 && error.code === 'bad_management_input',
      );
    });

    test('what is not an operation is not there', async () => {
      await assert.rejects(of().call('__proto__' as never, {} as never));
      await assert.rejects(of().call('toString' as never, {} as never));
    });
  });

test('every operation says what it does', () => {
  for (const [name, { summary }] of Object.entries(operations)) assert.match(summary, /^[A-Z].*\.$/, name);
});

test('an environment that does not answer is named', async () => {
  const nobody = manageOverHttp({ id: 'INT', url: 'http://127.0.0.1:9', token: undefined });
  await assert.rejects(nobody.call('environment.now', {}), (error) => error instanceof LocalRefusal && error.status === 503);
});
