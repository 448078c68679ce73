import { gatewayOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { Recordings } from './recordings.ts';

/** The recordings of an environment; asks nothing of it yet. */
export function recordingsOf(environment: Environment): Recordings {
  const { parts, store, world, facts } = environment;
  return new Recordings({
    store,
    world,
    environment: facts.id,
    nameOf: async (db, appId) => (await gatewayOf(environment).application(db, appId)).name,
    fingerprint: async () => (await import('./fingerprint.ts')).fingerprint(environment),
    sealKey: async () => (await import('./signer.ts')).sealKeyOf(environment),
    failed: (text) => parts.log.error({ text }, 'recording'),
  });
}
