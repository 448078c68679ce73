/** Referrals, services and callers for tests: synthetic, shaped as the published samples. */
import type { BusinessFunction } from './codes.ts';
import type { Appointment, Attachment, Caller, HealthcareService, Referral, Slot, StoredFile } from './model.ts';

/** The instant of `TEST_NOW`: Tuesday 24 November 2026, 09:00 UTC. */
export const NOW = Date.parse('2026-11-24T09:00:00.000Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const RC: Caller = { mode: 'user', userId: '021600556514', odsCode: 'R69', businessFunction: 'REFERRING_CLINICIAN' };
export const RCA: Caller = { mode: 'user', userId: '103264992985', odsCode: 'R69', businessFunction: 'REFERRING_CLINICIAN_ADMIN' };
export const SPC: Caller = { mode: 'user', userId: '921600556514', odsCode: 'R68', businessFunction: 'SERVICE_PROVIDER_CLINICIAN' };
export const SPCA: Caller = {
  mode: 'user',
  userId: '021600556111',
  odsCode: 'R68',
  businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN',
  onBehalfOf: '921600556514',
};
export const SPA: Caller = { mode: 'user', userId: '111111111111', odsCode: 'R68', businessFunction: 'SERVICE_PROVIDER_ADMIN' };
export const PROVIDER_APPLICATION: Caller = {
  mode: 'application',
  userId: '000000000000',
  odsCode: 'R68',
  businessFunction: 'PROVIDER_AUTHORISED_APPLICATION',
};

/** A user in some function at an organisation. */
export function userIn(businessFunction: BusinessFunction, odsCode = 'R69'): Caller {
  return { mode: 'user', userId: '021600556514', odsCode, businessFunction };
}

/** A directly bookable cardiology service of R68 with one clinician in its work group. */
export function service(changes: Partial<HealthcareService> = {}): HealthcareService {
  return {
    id: '11000',
    version: 1,
    name: 'Forthright Cardiology Business Service',
    providerOdsCode: 'R68',
    locationOdsCode: 'R6801',
    locationName: 'Test Hospital',
    specialty: 'CARDIOLOGY',
    clinicTypes: ['HEART_FAILURE'],
    requestFlows: ['APPOINTMENT_REQUEST'],
    bookableType: 'DIRECTLY_BOOKABLE',
    priorities: ['ROUTINE', 'URGENT', 'TWO_WEEK_WAIT'],
    genderTreated: 'MALE_AND_FEMALE',
    referralLetterRequired: false,
    clinicalTerms: [],
    namedClinicians: [],
    additionalRequirements: [],
    indicativeAppointmentWait: 30,
    displayProminently: false,
    commissioning: 'ALL',
    published: true,
    workGroup: [{ userId: '921600556514', odsCode: 'R68' }],
    ...changes,
  };
}

export const DIRECT = service();
export const INDIRECT = service({ id: '50002', name: 'Leeds Neuro Business Service', bookableType: 'INDIRECTLY_BOOKABLE' });
export const TRIAGE = service({
  id: '50001',
  name: 'Cardiology Triage Service',
  requestFlows: ['TRIAGE_REQUEST'],
  bookableType: 'UNSPECIFIED',
});
export const ADVICE = service({
  id: '11014',
  name: 'Advice Only',
  requestFlows: ['ADVICE_AND_GUIDANCE_REQUEST'],
  bookableType: 'UNSPECIFIED',
});

export const SLOT: Slot = {
  id: '11000021',
  serviceId: '11000',
  usrn: 'USRN-11000021',
  start: NOW + 7 * DAY,
  end: NOW + 7 * DAY + HOUR,
  status: 'free',
};

/** A referral of R69, not booked, no letter owed. */
export function referral(changes: Partial<Referral> = {}): Referral {
  return {
    ubrn: '000000080000',
    version: 6,
    requestId: 'r.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
    status: 'active',
    state: 'NOT_BOOKED',
    nhsNumber: '9912003888',
    priority: 'ROUTINE',
    criteria: { priority: 'ROUTINE', specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE', ageAndGenderAppropriate: true },
    shortlist: [DIRECT, INDIRECT, TRIAGE].map((each) => ({ serviceId: each.id, serviceName: each.name })),
    commissioningRuleOrganisation: 'R69',
    referringOrganisation: 'R69',
    referrer: '021600556514',
    createdBy: '021600556514',
    createdAt: NOW - 2 * DAY,
    updatedAt: NOW - 2 * DAY,
    letterIntention: 'NOT_INTENDING_TO_ADD',
    firstReminderLetterFollowUpDays: 0,
    attachments: [],
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
    additionalRequirements: [],
    relatedReferrals: [],
    convertedFromAdvice: false,
    ...changes,
  };
}

/** A booked appointment at the directly bookable service. */
export function appointment(changes: Partial<Appointment> = {}): Appointment {
  return {
    id: '80000',
    version: 0,
    status: 'booked',
    serviceId: DIRECT.id,
    serviceName: DIRECT.name,
    start: SLOT.start,
    end: SLOT.end,
    slotId: SLOT.id,
    created: NOW - DAY,
    ...changes,
  };
}

/** A referral booked at the directly bookable service. */
export function bookedReferral(changes: Partial<Referral> = {}): Referral {
  return referral({ state: 'BOOKED', appointment: appointment(), specialty: 'CARDIOLOGY', pathwayStart: NOW - DAY, ...changes });
}

/** A referrer's letter. */
export function letter(changes: Partial<Attachment> = {}): Attachment {
  return {
    id: '90000',
    type: 'REFERRER',
    fileId: '719f6045-e791-4029-8e0f-1201c02b0a55',
    title: 'referralletter.pdf',
    contentType: 'application/pdf',
    size: 6,
    description: 'referralletter pdf',
    indexed: NOW - DAY,
    creation: '2026-11-23',
    attachedBy: '021600556514',
    attachedByOrganisation: 'R69',
    ...changes,
  };
}

/** A scanned upload meant for {@link referral}. */
export function file(changes: Partial<StoredFile> = {}): StoredFile {
  return {
    id: '50f0c0d5-7ed1-4587-8fce-889c8685eb54',
    name: 'bloods.pdf',
    contentType: 'application/pdf',
    size: 17,
    hash: '0'.repeat(64),
    intendedUbrn: '000000080000',
    uploadedBy: '021600556514',
    uploadedByOrganisation: 'R69',
    uploadedAt: NOW - HOUR,
    status: 'AVAILABLE',
    ...changes,
  };
}
