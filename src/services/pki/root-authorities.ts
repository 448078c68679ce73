import type { Clock, Instant } from '../../kernel/clock.ts';
import type { Sealer } from '../../kernel/sealer.ts';
import type { Migrations, Store } from '../../kernel/store/store.ts';
import { createAuthority, inspect } from '../../kernel/tls/certificates.ts';
import {
  type Generation,
  PORTAL_SUBORDINATE_NAME,
  ROOT_NAMES,
  type RootAuthority,
  type RootGeneration,
  type RootName,
} from './authorities.ts';
import { certificates } from './migrations/0001-certificates.ts';
import { root } from './migrations/0002-root.ts';
import { signingAndRevocation } from './migrations/0003-signing-and-revocation.ts';
import { establish, type IssuingPlace, openKey, type ServerCredentials, serverCredentials } from './server-credentials.ts';
import type { ServerNames } from './server-names.ts';
import { insertRoot, readAuthority, readRoot, type StoredAuthority } from './store.ts';

/** Tables of the platform's database: the roots, and the portal's own sub CA and server certificate. */
export const rootMigrations: Migrations = {
  '0001-certificates': certificates,
  '0002-root': root,
  '0003-signing-and-revocation': signingAndRevocation,
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
  return signingRoot(stored, sealer, clock, id);
}

function signingRoot(stored: StoredAuthority, sealer: Sealer, clock: Clock, id: RootId): RootGeneration {
  const { certificatePem, commonName, sealedKey } = stored;
  return {
    certificatePem,
    name: inspect(certificatePem).commonName,
    async issueSubordinate(subordinate) {
      const issuer = { certificatePem, privateKeyPem: openKey(sealer, rootKey(id), sealedKey, commonName) };
      const now = firstDay(id.generation, clock.realNow());
      const made = await createAuthority({ commonName: subordinate, issuer, years: SUBORDINATE_YEARS, keyBits: 2048, now });
      return { certificatePem: made.certificatePem, privateKeyPem: made.privateKeyPem };
    },
  };
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
