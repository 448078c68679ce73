import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import { judgeRegistration } from './client-certificate.ts';
import { type FqdnRegister, ownershipOf } from './fqdn-register.ts';

const register = (names: Readonly<Record<string, readonly string[]>>): FqdnRegister => ({ ownersOf: async (_db, fqdn) => names[fqdn] });
const zone = register({ 'app.acme.nhs.uk': [], 'mhs.acme.nhs.uk': ['R69'] });
const systems = register({ 'app.acme.nhs.uk': ['B81001', 'ZS001'], 'mhs.acme.nhs.uk': ['R69', 'ZS001'] });
const knowledge = { registers: [zone, systems], published: ['msg.int.spine2.ncrs.nhs.uk'] };
const { db } = await openMemoryStore({});
const GOOD = { ok: true, commonName: 'mhs.acme.nhs.uk', dnsNames: [] } as const;

test('a name belongs to whom any register says, in the order of the registers', async () => {
  for (const [name, organisations] of [
    ['app.acme.nhs.uk', ['B81001', 'ZS001']],
    ['MHS.acme.nhs.uk', ['R69', 'ZS001']],
    ['box1.rcd.api.mesh-client.nhs.uk', ['RCD']],
  ] as const)
    assert.deepEqual(await ownershipOf(knowledge, db, name), { known: 'registered', organisations });
  assert.deepEqual(await ownershipOf(knowledge, db, 'other.acme.nhs.uk'), { known: 'unregistered' });
  assert.deepEqual(await ownershipOf(knowledge, db, 'msg.int.spine2.ncrs.nhs.uk'), { known: 'published' });
});

test('a client is let in for the first of its names that is registered, as its organisation', () => {
  const unregistered = { name: 'x.nhs.uk', ownership: { known: 'unregistered' } } as const;
  const ours = { name: 'mhs.acme.nhs.uk', ownership: { known: 'registered', organisations: ['R69', 'ZS001'] } } as const;
  const nobodys = { name: 'a.nhs.uk', ownership: { known: 'registered', organisations: [] } } as const;
  assert.deepEqual(judgeRegistration(GOOD, [unregistered, ours]), { ...GOOD, organisation: 'R69' });
  assert.deepEqual(judgeRegistration(GOOD, [nobodys]), GOOD);
  for (const names of [[unregistered], []]) {
    const verdict = judgeRegistration(GOOD, names);
    assert.ok(!verdict.ok);
    assert.equal(verdict.reason.check, 'pki.fqdn-not-registered');
  }
});
