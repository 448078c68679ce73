/** Handing the ticket to a listener on the workstation, for web applications: `PUT …/set_ticket/<ticket>` (identity.md A.6). */
import { Agent, request } from 'undici';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';

const TIMEOUT = 3_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Puts a ticket to the listener. */
export type TicketPush = (ticket: string) => Promise<void>;

/**
 * A push to one listener on this machine. Its certificate is not checked: it is the workstation's own, and the call never leaves it.
 *
 * @param address base address of the listener, e.g. `https://127.0.0.1:20006`
 * @param referer what the real agent names: the host it signed on at
 * @param failed told when the listener does not take it; signing on goes on without
 * @throws LocalRefusal 400 for an address that is not on this machine
 */
export function ticketPush(address: string, referer: string, failed: (why: string) => void): TicketPush {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !LOOPBACK.has(url.hostname) || !['http:', 'https:'].includes(url.protocol))
    throw new LocalRefusal(400, 'push_address', `${address} is not on this machine.`, 'Give an address like https://127.0.0.1:20006.');
  return async (ticket) => {
    const dispatcher = new Agent({
      connect: { rejectUnauthorized: false, timeout: TIMEOUT },
      headersTimeout: TIMEOUT,
      bodyTimeout: TIMEOUT,
    });
    try {
      const { statusCode, body } = await request(`${url.origin}/set_ticket/${encodeURIComponent(ticket)}`, {
        method: 'PUT',
        headers: { referer },
        dispatcher,
      });
      await body.dump();
      if (statusCode >= 300) failed(`${url.origin} answered ${statusCode} to the ticket.`);
    } catch (error) {
      failed(`${url.origin} did not take the ticket: ${messageOf(error)}.`);
    } finally {
      await dispatcher.destroy();
    }
  };
}
