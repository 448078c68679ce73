import type { Instant } from '../../kernel/clock.ts';
import type { Explanation } from '../../kernel/errors.ts';
import { SMARTCARD_LOGON } from '../../kernel/tls/certificates.ts';
import { isLocalAuthority } from './authorities.ts';

/** What the rule looks at: see CertificateFacts of the kernel. */
export interface ClientCertificate {
  readonly commonName: string;
  readonly issuerCommonName: string;
  readonly isAuthority: boolean;
  readonly dnsNames: readonly string[];
  readonly extendedKeyUsages: readonly string[];
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** Whether a client's certificate is good in this environment, and if not, why, for the journal. */
export type ClientVerdict =
  /** The names are what callers are bound by: FQDN to party keys (sds.md §11). */
  | { readonly ok: true; readonly commonName: string; readonly dnsNames: readonly string[] }
  | { readonly ok: false; readonly reason: Explanation };

export interface ClientCheck {
  readonly certificate: ClientCertificate;
  /** Whether the key of this environment's sub CA made the signature. */
  readonly signedBySubordinate: boolean;
  /** Common name of this environment's sub CA. */
  readonly subordinateName: string;
  /** Real time (DESIGN.md D6). */
  readonly now: Instant;
  /** What the certificate must be made for; client authentication when not said. */
  readonly purpose?: Purpose;
}

/** An extended key usage that a certificate must have. */
export interface Purpose {
  readonly usage: string;
  /** A certificate that does not restrict its use will not do. */
  readonly required: boolean;
  readonly refusal: (commonName: string) => Explanation;
}

const CLIENT: Purpose = {
  usage: '1.3.6.1.5.5.7.3.2',
  required: false,
  refusal: (commonName) => ({
    check: 'pki.no-client-authentication',
    why: `The certificate of ${commonName} is not made for client authentication.`,
    fix: 'Use a certificate whose extended key usage has clientAuth.',
  }),
};

/** The certificate with which a smartcard shows whose it is. */
export const SMARTCARD: Purpose = {
  usage: SMARTCARD_LOGON,
  required: true,
  refusal: (commonName) => ({
    check: 'pki.no-smartcard-logon',
    why: `The certificate of ${commonName} is not the one with which a smartcard signs on.`,
    fix: 'Use the authentication key of the card: systems’ certificates and signing keys do not sign people on.',
  }),
};

/**
 * Judges a client certificate: an end entity, signed by this environment's own sub CA (DESIGN.md D13: the shared root is not
 * enough), valid now, made for client authentication. The first check that fails is the reason (sds.md §11).
 */
export function judgeClient(check: ClientCheck): ClientVerdict {
  const { certificate } = check;
  const reason = wrongKind(check) ?? wrongIssuer(check) ?? wrongTime(check);
  if (reason !== undefined) return { ok: false, reason };
  return { ok: true, commonName: certificate.commonName, dnsNames: certificate.dnsNames };
}

function wrongKind({ certificate, purpose = CLIENT }: ClientCheck): Explanation | undefined {
  if (certificate.isAuthority) {
    return {
      check: 'pki.authority-presented',
      why: `The client presented the certificate of an authority, ${certificate.commonName}, instead of its own.`,
      fix: 'Configure the client with its own certificate and key; authorities go into its trust store.',
    };
  }
  const { usage, required, refusal } = purpose;
  if ((required || certificate.extendedKeyUsages.length > 0) && !certificate.extendedKeyUsages.includes(usage))
    return refusal(certificate.commonName);
  return undefined;
}

function wrongIssuer({ certificate, signedBySubordinate, subordinateName }: ClientCheck): Explanation | undefined {
  if (certificate.issuerCommonName !== subordinateName) {
    const ours = isLocalAuthority(certificate.issuerCommonName);
    return {
      check: ours ? 'pki.wrong-environment' : 'pki.unknown-issuer',
      why: `The certificate of ${certificate.commonName} was issued by ${certificate.issuerCommonName}; this environment accepts only ${subordinateName}.`,
      fix: 'Use a certificate of this environment: those of other environments are refused even where the root is the same.',
    };
  }
  if (!signedBySubordinate) {
    return {
      check: 'pki.signature',
      why: `The certificate of ${certificate.commonName} names ${subordinateName} as its issuer but was not signed by its present key.`,
      fix: 'It may be from before this environment was started anew: get a new certificate.',
    };
  }
  return undefined;
}

function wrongTime({ certificate, now }: ClientCheck): Explanation | undefined {
  const { commonName, notBefore, notAfter } = certificate;
  if (now < notBefore) {
    return {
      check: 'pki.not-yet-valid',
      why: `The certificate of ${commonName} is not valid before ${isoSecond(notBefore)}.`,
      fix: "Check the machine's date: certificates run on real time, not on the environment's clock.",
    };
  }
  if (now > notAfter) {
    return {
      check: 'pki.expired',
      why: `The certificate of ${commonName} expired on ${isoSecond(notAfter)}.`,
      fix: 'Get a new certificate.',
    };
  }
  return undefined;
}

function isoSecond(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
