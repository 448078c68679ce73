import { LocalRefusal } from '../../kernel/errors.ts';
import { whyClosed } from '../../kernel/http/closing.ts';
import type { RegistrationWorld } from './world.ts';

/**
 * Whether the registration applications are open. They are part of the Care Identity Service and close with it in its maintenance slot
 * (PTL-087), where maintenance is enforced; or at any time with `localspine fault add --service endpoint-registration --status 503`.
 *
 * @throws LocalRefusal 503 while they are closed, or the status that was set
 */
export async function requireOpen(
  { faults, availability }: Pick<RegistrationWorld, 'faults' | 'availability'>,
  operation: string,
): Promise<void> {
  const closed = availability.closed('cis');
  if (closed !== undefined)
    throw new LocalRefusal(
      503,
      'closed',
      'The Care Identity Service is closed for maintenance, and endpoint registration with it.',
      whyClosed(closed).fix,
    );
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
