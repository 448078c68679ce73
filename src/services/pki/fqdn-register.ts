import type { OfferKey } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';

/** Who knows which organisation an FQDN is registered to: each service that keeps a register of names offers this in its manifest. */
export interface FqdnRegister {
  /**
   * ODS codes of the organisations that `fqdn` (lower case) is registered to, the first before those that act for it; empty when it is
   * registered to nobody in particular; undefined when it is not registered here.
   */
  ownersOf(db: Db, fqdn: string): Promise<readonly string[] | undefined>;
}

/** Key under which services offer their register. A name that is in none of them is not registered. */
export const fqdnRegister: OfferKey<FqdnRegister> = { name: 'pki.fqdn-register' };

/** Whose an FQDN is. */
export type Ownership =
  /** Any of these organisations may ask for its certificate; anybody when there are none. */
  | { readonly known: 'registered'; readonly organisations: readonly string[] }
  /** It is a name of the environment's own doors. */
  | { readonly known: 'published' }
  | { readonly known: 'unregistered' };

/** `CN=<mailboxid>.<odscode>.api.mesh-client.nhs.uk` (path-to-live.md §2.3): the name itself says whose it is. */
const MESH_CLIENT = /^[a-z0-9]+\.([a-z0-9]+)\.api\.mesh-client\.nhs\.uk$/;

/** Where names are looked up. */
export interface NameKnowledge {
  readonly registers: readonly FqdnRegister[];
  /** Names of the environment's own doors. */
  readonly published: readonly string[];
}

/** Looks an FQDN up: the environment's own, MESH clients by their name, others in the registers. */
export async function ownershipOf({ registers, published }: NameKnowledge, db: Db, fqdn: string): Promise<Ownership> {
  const name = fqdn.toLowerCase();
  if (published.includes(name)) return { known: 'published' };
  const mesh = MESH_CLIENT.exec(name)?.[1];
  if (mesh !== undefined) return { known: 'registered', organisations: [mesh.toUpperCase()] };
  const found: (readonly string[])[] = [];
  for (const register of registers) {
    const owners = await register.ownersOf(db, name);
    if (owners !== undefined) found.push(owners);
  }
  return found.length === 0 ? { known: 'unregistered' } : { known: 'registered', organisations: [...new Set(found.flat())] };
}
