import type { ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { DirectoryApi } from '../directory/index.ts';
import type { DnsApi } from '../dns/index.ts';
import type { GatewayApi } from '../gateway/index.ts';
import type { IdentityApi } from '../identity/index.ts';
import type { PkiApi } from '../pki/index.ts';
import type { Actor } from './model.ts';
import { writeAudit } from './store.ts';

/** Where the browser comes back to after sign-in. */
export const CALLBACK = '/eprwebapp/callback';

/** What the parts of the registration applications share in one environment. */
export interface RegistrationWorld extends Pick<ServiceContext, 'environment' | 'store' | 'clock' | 'random' | 'faults' | 'availability'> {
  readonly pki: PkiApi;
  readonly dns: DnsApi;
  readonly directory: DirectoryApi;
  readonly gateway: GatewayApi;
  readonly identity: IdentityApi;
}

/** The operator of LocalSpine, through the management interface. */
export const OPERATOR: Actor = { id: 'operator', urp: 'System', odsCodes: new Set(), grants: [], operator: true };

/** Writes down who did what, in the transaction that does it. */
export async function audit(world: RegistrationWorld, tx: Db, actor: Actor, action: string, subject: string, detail = ''): Promise<void> {
  const at = world.clock.now();
  await writeAudit(tx, { auditId: world.random.orderedUuid(world.clock.realNow()), at, actor: actor.id, action, subject, detail });
}
