import { JTI_MEMORY } from './log-on.ts';
import { sweep } from './store/tokens.ts';
import type { GatewayWorld } from './world.ts';

const EVERY = 500;

/** Forgets old tokens after every 500 issued by this process: housekeeping that needs no timer and no exact count. */
export function sweepNowAndThen(world: GatewayWorld): () => Promise<void> {
  let issued = 0;
  return async () => {
    issued += 1;
    if (issued % EVERY !== 0) return;
    await world.store.transaction((tx) => sweep(tx, world.clock.now(), world.clock.realNow() - JTI_MEMORY));
  };
}
