import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErsRefusal } from '../errors.ts';
import { contentDisposition, requireDownloadable } from './download.ts';
import { mediaTypeOf, requireFileName, scanVerdict } from './file-types.ts';

function codeOf(body: () => unknown): string {
  try {
    body();
    return 'allowed';
  } catch (error) {
    assert.ok(error instanceof ErsRefusal, String(error));
    return error.issues[0]?.code ?? '';
  }
}

const names: readonly (readonly [name: string | undefined, type: string, expected: string])[] = [
  ['letter.pdf', 'application/pdf', 'allowed'],
  ['scan.JPEG', 'image/jpeg', 'allowed'],
  ['a.b.txt', 'text/plain', 'allowed'],
  [undefined, 'application/pdf', 'MISSING_VALUE'],
  ['  ', 'application/pdf', 'MISSING_VALUE'],
  [`${'x'.repeat(252)}.pdf`, 'application/pdf', 'INVALID_VALUE'],
  [`${'x'.repeat(251)}.pdf`, 'application/pdf', 'allowed'],
  ['../letter.pdf', 'application/pdf', 'INVALID_VALUE'],
  ['letter\n.pdf', 'application/pdf', 'INVALID_VALUE'],
  ['letter.doc', 'application/pdf', 'CONFLICTING_VALUES'],
  ['letter', 'application/pdf', 'CONFLICTING_VALUES'],
];
for (const [name, type, expected] of names)
  test(`the name ${JSON.stringify(name?.slice(0, 20))} for ${type}: ${expected}`, () =>
    assert.equal(
      codeOf(() => requireFileName(name, type)),
      expected,
    ));

test('a name in UTF-8 arrives as it was meant', () => {
  assert.equal(requireFileName(Buffer.from('Überweisung.pdf', 'utf8').toString('latin1'), 'application/pdf'), 'Überweisung.pdf');
});

const verdicts: readonly (readonly [name: string, type: string, head: Buffer, expected: string])[] = [
  ['letter.pdf', 'application/pdf', Buffer.from('%PDF-1.7'), 'AVAILABLE'],
  ['letter.pdf', 'application/pdf', Buffer.from('hello'), 'VALIDATION_FAILED'],
  ['eicar.pdf', 'application/pdf', Buffer.from('%PDF-1.7'), 'THREATS_FOUND'],
  ['note.txt', 'text/plain', Buffer.from('fffe6800690000', 'hex'), 'AVAILABLE'],
  ['note.txt', 'text/plain', Buffer.from('plain words'), 'AVAILABLE'],
  ['note.txt', 'text/plain', Buffer.from([0, 1, 2]), 'VALIDATION_FAILED'],
  ['a.xml', 'text/xml', Buffer.from('\uFEFF<?xml version="1.0"?>'), 'AVAILABLE'],
  ['a.png', 'image/png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), 'AVAILABLE'],
  ['a.mp3', 'audio/mpeg', Buffer.from([0xff, 0xfb]), 'AVAILABLE'],
  ['a.dcm', 'application/dicom', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]), 'AVAILABLE'],
  ['a.gif', 'image/gif', Buffer.alloc(0), 'VALIDATION_FAILED'],
];
for (const [name, contentType, head, expected] of verdicts)
  test(`the scan of ${name} that begins ${JSON.stringify(head.toString('latin1').slice(0, 12))}: ${expected}`, () =>
    assert.equal(scanVerdict({ name, contentType }, { head, threat: false }), expected));

test('only clean files of at most 5 MiB are handed out', () => {
  const download = (status: 'PENDING' | 'AVAILABLE' | 'THREATS_FOUND' | 'VALIDATION_FAILED', size = 5_242_880) =>
    codeOf(() => requireDownloadable({ status, size }));
  assert.deepEqual(
    [download('PENDING'), download('THREATS_FOUND'), download('VALIDATION_FAILED')],
    ['PENDING', 'THREATS_FOUND', 'VALIDATION_FAILED'],
  );
  assert.equal(download('AVAILABLE'), 'allowed');
  assert.equal(download('AVAILABLE', 5_242_881), 'FILE_SIZE_ERROR');
});

test('the name of a download: plain, or encoded twice over', () => {
  assert.equal(contentDisposition('letter.pdf'), 'attachment; filename="letter.pdf"');
  assert.equal(contentDisposition('Ü.pdf'), `attachment; filename="=?UTF-8?B?w5wucGRm?="; filename*=UTF-8''%C3%9C.pdf`);
});

test('parameters of a media type are left out', () => assert.equal(mediaTypeOf('Text/Plain; charset=utf-8'), 'text/plain'));
