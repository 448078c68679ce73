/** Certificates of people: what is on a smartcard (identity.md A.2). The card's keys are the holder's; the authority only signs. */
import type { Db } from '../../kernel/store/store.ts';
import { inspect } from '../../kernel/tls/certificates.ts';
import { issueCertificate, type Registry } from './issuing.ts';

/** What a key on a smartcard is for: showing who one is, or signing. */
export type PersonCertificateUse = 'authentication' | 'signing';

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

const KINDS = { authentication: 'smartcard', signing: 'smartcard-signing' } as const;
const DAY = 86_400_000;

/** Signs with the environment's sub CA and records it. `tx` is the transaction the card is issued in, or the store itself. */
export async function issuePerson(tx: Db, registry: Registry, request: PersonRequest): Promise<PersonCertificate> {
  const now = registry.place.clock.realNow();
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + request.years);
  const { serial, certificatePem, expiresAt } = await issueCertificate(tx, registry, {
    commonName: request.userId,
    dnsNames: [],
    publicKeyDer: request.publicKeyDer,
    kind: KINDS[request.use],
    days: Math.round((end.getTime() - now) / DAY),
  });
  return { serialNumber: serial, certificatePem, notBefore: inspect(certificatePem).notBefore, notAfter: expiresAt };
}
