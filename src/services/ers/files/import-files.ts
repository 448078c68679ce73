/** Files that were uploaded and are not linked to a request yet, from `POST /_localspine/import`: as if A020 had taken them. */
import { Readable } from 'node:stream';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { BlobStore } from '../../../kernel/blobs/blobs.ts';
import { LocalRefusal } from '../../../kernel/errors.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { replaceFile } from '../store/files.ts';
import { MAXIMUM_FILE_SIZE, UPLOAD_TYPES } from './file-types.ts';

const importedFiles = Compile(
  Type.Array(
    Type.Object(
      {
        /** Logical id of the `Binary`. */
        id: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
        name: Type.String({ minLength: 1, maxLength: 255 }),
        contentType: Type.Union(UPLOAD_TYPES.map((each) => Type.Literal(each))),
        /** In base64; without it the file is an empty one. */
        content: Type.Optional(Type.String({ maxLength: MAXIMUM_FILE_SIZE * 2 })),
        intendedUbrn: Type.Optional(Type.String({ pattern: '^[0-9]{12}$' })),
        uploadedBy: Type.String({ pattern: '^[0-9]{1,12}$' }),
        uploadedByOrganisation: Type.String({ pattern: '^[A-Z0-9]{2,10}$' }),
        availability: Type.Optional(
          Type.Union([
            Type.Literal('PENDING'),
            Type.Literal('AVAILABLE'),
            Type.Literal('THREATS_FOUND'),
            Type.Literal('VALIDATION_FAILED'),
          ]),
        ),
      },
      { additionalProperties: false },
    ),
    { maxItems: 10_000 },
  ),
);

/**
 * Stores files, replacing those of the same id.
 *
 * @param now when they were uploaded
 * @param json an array; `availability` is AVAILABLE unless given
 * @returns how many
 * @throws LocalRefusal 400 naming the first fault
 */
export async function importFiles(blobs: BlobStore, tx: Db, instance: string, now: number, json: unknown): Promise<number> {
  const given = json ?? [];
  if (!importedFiles.Check(given)) {
    const [fault] = importedFiles.Errors(given);
    throw new LocalRefusal(
      400,
      'bad_import',
      `The e-RS files of the import are not right: ${`${fault?.instancePath ?? ''} ${fault?.message ?? ''}`.trim()}.`,
      'See docs/import.md.',
    );
  }
  for (const { content, availability, ...file } of given) {
    const stored = await blobs.put(Readable.from([Buffer.from(content ?? '', 'base64')]), MAXIMUM_FILE_SIZE);
    await replaceFile(tx, instance, { ...file, ...stored, uploadedAt: now, status: availability ?? 'AVAILABLE' });
  }
  return given.length;
}
