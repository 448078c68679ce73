/**
 * The life of an environment's sub CAs: signed anew by their root for the key they have, or revoked by it and followed by one with a new
 * key. What a revoked sub CA has signed is worth nothing any more.
 */
import { X509Certificate } from 'node:crypto';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Store } from '../../kernel/store/store.ts';
import { inspect, isIssuedBy } from '../../kernel/tls/certificates.ts';
import type { Generation } from './authorities.ts';
import { markAllRevoked } from './certificate-store.ts';
import type { RevocationReason } from './revocation.ts';
import { publishList } from './revocation-list.ts';
import { type IssuingPlace, issuerOf, newSubordinate, requireAuthority, rootOf } from './server-credentials.ts';
import {
  type FormerAuthority,
  formerAuthorities,
  holdAuthority,
  markFormerRevoked,
  replaceAuthority,
  type StoredAuthority,
} from './store.ts';

/** A sub CA as it is now, and what it took the place of. */
export interface AuthorityChange {
  readonly generation: Generation;
  readonly authority: StoredAuthority;
  readonly former: FormerAuthority;
  /** Certificates that lost their worth. */
  readonly revokedCertificates: number;
}

/**
 * Has the root sign a sub CA anew, for ten years from today. The key stays: certificates, lists and clients that trust the root notice nothing.
 * Throws AuthorityMissing, KeyUnreadable, RootMismatch; LocalRefusal 409 when somebody else did it meanwhile.
 */
export async function renewAuthority(store: Store, place: IssuingPlace, generation: Generation): Promise<AuthorityChange> {
  const old = await requireAuthority(store.db, place.root, generation);
  const { privateKeyPem } = await issuerOf(store.db, place, generation);
  const issued = await rootOf(place.root, generation).reissueSubordinate(old.commonName, privateKeyPem, place.rootLists?.[generation]);
  const authority = { ...old, certificatePem: issued.certificatePem };
  const former = formerOf(generation, old, place);
  await store.transaction(async (tx) => {
    await requireUnchanged(tx, place, generation, old);
    await replaceAuthority(tx, former, authority);
  });
  return { generation, authority, former, revokedCertificates: 0 };
}

/**
 * Has the root revoke a sub CA, and makes one with a new key in its place. The root's list names it first: should the rest fail, doing it
 * again completes it. Throws as {@link renewAuthority}.
 */
export async function revokeAuthority(
  store: Store,
  place: IssuingPlace,
  generation: Generation,
  reason: RevocationReason,
): Promise<AuthorityChange> {
  const old = await requireAuthority(store.db, place.root, generation);
  const former = { ...formerOf(generation, old, place), reason };
  const { authority } = await newSubordinate(place, generation);
  // A renewal keeps the key: what says that the key may sign is worth nothing any more, whichever certificate says it.
  const before = (await formerAuthorities(store.db)).filter(
    (each) => each.generation === generation && each.reason === undefined && sameKey(each.certificatePem, old.certificatePem),
  );
  for (const { serial } of [former, ...before]) await rootOf(place.root, generation).revokeSubordinate(serial, reason);
  const revokedCertificates = await store.transaction(async (tx) => {
    await requireUnchanged(tx, place, generation, old);
    await replaceAuthority(tx, former, authority);
    for (const { serial } of before) await markFormerRevoked(tx, serial, reason);
    const count = await markAllRevoked(tx, generation, former.replacedAt);
    await publishList(tx, place, generation);
    return count;
  });
  return { generation, authority, former, revokedCertificates };
}

/** The certificate of the sub CA that signed a certificate: the present one, or one of before. */
export async function signerOf(
  db: Store['db'],
  place: IssuingPlace,
  certificate: { readonly generation: Generation; readonly certificatePem: string },
): Promise<string> {
  const present = await requireAuthority(db, place.root, certificate.generation);
  if (isIssuedBy(certificate.certificatePem, present.certificatePem)) return present.certificatePem;
  const former = (await formerAuthorities(db)).find((each) => isIssuedBy(certificate.certificatePem, each.certificatePem));
  return former?.certificatePem ?? present.certificatePem;
}

function sameKey(one: string, other: string): boolean {
  return new X509Certificate(one).publicKey.equals(new X509Certificate(other).publicKey);
}

function formerOf(generation: Generation, { commonName, certificatePem }: StoredAuthority, { clock }: IssuingPlace): FormerAuthority {
  return { serial: inspect(certificatePem).serialNumber, generation, commonName, certificatePem, replacedAt: clock.realNow() };
}

async function requireUnchanged(tx: Store['db'], place: IssuingPlace, generation: Generation, old: StoredAuthority): Promise<void> {
  await holdAuthority(tx, generation);
  const { certificatePem } = await requireAuthority(tx, place.root, generation);
  if (certificatePem !== old.certificatePem)
    throw new LocalRefusal(409, 'authority_changed', 'The sub CA was replaced meanwhile.', 'Look at it before doing it again.');
}
