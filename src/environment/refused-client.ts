import { Exchange } from '../kernel/http/exchange.ts';
import type { Journal } from '../kernel/journal/journal.ts';
import type { RefusedClient } from './doors.ts';

/** Writes down a client that was turned away before it could send a request: there is no exchange but this. */
export function recordRefusedClient(journal: Journal, { listener, explanation, peer }: RefusedClient): void {
  const exchange = new Exchange(listener, performance.now());
  exchange.service = 'pki';
  exchange.operation = 'mutual-tls';
  exchange.refused(explanation);
  journal.record({
    exchange,
    method: 'CONNECT',
    url: listener.baseUrl,
    // No request, so no answer: the connection was ended.
    status: 495,
    milliseconds: 0,
    requestHeaders: peer,
    responseHeaders: () => ({}),
  });
}
