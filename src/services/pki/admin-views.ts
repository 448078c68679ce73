import { isoInstant } from '../../kernel/clock.ts';
import type { RegisteredCertificate } from './certificate-store.ts';

/** What the API says of a certificate. */
export function viewOf(certificate: RegisteredCertificate): {
  readonly serial: string;
  readonly commonName: string;
  readonly [member: string]: unknown;
} {
  const { serial, generation, kind, names, subject, issuedAt, expiresAt, organisation, renews, revocation } = certificate;
  return {
    serial,
    commonName: names.commonName,
    dnsNames: names.dnsNames,
    subject,
    kind,
    generation,
    organisation: organisation ?? null,
    issuedAt: isoInstant(issuedAt),
    expiresAt: isoInstant(expiresAt),
    renews: renews ?? null,
    status: revocation === undefined ? 'issued' : 'revoked',
    ...(revocation === undefined ? {} : { revokedAt: isoInstant(revocation.at), reason: revocation.reason }),
  };
}
