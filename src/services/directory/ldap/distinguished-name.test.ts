/** Names in every spelling that clients use (sds.md §2). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { distinguishedName, escapeValue } from './distinguished-name.ts';

const SAME: readonly (readonly [name: string, key: string])[] = [
  ['ou=services, o=nhs', 'ou=services,o=nhs'],
  ['OU=Services,O=nhs', 'ou=services,o=nhs'],
  ['ou = services ; o = NHS', 'ou=services,o=nhs'],
  ['2.5.4.11=services,organizationName=nhs', 'ou=services,o=nhs'],
  ['OID.2.5.4.11=services,o=nhs', 'ou=services,o=nhs'],
  ['uniqueIdentifier=a+uid=b,o=nhs', 'uid=b+uniqueidentifier=a,o=nhs'],
  ['uid=b+uniqueIdentifier=a,o=nhs', 'uid=b+uniqueidentifier=a,o=nhs'],
  ['cn=a\\, b,o=nhs', 'cn=a\\, b,o=nhs'],
  ['cn=a\\2c b,o=nhs', 'cn=a\\, b,o=nhs'],
  ['cn="a, b",o=nhs', 'cn=a\\, b,o=nhs'],
  ['cn=#04024869,o=nhs', 'cn=hi,o=nhs'],
  ['cn=two   blanks,o=nhs', 'cn=two blanks,o=nhs'],
  ['cn=\\c3\\a9,o=nhs', 'cn=é,o=nhs'],
  ['', ''],
];
const BAD = ['services', 'ou=a,', ',o=nhs', 'ou=a,,o=nhs', '=a', 'o u=a', 'cn=a\\', 'cn="a', 'cn=#0', 'cn=<a>', `cn=${'a'.repeat(10_000)}`];

describe('distinguished names', () => {
  for (const [name, key] of SAME) test(`"${name}"`, () => assert.equal(distinguishedName(name)?.key, key));
  for (const name of BAD) test(`"${name.slice(0, 20)}" is none`, () => assert.equal(distinguishedName(name), undefined));

  test('those above it, nearest first', () => {
    assert.deepEqual(distinguishedName('uniqueIdentifier=1,ou=Services,o=nhs')?.ancestors, ['ou=services,o=nhs', 'o=nhs']);
  });

  test('an escaped value is read as it was', () => {
    for (const value of [' ', '  ', ' a ', '#', '\\ ', 'a, b'])
      assert.equal(distinguishedName(`cn=${escapeValue(value)}`)?.rdns[0]?.[0]?.value, value);
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), (value) => {
        const read = distinguishedName(`cn=${escapeValue(value)},o=nhs`);
        assert.equal(read?.rdns[0]?.[0]?.value, value);
        assert.equal(read?.rdns.length, 2);
      }),
    );
  });

  test('no text makes it fail', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void distinguishedName(text)));
  });
});
