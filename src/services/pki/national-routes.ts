import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceContext } from '../../kernel/service.ts';
import { isIssuedBy, toDer } from '../../kernel/tls/certificates.ts';
import { GENERATIONS } from './authorities.ts';
import { readCertificate, type StoredList } from './certificate-store.ts';
import { nationalPaths } from './national-paths.ts';
import { currentList } from './revocation-list.ts';
import { type IssuingPlace, issuerOf, requireAuthority, rootOf } from './server-credentials.ts';
import { answerStatus, type CertificateStatus } from './status-responder.ts';

/** A question about one certificate has some 80 bytes. */
const LARGEST_QUESTION = 4 * 1024;
const PLAIN_HTTP = { plainHttp: true } as const;

/**
 * What verifiers fetch by plain HTTP, at the addresses that the certificates carry: revocation lists, the sub CA's certificate, and
 * the responder for single certificates (RFC 6960, by POST and GET). In PROD the only paths of that door.
 */
export function registerNationalPaths(app: FastifyInstance, { environment, store }: ServiceContext, place: IssuingPlace): void {
  const paths = nationalPaths(environment.id);
  const { db } = store;
  for (const generation of GENERATIONS) {
    const { list, issuer, rootList } = paths.generations[generation];
    app.get(list, { config: PLAIN_HTTP }, async (request, reply) => {
      name(request, 'revocation-list');
      return sendList(reply, await currentList(db, place, generation));
    });
    app.get(rootList, { config: PLAIN_HTTP }, async (request, reply) => {
      name(request, 'root-revocation-list');
      return sendList(reply, await rootOf(place.root, generation).revocationList());
    });
    app.get(issuer, { config: PLAIN_HTTP }, async (request, reply) => {
      name(request, 'issuer-certificate');
      const { certificatePem } = await requireAuthority(db, place.root, generation);
      return reply.type('application/pkix-cert').send(toDer(certificatePem));
    });
  }
  app.addContentTypeParser('application/ocsp-request', { parseAs: 'buffer', bodyLimit: LARGEST_QUESTION }, (_request, body, done) => {
    done(null, body);
  });
  const answer = async (request: FastifyRequest, reply: FastifyReply, question: Uint8Array): Promise<FastifyReply> => {
    name(request, 'certificate-status');
    return reply
      .type('application/ocsp-response')
      .header('cache-control', 'no-cache')
      .send(await respond(question));
  };
  const respond = async (request: Uint8Array): Promise<Buffer> =>
    answerStatus({
      request,
      issuers: await Promise.all(GENERATIONS.map((each) => issuerOf(db, place, each))),
      now: place.clock.realNow(),
      statusOf: async (issuer, serial): Promise<CertificateStatus> => {
        const certificate = await readCertificate(db, serial);
        if (certificate === undefined) return { status: 'unknown' };
        if (!isIssuedBy(certificate.certificatePem, issuer.certificatePem)) return { status: 'unknown' };
        return certificate.revocation === undefined ? { status: 'good' } : { status: 'revoked', revocation: certificate.revocation };
      },
    });
  app.post(paths.ocsp, { config: PLAIN_HTTP }, async (request, reply) =>
    answer(request, reply, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)),
  );
  app.get<{ Params: { '*': string } }>(`${paths.ocsp}/*`, { config: PLAIN_HTTP }, async (request, reply) =>
    answer(request, reply, Buffer.from(request.params['*'], 'base64')),
  );
}

function sendList(reply: FastifyReply, { der, nextUpdate, thisUpdate }: StoredList): FastifyReply {
  return reply
    .type('application/pkix-crl')
    .headers({
      'cache-control': 'no-cache',
      'last-modified': new Date(thisUpdate).toUTCString(),
      expires: new Date(nextUpdate).toUTCString(),
    })
    .send(der);
}

function name(request: FastifyRequest, operation: string): void {
  request.exchange.service = 'pki';
  request.exchange.operation = operation;
}
