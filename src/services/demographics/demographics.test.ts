import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { testContext } from '../../../test/helpers/context.ts';
import { SeededRandom } from '../../kernel/seeded-random.ts';
import { coordinates, demographics, distanceInMiles, isValidNhsNumber } from './index.ts';
import { checkDigit, testNhsNumber } from './nhs-number.ts';
import { seedPopulation } from './seed/population.ts';

describe('NHS numbers', () => {
  test('published ones pass, spoiled ones fail', () => {
    for (const good of ['9912003888', '9462979626', '9000000009']) assert.equal(isValidNhsNumber(good), true, good);
    for (const bad of ['9312201101', '9000000000', '991200388', '99120038881', 'ABCDEFGHIJ', ''])
      assert.equal(isValidNhsNumber(bad), false, bad);
  });

  test('one wrong digit is always noticed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(9), fc.integer({ min: 1, max: 9 }), (index, place, shift) => {
        const number = testNhsNumber(index);
        const spoiled = [...number].map((digit, at) => (at === place ? String((Number(digit) + shift) % 10) : digit)).join('');
        assert.equal(isValidNhsNumber(spoiled), false);
      }),
    );
  });

  test('generated ones are valid, different, and from the test range', () => {
    const all = Array.from({ length: 2_000 }, (_, index) => testNhsNumber(index));
    assert.ok(all.every((each) => each.startsWith('999') && isValidNhsNumber(each)));
    assert.equal(new Set(all).size, all.length);
    assert.equal(checkDigit('991200388'), 8);
  });
});

describe('the population', () => {
  const people = seedPopulation(new SeededRandom('test'), ['ZP9001', 'ZP9002']);
  test('is deterministic', () => {
    assert.deepEqual(seedPopulation(new SeededRandom('test'), ['ZP9001', 'ZP9002']), people);
  });

  test('holds the patients of the published examples, registered at R69', () => {
    for (const number of ['9912003888', '9462979626', '1000000001'])
      assert.equal(people.find((each) => each.nhsNumber === number)?.gpPractice, 'R69', number);
  });

  test('has the cases suppliers trip over', () => {
    assert.ok(people.some((each) => each.sensitivity === 'S'));
    assert.ok(people.some((each) => each.gpPractice === undefined && each.familyName === 'Unregistered'));
    assert.ok(people.some((each) => each.deathDate !== undefined));
    assert.ok(people.some((each) => each.postcode === undefined));
  });

  test('rings nobody: telephone numbers are those reserved for drama', () => {
    assert.ok(people.every((each) => each.telephone === undefined || /^07700 900\d{3}$/.test(each.telephone)));
  });
});

test('distance is known for known districts only', () => {
  const here = coordinates('LS1 2TW');
  assert.ok(here);
  assert.equal(distanceInMiles(here, here), 0);
  assert.ok(distanceInMiles(here, coordinates('DN18 5DW') ?? here) > 20);
  for (const bad of ['QQ1 1AA', 'LS1', 'nonsense', '']) assert.equal(coordinates(bad), undefined, bad);
});

test('patients are stored, found and imported', async () => {
  const context = await testContext({ migrations: { demographics: demographics.migrations } });
  const running = await demographics.create(context);
  await context.store.transaction(async (tx) => running.seed?.(tx, new SeededRandom('test')));
  const { db } = context.store;
  assert.equal((await running.api.patient(db, '9912003888'))?.familyName, 'Hatfield');
  assert.equal(await running.api.patient(db, '9999999999'), undefined);
  assert.ok((await running.api.patients(db, { text: 'hatfield', limit: 5 })).length > 0);
  await assert.rejects(
    context.store.transaction(async (tx) => running.importData?.(tx, { patients: [{ nhsNumber: 'x' }] })),
    /patients of the import/,
  );
});
