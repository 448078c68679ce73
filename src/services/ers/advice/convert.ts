/** How a conversation becomes a referral under the same UBRN: by the provider (ers.md §9 A027) or by the referrer (web application only). */
import { isoDate } from '../../../kernel/clock.ts';
import { STU3_CODES } from '../codes.ts';
import type { Attachment, Code, HealthcareService, LetterIntention, Priority, Referral, SearchCriteria } from '../model.ts';
import { createReferral } from '../referral/create.ts';
import { attachmentAuthor, type NamedFile, requireDistinctNames } from '../referral/letters.ts';
import { attachFiles, type FileFacts } from './files.ts';
import { type AdviceChange, addMessage } from './messages.ts';
import type { AdviceRequest } from './model.ts';
import { guidanceMessage, type ResponseFacts, requirePriority } from './respond.ts';
import { requireAdviceTransition } from './states.ts';
import { requireGuidanceMarkup } from './text.ts';

/** State reason, and reason of the proposed appointment, of a referral that a provider made of a conversation. */
export const CONVERTED_BY_PROVIDER: Code = {
  system: `${STU3_CODES}eRS-ReviewOutcome-1`,
  code: 'PROVIDER_CONVERTED_ADVICE_AND_GUIDANCE_ADMIN_TO_REFER',
  display: 'Provider Converted Advice and Guidance, Admin to Refer',
};

/** What the provider sends. */
export interface ProviderConversion {
  readonly guidance: string;
  readonly priority: Priority;
  readonly reviewComments: string;
  /** For the referrer, with the last message. */
  readonly guidanceFiles: readonly NamedFile[];
  /** For the provider's administrators, with the referral. */
  readonly reviewFiles: readonly NamedFile[];
}

/** The record of the conversation, made as a file of the referral. */
export interface ConversationRecord {
  readonly fileId: string;
  readonly size: number;
}

interface RecordFacts extends FileFacts {
  /** `r.{uuid}`. */
  readonly requestId: string;
  readonly record: ConversationRecord;
}

export interface ProviderConversionFacts extends ResponseFacts, RecordFacts {
  readonly appointmentId: string;
}

/** A converted conversation and the referral it became. */
export interface ConvertedAdvice extends AdviceChange {
  readonly referral: Referral;
}

/**
 * The provider's conversion: a last message, the conversation completed, and a referral that waits for the provider's administrators at
 * the service that was asked, with every file of the conversation and the record of it.
 *
 * Throws (422) INVALID_REQUEST_STATE also without the referrer's leave; UNSUPPORTED_PRIORITY; INVALID_VALUE for markup; and what
 * {@link attachFiles} throws, DUPLICATE_FILENAME.
 */
export function convertByProvider(advice: AdviceRequest, input: ProviderConversion, facts: ProviderConversionFacts): ConvertedAdvice {
  const category = requireAdviceTransition(advice, 'convert', facts.caller.businessFunction);
  requireGuidanceMarkup(input.guidance);
  requirePriority(facts.service, input.priority);
  const record = recordAttachment(advice.ubrn, facts);
  const guidanceFiles = attachFiles(advice, input.guidanceFiles, 'GUIDANCE_RESPONSE', facts);
  const reviewFiles = attachFiles(advice, input.reviewFiles, 'PROVIDER', facts);
  const message = guidanceMessage(input.guidance, guidanceFiles, facts, { outcome: 'PROVIDER_CONVERTED' });
  const change = addMessage(advice, category, message, guidanceFiles);
  const attachments = [record, ...change.advice.attachments, ...reviewFiles];
  requireDistinctNames(attachments);
  return {
    ...change,
    linked: [...change.linked, ...reviewFiles.map((each) => each.fileId)],
    referral: {
      ...referralBasis(change.advice, input.priority, facts, attachments),
      state: 'TRIAGED_PROVIDER_TO_ACTION',
      stateReason: CONVERTED_BY_PROVIDER,
      stateComments: input.reviewComments,
      shortlist: [advice.service],
      specialty: advice.specialty,
      appointment: {
        id: facts.appointmentId,
        version: 1,
        status: 'proposed',
        ...advice.service,
        created: facts.now,
        reason: CONVERTED_BY_PROVIDER,
        comment: input.reviewComments,
      },
      receivedAt: facts.now,
    },
  };
}

/** What the referrer decides when they refer after advice. */
export interface ReferrerConversion {
  readonly criteria: SearchCriteria;
  readonly letterIntention: LetterIntention;
  readonly firstReminderLetterFollowUpDays: number;
}

export interface ReferrerConversionFacts extends RecordFacts {
  /** Services of the new shortlist, in its order, as the search has found them. */
  readonly services: readonly HealthcareService[];
}

/**
 * The referrer's conversion: no message; the conversation is completed and a referral with a shortlist of its own is begun.
 *
 * Throws INVALID_REQUEST_STATE and what {@link createReferral} throws (422).
 */
export function convertByReferrer(
  advice: AdviceRequest,
  input: ReferrerConversion,
  facts: ReferrerConversionFacts,
): Omit<ConvertedAdvice, 'message'> {
  const category = requireAdviceTransition(advice, 'convert-by-referrer', facts.caller.businessFunction);
  const converted: AdviceRequest = { ...advice, version: advice.version + 1, category, lastUpdated: facts.now };
  const attachments = [recordAttachment(advice.ubrn, facts), ...advice.attachments];
  const begun = createReferral(
    {
      nhsNumber: advice.nhsNumber,
      criteria: input.criteria,
      serviceIds: facts.services.map((each) => each.id),
      letterIntention: input.letterIntention,
      firstReminderLetterFollowUpDays: input.firstReminderLetterFollowUpDays,
      ...(facts.caller.businessFunction === 'REFERRING_CLINICIAN_ADMIN' && { referringClinician: advice.referrer.userId }),
    },
    {
      caller: facts.caller,
      now: facts.now,
      ubrn: advice.ubrn,
      requestId: facts.requestId,
      commissioningRuleOrganisation: advice.referringOrganisation,
      services: facts.services,
    },
  );
  return {
    advice: converted,
    linked: [],
    referral: { ...begun, ...referralBasis(converted, input.criteria.priority, facts, attachments), criteria: begun.criteria },
  };
}

/** What every referral made of a conversation has in common. Its version goes on from the conversation's. */
function referralBasis(
  advice: AdviceRequest,
  priority: Priority,
  facts: RecordFacts,
  attachments: readonly Attachment[],
): Omit<Referral, 'state' | 'shortlist'> {
  return {
    ubrn: advice.ubrn,
    version: advice.version,
    requestId: facts.requestId,
    status: 'active',
    nhsNumber: advice.nhsNumber,
    priority,
    criteria: { ...advice.criteria, priority },
    commissioningRuleOrganisation: advice.referringOrganisation,
    referringOrganisation: advice.referringOrganisation,
    referrer: advice.referrer.userId,
    createdBy: facts.caller.userId,
    createdAt: facts.now,
    updatedAt: facts.now,
    // The record of the conversation is its clinical information: no letter is owed.
    letterIntention: 'NOT_INTENDING_TO_ADD',
    firstReminderLetterFollowUpDays: 0,
    clinicalInfoFirstSubmitted: facts.now,
    attachments,
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
    additionalRequirements: [],
    relatedReferrals: [],
    convertedFromAdvice: true,
  };
}

/** Name of the record of a conversation. */
export function recordName(ubrn: string): string {
  return `Advice and guidance conversation - ${ubrn}.pdf`;
}

function recordAttachment(ubrn: string, facts: RecordFacts): Attachment {
  return {
    id: facts.nextAttachmentId(),
    type: 'REFERRER',
    fileId: facts.record.fileId,
    title: recordName(ubrn),
    contentType: 'application/pdf',
    size: facts.record.size,
    indexed: facts.now,
    creation: isoDate(facts.now),
    ...attachmentAuthor(facts.caller),
  };
}
