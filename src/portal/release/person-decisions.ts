import type { RoadEvent } from './store.ts';

/**
 * Organisations for which a person has declined or withdrawn the approval, and nobody has approved since: a simulated chief information officer
 * does not overrule a real one.
 */
export function decidedByPerson(events: readonly RoadEvent[]): ReadonlySet<string> {
  const reserved = new Set<string>();
  for (const { kind, key, action, byPerson } of events) {
    if (kind !== 'euo-approval') continue;
    if (action === 'approve') reserved.delete(key);
    if (byPerson && (action === 'decline' || action === 'withdraw')) reserved.add(key);
  }
  return reserved;
}
