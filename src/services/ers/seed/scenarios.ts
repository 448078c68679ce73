/**
 * What the specification's "sandbox test scenarios" name beside the published examples: three more referrals (A005, A029) and the
 * appointments 70000 to 70007, all at version 5 (A038). For the environment of open access only: there people try these requests first.
 */
import type { Instant } from '../../../kernel/clock.ts';
import { REVIEW_REASON_SYSTEM } from '../booking/booking.ts';
import { workingDay } from '../booking/clinic.ts';
import { STU3_CODES } from '../codes.ts';
import type { Appointment, Code, Referral } from '../model.ts';
import { APPOINTMENT_CANCELLATION_REASON } from '../review/review.ts';
import { exampleReferral, mover } from './referrals.ts';
import { publishedSlots } from './slots.ts';

const HOUR = 3_600_000;
const VERSION = 5;
const AT = '2021-06-11T12:33:25.664Z';
const DIRECT = { serviceId: '11012', serviceName: 'Excellent Cardiology Business Service 12' };
const INDIRECT = { serviceId: '11016', serviceName: 'Triage-Related Indirect Business Service' };
const TRIAGE = { serviceId: '11004', serviceName: 'Cardiology Triage Business Service' };
/** The last slots of the service's example days, so that the first ones stay free. */
const SLOTS = ['11012005', '11012006', '11012004'] as const;

const reviewReason = (code: string): Code => ({ system: REVIEW_REASON_SYSTEM, code });
const reviewOutcome = (code: string, display: string): Code => ({ system: `${STU3_CODES}eRS-ReviewOutcome-1`, code, display });
const RETURNED = reviewOutcome('RETURN_TO_REFERRER_WITH_ADVICE', 'Return to Referrer With Advice');
const ACTION_LATER = reviewOutcome('CANCEL_APPOINTMENT_ACTION_LATER', 'Cancel Appointment Action Later');
const HOLIDAY: Code = { system: APPOINTMENT_CANCELLATION_REASON, code: 'PATIENT_HOLIDAY', display: 'Patient on holiday' };

type Scenario = Pick<Referral, 'state'> &
  Partial<Pick<Referral, 'stateReason' | 'stateComments' | 'convertedFromAdvice' | 'reviewed'>> & {
    readonly appointment: Omit<Appointment, 'id' | 'version' | 'created'>;
  };

/** The appointments in the order of their numbers. */
function scenarios(now: Instant): readonly Scenario[] {
  const indirectly = workingDay(now, 24) + 10 * HOUR;
  const decided = (reason: Code, comment: string, service = DIRECT) =>
    ({ stateReason: reason, stateComments: comment, appointment: { status: 'proposed', ...service, reason, comment } }) as const;
  return [
    { state: 'BOOKED', appointment: directly(SLOTS[0], now) },
    { state: 'BOOKED', appointment: { status: 'booked', ...INDIRECT, start: indirectly, end: indirectly } },
    { state: 'DEFERRED_TO_PROVIDER', ...decided(reviewReason('NO_SLOTS_AT_SERVICE'), 'Slot unavailable') },
    { state: 'AWAITING_TRIAGE', ...decided(reviewReason('TRIAGE'), 'Please triage', TRIAGE) },
    { state: 'TRIAGE_RESPONSE', ...decided(RETURNED, 'Condition not serious', TRIAGE) },
    { state: 'TRIAGED_PROVIDER_TO_ACTION', reviewed: true, ...decided(ACTION_LATER, 'Please rebook later') },
    {
      state: 'APPT_CANCELLED_BY_PATIENT',
      stateReason: HOLIDAY,
      appointment: { status: 'cancelled', ...DIRECT, reason: HOLIDAY },
    },
    { state: 'BOOKED', convertedFromAdvice: true, appointment: directly(SLOTS[1], now) },
  ];
}

function directly(slotId: string, now: Instant): Scenario['appointment'] {
  const slot = publishedSlots(
    { id: DIRECT.serviceId, bookableType: 'DIRECTLY_BOOKABLE', namedClinicians: [], requestFlows: ['APPOINTMENT_REQUEST'] },
    now,
  ).find(({ id }) => id === slotId);
  if (slot === undefined) throw new TypeError(`the service ${DIRECT.serviceId} has no slot ${slotId}`);
  return { status: 'booked', ...DIRECT, start: slot.start, end: slot.end, slotId };
}

/** The referrals: 000000070005, 000000070006 and 000000070011, and 000000070040 to 000000070047 for the appointments. */
export function scenarioReferrals(now: Instant): readonly Referral[] {
  const moved = mover(now);
  const shortlist = [{ serviceId: '11002', serviceName: 'Good Cardiology Business Service' }];
  return [
    { ...exampleReferral(moved, '000000070005', 'b5', 'ROUTINE', AT), state: 'NOT_BOOKED', shortlist, relatedReferrals: ['000000070001'] },
    {
      ...exampleReferral(moved, '000000070011', '11', 'ROUTINE', AT),
      state: 'NOT_BOOKED',
      shortlist,
      additionalRequirements: ['ADVOCACY', 'INTERPRETER', 'TRANSPORT'],
    },
    {
      ...exampleReferral(moved, '000000070006', 'b6', 'ROUTINE', AT),
      version: VERSION + 1,
      state: 'BOOKED',
      shortlist: [DIRECT],
      specialty: 'CARDIOLOGY',
      pathwayStart: moved(AT),
      appointment: { id: '70008', version: 0, created: moved(AT), ...directly(SLOTS[2], now) },
    },
    ...scenarios(now).map(({ appointment, ...scenario }, index): Referral => {
      const { serviceId, serviceName } = appointment;
      const created = moved(AT);
      return {
        ...exampleReferral(moved, `00000007004${index}`, `4${index}`, 'ROUTINE', AT),
        shortlist: [{ serviceId, serviceName }],
        specialty: 'CARDIOLOGY',
        pathwayStart: created,
        ...(appointment.status === 'proposed' && { receivedAt: created }),
        ...scenario,
        appointment: { id: `7000${index}`, version: VERSION, created, ...appointment },
      };
    }),
  ];
}
