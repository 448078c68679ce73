/** The portal of a test's own, over a database it opened itself: no process, no sockets, and a clock it moves. */
import { type Logger, pino } from 'pino';
import type { Clock } from '../../src/kernel/clock.ts';
import { secureRandom } from '../../src/kernel/random.ts';
import type { Store } from '../../src/kernel/store/store.ts';
import type { PortalFoundation } from '../../src/portal/index.ts';

export const PORTAL_TOKEN = 'a-token-of-this-test';

export function foundationOver(
  store: Store,
  clock: Clock,
  wishes: { readonly thisMachineOnly?: boolean; readonly log?: Logger } = {},
): PortalFoundation {
  return {
    store,
    clock,
    outbox: { enqueue: async () => undefined, wake: () => undefined },
    random: secureRandom,
    log: wishes.log ?? pino({ enabled: false }),
    environments: [],
    baseUrl: 'https://localhost:8043',
    thisMachineOnly: wishes.thisMachineOnly ?? true,
    operatorToken: PORTAL_TOKEN,
    smtpUrl: undefined,
    reviewers: 'at-once',
    guard: () => undefined,
    errorPages: async () => [],
  };
}
