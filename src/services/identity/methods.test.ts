/** Which ways of signing in an `acr_values` accepts (identity.md B.3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACR_VALUES, acceptedMethods, chooseAcr, METHODS, methodOf, satisfies, usualMethod } from './methods.ts';

const TABLE: readonly (readonly [acr: string, methods: string])[] = [
  ['AAL1_USERPASS', 'password'],
  ['AAL2_ANY', 'authenticator nhsmail'],
  ['AAL2_OR_AAL3_ANY', 'smartcard internet-smartcard virtual-smartcard security-key biometric authenticator nhsmail'],
  ['AAL3_ANY', 'smartcard internet-smartcard virtual-smartcard security-key biometric'],
  ['AAL3_SMARTCARD', 'smartcard internet-smartcard virtual-smartcard'],
  ['AAL3_N3_SMARTCARD', 'smartcard'],
  ['AAL3_CIS2_SMARTCARD', 'internet-smartcard'],
  ['AAL3_IOS', 'biometric'],
  ['AAL3_FIDO2', 'security-key'],
  ['AAL2_TOTP', 'authenticator'],
  ['AAL2_NHSMAIL', 'nhsmail'],
];

for (const [acr, methods] of TABLE)
  test(`${acr} accepts ${methods}`, () => {
    assert.equal(
      acceptedMethods(acr)
        .map((each) => each.id)
        .join(' '),
      methods,
    );
  });

test('every documented value is in the table, and accepts something', () => {
  assert.deepEqual(TABLE.map(([acr]) => acr).sort(), Object.keys(ACR_VALUES).sort());
  for (const acr of ['AAL1_X', 'AAL2_X', 'AAL3_X', 'nonsense']) assert.ok(acceptedMethods(chooseAcr(acr)).length > 0, acr);
});

test('the first known value counts; nothing known means AAL3_ANY', () => {
  assert.equal(chooseAcr('urn:other AAL2_TOTP AAL3_ANY'), 'AAL2_TOTP');
  assert.equal(chooseAcr('AAL1_ANY'), 'AAL1_ANY');
  assert.equal(chooseAcr(''), 'AAL3_ANY');
  assert.equal(chooseAcr(undefined), 'AAL3_ANY');
});

test('a session steps up, and only up as far as asked', () => {
  assert.equal(satisfies('authenticator', 'AAL3_ANY'), false);
  assert.equal(satisfies('authenticator', 'AAL2_OR_AAL3_ANY'), true);
  assert.equal(satisfies('smartcard', 'AAL3_FIDO2'), false);
});

test('who chooses no method gets that of their account, else the best there is', () => {
  assert.equal(usualMethod(acceptedMethods('AAL2_OR_AAL3_ANY'), 2).id, 'authenticator');
  assert.equal(usualMethod(acceptedMethods('AAL3_ANY'), 1).id, 'smartcard');
  for (const { id } of METHODS) assert.equal(methodOf(id).id, id);
});
