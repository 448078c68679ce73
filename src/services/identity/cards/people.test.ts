/** What a registration must have: every fault is named at its field, whatever is sent. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DOCUMENTS, faultsOf } from './people.ts';

const TODAY = '2026-11-25';
const GOOD = {
  title: 'Dr',
  givenName: 'Ada',
  familyName: 'Example',
  birthDate: '1980-01-31',
  email: 'ada@example.com',
  photoDocument: 'Passport',
  addressDocument: 'Utility bill',
  furtherDocument: 'Bank statement',
};
const fieldsOf = (input: unknown): string[] => faultsOf(input, TODAY).map((each) => each.field);

describe('a registration', () => {
  test('that is whole has no fault; without a title too', () => {
    assert.deepEqual(fieldsOf(GOOD), []);
    assert.deepEqual(fieldsOf({ ...GOOD, title: '', ignoreDuplicate: true }), []);
  });

  const wrong: readonly (readonly [Readonly<Record<string, unknown>>, readonly string[]])[] = [
    [{ givenName: '  ' }, ['givenName']],
    [{ familyName: 'x'.repeat(61) }, ['familyName']],
    [{ birthDate: '2026-11-25' }, ['birthDate']],
    [{ birthDate: '1899-12-31' }, ['birthDate']],
    [{ birthDate: '2023-02-29' }, ['birthDate']],
    [{ birthDate: '31/1/1980' }, ['birthDate']],
    [{ email: 'ada' }, ['email']],
    [{ photoDocument: 'Utility bill' }, ['photoDocument']],
    [{ addressDocument: 'Passport' }, ['addressDocument']],
    [{ furtherDocument: 'Passport' }, ['furtherDocument']],
    [{ furtherDocument: 'Library card' }, ['furtherDocument']],
    [{ givenName: '', email: '', furtherDocument: '' }, ['givenName', 'email', 'furtherDocument']],
    [{ givenName: 7 }, ['givenName']],
    [{ ignoreDuplicate: 'yes' }, ['ignoreDuplicate']],
    [{ role: 'admin' }, ['role']],
  ];
  for (const [change, fields] of wrong)
    test(`${JSON.stringify(change).slice(0, 60)}: ${fields.join(', ')}`, () =>
      assert.deepEqual([...fieldsOf({ ...GOOD, ...change })].sort(), [...fields].sort()));

  test('of any shape is judged, never thrown at; and what is taken has three different documents', () => {
    const document = fc.constantFrom(...DOCUMENTS.photo, ...DOCUMENTS.address, '');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc
            .record({ photoDocument: document, addressDocument: document, furtherDocument: document })
            .map((each) => ({ ...GOOD, ...each })),
        ),
        (input) => {
          const faults = faultsOf(input, TODAY);
          for (const { field, text } of faults) assert.ok(field !== '' && text !== '');
          if (faults.length > 0) return;
          const { photoDocument, addressDocument, furtherDocument } = input as typeof GOOD;
          assert.equal(new Set([photoDocument, addressDocument, furtherDocument]).size, 3);
        },
      ),
    );
  });
});
