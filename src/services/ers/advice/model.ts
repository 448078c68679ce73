/** Advice and guidance (A&G) as plain data: a written conversation between a referrer and a provider (ers.md §1, §10.4, §10.5). */
import type { Instant } from '../../../kernel/clock.ts';
import type { BusinessFunction } from '../codes.ts';
import type { Attachment, Priority, SearchCriteria, ShortlistEntry } from '../model.ts';

/** Where a conversation stands: `eRS-AdviceAndGuidanceStatus-1` (ers.md §11.3). */
export const ADVICE_CATEGORIES = [
  'PROVIDER_RESPONSE_REQUIRED',
  'REFERRER_TO_SUBMIT_FURTHER_INFORMATION',
  'REFERRER_TO_REVIEW_RESPONSE',
  'CONVERSATION_ENDED_CANCELLED',
  'CONVERSATION_ENDED_CLOSED',
  'ADVICE_CONVERTED',
] as const;
export type AdviceCategory = (typeof ADVICE_CATEGORIES)[number];

/** `eRS-ProviderConversionAuthorisation-1`. */
export const CONVERSION_AUTHORISATIONS = ['AUTHORISED_TO_CONVERT', 'NOT_AUTHORISED_TO_CONVERT'] as const;
export type ConversionAuthorisation = (typeof CONVERSION_AUTHORISATIONS)[number];

/** `eRS-GuidanceResponseOutcome-1`. The last one is the result of a conversion (A027), never sent by a client. */
export const GUIDANCE_OUTCOMES = ['RETURN_TO_REFERRER_WITH_ADVICE', 'REQUIRE_FURTHER_INFORMATION', 'PROVIDER_CONVERTED'] as const;
export type GuidanceOutcome = (typeof GUIDANCE_OUTCOMES)[number];

/** `eRS-GuidanceIntendedRecommendation-1`. */
export const RECOMMENDATIONS = [
  'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
  'ADVICE_FOLLOWED_BY_REFERRAL_IF_REQUIRED',
  'REFERRAL_RECOMMENDED',
  'OTHER',
] as const;
export type Recommendation = (typeof RECOMMENDATIONS)[number];

/** `eRS-CommunicationSentBy-1`. The last one marks a note of the system: files were added outside the conversation. */
export const MESSAGE_KINDS = ['REQUESTER', 'RESPONDER', 'REFERRER_CLINICAL_INFORMATION_UPDATED'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** A person in a role at an organisation. A note of the system names no role (ers.md §10.5). */
export interface Author {
  readonly userId: string;
  readonly odsCode: string;
  readonly businessFunction?: BusinessFunction;
}

/** One message of a conversation. */
export interface AdviceMessage {
  /** Decimal number: the logical id of the `Communication`. */
  readonly id: string;
  readonly kind: MessageKind;
  /** The responsible clinician. */
  readonly responsible: Author;
  /** The person at the keyboard: differs for administrators. */
  readonly sender: Author;
  readonly sent: Instant;
  readonly text: string;
  /** Ids of attachments of the request that came with it. */
  readonly attachmentIds: readonly string[];
  readonly outcome?: GuidanceOutcome;
  readonly recommendation?: Recommendation;
}

/** A request for advice with its whole conversation: one row, one version. */
export interface AdviceRequest {
  /** A referral that it is converted to has the same one. */
  readonly ubrn: string;
  readonly version: number;
  /** `a.{uuid}`. */
  readonly requestId: string;
  readonly category: AdviceCategory;
  readonly nhsNumber: string;
  readonly priority: Priority;
  readonly criteria: SearchCriteria;
  /** The one service that is asked. */
  readonly service: ShortlistEntry;
  readonly specialty: string;
  readonly conversionAuthorisation: ConversionAuthorisation;
  readonly referringOrganisation: string;
  /** The responsible clinician. */
  readonly referrer: Author;
  /** Who made the request: differs from the referrer when an administrator did. */
  readonly createdBy: Author;
  readonly firstRequested: Instant;
  readonly lastUpdated: Instant;
  /** Oldest first. */
  readonly messages: readonly AdviceMessage[];
  /** Every file of the request; those that no message names were added outside the conversation. */
  readonly attachments: readonly Attachment[];
}

/** The files that were added outside the conversation. */
export function attachmentsOutsideConversation(advice: AdviceRequest): readonly Attachment[] {
  const inMessages = new Set(advice.messages.flatMap((each) => each.attachmentIds));
  return advice.attachments.filter((each) => !inMessages.has(each.id));
}

/** The files that came with a message. */
export function attachmentsOf(advice: Pick<AdviceRequest, 'attachments'>, message: AdviceMessage): readonly Attachment[] {
  return advice.attachments.filter((each) => message.attachmentIds.includes(each.id));
}
