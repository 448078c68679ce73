import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { testContext } from '../../../test/helpers/context.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { secureRandom } from '../../kernel/random.ts';
import { offer } from '../../kernel/service.ts';
import { drawAddress } from './addresses.ts';
import { readAddresses, readHostName } from './host-name.ts';
import { type DnsApi, dns, nameSource } from './index.ts';
import { resolve } from './resolution.ts';
import { addressOfReverse, canonicalAddress, reverseName, reverseZone } from './reverse.ts';
import { type NameWorld, zoneData } from './zone-data.ts';

const PUBLISHED = ['int.api.service.nhs.uk', 'msg.int.spine2.ncrs.nhs.uk'];

async function world(): Promise<{ api: DnsApi; ask: (name: string, type: string) => Promise<string> }> {
  const context = await testContext({
    migrations: { dns: dns.migrations },
    environment: { publishedNames: PUBLISHED },
    offers: [
      offer(nameSource, {
        find: async (_db, names) => names.filter((name) => name === 'mhs.gp.thirdparty.nhs.uk').map((name) => ({ name, addresses: [] })),
      }),
    ],
  });
  const { api } = await dns.create(context);
  const names: NameWorld = { context, sources: context.offered(nameSource), addresses: () => ['127.0.0.1'], startedAt: 0 };
  return {
    api,
    async ask(name, type) {
      const question = { name, type, class: 'IN' };
      const { rcode, answers } = resolve(question, await zoneData(names, question));
      return [rcode, ...answers.map((each) => ('data' in each ? String(each.data) : ''))].join(' ');
    },
  };
}

function refusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof LocalRefusal && error.code === code;
}

describe('names in the zones of an environment', () => {
  test('published names point to the environment; others of its zones do not exist', async () => {
    const { ask } = await world();
    for (const name of PUBLISHED) assert.equal(await ask(name, 'A'), 'NOERROR 127.0.0.1');
    assert.equal(await ask('other.int.spine2.ncrs.nhs.uk', 'A'), 'NXDOMAIN');
    assert.equal(await ask('msg.dep.spine2.ncrs.nhs.uk', 'A'), 'REFUSED', 'another environment’s');
    assert.equal(await ask('1.0.0.127.in-addr.arpa', 'PTR'), 'NOERROR int.api.service.nhs.uk');
  });

  test('a registered name answers at once, with its reverse, and is gone once withdrawn (PTL-011)', async () => {
    const { api, ask } = await world();
    const name = 'mhs.supplier.thirdparty.nhs.uk';
    assert.equal(await ask(name, 'A'), 'REFUSED');
    await api.register({ name: 'MHS.supplier.thirdparty.nhs.uk.', addresses: ['127.0.0.9', '0:0:0:0:0:0:0:1'], odsCode: 'x26' });
    assert.equal(await ask(name, 'A'), 'NOERROR 127.0.0.9');
    assert.equal(await ask(name, 'AAAA'), 'NOERROR ::1');
    assert.equal(await ask('9.0.0.127.in-addr.arpa', 'PTR'), `NOERROR ${name}`);
    assert.equal(await ask(`below.${name}`, 'A'), 'NXDOMAIN');
    assert.deepEqual(
      (await api.names()).map((each) => [each.name, each.odsCode]),
      [[name, 'X26']],
    );
    assert.equal(await api.withdraw(name), name);
    assert.equal(await ask(name, 'A'), 'REFUSED');
    await assert.rejects(api.withdraw(name), refusal('name_unknown'));
  });

  test('a name registered deep in a zone makes those above it exist', async () => {
    const { api, ask } = await world();
    await api.register({ name: 'a.deep.int.spine2.ncrs.nhs.uk', addresses: ['127.0.0.9'] });
    assert.equal(await ask('deep.int.spine2.ncrs.nhs.uk', 'A'), 'NOERROR');
    assert.equal(await ask('shallow.int.spine2.ncrs.nhs.uk', 'A'), 'NXDOMAIN');
  });

  test('names that other services know answer too', async () => {
    const { ask } = await world();
    assert.equal(await ask('mhs.gp.thirdparty.nhs.uk', 'A'), 'NOERROR 127.0.0.1');
  });

  test('a name that is there asks nobody what lies below it', async () => {
    const context = await testContext({ migrations: { dns: dns.migrations }, environment: { publishedNames: PUBLISHED } });
    const asked: string[] = [];
    const source: NameWorld['sources'][number] = {
      find: async (_db, names) =>
        names.filter((name) => name === 'mhs.deep.int.spine2.ncrs.nhs.uk').map((name) => ({ name, addresses: [] })),
      hasBelow: async (_db, name) => asked.push(name) > 0,
    };
    const names: NameWorld = { context, sources: [source], addresses: () => ['127.0.0.1'], startedAt: 0 };
    const rcodes: string[] = [];
    for (const name of ['mhs.deep.int.spine2.ncrs.nhs.uk', ...PUBLISHED, 'deep.int.spine2.ncrs.nhs.uk']) {
      const question = { name, type: 'A', class: 'IN' } as const;
      rcodes.push(resolve(question, await zoneData(names, question)).rcode);
    }
    assert.deepEqual([asked, new Set(rcodes)], [['deep.int.spine2.ncrs.nhs.uk'], new Set(['NOERROR'])]);
  });

  test('a published name, and one of another organisation, cannot be taken', async () => {
    const { api } = await world();
    await assert.rejects(api.register({ name: PUBLISHED[0] ?? '', addresses: ['127.0.0.1'] }), refusal('name_published'));
    await api.register({ name: 'mhs.one.nhs.uk', addresses: ['127.0.0.1'], odsCode: 'R69' });
    await api.register({ name: 'mhs.one.nhs.uk', addresses: ['127.0.0.2'], odsCode: 'R69' });
    await assert.rejects(api.register({ name: 'mhs.one.nhs.uk', addresses: ['127.0.0.3'], odsCode: 'X26' }), refusal('name_taken'));
  });

  for (const text of [
    '',
    'nhs.uk',
    'mhs.example.com',
    'https://mhs.one.nhs.uk',
    'mhs.one.nhs.uk:443',
    '-x.nhs.uk',
    `${'a'.repeat(64)}.nhs.uk`,
    'a_b.nhs.uk',
    '*.nhs.uk',
    'a..nhs.uk',
  ])
    test(`"${text.slice(0, 30)}" is no name for the zones`, () => assert.throws(() => readHostName(text), refusal('bad_name')));

  test('addresses are IP addresses, and there is an end to them', () => {
    assert.throws(() => readAddresses([]), refusal('bad_addresses'));
    assert.throws(() => readAddresses(Array(65).fill('127.0.0.1')), refusal('bad_addresses'));
    for (const text of ['localhost', '127.0.0', '127.0.0.1:53', 'fe80::1%lo'])
      assert.throws(() => readAddresses([text]), refusal('bad_address'));
    assert.deepEqual(readAddresses(['::0001', '::1', '127.0.0.1']), ['::1', '127.0.0.1']);
  });
});

test('a reverse name leads back to its address and lies in its zone', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const name = reverseName(address);
      assert.equal(addressOfReverse(name), canonicalAddress(address));
      assert.ok(name.endsWith(`.${reverseZone(address)}`));
    }),
  );
});

test('an address drawn anew is another one of the same range', () => {
  let before: string | undefined;
  for (let draws = 0; draws < 500; draws += 1) {
    const drawn = drawAddress('INT', secureRandom, before);
    assert.match(drawn, /^127\.80\.1\.([1-9]\d?|1\d\d|2[0-4]\d|25[0-4])$/);
    assert.notEqual(drawn, before);
    before = drawn;
  }
});
