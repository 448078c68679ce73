/** Answers that a pattern alone would let through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMS } from '../connecting/forms.ts';
import { faultsOf } from './form.ts';

const taken = (kind: 'hscn' | 'fqdn', answers: Readonly<Record<string, string>>): boolean => faultsOf(FORMS[kind], answers).length === 0;

test('addresses of HSCN traffic are IPv4 addresses, or ranges of them', () => {
  for (const addresses of ['10.1.2.3', '10.1.2.0/24', '10.1.2.3/32', '10.1.2.0/24, 10.2.0.0/16,192.168.1.1', '255.255.255.255'])
    assert.equal(taken('hscn', { provider: 'P', addresses }), true, addresses);
  for (const addresses of [
    '999.1.1.1/99',
    '10.1.2.0/33',
    '10.1.2.0/',
    '10.1.2.0/24/8',
    '10.1.2',
    '10.1.2.3.4',
    '256.1.1.1',
    '010.1.1.1',
    '10.1.2.3,',
    '10.1.2.3 10.1.2.4',
    '10.1.2.3, 999.1.1.1',
    '/24',
    '::1',
    '10.1.2.0/-1',
  ])
    assert.equal(taken('hscn', { provider: 'P', addresses }), false, addresses);
});

test('a name points to an IPv4 address', () => {
  const name = { fqdn: 'a.b.nhs.uk', odsCode: 'R69' };
  assert.equal(taken('fqdn', { ...name, address: '10.1.2.3' }), true);
  for (const address of ['999.1.1.1', '10.1.2', '1.2.3.4.5', '10.1.2.3/24', '01.2.3.4', 'localhost', '::1'])
    assert.equal(taken('fqdn', { ...name, address }), false, address);
});
