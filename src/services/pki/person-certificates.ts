/** Certificates of people: what is on a smartcard (identity.md A.2). The card's keys are the holder's; the authority only signs. */

import type { Db } from '../../kernel/store/store.ts';
import { inspect, issuePersonCertificate, type PersonCertificateUse } from '../../kernel/tls/certificates.ts';
import { AUTHORITY_KEY, type IssuingPlace, openKey, requireAuthority } from './server-credentials.ts';
import { insertCertificate } from './store.ts';

export interface PersonRequest {
  /** 12 digits: the common name. */
  readonly userId: string;
  readonly use: PersonCertificateUse;
  /** Subject public key info. */
  readonly publicKeyDer: Buffer;
  readonly years: number;
}

export interface PersonCertificate {
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  readonly certificatePem: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Signs with the environment's sub CA and records it. `tx` is the transaction the card is issued in, or the store itself. */
export async function issuePerson(tx: Db, place: IssuingPlace, request: PersonRequest): Promise<PersonCertificate> {
  const authority = await requireAuthority(tx, place.root);
  const now = place.clock.realNow();
  const issued = await issuePersonCertificate({
    commonName: request.userId,
    use: request.use,
    publicKeyDer: request.publicKeyDer,
    issuer: {
      certificatePem: authority.certificatePem,
      privateKeyPem: openKey(place.sealer, AUTHORITY_KEY, authority.sealedKey, authority.commonName),
    },
    years: request.years,
    now,
  });
  await insertCertificate(tx, {
    serial: issued.serialNumber,
    kind: 'person',
    names: { commonName: request.userId, dnsNames: [], ipAddresses: [] },
    subject: inspect(issued.certificatePem).subject,
    certificatePem: issued.certificatePem,
    sealedKey: null,
    issuedAt: now,
    expiresAt: issued.notAfter,
  });
  return issued;
}
