import type { Service } from '../kernel/service.ts';
import { demographics } from '../services/demographics/index.ts';
import { directory } from '../services/directory/index.ts';
import { dns } from '../services/dns/index.ts';
import { endpointRegistration } from '../services/endpoint-registration/index.ts';
import { ers } from '../services/ers/index.ts';
import { gateway } from '../services/gateway/index.ts';
import { identity } from '../services/identity/index.ts';
import { createPki, pki, type RootAuthority } from '../services/pki/index.ts';
import { spineDirectory } from '../services/spine-directory/index.ts';

const OTHERS: readonly Service<unknown>[] = [dns, directory, identity, gateway, spineDirectory, endpointRegistration, demographics, ers];

/** The manifests, to read what they offer without building anything. */
export const MANIFESTS: readonly Service<unknown>[] = [pki, ...OTHERS];

/**
 * The services of an environment, in the order they are built; each may use those before it. Adding a system adds one line here.
 *
 * @param root the authority that signs this environment's own
 */
export function environmentServices(root: RootAuthority): readonly Service<unknown>[] {
  return [createPki(root), ...OTHERS];
}
