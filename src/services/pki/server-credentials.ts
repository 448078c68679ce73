import type { Clock } from '../../kernel/clock.ts';
import type { Sealer } from '../../kernel/sealer.ts';
import type { Db } from '../../kernel/store/store.ts';
import {
  generateKey,
  type Issuer,
  type IssuerPointers,
  inspect,
  isIssuedBy,
  issueServerCertificate,
  type RsaKey,
} from '../../kernel/tls/certificates.ts';
import { GENERATIONS, type Generation, type RootAuthority, type RootGeneration } from './authorities.ts';
import { type CertificateRecord, insertCertificate, readServerCertificate } from './certificate-store.ts';
import { AuthorityMissing, KeyUnreadable, RootMismatch } from './errors.ts';
import type { ServerNames } from './server-names.ts';
import { insertAuthority, readAuthority, type StoredAuthority } from './store.ts';

/** What a TLS listener needs. The private key is for this process only. */
export interface ServerCredentials {
  /** The server's certificate, then the sub CA's. */
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
  /** What mutual TLS trusts and announces: sub CA, then root, of each generation (sds.md §11), the current one first. */
  readonly caPem: string;
}

/** Where certificates are issued: an environment, or the portal. */
export interface IssuingPlace {
  readonly root: RootAuthority;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Common names of its sub CAs; the portal has one of the current generation only. */
  readonly subordinateNames: Readonly<Partial<Record<Generation, string>>>;
  readonly names: ServerNames;
  /** Where its certificates say that revocation is to be asked about. */
  readonly pointers?: Readonly<Record<Generation, IssuerPointers>>;
  /** Where its sub CAs say that their roots' revocation lists are. */
  readonly rootLists?: Readonly<Record<Generation, string>>;
}

const DAY = 86_400_000;
/** A server certificate is replaced when less than this is left. */
const RENEWAL = 30 * DAY;
/**
 * The national ones last three years (path-to-live.md §2.3), but Apple's systems refuse server certificates of more than 825 days
 * even under a root the user installed; ours renews itself, so nothing is lost.
 */
const SERVER_YEARS = 2;
/** The generation that LocalSpine's own doors show. */
const CURRENT: Generation = 'generation-2';

/**
 * First boot: makes the sub CAs and the first server certificate, their keys in parallel.
 *
 * @returns what stores all in one transaction. When another process was first, its authorities stay and ours are dropped.
 */
export async function establish(place: IssuingPlace): Promise<(tx: Db) => Promise<void>> {
  const generations = GENERATIONS.filter((each) => place.subordinateNames[each] !== undefined);
  const serverKey = generateKey(2048);
  const made = await Promise.all(generations.map((generation) => newSubordinate(place, generation)));
  const current = made.find((each) => each.generation === CURRENT);
  if (current === undefined) throw new Error('a place that issues certificates has a sub CA of the current generation');
  const server = await issueServer(place, current.issuer, await serverKey);
  const now = place.clock.realNow();
  return async (tx) => {
    for (const { generation, authority } of made)
      if ((await insertAuthority(tx, generation, authority, now)) && generation === CURRENT) await insertCertificate(tx, server.record);
  };
}

/** A sub CA of a generation with a new key, not stored yet. */
export async function newSubordinate(
  place: IssuingPlace,
  generation: Generation,
): Promise<{ generation: Generation; issuer: Issuer; authority: StoredAuthority }> {
  const commonName = place.subordinateNames[generation];
  if (commonName === undefined) throw new Error(`no sub CA of ${generation} here`);
  const issuer = await rootOf(place.root, generation).issueSubordinate(commonName, place.rootLists?.[generation]);
  const sealedKey = place.sealer.seal(authorityKey(generation), issuer.privateKeyPem);
  return { generation, issuer, authority: { commonName, certificatePem: issuer.certificatePem, sealedKey } };
}

/** The generation of the root above a sub CA. */
export function rootOf(root: RootAuthority, generation: Generation): RootGeneration {
  return generation === CURRENT ? root : root.older;
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
  await completeGenerations(db, place);
  const authority = await requireAuthority(db, root, CURRENT);
  const stored = await readServerCertificate(db, CURRENT, names, place.clock.realNow() + RENEWAL);
  const leaf =
    stored === undefined
      ? await renew(db, place)
      : {
          certificatePem: stored.certificatePem,
          privateKeyPem: openKey(sealer, certificateKey(stored.serial), stored.sealedKey, names.commonName),
        };
  const older = place.subordinateNames['generation-1'] === undefined ? undefined : await requireAuthority(db, root, 'generation-1');
  return {
    certificateChainPem: leaf.certificatePem + authority.certificatePem,
    privateKeyPem: leaf.privateKeyPem,
    caPem: authority.certificatePem + root.certificatePem + (older === undefined ? '' : older.certificatePem + root.older.certificatePem),
  };
}

/** An installation from before there were two generations gets the one it lacks. */
async function completeGenerations(db: Db, place: IssuingPlace): Promise<void> {
  const wanted = GENERATIONS.filter((each) => place.subordinateNames[each] !== undefined);
  const present = await Promise.all(wanted.map((each) => readAuthority(db, each)));
  if (present.every((each) => each === undefined)) return;
  for (const [index, generation] of wanted.entries()) {
    if (present[index] !== undefined) continue;
    const { authority } = await newSubordinate(place, generation);
    await insertAuthority(db, generation, authority, place.clock.realNow());
  }
}

/** The sub CA, sure to be under `root`. Throws AuthorityMissing before first boot, RootMismatch when it belongs to another root. */
export async function requireAuthority(db: Db, root: RootAuthority, generation: Generation): Promise<StoredAuthority> {
  const authority = await readAuthority(db, generation);
  if (authority === undefined) throw new AuthorityMissing();
  const above = rootOf(root, generation);
  if (!isIssuedBy(authority.certificatePem, above.certificatePem)) throw new RootMismatch(authority.commonName, above.name);
  return authority;
}

/** The sub CA with its key opened, to sign with. Throws as {@link requireAuthority}, and KeyUnreadable. */
export async function issuerOf(db: Db, place: IssuingPlace, generation: Generation): Promise<Issuer> {
  const { commonName, certificatePem, sealedKey } = await requireAuthority(db, place.root, generation);
  return { certificatePem, privateKeyPem: openKey(place.sealer, authorityKey(generation), sealedKey, commonName) };
}

/** Purpose a sub CA's key is sealed for. */
function authorityKey(generation: Generation): string {
  return generation === 'generation-1' ? 'pki/authority' : `pki/authority/${generation}`;
}

/** One insert, so `db` may be a transaction or not. Replicas that renew at once each add a row; all take the newest from then on. */
async function renew(db: Db, place: IssuingPlace): Promise<Issuer> {
  const server = await issueServer(place, await issuerOf(db, place, CURRENT), await generateKey(2048));
  await insertCertificate(db, server.record);
  return server.issued;
}

async function issueServer(place: IssuingPlace, issuer: Issuer, key: RsaKey): Promise<{ issued: Issuer; record: CertificateRecord }> {
  const { names, sealer } = place;
  const now = place.clock.realNow();
  const issued = await issueServerCertificate({
    ...names,
    issuer,
    years: SERVER_YEARS,
    now,
    key,
    ...(place.pointers === undefined ? {} : { pointers: place.pointers[CURRENT] }),
  });
  const record: CertificateRecord = {
    serial: issued.serialNumber,
    generation: CURRENT,
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
