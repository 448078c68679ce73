import type { PkiApi } from '../services/pki/index.ts';
import type { Environment } from './environment.ts';

/** The certificates of an environment, which its own doors need before any request can ask for them. */
export function pkiOf(environment: Environment): PkiApi {
  const pki = environment.services.find((each) => each.manifest.name === 'pki');
  if (pki === undefined) throw new Error('an environment needs the service pki');
  return pki.running.api as PkiApi;
}
