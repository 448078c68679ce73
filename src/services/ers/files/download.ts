import { unprocessable } from '../errors.ts';
import type { StoredFile } from '../model.ts';
import { MAXIMUM_FILE_SIZE } from './file-types.ts';

/**
 * The rule for handing out a file through A006: scanned and clean, at most 5 MiB.
 * Throws PENDING, THREATS_FOUND, VALIDATION_FAILED or FILE_SIZE_ERROR (422).
 */
export function requireDownloadable(file: Pick<StoredFile, 'id' | 'status' | 'size'>): void {
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
      if (file.size > MAXIMUM_FILE_SIZE)
        throw unprocessable(
          'FILE_SIZE_ERROR',
          `'File Size' (${file.size}) is too large.`,
          'A006 serves files up to 5 242 880 bytes.',
          'Use A042 (R4 Binary).',
        );
  }
}

/**
 * The `Content-Disposition` of a download: plain for ASCII names; with an RFC 2047 `filename` and an RFC 5987 `filename*` for others
 * (ers.md §15).
 */
export function contentDisposition(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return `attachment; filename="${name.replace(/["\\]/g, '_')}"`;
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="=?UTF-8?B?${Buffer.from(name, 'utf8').toString('base64')}?="; filename*=UTF-8''${encoded}`;
}
