import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverNames } from './server-names.ts';

test('a server answers to its own address, loopback and its published names', () => {
  assert.deepEqual(
    serverNames('https://localhost:8143', ['https://localhost:8143', 'https://127.0.0.1:8144'], ['msg.int.spine2.ncrs.nhs.uk']),
    {
      commonName: 'localhost',
      dnsNames: ['localhost', 'msg.int.spine2.ncrs.nhs.uk'],
      ipAddresses: ['127.0.0.1', '::1'],
    },
  );
});

test('addresses and names are told apart, and the public one is the common name', () => {
  const names = serverNames('https://10.0.0.7:8143', ['https://[fd00::1]:8143', 'https://Spine.Example.org:8143'], []);
  assert.equal(names.commonName, '10.0.0.7');
  assert.deepEqual(names.dnsNames, ['localhost', 'spine.example.org']);
  assert.deepEqual(names.ipAddresses, ['10.0.0.7', '127.0.0.1', '::1', 'fd00::1']);
});

test('the order in which origins are given makes no difference', () => {
  const some = ['https://b.example:1', 'https://a.example:1'];
  assert.deepEqual(serverNames('https://localhost:1', some, []), serverNames('https://localhost:1', [...some].reverse(), []));
});

test('a host too long for a common name is still an alternative name', () => {
  const host = `${'a'.repeat(60)}.example`;
  const names = serverNames(`https://${host}`, [], []);
  assert.equal(names.commonName, 'localhost');
  assert.ok(names.dnsNames.includes(host));
});
