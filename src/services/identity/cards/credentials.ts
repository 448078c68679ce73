/** Keys and certificates on cards. Cards of the seed get theirs when first asked for: start-up does not wait for a hundred key pairs. */
import type { Db } from '../../../kernel/store/store.ts';
import { generateKey, type RsaKey } from '../../../kernel/tls/certificates.ts';
import type { RevocationReason } from '../../pki/index.ts';
import { cardUnknown } from './errors.ts';
import type { Card, CardCertificate, CertificateUse } from './model.ts';
import { CARD_YEARS, stateAt } from './states.ts';
import { certificatesOf, findCard, findCertificate, insertCertificates, revokeCertificates, saveCards } from './store.ts';
import type { CardWorld } from './world.ts';

const USES: readonly CertificateUse[] = ['authentication', 'signing'];
const KEY_BITS = 2048;
const SUPERSEDED = 'superseded';

/** Key pairs for a card, one for each use; slow, so made before the transaction that puts them on the card. */
export type CardKeys = Readonly<Record<CertificateUse, RsaKey>>;

export async function makeKeys(): Promise<CardKeys> {
  const [authentication, signing] = await Promise.all([generateKey(KEY_BITS), generateKey(KEY_BITS)]);
  return { authentication, signing };
}

/** Why cards are cancelled or cleared (ours; the published list is not known), and what that is to the authority. */
const REVOCATION: Readonly<Record<string, RevocationReason>> = {
  lost: 'keyCompromise',
  stolen: 'keyCompromise',
  compromised: 'keyCompromise',
  damaged: 'superseded',
  'name changed': 'affiliationChanged',
  'left the organisation': 'cessationOfOperation',
  'no longer needed': 'cessationOfOperation',
};
export const REASONS: readonly string[] = Object.keys(REVOCATION);

/** Revokes what is on a card, here and at the authority. `reason` is one of {@link REASONS}, or words of the operator's own. */
export async function revokeOnCard(world: CardWorld, tx: Db, cardNumber: string, reason: string): Promise<void> {
  for (const serial of await revokeCertificates(tx, cardNumber, reason, world.clock.realNow()))
    await world.pki().revoke(tx, serial, REVOCATION[reason] ?? (reason === SUPERSEDED ? 'superseded' : 'unspecified'));
}

/** Has the environment's authority certify the keys and puts both on the card; what was on it before is revoked. */
export async function putOnCard(world: CardWorld, tx: Db, card: Pick<Card, 'cardNumber' | 'userId'>, keys: CardKeys): Promise<void> {
  await revokeOnCard(world, tx, card.cardNumber, SUPERSEDED);
  const certificates: CardCertificate[] = [];
  for (const use of USES) {
    const { publicKeyDer, privateKeyPem } = keys[use];
    const issued = await world.pki().issuePerson(tx, { userId: card.userId, use, publicKeyDer, years: CARD_YEARS });
    certificates.push({
      serial: issued.serialNumber,
      cardNumber: card.cardNumber,
      use,
      certificatePem: issued.certificatePem,
      sealedKey: world.sealer.seal(purposeOf(issued.serialNumber), privateKeyPem),
      issuedAt: world.clock.realNow(),
      expiresAt: issued.notAfter,
    });
  }
  await insertCertificates(tx, certificates);
}

/** A key on a card with its certificate: what a reader lets software use once the passcode was right. */
export interface CardCredential {
  readonly serial: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The sub CA's certificate, then the root's. */
  readonly chainPem: string;
}

/**
 * The key of a card for one use. The caller has checked the passcode.
 *
 * @throws CardRefusal 404 for a card that is not there
 */
export async function cardCredential(world: CardWorld, cardNumber: string, use: CertificateUse): Promise<CardCredential> {
  const found = await currentCertificate(world.store.db, cardNumber, use);
  const certificate = found ?? (await makeFirst(world, cardNumber, use));
  const { root, subordinate } = await world.pki().authorities(world.store.db);
  return {
    serial: certificate.serial,
    certificatePem: certificate.certificatePem,
    privateKeyPem: world.sealer.open(purposeOf(certificate.serial), certificate.sealedKey),
    chainPem: subordinate.pem + root.pem,
  };
}

/** What a certificate presented in a sign-on belongs to. */
export interface CertificateStanding {
  readonly card: Card;
  readonly use: CertificateUse;
  /** `good`, or why it proves nothing. The dates in the certificate are for the caller to check. */
  readonly standing: 'good' | 'revoked' | 'card-expired' | 'card-unusable';
}

/** The card of a certificate by its serial number; undefined when no card ever had it. */
export async function standingOf(world: Pick<CardWorld, 'clock'>, db: Db, serial: string): Promise<CertificateStanding | undefined> {
  const certificate = await findCertificate(db, serial.toUpperCase());
  const card = certificate && (await findCard(db, certificate.cardNumber));
  if (certificate === undefined || card === undefined) return undefined;
  const state = stateAt(card, world.clock.now());
  const standing =
    certificate.revokedAt !== undefined ? 'revoked' : state === 'expired' ? 'card-expired' : state === 'active' ? 'good' : 'card-unusable';
  return { card, use: certificate.use, standing };
}

async function currentCertificate(db: Db, cardNumber: string, use: CertificateUse): Promise<CardCertificate | undefined> {
  return (await certificatesOf(db, cardNumber)).find((each) => each.use === use && each.revokedAt === undefined);
}

async function makeFirst(world: CardWorld, cardNumber: string, use: CertificateUse): Promise<CardCertificate> {
  const keys = await makeKeys();
  return world.store.transaction(async (tx) => {
    const card = await findCard(tx, cardNumber);
    if (card === undefined) throw cardUnknown(cardNumber);
    // Writing the card first makes a second process wait here and then find the certificates made.
    await saveCards(tx, [card]);
    const found = await currentCertificate(tx, cardNumber, use);
    if (found !== undefined) return found;
    await putOnCard(world, tx, card, keys);
    const made = await currentCertificate(tx, cardNumber, use);
    if (made === undefined) throw cardUnknown(cardNumber);
    return made;
  });
}

function purposeOf(serial: string): string {
  return `identity/card-key/${serial}`;
}
