import type { Clock } from '../../kernel/clock.ts';
import type { Sealer } from '../../kernel/sealer.ts';
import type { Migrations, Store } from '../../kernel/store/store.ts';
import { createAuthority, inspect } from '../../kernel/tls/certificates.ts';
import { PORTAL_SUBORDINATE_NAME, ROOT_NAMES, type RootAuthority, type RootName } from './authorities.ts';
import { certificates } from './migrations/0001-certificates.ts';
import { root } from './migrations/0002-root.ts';
import { establish, type IssuingPlace, openKey, type ServerCredentials, serverCredentials } from './server-credentials.ts';
import type { ServerNames } from './server-names.ts';
import { insertRoot, readAuthority, readRoot, type StoredAuthority } from './store.ts';

/** Tables of the platform's database: the roots, and the portal's own sub CA and server certificate. */
export const rootMigrations: Migrations = { '0001-certificates': certificates, '0002-root': root };

const ROOT_YEARS = 20;
const SUBORDINATE_YEARS = 10;

/**
 * Loads a root from the platform's database, or makes it. Two processes that start at once end up with the same one: the second
 * insert does nothing, and both use what is stored.
 *
 * Throws whatever the store throws. A changed seal key shows when the root has to sign, not here.
 */
export async function createRootAuthority(store: Store, sealer: Sealer, clock: Clock, which: RootName): Promise<RootAuthority> {
  let stored = await readRoot(store.db, which);
  if (stored === undefined) {
    const commonName = ROOT_NAMES[which];
    const now = clock.realNow();
    const made = await createAuthority({ commonName, years: ROOT_YEARS, keyBits: 2048, now });
    const sealedKey = sealer.seal(rootKey(which), made.privateKeyPem);
    await insertRoot(store.db, which, { commonName, certificatePem: made.certificatePem, sealedKey }, now);
    stored = await readRoot(store.db, which);
    if (stored === undefined) throw new Error(`the ${which} root was stored but is not there`);
  }
  return rootAuthority(stored, sealer, clock, which);
}

function rootAuthority(stored: StoredAuthority, sealer: Sealer, clock: Clock, which: RootName): RootAuthority {
  const { certificatePem, commonName, sealedKey } = stored;
  return {
    certificatePem,
    name: inspect(certificatePem).commonName,
    async issueSubordinate(subordinate) {
      const issuer = { certificatePem, privateKeyPem: openKey(sealer, rootKey(which), sealedKey, commonName) };
      const made = await createAuthority({
        commonName: subordinate,
        issuer,
        years: SUBORDINATE_YEARS,
        keyBits: 2048,
        now: clock.realNow(),
      });
      return { certificatePem: made.certificatePem, privateKeyPem: made.privateKeyPem };
    },
  };
}

function rootKey(which: RootName): string {
  return `pki/root/${which}`;
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
  const place: IssuingPlace = { root, sealer, clock, subordinateName: PORTAL_SUBORDINATE_NAME, names };
  if ((await readAuthority(store.db)) === undefined) await store.transaction(await establish(place));
  return serverCredentials(store.db, place);
}
