import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secureRandom } from '../../../kernel/random.ts';
import type { Answer } from '../operation.ts';
import { accessCodeOf, giveAccessCode, saveAccessCode } from '../store/access-codes.ts';
import { INSTANCE, outcomeOf, testErs } from '../test-world.ts';
import { drawAccessCode, requireAccessCode } from './access-code.ts';

const PATIENT = '9912003888';

test('a code is two words of lower case', () => {
  for (let n = 0; n < 200; n += 1) assert.match(drawAccessCode(secureRandom), /^[a-z]{3,8} [a-z]{3,8}$/);
  assert.equal(drawAccessCode({ bytes: () => Buffer.from([0, 127]) }), 'acorn wren');
  assert.equal(drawAccessCode({ bytes: () => Buffer.from([128, 255]) }), 'acorn wren', 'every word is as likely as the others');
});

test('a patient keeps the code of the first letter; each instance has its own', async () => {
  const { world } = await testErs();
  const code = (instance: string) => world.store.transaction((tx) => requireAccessCode(world, tx, instance, PATIENT));
  const first = await code(INSTANCE);
  assert.equal(await code(INSTANCE), first);
  await world.store.transaction((tx) => giveAccessCode(tx, world.sealer, INSTANCE, PATIENT, 'too late'));
  assert.equal(await accessCodeOf(world.store.db, world.sealer, INSTANCE, PATIENT), first);
  assert.equal(await accessCodeOf(world.store.db, world.sealer, 'Dep2', PATIENT), undefined);
});

test('a withdrawn code is not given anew', async () => {
  const { world } = await testErs();
  await world.store.transaction((tx) => saveAccessCode(tx, world.sealer, INSTANCE, PATIENT, null));
  const refused = world.store.transaction(async (tx): Promise<Answer> => {
    await requireAccessCode(world, tx, INSTANCE, PATIENT);
    return { status: 200 };
  });
  assert.equal(await outcomeOf(refused), '422 NO_ACCESS_CODE');
});
