import type { LocalSpine } from '../test/helpers/localspine.ts';

const BATCH = 1_000;
/** How many wait for review, however many there are. */
const WAITING = 100;
const SERVICES = ['12000', '12001', '12002', '12003', '12004', '12005', '12006', '12007', '12008', '12009'];

/**
 * Loads booked referrals of other organisations and services through `/_localspine/import`: the mass among which a worklist and a read
 * must find their own. Those numbered 1 to 100 wait for review at R69's service 11002.
 *
 * @param first number of the first UBRN, so that two loads do not meet
 */
export async function importReferrals(spine: LocalSpine, count: number, first: number): Promise<void> {
  const now = Date.now();
  for (let from = 0; from < count; from += BATCH) {
    const referrals = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => referral(first + from + n, now));
    const reply = await spine.admin('INT', '/import', { method: 'POST', body: { ers: { instance: 'Int1', referrals } } });
    if (reply.status !== 200) throw new Error(reply.text);
  }
}

function referral(number: number, now: number): object {
  const ubrn = String(100_000_000_000 + number);
  const waiting = number <= WAITING;
  const serviceId = waiting ? '11002' : (SERVICES[number % SERVICES.length] ?? '12000');
  const created = now - (number % 5_000) * 60_000;
  const start = now + 86_400_000 * (1 + (number % 60));
  return {
    ubrn,
    version: 5,
    requestId: `r.00000000-0000-4000-8000-${ubrn}`,
    status: 'active',
    state: 'BOOKED',
    nhsNumber: '9912003888',
    priority: 'ROUTINE',
    criteria: { priority: 'ROUTINE', specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE', ageAndGenderAppropriate: true },
    shortlist: [{ serviceId, serviceName: 'Good Cardiology Business Service' }],
    commissioningRuleOrganisation: 'R69',
    referringOrganisation: waiting ? 'R69' : 'D82106',
    referrer: '021600556514',
    createdBy: '021600556514',
    createdAt: created,
    updatedAt: created,
    letterIntention: 'NOT_INTENDING_TO_ADD',
    pathwayStart: created,
    firstReminderLetterFollowUpDays: 0,
    specialty: 'CARDIOLOGY',
    appointment: {
      id: String(1_000_000 + number),
      version: 0,
      status: 'booked',
      serviceId,
      serviceName: 'Good Cardiology Business Service',
      start,
      end: start + 900_000,
      slotId: String(5_000_000 + number),
      created,
    },
    attachments: [],
    reviewed: !waiting,
    contextStatus: 'NEVER_REVIEWED',
    additionalRequirements: [],
    relatedReferrals: [],
    convertedFromAdvice: false,
  };
}
