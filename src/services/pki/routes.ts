import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceContext } from '../../kernel/service.ts';
import { toDer } from '../../kernel/tls/certificates.ts';
import { type AuthorityCertificate, fileName, GENERATIONS, type Generation } from './authorities.ts';
import type { PkiApi } from './index.ts';
import { type TrustEntry, trustStore } from './key-stores.ts';
import { STORES } from './stores.ts';

export const MEDIA_TYPES = { pem: 'application/x-pem-file', der: 'application/pkix-cert' } as const;

const TRUST_MEDIA_TYPES = { jks: 'application/x-java-keystore', p12: 'application/x-pkcs12' } as const;

/**
 * What users install to trust an environment (PTL-067, PTL-068), as files that say where they go:
 * `GET /_localspine/certificates/{root,sub-ca}.{pem,der}` of the current generation, the same below `generation-1/` and
 * `generation-2/`, and `trust.{pem,jks,p12}` with all of both. Real DER, not PEM text under another name.
 */
export function registerDownloads(app: FastifyInstance, context: ServiceContext, api: PkiApi): void {
  const { db } = context.store;
  for (const generation of [undefined, ...GENERATIONS]) {
    for (const which of ['root', 'sub-ca'] as const) {
      for (const form of ['pem', 'der'] as const) {
        const folder = generation === undefined ? '' : `${generation}/`;
        app.get(`/_localspine/certificates/${folder}${which}.${form}`, async (request, reply) => {
          const { root, subordinate } = await api.authorities(db, generation);
          const certificate = which === 'root' ? root : subordinate;
          label(request, reply, `${fileName(certificate.commonName)}.${form}`, STORES[which]);
          return reply.type(MEDIA_TYPES[form]).send(form === 'pem' ? Buffer.from(certificate.pem) : toDer(certificate.pem));
        });
      }
    }
  }
  app.get('/_localspine/certificates/trust.pem', async (request, reply) => {
    label(request, reply, `${context.environment.slug}-trust.pem`, 'Trust file of OpenSSL, curl, Python, Node (sub CA, then root)');
    return reply.type(MEDIA_TYPES.pem).send((await trusted(api, context)).map(({ pem }) => pem).join(''));
  });
  for (const form of ['jks', 'p12'] as const) {
    app.get(`/_localspine/certificates/trust.${form}`, async (request, reply) => {
      label(
        request,
        reply,
        `${context.environment.slug}-trust.${form}`,
        'Trust store of Java (javax.net.ssl.trustStore); password: changeit',
      );
      const { clock, random } = context;
      return reply.type(TRUST_MEDIA_TYPES[form]).send(await trustStore(form, await trusted(api, context), clock.realNow(), random));
    });
  }
}

function label(request: FastifyRequest, reply: FastifyReply, file: string, store: string): void {
  request.exchange.service = 'pki';
  request.exchange.operation = 'download-certificate';
  void reply.headers({ 'content-disposition': `attachment; filename="${file}"`, 'cache-control': 'no-cache', 'x-install-into': store });
}

/** Sub CA and root of both generations: while a change-over lasts, both are needed (PTL-069). The current ones first. */
async function trusted(api: PkiApi, { store }: ServiceContext): Promise<readonly TrustEntry[]> {
  const entries: TrustEntry[] = [];
  for (const generation of [...GENERATIONS].reverse()) {
    const { root, subordinate } = await api.authorities(store.db, generation);
    entries.push(entry(generation, 'sub-ca', subordinate), entry(generation, 'root', root));
  }
  return entries;
}

function entry(generation: Generation, which: string, { pem }: AuthorityCertificate): TrustEntry {
  return { alias: `${generation}-${which}`, pem };
}
