/** What Spine sign-on asks of the registration authority: whose card a certificate is on, and whether it counts. */
import type { Db } from '../../../kernel/store/store.ts';

/** What a certificate presented in a sign-on belongs to. */
export interface CertificateStanding {
  readonly userId: string;
  /** Reference of the card. */
  readonly card: string;
  readonly use: 'authentication' | 'signing';
  /** `good`, or why it proves nothing. Dates and signature of the certificate are for the caller to check. */
  readonly standing: 'good' | 'revoked' | 'card-expired' | 'card-unusable';
}

/** A key on a card with its certificate: what a reader lets software use once the passcode was right. */
export interface CardCredential {
  readonly userId: string;
  readonly card: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface SignOnCards {
  /** The card of a certificate by its serial number (upper-case hexadecimal); undefined when no card ever had it. */
  standing(db: Db, serial: string): Promise<CertificateStanding | undefined>;
  /** The authentication key of a person's card, for a card reader in software. Throws LocalRefusal for a wrong passcode or no usable card. */
  open(userId: string, passcode: string | undefined): Promise<CardCredential>;
}
