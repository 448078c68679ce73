import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { whyClosed } from '../../../kernel/http/closing.ts';
import { fileById } from '../store/files.ts';
import type { ErsWorld } from '../world.ts';
import { contentDisposition } from './download.ts';
import { checkLink, OBJECT_STORE_PATH, ObjectStoreRefusal, refusalXml, requestedRange } from './object-store.ts';

/**
 * Serves the links of A042: any size, streamed, with range requests. A client that sends its Authorization header along, as it must be
 * expected to on a redirect to the same host, is served all the same.
 */
export function registerObjectStore(app: FastifyInstance, world: ErsWorld): void {
  app.get<{ Params: { instance: string; fileId: string } }>(`${OBJECT_STORE_PATH}/:instance/:fileId`, async (request, reply) => {
    const { exchange } = request;
    exchange.service = 'ers';
    exchange.operation = 'object-store';
    exchange.maintained = 'ers';
    try {
      const closed = world.availability.closed('ers');
      if (closed !== undefined) {
        void reply.header('retry-after', String(closed.retryAfterSeconds));
        throw new ObjectStoreRefusal(503, 'ServiceUnavailable', 'Service is unable to handle request.', whyClosed(closed));
      }
      return await serve(world, request.params, request, reply);
    } catch (error) {
      const refusal = error instanceof LocalRefusal ? noSuchKey(request.params.fileId) : error;
      if (!(refusal instanceof ObjectStoreRefusal)) throw error;
      exchange.refused(refusal.explanation);
      if (refusal.status === 416) void reply.header('content-range', `bytes */${refusal.facts['ActualObjectSize']}`);
      return reply.code(refusal.status).type('application/xml').send(refusalXml(refusal, world.random.uuid()));
    }
  });
}

async function serve(
  world: ErsWorld,
  place: { readonly instance: string; readonly fileId: string },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  checkLink(world.sealer, place, new URLSearchParams(request.url.split('?')[1]), world.clock.now());
  request.exchange.passed('ers.object-store.signature');
  const file = await fileById(world.store.db, place.instance, place.fileId);
  if (file === undefined || file.status !== 'AVAILABLE') throw noSuchKey(place.fileId);
  const etag = `"${file.hash}"`;
  // A changed file must not be continued with the bytes of another (RFC 9110 §13.1.5).
  const condition = request.headers['if-range'];
  const range = condition === undefined || condition === etag ? requestedRange(request.headers.range, file.size) : undefined;
  void reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    'content-disposition': contentDisposition(file.name),
    'content-length': range === undefined ? file.size : range.end - range.start + 1,
    etag,
    // What people upload is shown by no browser as a page of this host.
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    ...(range !== undefined && { 'content-range': `bytes ${range.start}-${range.end}/${file.size}` }),
  });
  const content = await world.blobs.open(file.hash, range);
  return reply
    .code(range === undefined ? 200 : 206)
    .type(file.contentType)
    .send(content);
}

function noSuchKey(fileId: string): ObjectStoreRefusal {
  return new ObjectStoreRefusal(
    404,
    'NoSuchKey',
    'The specified key does not exist.',
    { check: 'ers.object-store.key', why: 'The file was removed after the link was made.' },
    { Key: fileId },
  );
}
