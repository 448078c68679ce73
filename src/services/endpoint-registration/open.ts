import { LocalRefusal } from '../../kernel/errors.ts';
import type { RegistrationWorld } from './world.ts';

/**
 * Whether the registration applications are open. They are part of the Care Identity Service and close with it in its maintenance slot
 * (PTL-087): rehearse that with `localspine fault add --service endpoint-registration --status 503`.
 *
 * @throws LocalRefusal 503 while they are closed, or the status that was set
 */
export async function requireOpen({ faults }: Pick<RegistrationWorld, 'faults'>, operation: string): Promise<void> {
  const effect = await faults.take('endpoint-registration', operation, ['status', 'delay']);
  if (effect === undefined || effect.kind === 'partner' || effect.kind === 'disconnect') return;
  if (effect.kind === 'delay') {
    await new Promise((resolve) => setTimeout(resolve, effect.milliseconds));
    return;
  }
  throw new LocalRefusal(
    effect.status,
    'closed',
    'The Care Identity Service is closed for maintenance, and endpoint registration with it.',
    'Try again after the slot, or clear the fault: localspine fault clear.',
  );
}
