/** An advice and guidance request as its documents need it: plain data, people and places by their ids (ers.md §17). */
import type { Instant } from '../../../kernel/clock.ts';
import type { BusinessFunction } from '../codes.ts';
import type { Attachment, Priority } from '../model.ts';

/** Where a conversation stands (ers.md §11.3). */
export type PrintedAdviceCategory =
  | 'PROVIDER_RESPONSE_REQUIRED'
  | 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'
  | 'REFERRER_TO_REVIEW_RESPONSE'
  | 'CONVERSATION_ENDED_CANCELLED'
  | 'CONVERSATION_ENDED_CLOSED'
  | 'ADVICE_CONVERTED';

/** A person in a role at an organisation. */
export interface PrintedAuthor {
  /** SDS user id. */
  readonly userId: string;
  readonly odsCode: string;
  readonly businessFunction?: BusinessFunction;
}

/**
 * What `printAdviceOverview` (A043), `printAdviceConversation` (A027) and the clinical information of a converted request (A007) print.
 * Whoever keeps advice requests makes one of these; names are looked up when it is printed.
 */
export interface AdviceSource {
  readonly ubrn: string;
  readonly nhsNumber: string;
  readonly priority: Priority;
  /** The service that was asked. */
  readonly service: { readonly serviceId: string; readonly serviceName: string };
  /** Specialty code. */
  readonly specialty?: string;
  /** SDS user id of the clinician the search named. */
  readonly namedClinician?: string;
  /** The responsible clinician. */
  readonly referrer: PrintedAuthor;
  readonly category: PrintedAdviceCategory;
  readonly conversionAuthorisation: 'AUTHORISED_TO_CONVERT' | 'NOT_AUTHORISED_TO_CONVERT';
  readonly firstRequested: Instant;
  readonly lastUpdated: Instant;
  /** In any order; printed oldest first. */
  readonly messages: readonly PrintedMessage[];
  /** Every file of the request; those that no message names are printed apart. */
  readonly attachments: readonly Attachment[];
}

export interface PrintedMessage {
  readonly sent: Instant;
  /** Category of the Communication (ers.md §10.5). */
  readonly kind: 'REQUESTER' | 'RESPONDER' | 'REFERRER_CLINICAL_INFORMATION_UPDATED';
  readonly responsible: PrintedAuthor;
  /** The person at the keyboard. */
  readonly sender: PrintedAuthor;
  /** The only markup it may hold is a link (ers.md §9 A026), which is printed as its words and address. */
  readonly text: string;
  /** Ids of attachments of the request that came with it. */
  readonly attachmentIds: readonly string[];
  /** Code of `eRS-GuidanceIntendedRecommendation-1`, where the provider gave one. */
  readonly recommendation?: string;
}
