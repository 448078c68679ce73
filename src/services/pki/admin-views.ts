import { isoInstant } from '../../kernel/clock.ts';
import type { CertificateRequest } from './certificate-requests.ts';
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

/** What the API says of a request; the signing request itself stays with who sent it. */
export function requestView(request: CertificateRequest): {
  readonly requestId: string;
  readonly state: string;
  readonly commonName: string;
  readonly [member: string]: unknown;
} {
  const { requestId, state, wish, commonName, dnsNames, organisation, requestedAt, decision } = request;
  return {
    requestId,
    state,
    kind: wish.kind,
    commonName,
    dnsNames,
    organisation: organisation ?? null,
    renews: wish.kind === 'renew' ? wish.serial : null,
    requestedAt: isoInstant(requestedAt),
    ...(decision === undefined ? {} : { decidedAt: isoInstant(decision.at), decidedBy: decision.by }),
    ...(decision?.reason === undefined ? {} : { reason: decision.reason }),
    ...(decision?.serial === undefined ? {} : { serial: decision.serial }),
  };
}
