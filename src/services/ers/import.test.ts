/** What an import does to an e-RS instance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalRefusal } from '../../kernel/errors.ts';
import { importErs } from './import.ts';
import { ers as manifest } from './index.ts';
import { saveServices, serviceById } from './store/catalogue.ts';
import { fileById } from './store/files.ts';
import { nextUbrn, referralByUbrn } from './store/referrals.ts';
import * as data from './test-data.ts';
import { INSTANCE, testErs } from './test-world.ts';

const FILE = {
  id: '50f0c0d5-7ed1-4587-8fce-889c8685eb54',
  name: 'letter.pdf',
  contentType: 'application/pdf',
  content: 'JVBERi0x',
  intendedUbrn: '000000080000',
  uploadedBy: '021600556514',
  uploadedByOrganisation: 'R69',
};

async function ersWithImport() {
  const ers = await testErs();
  const tables = Object.keys(manifest.tables);
  const put = (part: object) => ers.store.transaction((tx) => importErs(ers.world, tx, { ers: part }, tables));
  return { ers, put };
}

test('clear empties the instance that is named, and no other', async () => {
  const { ers, put } = await ersWithImport();
  const service = await serviceById(ers.store.db, INSTANCE, '11000');
  assert.ok(service);
  await ers.store.transaction((tx) => saveServices(tx, 'Other', [service]));
  await put({ files: [FILE] });
  assert.equal(await put({ clear: true }), 1);
  assert.equal(await serviceById(ers.store.db, INSTANCE, '11000'), undefined);
  assert.equal(await referralByUbrn(ers.store.db, INSTANCE, data.referral().ubrn), undefined);
  assert.equal(await fileById(ers.store.db, INSTANCE, FILE.id), undefined);
  assert.equal(await ers.store.transaction((tx) => nextUbrn(tx, INSTANCE)), '000000080000');
  assert.deepEqual(await serviceById(ers.store.db, 'Other', '11000'), service);
});

test('a file is there as if it had been uploaded, scanned already unless said otherwise', async () => {
  const { ers, put } = await ersWithImport();
  assert.equal(await put({ files: [FILE, { ...FILE, id: '50f0c0d5-7ed1-4587-8fce-889c8685eb55', availability: 'PENDING' }] }), 2);
  const file = await fileById(ers.store.db, INSTANCE, FILE.id);
  assert.equal(file?.size, 6);
  assert.equal(file?.status, 'AVAILABLE');
  assert.equal(file?.linkedUbrn, undefined);
  assert.equal((await fileById(ers.store.db, INSTANCE, '50f0c0d5-7ed1-4587-8fce-889c8685eb55'))?.status, 'PENDING');
});

const FAULTS: readonly (readonly [why: string, part: object, message: RegExp])[] = [
  ['an unknown member', { referal: [] }, /unknown member referal/],
  ['an unknown instance', { instance: 'Int9' }, /no instance Int9/],
  ['clear that is no boolean', { clear: 'yes' }, /"clear" is neither true nor false/],
  ['a file of a type that cannot be uploaded', { files: [{ ...FILE, contentType: 'text/html' }] }, /files/],
  ['a file without a name', { files: [{ ...FILE, name: '' }] }, /files/],
];

for (const [why, part, message] of FAULTS) {
  test(`refused: ${why}`, async () => {
    const { put } = await ersWithImport();
    await assert.rejects(put(part), (error) => error instanceof LocalRefusal && error.status === 400 && message.test(error.message));
  });
}
