import type { Sealer } from '../kernel/sealer.ts';
import type { Configuration } from './configuration.ts';

/**
 * The token by which the operator's command line speaks to the portal: the admin token where there is one; otherwise one that only who can read
 * the data folder's seal key can make, the same in every replica and kept nowhere.
 */
export function operatorToken(configuration: Pick<Configuration, 'adminToken'>, sealer: Sealer): string {
  return configuration.adminToken ?? sealer.sign('portal-operator', 'localspine');
}
