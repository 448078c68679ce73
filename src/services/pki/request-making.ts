import { webcrypto } from 'node:crypto';
import { generateKey, SIGNING, signingKey, x509Library } from '../../kernel/tls/certificates.ts';

/** A key made by its holder, and the request for its certificate. */
export interface MadeRequest {
  readonly privateKeyPem: string;
  readonly csr: string;
}

/** Makes a key and a signing request as the national rules want it: CN and one DNS name, nothing else, SHA-256 (sds.md §11). */
export async function makeSigningRequest(fqdn: string, bits: 2048 | 3072 | 4096): Promise<MadeRequest> {
  const [x509, key] = await Promise.all([x509Library(), generateKey(bits)]);
  const [publicKey, privateKey] = await Promise.all([
    webcrypto.subtle.importKey('spki', Uint8Array.from(key.publicKeyDer), SIGNING, true, ['verify']),
    signingKey(key.privateKeyPem),
  ]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name([{ CN: [fqdn] }]),
    keys: { publicKey, privateKey },
    signingAlgorithm: SIGNING,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: fqdn }])],
  });
  return { privateKeyPem: key.privateKeyPem, csr: `${request.toString('pem')}\n` };
}
