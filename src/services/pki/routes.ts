import type { FastifyInstance } from 'fastify';
import type { Db } from '../../kernel/store/store.ts';
import { toDer } from '../../kernel/tls/certificates.ts';
import { type AuthorityCertificates, fileName } from './authorities.ts';

/** Which Windows store a certificate belongs in: swapping them is the usual mistake (PTL-070). */
const STORES = {
  root: 'Trusted Root Certification Authorities',
  'sub-ca': 'Intermediate Certification Authorities',
} as const;

const MEDIA_TYPES = { pem: 'application/x-pem-file', der: 'application/pkix-cert' } as const;

/**
 * `GET /_localspine/certificates/{root,sub-ca}.{pem,der}`: the chain of trust to install (PTL-067, PTL-068), as files that say
 * where they go. Real DER, not PEM text under another name.
 */
export function registerCertificates(app: FastifyInstance, db: Db, authorities: (db: Db) => Promise<AuthorityCertificates>): void {
  for (const which of ['root', 'sub-ca'] as const) {
    for (const form of ['pem', 'der'] as const) {
      app.get(`/_localspine/certificates/${which}.${form}`, async (request, reply) => {
        request.exchange.service = 'pki';
        request.exchange.operation = 'download-certificate';
        const { root, subordinate } = await authorities(db);
        const certificate = which === 'root' ? root : subordinate;
        return reply
          .header('content-type', MEDIA_TYPES[form])
          .header('content-disposition', `attachment; filename="${fileName(certificate.commonName)}.${form}"`)
          .header('cache-control', 'no-cache')
          .header('x-install-into', STORES[which])
          .send(form === 'pem' ? Buffer.from(certificate.pem) : toDer(certificate.pem));
      });
    }
  }
}
