/** The admin API for files and letters: files of any size put in from outside, and access codes of patients. */
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { accessCodeOf, saveAccessCode } from '../store/access-codes.ts';
import type { ErsWorld } from '../world.ts';
import { FILE_ID } from './file-id.ts';
import { decodeHeader, isFileName, mediaTypeOf, UPLOAD_TYPES } from './file-types.ts';
import { importFile } from './import-file.ts';

/** Older uploads may be HTML (ers.md §15). */
const STORED_TYPES: readonly string[] = [...UPLOAD_TYPES, 'text/html'];

const oneOf = <const V extends readonly string[]>(values: V) =>
  Type.Unsafe<V[number]>(Type.Union(values.map((each) => Type.Literal(each))));
const closed = { additionalProperties: false } as const;

const uploadQuery = Compile(
  Type.Object(
    {
      ubrn: Type.String({ pattern: '^[0-9]{12}$' }),
      instance: Type.Optional(Type.String()),
      id: Type.Optional(Type.String({ pattern: FILE_ID.source })),
      type: Type.Optional(oneOf(['REFERRER', 'PROVIDER', 'ADVICE_REQUEST', 'GUIDANCE_RESPONSE'])),
      status: Type.Optional(oneOf(['PENDING', 'AVAILABLE', 'THREATS_FOUND', 'VALIDATION_FAILED'])),
      description: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    },
    closed,
  ),
);
const instanceQuery = Compile(Type.Object({ instance: Type.Optional(Type.String()) }, closed));
const accessCodeBody = Compile(
  Type.Object({ code: Type.Union([Type.Null(), Type.String({ pattern: '^[A-Za-z]{1,20} [a-z]{1,20}$' })]) }, closed),
);

/** Registers the routes below `/_localspine/ers`. */
export async function registerFileAdmin(app: FastifyInstance, world: ErsWorld): Promise<void> {
  await app.register(async (scope) => registerUpload(scope, world));
  app.get<{ Params: { nhsNumber: string } }>('/access-codes/:nhsNumber', async (request) => {
    const { nhsNumber } = request.params;
    const code = await accessCodeOf(world.store.db, world.sealer, instanceOf(world, request.query), nhsNumber);
    if (code === undefined)
      throw new LocalRefusal(404, 'no_access_code', 'This patient has never had an access code.', 'The first letter (A019) gives one.');
    return { nhsNumber, code };
  });
  app.put<{ Params: { nhsNumber: string } }>('/access-codes/:nhsNumber', async (request) => {
    const { nhsNumber } = request.params;
    const instance = instanceOf(world, request.query);
    if (!/^\d{10}$/.test(nhsNumber)) throw new LocalRefusal(400, 'nhs_number', 'An NHS number has ten digits.');
    if (!accessCodeBody.Check(request.body))
      throw new LocalRefusal(400, 'access_code', 'An access code is two words.', 'Send {"code":"two words"}; null withdraws it.');
    const { code } = request.body;
    await world.store.transaction((tx) => saveAccessCode(tx, world.sealer, instance, nhsNumber, code));
    return { nhsNumber, code };
  });
}

/**
 * `POST /files?ubrn=…`: the body is the file, of any media type that e-RS stores. Its name is in a header of its own, which a page of
 * another site cannot send without asking first.
 */
function registerUpload(app: FastifyInstance, world: ErsWorld): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.post('/files', async (request, reply) => {
    const { query } = request;
    if (!uploadQuery.Check(query)) {
      const [first] = uploadQuery.Errors(query);
      throw new LocalRefusal(
        400,
        'bad_file',
        `The file cannot be taken: ${first?.instancePath ?? ''} ${first?.message ?? ''}.`,
        'POST /_localspine/ers/files?ubrn=000000070000, with Content-Type and NHSD-eRS-File-Name; see docs/import.md.',
      );
    }
    const name = decodeHeader(String(request.headers['nhsd-ers-file-name'] ?? ''));
    if (!isFileName(name)) throw new LocalRefusal(400, 'file_name', 'The header NHSD-eRS-File-Name does not hold a file name.');
    const contentType = mediaTypeOf(request.headers['content-type'] ?? '');
    if (!STORED_TYPES.includes(contentType))
      throw new LocalRefusal(415, 'file_type', `e-RS keeps no files of type "${contentType}".`, `It keeps ${STORED_TYPES.join(', ')}.`);
    const { ubrn, id, description, type = 'REFERRER', status = 'AVAILABLE' } = query;
    const { file, referral } = await importFile(
      world,
      {
        instance: instanceOf(world, { instance: query.instance }),
        ubrn,
        name,
        contentType,
        type,
        status,
        ...(id !== undefined && { id }),
        ...(description !== undefined && { description }),
      },
      bodyOf(request.body),
    );
    return reply
      .code(201)
      .send({ fileId: file.id, name: file.name, size: file.size, sha256: file.hash, status: file.status, ubrn, version: referral.version });
  });
}

function bodyOf(body: unknown): Readable {
  if (typeof body === 'object' && body !== null && 'pipe' in body) return body as Readable;
  throw new LocalRefusal(400, 'bad_file', 'The request has no body.');
}

/** The instance that a query names; the environment's first when it names none. Throws LocalRefusal 400. */
function instanceOf(world: ErsWorld, query: unknown): string {
  const named = instanceQuery.Check(query) ? query.instance : '';
  const { ersInstances } = world.environment;
  const found = ersInstances.find((each) => each === (named ?? ersInstances[0]));
  if (found === undefined) throw new LocalRefusal(400, 'instance', `There is no such e-RS instance; there are ${ersInstances.join(', ')}.`);
  return found;
}
