import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { scanFile } from '../files/scan-file.ts';
import { fileById, insertFile } from '../store/files.ts';
import * as data from '../test-data.ts';
import { ersWith, INSTANCE, letterBody, outcomeOf, testErs } from '../test-world.ts';
import { retrieveAttachment } from './a006-retrieve-attachment.ts';
import { maintainReferralLetter } from './a012-maintain-referral-letter.ts';
import { uploadFile } from './a020-upload-file.ts';

const UBRN = '000000080000';
const path = { params: { ubrn: '000000080000' } };

test('a letter is uploaded, linked while it is scanned, and then downloaded by the provider', async () => {
  const ers = await ersWith(data.bookedReferral({ letterIntention: 'NEED_TO_ADD_LATER' }));
  const headers = { 'content-type': 'application/pdf', 'nhsd-ers-file-name': 'letter.pdf', 'nhsd-ers-referral-id': UBRN };
  const upload = await ers.request(uploadFile, data.RC, { headers, body: Readable.from([Buffer.from('%PDF-1.7 dear doctor')]) });
  assert.equal(upload.status, 201);
  const location = upload.headers?.['location'] ?? '';
  assert.match(location, /^Binary\/[0-9a-f-]{36}$/);
  const id = location.slice('Binary/'.length);
  assert.equal(ers.jobs[0]?.kind, 'ers.scan-file');
  assert.equal(ers.jobs[0]?.dueAt, data.NOW + 300_000);

  const linked = await ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch: 6, body: letterBody(id) });
  assert.equal(linked.version, 7);
  const written = JSON.parse(JSON.stringify(linked.resource));
  assert.deepEqual(written.supportingInfo, [{ reference: '#DocumentReference-90000' }]);
  assert.equal(written.contained[3].content[0].attachment.extension[0].valueCoding.code, 'PENDING');
  const download = () => ers.request(retrieveAttachment, data.SPC, { params: { attachmentLogicalId: id } });
  assert.equal(await outcomeOf(download()), '422 PENDING');

  await scanFile(ers.world)({ id: 'job', kind: 'ers.scan-file', payload: ers.jobs[0]?.payload ?? {}, attempts: 0 });
  const answer = await download();
  assert.equal(answer.content?.type, 'application/pdf');
  assert.deepEqual(answer.headers, { 'content-length': '20', 'content-disposition': 'attachment; filename="letter.pdf"' });
  assert.ok(answer.content?.body instanceof Readable);
  assert.equal(await text(answer.content.body), '%PDF-1.7 dear doctor');
  assert.equal(
    await outcomeOf(ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch: 7, body: letterBody(id) })),
    '422 NO_CHANGES_DETECTED',
  );
  assert.equal(await outcomeOf(ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch: 6, body: letterBody(id) })), '409');
});

test('A006: unknown files are 404; files linked to nothing, or to somebody else, are refused', async () => {
  const ers = await ersWith(data.bookedReferral());
  await ers.store.transaction(async (tx) => {
    await insertFile(tx, INSTANCE, data.file());
    await insertFile(tx, INSTANCE, data.file({ id: 'linked', linkedUbrn: UBRN }));
  });
  const read = (caller: typeof data.RC, attachmentLogicalId: string) =>
    outcomeOf(ers.request(retrieveAttachment, caller, { params: { attachmentLogicalId } }));
  assert.equal(await read(data.RC, 'nothing'), '404');
  assert.equal(await read(data.RC, data.file().id), '422 NO_RELATIONSHIP');
  assert.equal(await read({ ...data.SPC, userId: '111111111111' }, 'linked'), '422 NO_RELATIONSHIP');
});

test('letters replaced are unlinked and can be linked again', async () => {
  const ers = await ersWith(data.referral());
  await ers.store.transaction(async (tx) => {
    await insertFile(tx, INSTANCE, data.file());
    await insertFile(tx, INSTANCE, data.file({ id: 'second', name: 'second.pdf' }));
  });
  const send = (ifMatch: number, ...ids: readonly string[]) =>
    ers.request(maintainReferralLetter, data.RC, { ...path, ifMatch, body: letterBody(...ids) });
  await send(6, data.file().id);
  await send(7, 'second');
  assert.equal((await fileById(ers.store.db, INSTANCE, data.file().id))?.linkedUbrn, undefined);
  const answer = await send(8, 'second', data.file().id);
  assert.deepEqual(JSON.parse(JSON.stringify(answer.resource)).supportingInfo, [
    { reference: '#DocumentReference-90001' },
    { reference: '#DocumentReference-90002' },
  ]);
});

const badUploads: readonly (readonly [string, Record<string, string>, number, string])[] = [
  ['no file name', { 'content-type': 'text/plain' }, 1, '422 MISSING_VALUE'],
  ['another extension', { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.pdf' }, 1, '422 CONFLICTING_VALUES'],
  [
    'a bad referral id',
    { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt', 'nhsd-ers-referral-id': '12' },
    1,
    '422 INVALID_VALUE',
  ],
  ['exactly 5 MiB', { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt' }, 5_242_880, '201'],
  ['one byte more', { 'content-type': 'text/plain', 'nhsd-ers-file-name': 'a.txt' }, 5_242_881, '422 FILE_SIZE_ERROR'],
];
for (const [what, headers, size, expected] of badUploads) {
  test(`A020 with ${what}: ${expected}`, async () => {
    const ers = await testErs();
    assert.equal(await outcomeOf(ers.request(uploadFile, data.RC, { headers, body: Readable.from([Buffer.alloc(size, 'x')]) })), expected);
  });
}
