import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resolve, type ZoneData } from './resolution.ts';
import { reverseName } from './reverse.ts';
import { ZONES, zoneOf } from './zones.ts';

const ZONE = 'nis1.national.ncrs.nhs.uk';
const HOSTS: Readonly<Record<string, readonly string[]>> = {
  [`gas.${ZONE}`]: ['127.0.0.1', '::1'],
  [`a.deep.${ZONE}`]: ['127.0.0.1'],
};
const data: ZoneData = {
  zoneOf: (name) => zoneOf(name, [ZONE, '0.0.127.in-addr.arpa']),
  addressesOf: (name) => HOSTS[name],
  pointersOf: (name) => (name === reverseName('127.0.0.1') ? [`gas.${ZONE}`] : []),
  hasBelow: (name) => name === `deep.${ZONE}`,
  ownAddresses: ['127.0.0.1'],
  serial: 7,
};

/** What comes back, on one line: code, authoritative or not, answers; authorities. */
function ask(name: string, type: string, inClass = 'IN'): string {
  const { rcode, authoritative, answers, authorities } = resolve({ name, type, class: inClass }, data);
  const shown = answers.map((each) => `${each.name} ${each.type} ${'data' in each && typeof each.data === 'string' ? each.data : '…'}`);
  return [rcode, authoritative ? 'AA' : '-', ...shown, ...authorities.map((each) => `[${each.type} ${each.name}]`)].join(' ');
}

const CASES: readonly (readonly [string, string, string, string])[] = [
  ['an address', `gas.${ZONE}`, 'A', `NOERROR AA gas.${ZONE} A 127.0.0.1`],
  ['an IPv6 address', `gas.${ZONE}`, 'AAAA', `NOERROR AA gas.${ZONE} AAAA ::1`],
  ['any case, written back as it was asked', `GAS.${ZONE}`, 'A', `NOERROR AA GAS.${ZONE} A 127.0.0.1`],
  ['a type the name has no record of', `gas.${ZONE}`, 'MX', `NOERROR AA [SOA ${ZONE}]`],
  ['a type nobody has heard of', `gas.${ZONE}`, 'UNKNOWN_999', `NOERROR AA [SOA ${ZONE}]`],
  ['a name that does not exist', `nothing.${ZONE}`, 'A', `NXDOMAIN AA [SOA ${ZONE}]`],
  ['a name that only has names below it', `deep.${ZONE}`, 'A', `NOERROR AA [SOA ${ZONE}]`],
  ['a name below a host', `x.gas.${ZONE}`, 'A', `NXDOMAIN AA [SOA ${ZONE}]`],
  ['the start of authority', ZONE, 'SOA', `NOERROR AA ${ZONE} SOA …`],
  ['the name server', ZONE, 'NS', `NOERROR AA ${ZONE} NS ns1.${ZONE}`],
  ['the name server’s address', `ns1.${ZONE}`, 'A', `NOERROR AA ns1.${ZONE} A 127.0.0.1`],
  ['ANY gives one kind only (RFC 8482)', `gas.${ZONE}`, 'ANY', `NOERROR AA gas.${ZONE} A 127.0.0.1`],
  ['a reverse name', '1.0.0.127.in-addr.arpa', 'PTR', `NOERROR AA 1.0.0.127.in-addr.arpa PTR gas.${ZONE}`],
  ['a reverse name of nobody', '9.0.0.127.in-addr.arpa', 'PTR', 'NXDOMAIN AA [SOA 0.0.127.in-addr.arpa]'],
  ['a name of another zone', 'example.com', 'A', 'REFUSED -'],
  ['a name that only ends alike', `evil${ZONE}`, 'A', 'REFUSED -'],
  ['the root', '.', 'NS', 'REFUSED -'],
  ['a zone transfer', ZONE, 'AXFR', 'REFUSED -'],
];

describe('authoritative answers', () => {
  for (const [what, name, type, expected] of CASES) test(what, () => assert.equal(ask(name, type), expected));

  test('another class is refused', () => assert.equal(ask(`gas.${ZONE}`, 'TXT', 'CH'), 'REFUSED -'));

  test('no zone of an environment lies in one of another, save PROD’s, which is the parent of the others’', () => {
    const environments = Object.entries(ZONES).filter(([id]) => id !== 'PROD');
    for (const [id, zones] of environments)
      for (const [other, others] of environments)
        if (id !== other) for (const zone of zones) assert.equal(zoneOf(zone, others), undefined, `${zone} of ${id} in ${other}`);
  });
});
