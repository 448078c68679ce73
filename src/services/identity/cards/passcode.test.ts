/** Passcodes: what is one, and that what is kept of it is worth nothing without the seal key or on another card. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secureRandom } from '../../../kernel/random.ts';
import { createSealer } from '../../../kernel/sealer.ts';
import { checkPasscode, hashPasscode, isPasscode, sealHash } from './passcode.ts';

test('four to eight digits', () => {
  for (const good of ['1234', '00000000']) assert.equal(checkPasscode(good), good);
  for (const bad of [undefined, '', '123', '123456789', '12a4', '12 4', '١٢٣٤', '1234\n'])
    assert.throws(() => checkPasscode(bad, 'field'), { status: 400, field: 'field' });
});

test('the right one is known, any other is not', async () => {
  const sealer = createSealer('key');
  const sealed = sealHash(sealer, 'card', await hashPasscode('1234', secureRandom));
  assert.equal(await isPasscode(sealer, 'card', sealed, '1234'), true);
  for (const wrong of ['1235', '', '12345', 'x'.repeat(1_000)]) assert.equal(await isPasscode(sealer, 'card', sealed, wrong), false);
  assert.doesNotMatch(sealed, /1234/);
});

test('equal passcodes look different; a hash opens on its own card and under its own key only', async () => {
  const sealer = createSealer('key');
  assert.notEqual(await hashPasscode('1234', secureRandom), await hashPasscode('1234', secureRandom));
  const sealed = sealHash(sealer, 'card', await hashPasscode('1234', secureRandom));
  await assert.rejects(isPasscode(sealer, 'other', sealed, '1234'));
  await assert.rejects(isPasscode(createSealer('other'), 'card', sealed, '1234'));
});
