import type { Clock, Instant } from '../../kernel/clock.ts';
import type { Sealer } from '../../kernel/sealer.ts';
import type { Db, Migrations, Store } from '../../kernel/store/store.ts';
import { createAuthority, type Issuer, inspect, keyPairOf, type RsaKey } from '../../kernel/tls/certificates.ts';
import {
  type Generation,
  PORTAL_SUBORDINATE_NAME,
  ROOT_NAMES,
  type RootAuthority,
  type RootGeneration,
  type RootName,
  type SubordinateIssue,
} from './authorities.ts';
import { holdListNumber, readList, type StoredList, writeList } from './certificate-store.ts';
import { certificates } from './migrations/0001-certificates.ts';
import { root } from './migrations/0002-root.ts';
import { signingAndRevocation } from './migrations/0003-signing-and-revocation.ts';
import { rootRevocationTable } from './migrations/0006-root-revocation.ts';
import { REASON_CODES, type RevocationReason } from './revocation.ts';
import { LIST_LIFE, LIST_RENEWAL, signList } from './revocation-list.ts';
import { establish, type IssuingPlace, openKey, type ServerCredentials, serverCredentials } from './server-credentials.ts';
import type { ServerNames } from './server-names.ts';
import { insertRoot, insertRootRevocation, readAuthority, readRoot, rootId, rootRevocations, type StoredAuthority } from './store.ts';

/** Tables of the platform's database: the roots, and the portal's own sub CA and server certificate. */
export const rootMigrations: Migrations = {
  '0001-certificates': certificates,
  '0002-root': root,
  '0003-signing-and-revocation': signingAndRevocation,
  '0006-root-revocation': rootRevocationTable,
};

const ROOT_YEARS = 20;
const SUBORDINATE_YEARS = 10;

/** The older generation began so long ago, that certificates can be issued that look back on some years of use. */
const OLDER_BY_YEARS = 5;

/**
 * Loads both generations of a root from the platform's database, or makes them. Two processes that start at once end up with the
 * same ones: the second insert does nothing, and both use what is stored.
 *
 * Throws whatever the store throws. A changed seal key shows when the root has to sign, not here.
 */
export async function createRootAuthority(store: Store, sealer: Sealer, clock: Clock, which: RootName): Promise<RootAuthority> {
  const [older, current] = await Promise.all([
    rootGeneration(store, sealer, clock, { which, generation: 'generation-1' }),
    rootGeneration(store, sealer, clock, { which, generation: 'generation-2' }),
  ]);
  return { ...current, older };
}

interface RootId {
  readonly which: RootName;
  readonly generation: Generation;
}

async function rootGeneration(store: Store, sealer: Sealer, clock: Clock, id: RootId): Promise<RootGeneration> {
  let stored = await readRoot(store.db, id.which, id.generation);
  if (stored === undefined) {
    const commonName = ROOT_NAMES[id.which][id.generation];
    const realNow = clock.realNow();
    const now = firstDay(id.generation, realNow);
    const made = await createAuthority({ commonName, years: ROOT_YEARS, keyBits: 2048, now });
    const sealedKey = sealer.seal(rootKey(id), made.privateKeyPem);
    await insertRoot(store.db, id.which, id.generation, { commonName, certificatePem: made.certificatePem, sealedKey }, realNow);
    stored = await readRoot(store.db, id.which, id.generation);
    if (stored === undefined) throw new Error(`the ${id.which} root was stored but is not there`);
  }
  return signingRoot(stored, { store, sealer, clock, id });
}

interface RootPlace {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly id: RootId;
}

function signingRoot(stored: StoredAuthority, place: RootPlace): RootGeneration {
  const { certificatePem, commonName, sealedKey } = stored;
  const { store, sealer, clock, id } = place;
  const issuer = (): Issuer => ({ certificatePem, privateKeyPem: openKey(sealer, rootKey(id), sealedKey, commonName) });
  const subordinate = async (name: string, now: Instant, crlUrl: string | undefined, key?: RsaKey): Promise<SubordinateIssue> => {
    const made = await createAuthority({
      commonName: name,
      issuer: issuer(),
      years: SUBORDINATE_YEARS,
      keyBits: 2048,
      now,
      ...(key === undefined ? {} : { key }),
      ...(crlUrl === undefined ? {} : { crlUrl }),
    });
    return { certificatePem: made.certificatePem, privateKeyPem: made.privateKeyPem };
  };
  return {
    certificatePem,
    name: inspect(certificatePem).commonName,
    issueSubordinate: (name, crlUrl) => subordinate(name, firstDay(id.generation, clock.realNow()), crlUrl),
    reissueSubordinate: (name, privateKeyPem, crlUrl) => subordinate(name, clock.realNow(), crlUrl, keyPairOf(privateKeyPem)),
    revokeSubordinate: (serial, reason) =>
      store.transaction(async (tx) => {
        await insertRootRevocation(tx, rootId(id.which, id.generation), { serial, at: clock.realNow(), reason });
        await publishRootList(tx, place, issuer());
      }),
    async revocationList() {
      const list = await readList(store.db, listName(id));
      if (list !== undefined && list.thisUpdate + LIST_RENEWAL > clock.realNow()) return list;
      return store.transaction((tx) => publishRootList(tx, place, issuer()));
    },
  };
}

/** The next list of a root, with every sub CA it has revoked. */
async function publishRootList(tx: Db, { clock, id }: RootPlace, issuer: Issuer): Promise<StoredList> {
  const thisUpdate = clock.realNow();
  const number = (await holdListNumber(tx, listName(id))) + 1;
  const revoked = (await rootRevocations(tx, rootId(id.which, id.generation))).map(({ serial, at, reason }) => ({
    serial,
    revocation: { at, reason: REASONS.find((each) => each === reason) ?? 'unspecified' },
  }));
  const list = { number, thisUpdate, nextUpdate: thisUpdate + LIST_LIFE, der: await signList({ issuer, revoked, number, thisUpdate }) };
  await writeList(tx, listName(id), list);
  return list;
}

const REASONS = Object.keys(REASON_CODES) as readonly RevocationReason[];

/** Beside the lists of the portal's own sub CA, which go by their generation. */
function listName({ which, generation }: RootId): string {
  return `root/${rootId(which, generation)}`;
}

function firstDay(generation: Generation, now: Instant): Instant {
  return generation === 'generation-2' ? now : new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() - OLDER_BY_YEARS);
}

/** Purpose its key is sealed for; installations from before there were two generations have the first. */
function rootKey({ which, generation }: RootId): string {
  return generation === 'generation-1' ? `pki/root/${which}` : `pki/root/${which}/${generation}`;
}

/**
 * The portal's certificate and key, from a sub CA of its own under the path-to-live root; made on first use, renewed like an
 * environment's.
 *
 * @param store the platform's database, with {@link rootMigrations}
 */
export async function portalCredentials(
  store: Store,
  sealer: Sealer,
  clock: Clock,
  root: RootAuthority,
  names: ServerNames,
): Promise<ServerCredentials> {
  const place: IssuingPlace = { root, sealer, clock, subordinateNames: { 'generation-2': PORTAL_SUBORDINATE_NAME }, names };
  if ((await readAuthority(store.db, 'generation-2')) === undefined) await store.transaction(await establish(place));
  return serverCredentials(store.db, place);
}
