import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Availability, Closed } from '../availability.ts';
import { isoInstant } from '../clock.ts';
import { type Explanation, Refusal } from '../errors.ts';
import type { Pages } from '../web/pages.ts';

/** Why a closed service refuses, for the journal. */
export function whyClosed({ service, cause, until }: Closed): Explanation {
  const end = until === undefined ? 'nobody has said when it will be back' : `it is back at ${isoInstant(until)}`;
  return {
    check: 'maintenance.closed',
    why: `${service} is down (${cause}), and maintenance is enforced here: ${end}.`,
    fix: 'Try again later, move the clock on (localspine clock set), or start with LOCALSPINE_MAINTENANCE=announced.',
  };
}

/** What was asked for is down for maintenance. Each protocol renders it in its own way. */
export class ServiceClosed extends Refusal {
  readonly closed: Closed;

  constructor(closed: Closed) {
    super(`${closed.service} is unavailable`, whyClosed(closed));
    this.closed = closed;
  }
}

/**
 * Lets the routes of a scope answer only while a service is open. What is thrown while it is closed goes to the scope's own error renderer.
 *
 * @param app the scope; routes outside it are not touched
 */
export function closeFor(app: FastifyInstance, availability: Availability, service: string): void {
  app.addHook('onRequest', (request, reply, done) => {
    request.exchange.maintained = service;
    const closed = availability.closed(service);
    if (closed === undefined) {
      done();
      return;
    }
    void reply.header('retry-after', String(closed.retryAfterSeconds));
    done(new ServiceClosed(closed));
  });
}

const LONDON = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  hour12: true,
});

/** `6am on Thursday 3 December 2026`, by London's clocks: how NHS pages write it. */
export function timeForPeople(instant: number): string {
  const part = Object.fromEntries(LONDON.formatToParts(instant).map(({ type, value }) => [type, value]));
  const minute = part['minute'] === '00' ? '' : `:${part['minute']}`;
  return `${part['hour']}${minute}${(part['dayPeriod'] ?? '').toLowerCase()} on ${part['weekday']} ${part['day']} ${part['month']} ${part['year']}`;
}

/** The page that people see while a service is down, with the time at which it is back. */
export async function sendClosedPage(
  pages: Pages,
  reply: FastifyReply,
  environment: string,
  { closed }: ServiceClosed,
): Promise<FastifyReply> {
  const values = {
    title: 'Sorry, the service is unavailable',
    environment,
    service: closed.service,
    until: closed.until === undefined ? undefined : timeForPeople(closed.until),
  };
  return pages.send(reply, 'unavailable.njk', values, 503);
}
