/**
 * What e-RS knows, as plain data. Rules take these values and give these values; the store keeps them; the STU3 and R4 folders
 * write them out (ers.md §1, §10, §13).
 */
import type { Instant } from '../../kernel/clock.ts';
import type { BusinessFunction, ReferralState } from './codes.ts';

export type Priority = 'ROUTINE' | 'URGENT' | 'TWO_WEEK_WAIT';
export type RequestFlow = 'APPOINTMENT_REQUEST' | 'TRIAGE_REQUEST' | 'ADVICE_AND_GUIDANCE_REQUEST';
export type BookableType = 'DIRECTLY_BOOKABLE' | 'INDIRECTLY_BOOKABLE' | 'UNSPECIFIED';

/** A coded value with the code system it came from; `display` when one is shown. */
export interface Code {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

/** A person who may act for a service: the work group (ers.md §13.1). */
export interface WorkGroupMember {
  readonly userId: string;
  readonly odsCode: string;
}

/** An entry of the directory of services (ers.md §13.1). */
export interface HealthcareService {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly providerOdsCode: string;
  readonly locationOdsCode: string;
  readonly locationName: string;
  readonly postcode?: string;
  readonly specialty: string;
  readonly clinicTypes: readonly string[];
  readonly requestFlows: readonly RequestFlow[];
  readonly bookableType: BookableType;
  readonly appointmentType?: string;
  readonly priorities: readonly Priority[];
  /** Days ahead in which slots are offered, by priority; absent = no limit. */
  readonly bookingWindowDays?: Readonly<Partial<Record<Priority, { readonly from: number; readonly to: number }>>>;
  readonly genderTreated: 'MALE' | 'FEMALE' | 'MALE_AND_FEMALE';
  /** Ages in whole years, both included. */
  readonly ageTreated?: { readonly low?: number; readonly high?: number };
  readonly referralLetterRequired: boolean;
  readonly clinicalTerms: readonly string[];
  /** SDS user ids. */
  readonly namedClinicians: readonly string[];
  readonly additionalRequirements: readonly ('ADVOCACY' | 'INTERPRETER' | 'TRANSPORT')[];
  /** Days, or the coded answer when there is no figure. */
  readonly indicativeAppointmentWait: number | 'LIMITED_AVAILABILITY' | 'NOT_APPLICABLE';
  readonly indicativeTreatmentWait?: number;
  readonly capacityAlert?: 'LOW';
  readonly displayProminently: boolean;
  readonly referrerAlert?: string;
  readonly exclusions?: string;
  readonly suggestedInvestigations?: string;
  readonly conditionsTreated?: string;
  readonly instructions?: string;
  readonly hoursOfOperation?: string;
  /** For patients. */
  readonly telephone?: string;
  /** For those who refer. */
  readonly professionalContacts?: readonly { readonly system: 'phone' | 'fax' | 'email'; readonly value: string }[];
  /** The hospital system that keeps the slots, as Spine knows it; directly bookable services only. */
  readonly pasEndpoint?: { readonly asid?: string; readonly partyKey?: string };
  /** Whether any practice may refer, or only those named (primary-care menu). */
  readonly commissioning: 'ALL' | { readonly odsCodes: readonly string[]; readonly from?: string; readonly to?: string };
  readonly published: boolean;
  readonly workGroup: readonly WorkGroupMember[];
  /** Days before the appointment in which letters may not change (A012). */
  readonly freezeDays?: number;
}

/** A free or taken slot, as polled from the provider's hospital system (ers.md §14). */
export interface Slot {
  readonly id: string;
  readonly serviceId: string;
  readonly usrn: string;
  readonly clinician?: string;
  readonly start: Instant;
  readonly end: Instant;
  /** A slot without one serves every priority. */
  readonly priority?: Priority;
  /** `withdrawn`: the hospital said so; `gone`: it no longer offers it. */
  readonly status: 'free' | 'booked' | 'withdrawn' | 'gone';
}

/** The criteria of a service search; stored with every shortlist (ers.md §9 A010). */
export interface SearchCriteria {
  readonly priority: Priority;
  readonly specialty?: string;
  readonly clinicType?: string;
  readonly indicativeAppointmentWaitTimeLimit?: number;
  readonly postcode?: string;
  readonly distanceLimit?: number;
  /** SNOMED CT concept id, with the display that was sent. */
  readonly clinicalTerm?: { readonly code: string; readonly display?: string };
  readonly namedClinician?: string;
  readonly ageAndGenderAppropriate: boolean;
  /** Provider or site; not echoed in stored criteria. */
  readonly organisation?: string;
  /** Older stored values may appear on imported referrals; absent on some samples. */
  readonly commissioningProvisioning?: string;
}

export interface ShortlistEntry {
  readonly serviceId: string;
  readonly serviceName: string;
}

export interface Appointment {
  readonly id: string;
  readonly version: number;
  readonly status: 'booked' | 'proposed' | 'cancelled' | 'noshow' | 'fulfilled';
  readonly serviceId: string;
  readonly serviceName: string;
  readonly clinician?: string;
  readonly start?: Instant;
  readonly end?: Instant;
  readonly slotId?: string;
  readonly created: Instant;
  readonly reason?: Code;
  readonly comment?: string;
}

export type AttachmentType = 'REFERRER' | 'PROVIDER' | 'ADVICE_REQUEST' | 'GUIDANCE_RESPONSE';

/** A file linked to a request (ers.md §10.3). */
export interface Attachment {
  /** Decimal number; also names the contained `DocumentReference-{id}`. */
  readonly id: string;
  readonly type: AttachmentType;
  /** Logical id of the `Binary`. */
  readonly fileId: string;
  readonly title: string;
  readonly contentType: string;
  readonly size: number;
  readonly description?: string;
  readonly indexed: Instant;
  /** `YYYY-MM-DD`. */
  readonly creation: string;
  readonly attachedBy: string;
  readonly attachedByOrganisation: string;
  readonly attachedOnBehalfOf?: string;
}

export type AvailabilityStatus = 'PENDING' | 'AVAILABLE' | 'THREATS_FOUND' | 'VALIDATION_FAILED';

/** An uploaded file (A020). */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly hash: string;
  readonly intendedUbrn?: string;
  readonly uploadedBy: string;
  readonly uploadedByOrganisation: string;
  readonly uploadedAt: Instant;
  readonly status: AvailabilityStatus;
  /** The request it is linked to. */
  readonly linkedUbrn?: string;
}

export type LetterIntention = 'NEED_TO_ADD_LATER' | 'NOT_INTENDING_TO_ADD';
export type ContextStatus = 'NEVER_REVIEWED' | 'LETTER_CHANGED' | 'PRIORITY_CHANGED' | 'PRIORITY_AND_LETTER_CHANGED';

/** A referral with everything that changes with it: one row, one version (ers.md §10.1, §11.1). */
export interface Referral {
  readonly ubrn: string;
  readonly version: number;
  /** `r.{uuid}`. */
  readonly requestId: string;
  readonly status: 'active' | 'cancelled' | 'completed';
  readonly state: ReferralState;
  readonly stateReason?: Code;
  readonly stateComments?: string;
  readonly nhsNumber: string;
  readonly priority: Priority;
  readonly criteria: SearchCriteria;
  readonly shortlist: readonly ShortlistEntry[];
  readonly commissioningRuleOrganisation: string;
  readonly referringOrganisation: string;
  /** The responsible clinician. */
  readonly referrer: string;
  readonly createdBy: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly letterIntention: LetterIntention;
  /** `YYYY-MM-DD`, while a letter is owed. */
  readonly letterDue?: string;
  readonly clinicalInfoFirstSubmitted?: Instant;
  readonly clinicalInfoLastUpdated?: Instant;
  readonly pathwayStart?: Instant;
  readonly firstReminderLetterFollowUpDays: number;
  /** Known once an appointment ties the referral to a service. */
  readonly specialty?: string;
  readonly appointment?: Appointment;
  readonly attachments: readonly Attachment[];
  /** The provider has accepted the current booking. */
  readonly reviewed: boolean;
  readonly contextStatus: ContextStatus;
  readonly additionalRequirements: readonly ('ADVOCACY' | 'INTERPRETER' | 'TRANSPORT')[];
  /** Other UBRNs of the pathway. */
  readonly relatedReferrals: readonly string[];
  /** UBRN of the advice request it was converted from (always its own). */
  readonly convertedFromAdvice: boolean;
  /** Last booking attempt that failed, and so which deferral is allowed (ers.md §9 A016). */
  readonly bookingFailure?: {
    readonly slotId: string;
    readonly serviceId: string;
    readonly outcome: 'SLOT_NOT_AVAILABLE' | 'BOOKING_ATTEMPT_PROBLEM';
  };
  /** When the deferral or triage reached the provider. */
  readonly receivedAt?: Instant;
  /** Services that once held the current appointment: they keep read access to what they saw (ers.md §4.2). */
  readonly formerServices?: readonly string[];
  /** Organisation that cancelled the referral, when it was not the referrer's own (ers.md §12). */
  readonly cancelledByOrganisation?: string;
  /** Made by a provider who passed the patient on: letters cannot be changed by the first referrer (ers.md §9 A012). */
  readonly onwardReferral?: true;
}

/** Who calls, after the gateway and the role check: what rules need to know of them. */
export type Caller =
  | {
      readonly mode: 'user';
      readonly userId: string;
      readonly odsCode: string;
      readonly businessFunction: BusinessFunction;
      /** SPCA only: the clinician acted for. */
      readonly onBehalfOf?: string;
    }
  | { readonly mode: 'application'; readonly userId: string; readonly odsCode: string; readonly businessFunction: BusinessFunction };
