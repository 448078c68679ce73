/** Files that e-RS takes: their media types, extensions, names and how their content begins (ers.md §15). */
import { unprocessable } from '../errors.ts';
import type { AvailabilityStatus } from '../model.ts';

/** Largest file that can be uploaded, and downloaded through A006: 5 MiB. */
export const MAXIMUM_FILE_SIZE = 5_242_880;
const MAXIMUM_NAME = 255;

interface FileType {
  readonly extensions: readonly string[];
  /** Whether the first bytes are those of such a file. */
  readonly begins: (head: Buffer) => boolean;
}

const startsWith = (...signatures: readonly (readonly number[] | string)[]) => {
  const expected = signatures.map((each) => (typeof each === 'string' ? Buffer.from(each, 'latin1') : Buffer.from(each)));
  return (head: Buffer): boolean => expected.some((each) => head.subarray(0, each.length).equals(each));
};

const WORD_2007 = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** The byte order mark of text in UTF-16, whose letters hold zero bytes. */
const UTF_16 = startsWith([0xff, 0xfe], [0xfe, 0xff]);

/** The types of ers.md §15, by media type. */
const FILE_TYPES: Readonly<Record<string, FileType>> = {
  'text/plain': { extensions: ['txt'], begins: (head) => !head.includes(0) || UTF_16(head) },
  'application/pdf': { extensions: ['pdf'], begins: startsWith('%PDF') },
  'text/xml': { extensions: ['xml'], begins: (head) => withoutByteOrderMark(head).trimStart().startsWith('<') },
  'text/rtf': { extensions: ['rtf', 'rtx'], begins: startsWith('{\\rtf') },
  'audio/basic': { extensions: ['au'], begins: startsWith('.snd') },
  'audio/mpeg': {
    extensions: ['mp3'],
    begins: (head) => startsWith('ID3')(head) || (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0),
  },
  'image/png': { extensions: ['png'], begins: startsWith([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  'image/gif': { extensions: ['gif'], begins: startsWith('GIF87a', 'GIF89a') },
  'image/jpeg': { extensions: ['jpg', 'jpe', 'jpeg'], begins: startsWith([0xff, 0xd8, 0xff]) },
  'image/tiff': { extensions: ['tif', 'tiff'], begins: startsWith([0x49, 0x49, 0x2a, 0x00], [0x4d, 0x4d, 0x00, 0x2a]) },
  'video/mpeg': { extensions: ['mpg', 'mpeg', 'mpe'], begins: startsWith([0x00, 0x00, 0x01, 0xba], [0x00, 0x00, 0x01, 0xb3]) },
  'application/msword': { extensions: ['doc'], begins: startsWith([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) },
  [WORD_2007]: { extensions: ['docx'], begins: startsWith([0x50, 0x4b, 0x03, 0x04]) },
  'application/dicom': { extensions: ['dcm'], begins: (head) => head.subarray(128, 132).toString('latin1') === 'DICM' },
};

/** Media types an upload may have; others are answered with 415. */
export const UPLOAD_TYPES: readonly string[] = Object.keys(FILE_TYPES);

/** Bytes of a file that {@link scanVerdict} looks at. */
export const SCANNED_BYTES = 512;

/** The media type of a `Content-Type` header, without its parameters. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

/**
 * The name of an uploaded file, checked against its media type.
 *
 * Throws (422) MISSING_VALUE for none, INVALID_VALUE for one above 255 characters or with characters a file name cannot have,
 * CONFLICTING_VALUES when the extension does not fit the media type.
 */
export function requireFileName(header: string | undefined, mediaType: string): string {
  const name = header === undefined ? '' : decodeHeader(header).trim();
  if (name === '') throw unprocessable('MISSING_VALUE', `'NHSD-eRS-File-Name' is missing.`, 'An upload names its file in this header.');
  if (!isFileName(name)) {
    throw unprocessable(
      'INVALID_VALUE',
      `'NHSD-eRS-File-Name' (${name}) is invalid.`,
      `A file name has at most ${MAXIMUM_NAME} characters and no path, quotes or control characters.`,
    );
  }
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (FILE_TYPES[mediaType]?.extensions.includes(extension) !== true) {
    throw unprocessable(
      'CONFLICTING_VALUES',
      `'NHSD-eRS-File-Name' (${name}) conflicts with 'Content-Type' (${mediaType}).`,
      'The extension does not belong to the media type.',
      `Files of this type end in ${(FILE_TYPES[mediaType]?.extensions ?? []).map((each) => `.${each}`).join(', ')}.`,
    );
  }
  return name;
}

/** What the scan looks for: the anti-virus test file that every scanner knows. */
export const THREAT_MARK = 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE';

/** What the scan has seen of a file's content. */
export interface ScannedContent {
  /** The first {@link SCANNED_BYTES} bytes. */
  readonly head: Buffer;
  /** Whether {@link THREAT_MARK} occurs anywhere. */
  readonly threat: boolean;
}

/**
 * The result of the simulated scan: a threat when the name holds `EICAR` or the content holds the mark of the anti-virus test file;
 * VALIDATION_FAILED when the content does not begin like a file of its type; else AVAILABLE (ers.md §15).
 */
export function scanVerdict(
  file: { readonly name: string; readonly contentType: string },
  { head, threat }: ScannedContent,
): Exclude<AvailabilityStatus, 'PENDING'> {
  if (threat || file.name.toUpperCase().includes('EICAR')) return 'THREATS_FOUND';
  return FILE_TYPES[file.contentType]?.begins(head) === true ? 'AVAILABLE' : 'VALIDATION_FAILED';
}

/** Header values arrive as single bytes; names in other scripts are sent as UTF-8. */
export function decodeHeader(value: string): string {
  const decoded = Buffer.from(value, 'latin1').toString('utf8');
  return decoded.includes('\uFFFD') ? value : decoded;
}

/** Whether a text can be the name of a file: 1 to 255 characters, no path, quotes or control characters. */
export function isFileName(name: string): boolean {
  return name !== '' && name.length <= MAXIMUM_NAME && !hasForbiddenCharacter(name);
}

function hasForbiddenCharacter(name: string): boolean {
  return [...name].some((character) => character < ' ' || character === '\u007f' || '/\\":*?<>|'.includes(character));
}

function withoutByteOrderMark(head: Buffer): string {
  return head.toString('utf8').replace(/^\uFEFF/, '');
}
