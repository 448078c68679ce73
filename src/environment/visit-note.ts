import { Exchange } from '../kernel/http/exchange.ts';
import type { Journal } from '../kernel/journal/journal.ts';
import type { RequestMetrics } from '../kernel/metrics.ts';
import type { VisitNote } from '../kernel/service-door.ts';
import type { OpenServiceDoor } from './service-doors.ts';

/** Puts an exchange of a protocol that is not HTTP into the journal and the metrics of its environment. */
export function noteVisit(
  { journal, metrics }: { readonly journal: Journal; readonly metrics: RequestMetrics },
  door: OpenServiceDoor,
  note: VisitNote,
): void {
  const exchange = new Exchange({ name: door.name, port: door.port, baseUrl: door.url, ersInstance: '' }, performance.now());
  exchange.service = door.service;
  exchange.operation = note.operation;
  exchange.checks.push(...(note.checks ?? []));
  if (note.odsCode !== undefined) exchange.odsCode = note.odsCode;
  if (note.request !== undefined) exchange.requestBody = note.request;
  if (note.answer !== undefined) exchange.responseBody = note.answer;
  if (note.refusal !== undefined) exchange.refused(note.refusal);
  metrics.count(door.service, note.operation, note.status, note.milliseconds);
  journal.record({ ...note, exchange, requestHeaders: {}, responseHeaders: () => ({}) });
}
