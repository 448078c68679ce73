import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineNames, namesOf } from './machine-names.ts';

test('the machine has its host name, and the full one of the hosts file', () => {
  const hosts = '127.0.0.1 localhost\n127.0.1.1\tLaptop.home.example  laptop # mine\n10.0.0.9 other.example other\n';
  assert.deepEqual(namesOf('Laptop', hosts), ['laptop', 'laptop.home.example']);
});

test('what is no DNS name is in no certificate', () => {
  assert.deepEqual(namesOf('my_laptop', ''), []);
  assert.deepEqual(namesOf('10.0.0.9', ''), []);
  assert.deepEqual(namesOf('', 'x y\n'), []);
  assert.deepEqual(namesOf('a'.repeat(64), ''), []);
});

test('this machine’s names are such', () => {
  for (const name of machineNames()) assert.match(name, /^[a-z0-9.-]+$/);
});
