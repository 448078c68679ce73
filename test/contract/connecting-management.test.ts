/** What the service desk of an environment does (PTL-006…011), over both adapters: each step twice, and once is all that happens. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ManagedEnvironment, manageHere, manageOverHttp } from '../../src/environment/management/index.ts';
import { operations } from '../../src/environment/management/operations.ts';
import { LocalRefusal } from '../../src/kernel/errors.ts';
import { type BootedPlatform, bootForTests } from '../helpers/platform.ts';

let platform: BootedPlatform;
before(async () => {
  platform = await bootForTests('INT');
});
after(() => platform.remove());

const adapters: readonly { readonly name: string; readonly slug: string; readonly of: () => ManagedEnvironment }[] = [
  { name: 'in this process', slug: 'near', of: () => manageHere(platform.environment) },
  { name: 'over HTTP', slug: 'far', of: () => manageOverHttp({ id: 'INT', url: platform.httpUrl, token: undefined }) },
];

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

    test('a person has one card, however often it is asked for', async () => {
      const wish = {
        givenName: 'Testa',
        familyName: `Usera ${slug}`,
        email: 'x@example.com',
        odsCode: 'R69',
        jobRoleCode: 'S8000:G8000:R8000',
        activityCodes: ['B1101'],
        passcode: '1234',
      };
      const card = await of().call('smartcards.issue', wish);
      assert.match(card.userId, /^\d{12}$/);
      assert.deepEqual(await of().call('smartcards.issue', wish), card);
    });

    test('product, name, endpoint and administrator: the second time gives what the first one made', async () => {
      const { interactions } = await of().call('register.interactions', {});
      const wish = { manufacturerOdsCode: 'X09001', name: `Messenger ${slug}`, version: '1', interactions: interactions.slice(0, 1) };
      const { productKey } = await of().call('register.product', wish);
      assert.equal((await of().call('register.product', wish)).productKey, productKey);
      const fqdn = `${slug}.carevista.thirdparty.nhs.uk`;
      const named = await of().call('register.name', { odsCode: 'R69', fqdn, address: '127.0.0.1' });
      assert.deepEqual(named, { fqdn, addresses: ['127.0.0.1'] });
      assert.deepEqual(await of().call('register.name', { odsCode: 'R69', fqdn, address: '127.0.0.1' }), named);
      const endpoint = await of().call('register.endpoint', { odsCode: 'R69', productKey, fqdn });
      assert.match(endpoint.partyKey, /^R69-\d{6,8}$/);
      assert.match(endpoint.asid ?? '', /^\d{12}$/);
      assert.deepEqual(await of().call('register.endpoint', { odsCode: 'R69', productKey, fqdn }), endpoint);
      const grant = { userId: '656005750108', manufacturerOdsCode: 'X09001' };
      assert.deepEqual(await of().call('register.grantEndpointAdministrator', grant), grant);
      assert.deepEqual(await of().call('register.grantEndpointAdministrator', grant), grant);
      await assert.rejects(
        of().call('register.endpoint', { odsCode: 'R69', productKey: '999999999', fqdn }),
        (error) => error instanceof LocalRefusal && error.status >= 400 && error.status < 500,
      );
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

test('every operation is asked by one of the contract suites', () => {
  const suites = globSync('*.test.ts', { cwd: import.meta.dirname }).map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  const asked = new Set(suites.flatMap((text) => [...text.matchAll(/(?:call|twice)\(\s*'([^']+)'/g)].map(([, operation]) => operation)));
  assert.deepEqual(
    Object.keys(operations).filter((name) => !asked.has(name)),
    [],
  );
});
