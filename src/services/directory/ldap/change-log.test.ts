/** Change-log entries say what readers of the national one read (sds.md §14). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccreditedSystem } from '../model.ts';
import { changeEntry, changesText } from './change-log.ts';
import { ukTime } from './records.ts';

const at = Date.UTC(2024, 3, 17, 11, 16, 15);
const system: AccreditedSystem = {
  asid: '200000000149',
  odsCode: 'M85019',
  partyKey: 'YGM24-820388',
  manufacturerOdsCode: 'YGM24',
  productKey: '10830',
  productName: 'Localspine Test Record System',
  productVersion: '1.0',
  displayName: 'Test',
  interactions: ['urn:nhs:names:services:psis:REPC_IN150016UK05'],
  clientOdsCodes: ['M85019'],
  accessControlFeatures: [],
  categoryBag: [],
  approval: { requestor: 'System', requestedAt: at, approver: 'System', approvedAt: at },
};

describe('the change log', () => {
  test('an add holds all attributes, and names its target', () => {
    const entry = changeEntry({
      changeNumber: 7,
      changedAt: at,
      type: 'add',
      kind: 'accredited-system',
      id: system.asid,
      actor: 'System',
      after: system,
    });
    const attributes = new Map(entry?.attributes);
    assert.equal(entry?.dn, 'changenumber=7,cn=changelog,o=nhs');
    assert.deepEqual(attributes.get('changeTime'), ['20240417111615Z']);
    assert.deepEqual(attributes.get('targetDN'), ['uniqueIdentifier=200000000149,ou=Services,o=nhs']);
    assert.match(attributes.get('changes')?.[0] ?? '', /^\nobjectClass: top\nobjectClass: nhsAs\nuniqueIdentifier: 200000000149\n/);
  });

  test('a modify has a block for each attribute that differs', () => {
    const text = changesText(
      [
        ['nhsAsACF', ['RBAC']],
        ['nhsIDCode', ['A']],
        ['description', ['x']],
      ],
      [
        ['nhsAsACF', ['RBAC', 'CNST']],
        ['nhsIDCode', ['A']],
        ['nhsAsClient', ['B ']],
      ],
    );
    assert.equal(
      text,
      '\nreplace: nhsAsACF\nnhsAsACF: RBAC\nnhsAsACF: CNST\n-\ndelete: description\n-\nadd: nhsAsClient\nnhsAsClient:: QiA=\n-\n',
    );
  });

  test('a delete holds nothing', () => {
    assert.equal(changesText([['nhsIDCode', ['A']]], undefined), '');
  });

  test('records of the register that are no entries are no changes of the tree', () => {
    assert.equal(
      changeEntry({ changeNumber: 1, changedAt: at, type: 'add', kind: 'party-key', id: 'A', actor: 'System', after: {} }),
      undefined,
    );
  });

  test('dates of records are UK time, in summer too', () => {
    assert.equal(ukTime(Date.UTC(2024, 0, 1, 12)), '20240101120000');
    assert.equal(ukTime(Date.UTC(2024, 6, 1, 12)), '20240701130000');
    assert.equal(ukTime(Date.UTC(2024, 2, 31, 0, 59)), '20240331005900');
    assert.equal(ukTime(Date.UTC(2024, 2, 31, 1)), '20240331020000');
  });
});
