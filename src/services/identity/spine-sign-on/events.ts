/** Token events: posted once to the port the listener asked for, not tried again (identity.md A.5, PTL-042, PTL-043). */
import { messageOf } from '../../../kernel/errors.ts';
import type { Job } from '../../../kernel/outbox/outbox.ts';
import { writeNotification } from './access-manager.ts';
import { EVENT_SEAL, type TokenEvent } from './sessions.ts';
import type { SignOnWorld } from './world.ts';

export async function sendTokenEvent(world: SignOnWorld, job: Job): Promise<void> {
  const { url, sealed } = job.payload;
  if (typeof url !== 'string' || typeof sealed !== 'string') return;
  const content: TokenEvent = JSON.parse(world.sealer.open(EVENT_SEAL, sealed));
  try {
    const { status } = await world.outgoing.postXml(url, writeNotification(content));
    if (status !== 200) world.log.warn({ url, status }, 'a listener did not take a token event; it is not sent again');
  } catch (error) {
    world.log.warn({ url, error: messageOf(error) }, 'a listener was not reached with a token event; it is not sent again');
  }
}
