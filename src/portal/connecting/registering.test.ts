import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NameEnvironment } from '../applications/index.ts';
import { refuseWithoutAccess } from './registering.ts';
import type { Access } from './states.ts';

const PRODUCT = { product: 'Care Vista Link', version: '1.0' };
/** What registering an application is answered, by environment and access; undefined: it goes ahead. */
const TABLE: readonly (readonly [NameEnvironment, Access | 'none', string | undefined])[] = [
  ['INT', 'none', undefined],
  ['INT', 'prerequisites-open', undefined],
  ['INT', 'suspended', undefined],
  ['DEP', 'none', '409 access_not_granted'],
  ['DEP', 'prerequisites-open', '409 access_not_granted'],
  ['DEP', 'suspended', '409 access_suspended'],
  ['DEP', 'granted', undefined],
  ['PROD', 'none', undefined],
];

describe('registering an application and access to its environment', () => {
  for (const [environment, access, refused] of TABLE)
    test(`${environment}, access ${access}: ${refused ?? 'goes ahead'}`, () => {
      const act = (): void => refuseWithoutAccess(environment, PRODUCT, access);
      if (refused === undefined) act();
      else
        assert.throws(act, (error: { status: number; code: string; explanation: { fix?: string } }) => {
          assert.equal(`${error.status} ${error.code}`, refused);
          assert.ok(error.explanation.fix, 'says what to do next');
          return true;
        });
    });
  test('DEP asks which product version; INT and PROD do not', () => {
    assert.throws(() => refuseWithoutAccess('DEP', undefined, 'none'), { status: 400, code: 'bad_product' });
    refuseWithoutAccess('INT', undefined, 'none');
    refuseWithoutAccess('PROD', undefined, 'none');
  });
});
