/** Slots on offer at seeded services: always in the future of the environment's clock. */
import type { Instant } from '../../../kernel/clock.ts';
import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import { isDirectlyBookable } from '../catalogue/slot-search.ts';
import type { HealthcareService, Slot } from '../model.ts';
import { NAMED_CLINICIAN, SCHEDULED_CLINICIAN } from './published-services.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OPENING_HOUR = 9;
/** Slots of published services are an hour long, as in the examples. */
const SLOTS_A_DAY = 6;
const SYNTHETIC_WORKING_DAYS = 40;

/** Services of the examples that have no slots: searches there give an empty page. */
const WITHOUT_SLOTS: ReadonlySet<string> = new Set(['10000', '11021']);

/** Slot ids and clinicians of the examples, by service (see README.md here). */
const PUBLISHED: Readonly<Record<string, readonly (readonly [id: string, clinician?: string | undefined])[]>> = {
  '11000': [...ids('11000', 11).map((id) => [id, SCHEDULED_CLINICIAN] as const), ['11000021']],
  '12000': ['12000001', '12000003', '12000004'].map((id) => [id, SCHEDULED_CLINICIAN] as const),
  '13000': [
    ['13000001', SCHEDULED_CLINICIAN],
    ['13000002', SCHEDULED_CLINICIAN],
    ['13000003', SCHEDULED_CLINICIAN],
    ['13000004'],
    ['13000005'],
  ],
  '14000': [...ids('14000', 6).map((id) => [id, SCHEDULED_CLINICIAN] as const), ['14000007'], ['14000008']],
};

/** Id of the slot that the booked example referral holds, at the service 11002. */
export const BOOKED_SLOT = '11002001';

/** Midnight of the `count`-th working day after `now`; Saturday and Sunday do not count. */
export function workingDay(now: Instant, count: number): Instant {
  let day = Math.floor(now / DAY) * DAY;
  for (let left = count; left > 0; ) {
    day += DAY;
    const weekday = new Date(day).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return day;
}

/** When the booked example referral is seen: a quarter of an hour, two weeks on. */
export function bookedSlotTime(now: Instant): { readonly start: Instant; readonly end: Instant } {
  const start = workingDay(now, 10) + 12 * HOUR + 30 * MINUTE;
  return { start, end: start + 15 * MINUTE };
}

/** The slots of a published service. */
export function publishedSlots(service: HealthcareService, now: Instant): readonly Slot[] {
  if (!isDirectlyBookable(service) || WITHOUT_SLOTS.has(service.id)) return [];
  const rows = Object.hasOwn(PUBLISHED, service.id) ? PUBLISHED[service.id] : undefined;
  const offered = (
    rows ??
    ids(service.id, 6, service.id === '11002' ? 2 : 1).map((id): readonly [string, (string | undefined)?] => [
      id,
      service.namedClinicians[0],
    ])
  ).map(([id, clinician], index): Slot => {
    const start = workingDay(now, 2 + Math.floor(index / SLOTS_A_DAY)) + (OPENING_HOUR + (index % SLOTS_A_DAY)) * HOUR;
    return {
      id,
      serviceId: service.id,
      usrn: `USRN-${id}`,
      ...(clinician !== undefined && { clinician }),
      start,
      end: start + HOUR,
      status: 'free',
    };
  });
  if (service.id !== '11002') return offered;
  return [
    {
      id: BOOKED_SLOT,
      serviceId: service.id,
      usrn: `USRN-${BOOKED_SLOT}`,
      clinician: NAMED_CLINICIAN,
      ...bookedSlotTime(now),
      status: 'booked',
    },
    ...offered,
  ];
}

/** 20 to 40 slots over eight weeks, in working hours; about half with one of the service's clinicians. */
export function syntheticSlots(service: HealthcareService, random: SeededRandom, now: Instant): readonly Slot[] {
  if (!isDirectlyBookable(service)) return [];
  const count = random.int(20, 40);
  const times = new Set<Instant>();
  while (times.size < count) {
    const halfHour = random.int(0, 15);
    times.add(workingDay(now, random.int(1, SYNTHETIC_WORKING_DAYS)) + OPENING_HOUR * HOUR + halfHour * 30 * MINUTE);
  }
  return [...times]
    .sort((one, other) => one - other)
    .map((start, index): Slot => {
      const id = `${service.id}${String(index + 1).padStart(3, '0')}`;
      const withClinician = service.namedClinicians.length > 0 && random.chance(0.5);
      const urgentOnly = service.priorities.includes('URGENT') && random.chance(0.15);
      return {
        id,
        serviceId: service.id,
        usrn: `USRN-${id}`,
        ...(withClinician && { clinician: random.pick(service.namedClinicians) }),
        start,
        end: start + 30 * MINUTE,
        ...(urgentOnly && { priority: 'URGENT' as const }),
        status: 'free',
      };
    });
}

/** Slot ids of a service: its id and a running number of three digits. */
function ids(serviceId: string, count: number, first = 1): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${serviceId}${String(first + index).padStart(3, '0')}`);
}

/** The first free slot that a published service has on a fresh seed; its clinician is the one the examples show there. */
export function firstFreeSlot(serviceId: string, now: Instant): Omit<Slot, 'status'> {
  const id = `${serviceId}${serviceId === '11002' ? '002' : '001'}`;
  const start = workingDay(now, 2) + OPENING_HOUR * HOUR;
  const clinician = serviceId === '11002' ? NAMED_CLINICIAN : undefined;
  return { id, serviceId, usrn: `USRN-${id}`, ...(clinician !== undefined && { clinician }), start, end: start + HOUR };
}
