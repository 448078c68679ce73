/** The tree keeps what it is given, whatever is put in its place, and shares what entries have in common. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BerReader, BerWriter, SEQUENCE, SET } from './ber.ts';
import { distinguishedName } from './distinguished-name.ts';
import type { Entry } from './entry.ts';
import { EntryStore } from './entry-store.ts';
import { compileFilter } from './filter.ts';
import { messageHandlingSystemEntry } from './records.ts';
import { ResultSet } from './search.ts';
import { selectionOf, writeEntry } from './selection.ts';
import { DirectoryTree } from './tree.ts';

const UNDATED = { createdAt: 0, modifiedAt: 0 };
const keyOf = (dn: string): string => distinguishedName(dn)?.key ?? '';

/** An entry as a client reads it. */
function answered(entry: Entry): readonly (readonly [string, readonly string[]])[] {
  const writer = new BerWriter();
  writeEntry(writer, 1, entry, selectionOf([], false), { childrenOf: () => 0 });
  const message = new BerReader(writer.written()).enter(SEQUENCE);
  message.integer();
  const result = message.enter(0x64);
  assert.equal(result.text(), entry.dn);
  const list = result.enter(SEQUENCE);
  const attributes: (readonly [string, string[]])[] = [];
  while (!list.done) {
    const attribute = list.enter(SEQUENCE);
    const name = attribute.text();
    const set = attribute.enter(SET);
    const values: string[] = [];
    while (!set.done) values.push(set.text());
    attributes.push([name, values]);
  }
  return attributes;
}

const names = fc.constantFrom(
  'nhsIDCode',
  'nhsMHSPartyKey',
  'nhsMhsSvcIA',
  'nhsMHSActor',
  'nhsMHSEndPoint',
  'uniqueIdentifier',
  'description',
);
const attributes = fc.uniqueArray(
  fc.tuple(names, fc.array(fc.oneof(fc.constantFrom('', 'A', 'RBAC'), fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 3 })),
  { selector: ([name]) => name },
);

describe('the directory’s entries', () => {
  test('come out as they went in, in order, with every value', () => {
    const store = new EntryStore();
    fc.assert(
      fc.property(attributes, (list) => {
        const entry = store.entry(store.add('uniqueIdentifier=X,ou=Services,o=nhs', 'uniqueidentifier=x,ou=services,o=nhs', list, UNDATED));
        assert.deepEqual(answered(entry), list);
        const other = new EntryStore();
        assert.deepEqual(answered(other.entry(other.adopt(entry))), list);
      }),
    );
  });

  test('a name is kept in its own spelling and found in the compared one', () => {
    const tree = new DirectoryTree();
    for (const dn of ['o=nhs', 'ou=People,o=nhs', 'uid=A\\, B\\+,ou=People,o=nhs', 'cn=Zoë  Ünal,ou=People,o=nhs']) {
      tree.put(dn, keyOf(dn), [['description', ['x']]], UNDATED);
      assert.equal(tree.get(keyOf(dn.toUpperCase()))?.dn, dn);
      assert.equal(tree.get(keyOf(dn))?.key, keyOf(dn));
    }
    assert.equal(tree.childrenOf('ou=people,o=nhs'), 2);
  });

  test('thousands of changes of a few entries leave a few entries, in their places; a search that began before sees what was', () => {
    const tree = new DirectoryTree();
    const put = (name: string, text: string): void =>
      tree.put(
        `uid=${name},o=nhs`,
        `uid=${name},o=nhs`,
        [
          ['uid', [name]],
          ['description', [text]],
        ],
        UNDATED,
      );
    for (const name of ['a', 'b', 'c']) put(name, 'first');
    const everything = compileFilter({ kind: 'present', attribute: 'uid' }, { defaultEquality: false });
    const before = new ResultSet(tree, { entries: tree.entries, rows: tree.all() }, everything, () => true);
    for (let n = 0; n < 10_000; n += 1) put('b', `change ${n}`);
    tree.remove('uid=a,o=nhs');
    assert.ok(tree.entries.length < 5_000, `${tree.entries.length} rows`);
    const texts = tree.all().map((row) => answered(tree.entries.entry(row))[1]?.[1][0]);
    assert.deepEqual(texts, ['change 9999', 'first']);
    const seen: string[] = [];
    for (let entry = before.peek(100); entry !== undefined; entry = before.peek(100)) {
      seen.push(`${entry.dn} ${answered(entry)[1]?.[1][0]}`);
      before.take();
    }
    assert.deepEqual(seen, ['uid=a,o=nhs first', 'uid=b,o=nhs first', 'uid=c,o=nhs first']);
  });

  test('a hundred records of one system cost little more than what tells them apart', () => {
    const store = new EntryStore();
    const approval = { requestor: 'System', requestedAt: 0, approver: 'System', approvedAt: 0, dnsApprover: 'System', dnsApprovedAt: 0 };
    const sizes: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const { dn, attributes: list } = messageHandlingSystemEntry({
        cpaId: `S${100_000 + n}`,
        odsCode: 'B8Y02',
        partyKey: 'B8Y02-1234567',
        serviceName: 'urn:nhs:names:services:psis',
        action: 'REPC_IN150016UK05',
        interactionId: 'urn:nhs:names:services:psis:REPC_IN150016UK05',
        endpoints: ['https://a.nhs.uk/'],
        fqdn: 'a.nhs.uk',
        contract: { authenticated: 'transient', interactionType: 'HL7', templateKey: '28', actors: [] },
        manufacturerOdsCode: 'ZS001',
        productKey: '1',
        productName: 'Test',
        productVersion: '1',
        approval,
      });
      sizes.push(store.entry(store.add(dn, keyOf(dn), list, UNDATED)).size);
    }
    const all = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(store.used < all / 5, `${store.used} octets kept for ${all}`);
  });
});
