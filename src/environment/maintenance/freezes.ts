/** What a decommissioning freezes (path-to-live.md §5.3): from a date on there are no new users, endpoints and certificates. Pure. */
import type { Frozen, Registered } from '../../kernel/availability.ts';
import type { Instant } from '../../kernel/clock.ts';
import { type ForwardChange, statusAt } from './forward-change.ts';
import type { Maintained } from './slots.ts';

/**
 * What is new in which application: users, endpoints and certificates are registered with the Care Identity Service, the latter two are Spine's
 * too. Neither e-RS nor the API platform registers any of them: a real freeze has excepted e-RS (path-to-live.md §2.1, DEV).
 */
const REGISTERED_WITH: Readonly<Record<Maintained, readonly Registered[]>> = {
  cis: ['users', 'endpoints', 'certificates'],
  'spine-core': ['endpoints', 'certificates'],
  ers: [],
  'api-platform': [],
};

/** The first freeze that is in force at an instant. What is only planned freezes nothing; what is decommissioned stays frozen. */
export function freezeAt(what: Registered, changes: readonly ForwardChange[], now: Instant): Frozen | undefined {
  const [first] = changes
    .filter((each) => each.services.some((service) => REGISTERED_WITH[service].includes(what)))
    .filter((each) => !['planned', 'cancelled'].includes(statusAt(each, now)))
    .flatMap(({ id, freezeFrom }) =>
      freezeFrom === undefined || now < freezeFrom ? [] : [{ since: freezeFrom, cause: `forward change ${id}` }],
    )
    .sort((one, other) => one.since - other.since);
  return first;
}
