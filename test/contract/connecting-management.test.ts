/** What the service desk of an environment does (PTL-006…011), over both adapters: each step twice, and once is all that happens. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { directoryOf, dnsOf } from '../../src/environment/authorities.ts';
import { askAdmin } from '../../src/environment/management/admin-call.ts';
import { type ManagedEnvironment, manageHere, manageOverHttp } from '../../src/environment/management/index.ts';
import { operations } from '../../src/environment/management/operations.ts';
import { LocalRefusal, messageOf } from '../../src/kernel/errors.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';
import { repeatedIn } from './repeats.ts';

let platform: BootedPlatform;
before(async () => {
  platform = await bootForTests('INT');
});
after(() => platform.remove());

const adapters: readonly { readonly name: string; readonly slug: string; readonly of: () => ManagedEnvironment }[] = [
  { name: 'in this process', slug: 'near', of: () => manageHere(platform.environment) },
  { name: 'over HTTP', slug: 'far', of: () => manageOverHttp({ id: 'INT', url: platform.httpUrl, token: undefined }) },
];

const refusal =
  (status: number, code: string) =>
  (error: unknown): boolean =>
    error instanceof LocalRefusal && error.status === status && error.code === code;

for (const { name, slug, of } of adapters)
  describe(`getting connected ${name}`, { concurrency: false }, () => {
    test('test data: nothing of what is reserved, and more than there is is refused', async () => {
      const first = await of().call('testData.choose', { patients: 3, reserved: [] });
      assert.equal(first.patients.length, 3);
      const taken = first.patients.map((each) => each.nhsNumber);
      const second = await of().call('testData.choose', { patients: 3, reserved: taken });
      assert.equal(new Set([...taken, ...second.patients.map((each) => each.nhsNumber)]).size, 6);
      assert.ok(
        second.users.some((each) => each.odsCode === second.practice.odsCode) && second.users.some((each) => each.odsCode === 'ZT1'),
      );
    });

    const wish = {
      requestId: `card-${slug}`,
      givenName: 'Testa',
      familyName: `Usera ${slug}`,
      email: 'x@example.com',
      odsCode: 'R69',
      jobRoleCode: 'S8000:G8000:R8000',
      activityCodes: ['B1101'],
      passcode: '1234',
    };
    const peopleCalled = async (familyName: string): Promise<readonly string[]> => {
      const people = await directoryOf(platform.environment).people(platform.environment.store.db, { text: familyName, limit: 100 });
      return people.map((each) => each.userId);
    };

    test('a request has one person and one card, however often and however much at once it is asked', async () => {
      const [card, same] = await Promise.all([of().call('smartcards.issue', wish), of().call('smartcards.issue', wish)]);
      assert.match(card.userId, /^\d{12}$/);
      assert.deepEqual(same, card);
      assert.deepEqual(await of().call('smartcards.issue', wish), card);
      assert.deepEqual(await peopleCalled(wish.familyName), [card.userId]);
      await assert.rejects(of().call('smartcards.issue', { ...wish, activityCodes: ['B1110'] }), refusal(409, 'request_id_used'));
    });

    test('another request is another person, of the same name and position even: nobody is given somebody’s card', async () => {
      const card = await of().call('smartcards.issue', wish);
      const other = await of().call('smartcards.issue', { ...wish, requestId: `card-2-${slug}`, activityCodes: ['B1110'] });
      assert.notEqual(other.userId, card.userId);
      assert.notEqual(other.cardNumber, card.cardNumber);
      const [role] = await directoryOf(platform.environment).roleProfiles(platform.environment.store.db, other.userId);
      assert.deepEqual(role?.activityCodes, ['B1110']);
    });

    test('a card that cannot be issued leaves nobody behind, and the same request can be made good', async () => {
      const bad = { ...wish, requestId: `card-3-${slug}`, familyName: `Orphan ${slug}`, odsCode: 'ZZZZ9' };
      for (let tries = 0; tries < 3; tries += 1)
        await assert.rejects(of().call('smartcards.issue', bad), refusal(400, 'organisation_unknown'));
      await assert.rejects(of().call('smartcards.issue', { ...bad, odsCode: 'R69', jobRoleCode: 'R1' }), refusal(400, 'position_wrong'));
      assert.deepEqual(await peopleCalled(bad.familyName), []);
      const { userId } = await of().call('smartcards.issue', { ...bad, odsCode: 'R69' });
      assert.deepEqual(await peopleCalled(bad.familyName), [userId]);
    });

    test('product, name, endpoint and administrator: the second time gives what the first one made', async () => {
      const { interactions } = await of().call('register.interactions', {});
      const product = { manufacturerOdsCode: 'X09001', name: `Messenger ${slug}`, version: '1', interactions: interactions.slice(0, 1) };
      const { productKey } = await of().call('register.product', product);
      assert.equal((await of().call('register.product', product)).productKey, productKey);
      const fqdn = `${slug}.carevista.thirdparty.nhs.uk`;
      const name = { requestId: `name-${slug}`, odsCode: 'R69', fqdn, address: '127.0.0.1' };
      const named = await of().call('register.name', name);
      assert.deepEqual(named, { fqdn, addresses: ['127.0.0.1'] });
      assert.deepEqual(await of().call('register.name', name), named);
      const wanted = { requestId: `endpoint-${slug}`, odsCode: 'R69', productKey, fqdn };
      const endpoint = await of().call('register.endpoint', wanted);
      assert.match(endpoint.partyKey, /^R69-\d{6,8}$/);
      assert.match(endpoint.asid ?? '', /^\d{12}$/);
      assert.deepEqual(await of().call('register.endpoint', wanted), endpoint);
      const grant = { userId: '656005750108', manufacturerOdsCode: 'X09001' };
      assert.deepEqual(await of().call('register.grantEndpointAdministrator', grant), grant);
      assert.deepEqual(await of().call('register.grantEndpointAdministrator', grant), grant);
      await assert.rejects(
        of().call('register.endpoint', { ...wanted, requestId: `endpoint-2-${slug}`, productKey: '999999999' }),
        (error) => error instanceof LocalRefusal && error.status >= 400 && error.status < 500,
      );
    });

    test('a product is not said to have interactions that it was not registered with', async () => {
      const { interactions } = await of().call('register.interactions', {});
      const product = { manufacturerOdsCode: 'X09001', name: `Differing ${slug}`, version: '1', interactions: interactions.slice(0, 2) };
      const { productKey } = await of().call('register.product', product);
      const reversed = { ...product, interactions: product.interactions.toReversed() };
      assert.equal((await of().call('register.product', reversed)).productKey, productKey);
      for (const others of [interactions.slice(0, 1), interactions.slice(0, 3), interactions.slice(1, 3)])
        await assert.rejects(of().call('register.product', { ...product, interactions: others }), (error) => {
          assert.ok(refusal(409, 'product_differs')(error));
          return product.interactions.every((each) => messageOf(error).includes(each));
        });
    });

    test('a name that somebody has is not pointed elsewhere by who asks for it too', async () => {
      const fqdn = `held-${slug}.carevista.thirdparty.nhs.uk`;
      const name = { requestId: `held-${slug}`, odsCode: 'R69', fqdn, address: '127.0.0.1' };
      await of().call('register.name', name);
      for (const address of ['127.0.0.9', '127.0.0.1'])
        await assert.rejects(of().call('register.name', { ...name, requestId: `held-2-${slug}`, address }), refusal(409, 'name_taken'));
      const { db } = platform.environment.store;
      assert.deepEqual(await dnsOf(platform.environment).resolve(db, fqdn), ['127.0.0.1']);
      const moved = { ...name, requestId: `held-3-${slug}`, address: '127.0.0.9', move: true };
      assert.deepEqual((await of().call('register.name', moved)).addresses, ['127.0.0.9']);
      assert.deepEqual(await dnsOf(platform.environment).resolve(db, fqdn), ['127.0.0.9']);
    });

    test('nor one under which a system of another product is registered', async () => {
      const { interactions } = await of().call('register.interactions', {});
      const product = { manufacturerOdsCode: 'X09001', name: `Housed ${slug}`, version: '1', interactions: interactions.slice(0, 1) };
      const { productKey } = await of().call('register.product', product);
      const fqdn = `housed-${slug}.carevista.thirdparty.nhs.uk`;
      await of().call('register.endpoint', { requestId: `housed-${slug}`, odsCode: 'R69', productKey, fqdn });
      const name = { odsCode: 'R69', fqdn, address: '127.0.0.9' };
      for (const [requestId, others] of [
        [`theirs-${slug}`, {}],
        [`theirs-2-${slug}`, { productKey: '999999999' }],
      ] as const)
        await assert.rejects(of().call('register.name', { ...name, ...others, requestId }), refusal(409, 'name_taken'));
      assert.deepEqual((await of().call('register.name', { ...name, productKey, requestId: `ours-${slug}` })).addresses, ['127.0.0.9']);
    });

    test('the connection information as every file it can be', async () => {
      const { exports } = await of().call('environment.exports', {});
      assert.ok(exports.length >= 8);
      for (const { format } of exports) {
        const { file, text } = await of().call('environment.export', { format });
        assert.ok(file.includes('int') && text.length > 100, format);
      }
    });
  });

describe('a registration service of people', { concurrency: false }, () => {
  let waiting: BootedPlatform;
  before(async () => {
    waiting = await bootForTests('INT', { LOCALSPINE_REGISTRATION_APPROVAL: 'person' });
  });
  after(() => waiting.remove());

  test('a registration waits for its approver; asked again it is the same one, and then what became of it', async () => {
    const here = manageHere(waiting.environment);
    const name = { requestId: 'patient-name', odsCode: 'R69', fqdn: 'patient.carevista.thirdparty.nhs.uk', address: '127.0.0.1' };
    for (let tries = 0; tries < 3; tries += 1) await assert.rejects(here.call('register.name', name), refusal(409, 'registration_waits'));
    const known = await askAdmin(waiting.environment, 'GET', '/endpoint-registration/requests');
    assert.ok(typeof known === 'object' && known !== null && 'requests' in known && Array.isArray(known.requests));
    assert.deepEqual(
      known.requests.map((each) => [each.requestId, each.state]),
      [['patient-name', 'submitted']],
    );
    await askAdmin(waiting.environment, 'POST', '/endpoint-registration/requests/patient-name/decision', { event: 'approve-dns' });
    assert.deepEqual(await here.call('register.name', name), { fqdn: name.fqdn, addresses: ['127.0.0.1'] });
    const other = { ...name, requestId: 'other-name', fqdn: 'other.carevista.thirdparty.nhs.uk' };
    await assert.rejects(here.call('register.name', other), refusal(409, 'registration_waits'));
    await askAdmin(waiting.environment, 'POST', '/endpoint-registration/requests/other-name/decision', {
      event: 'refuse',
      reason: 'Which system?',
    });
    await assert.rejects(
      here.call('register.name', other),
      (error) => refusal(409, 'registration_returned')(error) && messageOf(error) === 'Which system?',
    );
  });
});

const suites = globSync('*.test.ts', { cwd: import.meta.dirname }).map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));

test('every operation is asked by one of the contract suites', () => {
  const asked = new Set(suites.flatMap((text) => [...text.matchAll(/(?:call|twice)\(\s*'([^']+)'/g)].map(([, operation]) => operation)));
  assert.deepEqual(
    Object.keys(operations).filter((name) => !asked.has(name)),
    [],
  );
});

/** Operations that change nothing. */
const READING = new Set([
  ...['environment.describe', 'environment.manifest', 'environment.exports', 'environment.export', 'environment.now', 'environment.data'],
  ...['testData.choose', 'register.interactions', 'directory.organisation', 'clock.show', 'faults.list', 'faults.catalogue'],
  ...['recordings.applications', 'recordings.list', 'recordings.show', 'recordings.exchanges', 'recordings.fingerprint'],
  ...['applications.products', 'applications.list', 'applications.view', 'applications.examineKeys', 'applications.usage'],
  ...['asids.list', 'asids.view', 'asids.sharing', 'journal.query', 'journal.entry', 'snapshots.list', 'outbox.list'],
  ...['maintenance.schedule', 'maintenance.change', 'maintenance.builds', 'maintenance.availability', 'maintenance.available-at'],
  ...['maintenance.digest', 'maintenance.calendar'],
  ...['release.stages', 'release.exchanges', 'release.calls', 'release.people', 'release.organisations'],
]);

test('every operation that changes something is repeated by one of them', () => {
  const repeated = new Set(suites.flatMap((text) => [...repeatedIn(text)]));
  assert.deepEqual(
    Object.keys(operations).filter((name) => !READING.has(name) && !repeated.has(name)),
    [],
  );
  assert.deepEqual(
    [...READING].filter((name) => !(name in operations)),
    [],
    'names of operations that are gone',
  );
});

test('a repeat is seen, and an operation that is only asked is not taken for one', () => {
  const suite = `test('one', () => {
    call('a.once', { id: 1 });
    call('a.twice', { id: [1, 2] }); call('a.twice', { id: [1, 2] });
    call('a.other', { id: 1 }); call('a.other', { id: 2 });
    twice('a.helper', {});
    for (let time = 0; time < 2; time += 1) { call('a.block', {}); }
    for (let time = 0; time < 2; time += 1) assert.equal(call('a.line', {}), 1);
    call('a.after', {});
    call('a.apart', {});
  });
  test('two', () => { call('a.apart', {}); });`;
  assert.deepEqual([...repeatedIn(suite)].sort(), ['a.block', 'a.helper', 'a.line', 'a.twice']);
});
