import type { Instant } from '../../kernel/clock.ts';
import type { Explanation } from '../../kernel/errors.ts';
import { SMARTCARD_LOGON } from '../../kernel/tls/certificates.ts';
import { isLocalAuthority } from './authorities.ts';
import type { Revocation } from './certificate-store.ts';
import type { Ownership } from './fqdn-register.ts';

/** What the rule looks at: see CertificateFacts of the kernel. */
export interface ClientCertificate {
  readonly commonName: string;
  readonly serialNumber: string;
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
  | {
      readonly ok: true;
      readonly commonName: string;
      readonly dnsNames: readonly string[];
      /** ODS code of the organisation its FQDN is registered to, where that was asked and is known. */
      readonly organisation?: string;
    }
  | { readonly ok: false; readonly reason: Explanation };

export interface ClientCheck {
  readonly certificate: ClientCertificate;
  /** Whether the key of a sub CA of this environment, of either generation, made the signature. */
  readonly signedBySubordinate: boolean;
  /** Common names of this environment's sub CAs. */
  readonly subordinateNames: readonly string[];
  readonly revocation?: Revocation;
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
 * Judges a client certificate: an end entity, signed by one of this environment's own sub CAs (DESIGN.md D13: the shared root is not
 * enough), valid now, not revoked, made for client authentication. The first check that fails is the reason (sds.md §11).
 */
export function judgeClient(check: ClientCheck): ClientVerdict {
  const { certificate } = check;
  const reason = wrongKind(check) ?? revoked(check) ?? wrongIssuer(check) ?? wrongTime(check);
  if (reason !== undefined) return { ok: false, reason };
  const { commonName, dnsNames } = certificate;
  return { ok: true, commonName, dnsNames };
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

function wrongIssuer({ certificate, signedBySubordinate, subordinateNames }: ClientCheck): Explanation | undefined {
  if (!subordinateNames.includes(certificate.issuerCommonName)) {
    const ours = isLocalAuthority(certificate.issuerCommonName);
    return {
      check: ours ? 'pki.wrong-environment' : 'pki.unknown-issuer',
      why: `The certificate of ${certificate.commonName} was issued by ${certificate.issuerCommonName}; this environment accepts only ${subordinateNames.join(' and ')}.`,
      fix: 'Use a certificate of this environment: those of other environments are refused even where the root is the same.',
    };
  }
  if (!signedBySubordinate) {
    return {
      check: 'pki.signature',
      why: `The certificate of ${certificate.commonName} names ${certificate.issuerCommonName} as its issuer but was not signed by its present key.`,
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

function revoked({ certificate, revocation }: ClientCheck): Explanation | undefined {
  if (revocation === undefined) return undefined;
  if (revocation.reason === 'authorityRevoked')
    return {
      check: 'pki.authority-revoked',
      why: `The sub CA that signed the certificate of ${certificate.commonName} was revoked on ${isoSecond(revocation.at)}, and the certificate with it.`,
      fix: 'Ask for a new certificate: the environment has a new sub CA.',
    };
  return {
    check: 'pki.revoked',
    why: `The certificate of ${certificate.commonName} (serial number ${certificate.serialNumber}) was revoked on ${isoSecond(revocation.at)}: ${revocation.reason}.`,
    fix: 'Ask for a new certificate with a new key.',
  };
}

/**
 * Whether the system behind a good certificate is known: its common name, or one of its alternative names, must be registered
 * (sds.md §11: CN → FQDN → party keys).
 *
 * @param ownerships of the certificate's names, each with its name
 */
export function judgeRegistration(
  verdict: Extract<ClientVerdict, { ok: true }>,
  ownerships: readonly { readonly name: string; readonly ownership: Ownership }[],
): ClientVerdict {
  for (const { ownership } of ownerships)
    if (ownership.known === 'registered') {
      const [organisation] = ownership.organisations;
      return organisation === undefined ? verdict : { ...verdict, organisation };
    }
  // Nobody but the environment itself has a certificate with a name of its doors.
  if (ownerships.some(({ ownership }) => ownership.known === 'published')) return verdict;
  return {
    ok: false,
    reason: {
      check: 'pki.fqdn-not-registered',
      why: `The certificate is good, but ${ownerships.map(({ name }) => name).join(', ') || 'no name in it'} is not registered in this environment.`,
      fix: 'Register the FQDN of the system first (localspine dns request, or endpoint registration), then connect.',
    },
  };
}

function isoSecond(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
