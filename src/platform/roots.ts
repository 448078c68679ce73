import { type Clock, systemTime } from '../kernel/clock.ts';
import type { Sealer } from '../kernel/sealer.ts';
import type { OwnedMigrations } from '../kernel/store/migrate.ts';
import type { Store } from '../kernel/store/store.ts';
import {
  createRootAuthority,
  rootMigrations as pkiRootMigrations,
  portalCredentials,
  type RootAuthority,
  type RootName,
  type ServerCredentials,
} from '../services/pki/index.ts';

/** Migrations of the platform's database. */
export const rootMigrations: OwnedMigrations = { pki: pkiRootMigrations };

/** Real time twice: roots know no business time. */
const realTime: Clock = { now: () => systemTime.now(), realNow: () => systemTime.now() };

/** The roots above the environments' own authorities, in the platform's database: INT and DEP share one (DESIGN.md D13). */
export class Roots {
  readonly #store: Store;
  readonly #sealer: Sealer;
  readonly #authorities = new Map<RootName, Promise<RootAuthority>>();

  private constructor(store: Store, sealer: Sealer) {
    this.#store = store;
    this.#sealer = sealer;
  }

  static async open(store: Store, sealer: Sealer): Promise<Roots> {
    return new Roots(store, sealer);
  }

  /** A root, made on first use. */
  authority(which: RootName): Promise<RootAuthority> {
    let authority = this.#authorities.get(which);
    if (authority === undefined) {
      authority = createRootAuthority(this.#store, this.#sealer, realTime, which);
      this.#authorities.set(which, authority);
    }
    return authority;
  }

  /** Certificate and key of the portal's door. */
  async portal(hosts: readonly string[]): Promise<ServerCredentials> {
    const [first = 'localhost'] = hosts;
    return portalCredentials(this.#store, this.#sealer, realTime, await this.authority('path-to-live'), {
      commonName: first,
      dnsNames: hosts,
      ipAddresses: ['127.0.0.1', '::1'],
    });
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
