/** What the registration authority keeps, as plain data (applications.md §8, PTL-007, PTL-047). */
import type { RoleProfile } from '../../directory/index.ts';
import type { CardState, StoredState } from './states.ts';

/** A card to hold, or one that lives in software: they answer to different ways of signing in. */
export type CardKind = 'smartcard' | 'virtual';

export interface Card {
  /** 14 digits, never used again. */
  readonly cardNumber: string;
  readonly userId: string;
  readonly kind: CardKind;
  readonly state: StoredState;
  /** Sealed hash of the passcode; absent before one is set. */
  readonly passcode?: string;
  /** Wrong passcodes in a row. */
  readonly failures: number;
  /** Business times. */
  readonly requestedAt: number;
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  /** Since when it is in a reader. */
  readonly insertedAt?: number;
}

export type CertificateUse = 'authentication' | 'signing';

/** A certificate on a card; the key is sealed. */
export interface CardCertificate {
  readonly serial: string;
  readonly cardNumber: string;
  readonly use: CertificateUse;
  readonly certificatePem: string;
  readonly sealedKey: string;
  /** Real times. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly revokedAt?: number;
  readonly revokedReason?: string;
}

/** What was seen when a person was registered. */
export interface Registration {
  readonly userId: string;
  /** `1980-01-31`. */
  readonly birthDate: string;
  readonly documents: readonly IdentityDocument[];
  /** Business time. */
  readonly registeredAt: number;
}

export interface IdentityDocument {
  readonly proves: 'photo' | 'address' | 'either';
  readonly kind: string;
}

/** What became of a position that was asked for (applications.md §8). */
export type PositionState = 'requested' | 'granted' | 'rejected' | 'ended';

/** A role profile as the registration authority handles it; once granted, the directory has it too. */
export interface Position extends Omit<RoleProfile, 'workgroupCodes' | 'active'> {
  readonly state: PositionState;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly note?: string;
}

/** One line of a person's history, written in the transaction it witnesses. */
export interface HistoryEntry {
  readonly id: string;
  /** Business time. */
  readonly at: number;
  readonly userId: string;
  readonly cardNumber?: string;
  readonly action: string;
  /** `operator`, `sign-in`, or the user id of who did it, with the role they did it in. */
  readonly actor: string;
  readonly detail: string;
}

/** A card with the state it is in now. */
export interface CardNow extends Card {
  readonly now: CardState;
}

/** Something happened to a card that sign-on systems must know of. */
export interface CardEvent {
  /** `unusable`: locked, revoked, cleared or given new keys; whatever was begun with it is over. */
  readonly kind: 'inserted' | 'removed' | 'unusable';
  readonly cardNumber: string;
  readonly userId: string;
}
