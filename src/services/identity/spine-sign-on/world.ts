import type { IdentityWorld } from '../provider.ts';
import { SessionStore } from './sign-on-store.ts';

/** What the parts of Spine sign-on share in one environment. */
export interface SignOnWorld extends IdentityWorld {
  readonly sessions: SessionStore;
}

export function signOnWorld(world: IdentityWorld): SignOnWorld {
  return { ...world, sessions: new SessionStore(world.sealer) };
}
