import { create } from 'content-disposition';
import { unprocessable } from '../errors.ts';
import type { StoredFile } from '../model.ts';
import { MAXIMUM_FILE_SIZE } from './file-types.ts';

/**
 * The rule for handing out a file through A006: scanned and clean, at most 5 MiB.
 * Throws PENDING, THREATS_FOUND, VALIDATION_FAILED or FILE_SIZE_ERROR (422).
 */
export function requireDownloadable(file: Pick<StoredFile, 'status' | 'size'>): void {
  requireScanned(file);
  if (file.size > MAXIMUM_FILE_SIZE)
    throw unprocessable(
      'FILE_SIZE_ERROR',
      `'File Size' (${file.size}) is too large.`,
      'A006 serves files up to 5 242 880 bytes.',
      'Use A042 (R4 Binary).',
    );
}

/** The part of the rule that A042 keeps to as well: no limit of size. Throws PENDING, THREATS_FOUND or VALIDATION_FAILED (422). */
export function requireScanned(file: Pick<StoredFile, 'status'>): void {
  switch (file.status) {
    case 'PENDING':
      throw unprocessable(
        'PENDING',
        'The file is being scanned and cannot be retrieved. Wait at least 5 minutes before checking its availability again.',
      );
    case 'THREATS_FOUND':
      throw unprocessable(
        'THREATS_FOUND',
        'The file has been quarantined after detecting a threat and cannot be retrieved.',
        'The scan found a threat.',
        'Ask the organisation that attached the file.',
      );
    case 'VALIDATION_FAILED':
      throw unprocessable(
        'VALIDATION_FAILED',
        'The file has failed validation and cannot be retrieved.',
        'The content is not of the type that was declared.',
        'Ask the organisation that attached the file.',
      );
    case 'AVAILABLE':
      return;
  }
}

/**
 * The `Content-Disposition` of a download: in quotes for ASCII names, as the published examples have it; for others an RFC 2047
 * `filename` and an RFC 5987 `filename*` (ers.md §15).
 */
export function contentDisposition(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return `attachment; filename="${name.replace(/["\\]/g, '_')}"`;
  return create(name, { fallback: encodedWords(name) });
}

/** Encoded words of RFC 2047, none longer than 75 characters, none ending in the middle of a character. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 45) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((each) => `=?UTF-8?B?${Buffer.from(each, 'utf8').toString('base64')}?=`).join(' ');
}
