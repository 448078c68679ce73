import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { secureRandom } from '../kernel/random.ts';
import { Home } from './home.ts';

const folder = mkdtempSync(join(tmpdir(), 'localspine-home-'));
after(() => rmSync(folder, { recursive: true }));

test('the seal key is drawn once, and is the owner’s alone', () => {
  const key = new Home(folder).sealKey(secureRandom);
  assert.equal(key.length, 43);
  assert.equal(new Home(folder).sealKey(secureRandom), key);
  assert.equal(statSync(join(folder, 'seal.key')).mode & 0o777, 0o600);
});

test('files are replaced as a whole and leave nothing beside them', () => {
  const home = new Home(folder);
  home.write('int/ca.pem', 'first');
  home.write('int/ca.pem', 'second', true);
  assert.equal(readFileSync(join(folder, 'int/ca.pem'), 'utf8'), 'second');
  assert.equal(statSync(join(folder, 'int/ca.pem')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(folder, 'int')), ['ca.pem']);
  assert.deepEqual(readdirSync(folder).sort(), ['int', 'seal.key']);
});
