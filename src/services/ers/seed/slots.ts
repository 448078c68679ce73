/** Clinics of seeded services: the slots of the examples, and the plans by which every clinic goes on opening new ones. */
import type { Instant } from '../../../kernel/clock.ts';
import type { SeededRandom } from '../../../kernel/seeded-random.ts';
import { type ClinicPlan, type WeeklySession, workingDay } from '../booking/clinic.ts';
import { isDirectlyBookable } from '../catalogue/slot-search.ts';
import type { HealthcareService, Slot } from '../model.ts';
import { NAMED_CLINICIAN, SCHEDULED_CLINICIAN } from './published-services.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OPENING_HOUR = 9;
/** First working day on which a published service has slots. */
const FIRST_WORKING_DAY = 2;
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
    const start = workingDay(now, FIRST_WORKING_DAY + Math.floor(index / SLOTS_A_DAY)) + (OPENING_HOUR + (index % SLOTS_A_DAY)) * HOUR;
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

const EVERY_WORKING_DAY = [1, 2, 3, 4, 5];

/**
 * How the clinic of a published service goes on once its example slots are used up: as many a day, at the same hours and with the same
 * clinicians, as far ahead as the examples reach. Undefined for a service without slots.
 */
export function publishedPlan(slots: readonly Slot[]): ClinicPlan | undefined {
  const offered = slots.filter((each) => each.status === 'free');
  if (offered.length === 0) return undefined;
  const sessions: WeeklySession[] = [];
  offered.slice(0, SLOTS_A_DAY).forEach((slot, index) => {
    const last = sessions.at(-1);
    if (last !== undefined && last.clinician === slot.clinician) sessions[sessions.length - 1] = { ...last, slots: last.slots + 1 };
    else {
      const from = `${String(OPENING_HOUR + index).padStart(2, '0')}:00`;
      sessions.push({
        weekdays: EVERY_WORKING_DAY,
        from,
        slots: 1,
        minutes: 60,
        ...(slot.clinician !== undefined && { clinician: slot.clinician }),
      });
    }
  });
  return { workingDaysAhead: FIRST_WORKING_DAY + Math.floor((offered.length - 1) / SLOTS_A_DAY), sessions };
}

/**
 * The week of an invented clinic: one session of three to five half hours, for one patient fewer now and then, with a clinician of the
 * service about every other time; here and there one slot for urgent referrals alone. Eight weeks ahead. Undefined when it has none.
 */
export function syntheticPlan(service: HealthcareService, random: SeededRandom): ClinicPlan | undefined {
  if (!isDirectlyBookable(service)) return undefined;
  const slots = random.int(3, 5);
  const session: WeeklySession = {
    weekdays: [random.int(1, 5)],
    from: random.chance(0.5) ? '09:00' : '13:30',
    slots,
    minutes: 30,
    capacity: random.chance(0.3) ? slots - 1 : slots,
    ...(service.namedClinicians.length > 0 && random.chance(0.5) && { clinician: random.pick(service.namedClinicians) }),
  };
  const urgent: WeeklySession = { weekdays: [random.int(1, 5)], from: '12:00', slots: 1, minutes: 30, priority: 'URGENT' };
  const hasUrgent = service.priorities.includes('URGENT') && random.chance(0.3);
  return { workingDaysAhead: SYNTHETIC_WORKING_DAYS, sessions: hasUrgent ? [session, urgent] : [session] };
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
