import { instantInLondon } from './london.ts';
import type { ChangeInput } from './reading.ts';
import type { ChangeView } from './views.ts';

/** An entry as it would be written, so that it can be edited and sent again. */
export function inputOf(entry: ChangeView): ChangeInput {
  const { title, summary, environments, services, impact, kind, raisedBy, contact, startLondon, endLondon } = entry;
  const { fromBuild, toBuild, liveReleaseRef, actionForSuppliers, oldGeneration, newGeneration, freezeFromLondon } = entry;
  const optional = { fromBuild, toBuild, liveReleaseRef, actionForSuppliers, oldGeneration, newGeneration, freezeFrom: freezeFromLondon };
  return {
    title,
    summary,
    environments,
    services,
    start: unambiguous(startLondon, entry.start),
    end: unambiguous(endLondon, entry.end),
    impact,
    kind,
    raisedBy,
    contact,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/** London's time, or the instant where London's clocks show that time twice. */
function unambiguous(wall: string, instant: string): string {
  return instantInLondon(wall) === Date.parse(instant) ? wall : instant;
}
