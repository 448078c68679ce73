import type { Clock } from '../../kernel/clock.ts';
import type { Sealer } from '../../kernel/sealer.ts';
import type { Db } from '../../kernel/store/store.ts';
import { generateKey, type Issuer, inspect, isIssuedBy, issueServerCertificate, type RsaKey } from '../../kernel/tls/certificates.ts';
import type { RootAuthority } from './authorities.ts';
import { AuthorityMissing, KeyUnreadable, RootMismatch } from './errors.ts';
import type { ServerNames } from './server-names.ts';
import {
  type CertificateRecord,
  insertAuthority,
  insertCertificate,
  readAuthority,
  readServerCertificate,
  type StoredAuthority,
} from './store.ts';

/** What a TLS listener needs. The private key is for this process only. */
export interface ServerCredentials {
  /** The server's certificate, then the sub CA's. */
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
  /** What mutual TLS trusts and announces: sub CA, then root. */
  readonly caPem: string;
}

/** Where certificates are issued: an environment, or the portal. */
export interface IssuingPlace {
  readonly root: RootAuthority;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Common name of its sub CA. */
  readonly subordinateName: string;
  readonly names: ServerNames;
}

const DAY = 86_400_000;
/** A server certificate is replaced when less than this is left. */
const RENEWAL = 30 * DAY;
/**
 * The national ones last three years (path-to-live.md §2.3), but Apple's systems refuse server certificates of more than 825 days
 * even under a root the user installed; ours renews itself, so nothing is lost.
 */
const SERVER_YEARS = 2;
/** Purpose the sub CA's key is sealed for. */
export const AUTHORITY_KEY = 'pki/authority';

/**
 * First boot: makes the sub CA and the first server certificate, their keys in parallel.
 *
 * @returns what stores both in one transaction. When another process was first, its authority stays and ours is dropped.
 */
export async function establish(place: IssuingPlace): Promise<(tx: Db) => Promise<void>> {
  const [subordinate, serverKey] = await Promise.all([place.root.issueSubordinate(place.subordinateName), generateKey(2048)]);
  const server = await issueServer(place, subordinate, serverKey);
  const authority: StoredAuthority = {
    commonName: place.subordinateName,
    certificatePem: subordinate.certificatePem,
    sealedKey: place.sealer.seal(AUTHORITY_KEY, subordinate.privateKeyPem),
  };
  const now = place.clock.realNow();
  return async (tx) => {
    if (await insertAuthority(tx, authority, now)) await insertCertificate(tx, server.record);
  };
}

/**
 * The server's certificate and key. A new one is issued when the names have changed or fewer than 30 days are left, so that a
 * restart is all the renewal a user ever does.
 *
 * Throws AuthorityMissing before first boot, KeyUnreadable after a change of seal key, RootMismatch when platform and environment
 * do not belong together.
 */
export async function serverCredentials(db: Db, place: IssuingPlace): Promise<ServerCredentials> {
  const { root, sealer, names } = place;
  const authority = await requireAuthority(db, root);
  const stored = await readServerCertificate(db, names, place.clock.realNow() + RENEWAL);
  const leaf =
    stored === undefined
      ? await renew(db, place, authority)
      : {
          certificatePem: stored.certificatePem,
          privateKeyPem: openKey(sealer, certificateKey(stored.serial), stored.sealedKey, names.commonName),
        };
  return {
    certificateChainPem: leaf.certificatePem + authority.certificatePem,
    privateKeyPem: leaf.privateKeyPem,
    caPem: authority.certificatePem + root.certificatePem,
  };
}

/** The sub CA, sure to be under `root`. Throws AuthorityMissing before first boot, RootMismatch when it belongs to another root. */
export async function requireAuthority(db: Db, root: RootAuthority): Promise<StoredAuthority> {
  const authority = await readAuthority(db);
  if (authority === undefined) throw new AuthorityMissing();
  if (!isIssuedBy(authority.certificatePem, root.certificatePem)) throw new RootMismatch(authority.commonName, root.name);
  return authority;
}

/** One insert, so `db` may be a transaction or not. Replicas that renew at once each add a row; all take the newest from then on. */
async function renew(db: Db, place: IssuingPlace, authority: StoredAuthority): Promise<Issuer> {
  const privateKeyPem = openKey(place.sealer, AUTHORITY_KEY, authority.sealedKey, authority.commonName);
  const server = await issueServer(place, { certificatePem: authority.certificatePem, privateKeyPem }, await generateKey(2048));
  await insertCertificate(db, server.record);
  return server.issued;
}

async function issueServer(place: IssuingPlace, issuer: Issuer, key: RsaKey): Promise<{ issued: Issuer; record: CertificateRecord }> {
  const { names, sealer } = place;
  const now = place.clock.realNow();
  const issued = await issueServerCertificate({ ...names, issuer, years: SERVER_YEARS, now, key });
  const record: CertificateRecord = {
    serial: issued.serialNumber,
    kind: 'server',
    names,
    subject: inspect(issued.certificatePem).subject,
    certificatePem: issued.certificatePem,
    sealedKey: sealer.seal(certificateKey(issued.serialNumber), issued.privateKeyPem),
    issuedAt: now,
    expiresAt: issued.notAfter,
  };
  return { issued, record };
}

/** Purpose a certificate's key is sealed for: a sealed key moved to another row does not open. */
function certificateKey(serial: string): string {
  return `pki/certificate/${serial}`;
}

/** Opens a sealed private key. Throws KeyUnreadable naming its `owner`. */
export function openKey(sealer: Sealer, purpose: string, sealed: string, owner: string): string {
  try {
    return sealer.open(purpose, sealed);
  } catch {
    throw new KeyUnreadable(owner);
  }
}
