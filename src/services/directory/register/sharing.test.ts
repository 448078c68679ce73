import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { asidDisplayName, mayBeTogether, mayJoin, SHARED_SERVICES, servicesIn } from './sharing.ts';

const PREFIX = 'urn:nhs:names:services:';
const ids = SHARED_SERVICES.map((each) => each.id);

describe('which services share an ASID (path-to-live.md §3.6)', () => {
  for (const [held, wanted, answer] of [
    ['ers', 'ers', 'no'],
    ['ers', 'pds', 'no'],
    ['ers', 'eps', 'no'],
    ['ers', 'scr', 'no'],
    ['ers', 'nems', 'yes'],
    ['ers', 'cp-is', 'yes'],
    ['ers', 'gp-connect', 'yes'],
    ['pds', 'ers', 'no'],
    ['pds', 'eps', 'yes'],
    ['scr', 'pds', 'yes'],
    ['eps', 'nems', 'warn'],
    ['nems', 'ers', 'yes'],
    ['gp-connect', 'pds', 'warn'],
    ['cp-is', 'gp-connect', 'yes'],
    ['ers', 'gp2gp', 'ask'],
    ['something-else', 'ers', 'ask'],
  ] as const)
    test(`${held} is joined by ${wanted}: ${answer}`, () => {
      const verdict = mayJoin([held], wanted);
      assert.equal(verdict.answer, answer, verdict.why);
      assert.notEqual(verdict.why, '');
    });

  test('the hardest answer of several decides', () => {
    assert.equal(mayJoin(['nems', 'ers'], 'pds').answer, 'no');
    assert.equal(mayJoin(['nems', 'gp2gp'], 'cp-is').answer, 'ask');
    assert.equal(mayJoin([], 'ers').answer, 'yes');
    assert.equal(mayJoin([], 'gp2gp').answer, 'ask', 'never silently allowed');
    assert.equal(mayBeTogether(['ers', 'nems', 'gp-connect']).answer, 'yes');
    assert.equal(mayBeTogether(['pds', 'scr', 'ers']).answer, 'no');
    assert.equal(mayBeTogether(['pds', 'pds']).answer, 'yes');
  });

  test('whatever services come together, e-RS never shares with the collective ones, and order does not matter', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ids, 'gp2gp'), { maxLength: 5 }), fc.integer(), (services, turn) => {
        const { answer } = mayBeTogether(services);
        const others = services.map((_, index) => services[(index + Math.abs(turn % services.length)) % services.length] ?? '');
        assert.equal(mayBeTogether(others).answer, answer);
        if (services.includes('ers') && services.some((each) => ['pds', 'eps', 'scr'].includes(each))) assert.equal(answer, 'no');
        if (services.includes('gp2gp')) assert.ok(answer === 'ask' || answer === 'no');
      }),
    );
  });
});

test('services are read from interactions; those without a rule go by their own name', () => {
  assert.deepEqual(
    servicesIn([`${PREFIX}gpconnect:fhir:rest:read:metadata-1`, `${PREFIX}ers:X`, `${PREFIX}gp2gp:Y`, `${PREFIX}pdsquery:Z`]),
    ['ers', 'pds', 'gp-connect', 'gp2gp'],
  );
  assert.deepEqual(servicesIn([]), []);
});

test('display names follow PTL-113', () => {
  const parts = { organisation: 'Cicero Clinic', product: 'Care Vista Link', environment: 'PROD' };
  assert.equal(asidDisplayName({ ...parts, accessMode: 'user-restricted' }), 'Cicero Clinic - Care Vista Link – Prod - User-Restricted');
  assert.equal(
    asidDisplayName({ ...parts, accessMode: 'application-restricted', capability: 'provider' }),
    'Cicero Clinic - Care Vista Link – Prod - Application-Restricted - Provider',
  );
});
