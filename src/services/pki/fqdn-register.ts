import type { OfferKey } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';

/** Who knows which organisation an FQDN is registered to: the directory, which offers this in its manifest. */
export interface FqdnRegister {
  /** ODS code of the organisation that `fqdn` (lower case) is registered to; undefined when it is not registered. */
  ownerOf(db: Db, fqdn: string): Promise<string | undefined>;
}

/** Key under which services offer their register. Without any offer, names are not checked: there is nothing to check against. */
export const fqdnRegister: OfferKey<FqdnRegister> = { name: 'pki.fqdn-register' };

/** Whose an FQDN is, as far as can be known. */
export type Ownership =
  | { readonly known: 'owned'; readonly organisation: string }
  | { readonly known: 'unregistered' }
  /** Nobody keeps a register here. */
  | { readonly known: 'no-register' };

/** `CN=<mailboxid>.<odscode>.api.mesh-client.nhs.uk` (path-to-live.md §2.3): the name itself says whose it is. */
const MESH_CLIENT = /^[a-z0-9]+\.([a-z0-9]+)\.api\.mesh-client\.nhs\.uk$/;

/** Looks an FQDN up: MESH clients by their name, others in the registers. */
export async function ownershipOf(registers: readonly FqdnRegister[], db: Db, fqdn: string): Promise<Ownership> {
  const name = fqdn.toLowerCase();
  const mesh = MESH_CLIENT.exec(name)?.[1];
  if (mesh !== undefined) return { known: 'owned', organisation: mesh.toUpperCase() };
  if (registers.length === 0) return { known: 'no-register' };
  for (const register of registers) {
    const organisation = await register.ownerOf(db, name);
    if (organisation !== undefined) return { known: 'owned', organisation };
  }
  return { known: 'unregistered' };
}
