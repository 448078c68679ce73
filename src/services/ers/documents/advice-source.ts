/** An advice and guidance request as its documents need it: plain data, people and places by their ids (ers.md §17). */
import type { Instant } from '../../../kernel/clock.ts';
import type { BusinessFunction } from '../codes.ts';
import type { Priority } from '../model.ts';

/** States of an advice request (ers.md §11.3). */
export type AdviceStatus =
  | 'PROVIDER_RESPONSE_REQUIRED'
  | 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'
  | 'REFERRER_TO_REVIEW_RESPONSE'
  | 'CONVERSATION_ENDED_CANCELLED'
  | 'CONVERSATION_ENDED_CLOSED'
  | 'ADVICE_CONVERTED';

/**
 * What {@link printAdviceOverview} (A043) and {@link printAdviceConversation} (A027) print. Whoever keeps advice requests makes one of
 * these; names are looked up by the printer.
 */
export interface AdviceSource {
  readonly ubrn: string;
  readonly nhsNumber: string;
  readonly priority: Priority;
  /** The service that was asked. */
  readonly serviceId: string;
  readonly serviceName: string;
  /** Specialty code. */
  readonly specialty?: string;
  /** SDS user id of the clinician the request names. */
  readonly namedClinician?: string;
  /** SDS user id of the responsible clinician, and where they asked from. */
  readonly referrer: string;
  readonly referringOrganisation: string;
  readonly status: AdviceStatus;
  readonly authorisedToConvert: boolean;
  readonly createdAt: Instant;
  /** In any order; printed oldest first. */
  readonly messages: readonly AdviceMessage[];
}

export interface AdviceMessage {
  readonly sent: Instant;
  /** Category of the Communication (ers.md §10.5). */
  readonly category: 'REQUESTER' | 'RESPONDER' | 'REFERRER_CLINICAL_INFORMATION_UPDATED';
  /** SDS user id of the person at the keyboard, with the role and organisation they acted in. */
  readonly sender: string;
  readonly senderFunction?: BusinessFunction;
  readonly senderOrganisation: string;
  /** SDS user id of the responsible person, when it is someone else. */
  readonly onBehalfOf?: string;
  /** Plain text; the only markup it may hold is a link (ers.md §9 A026), which is printed as its words and address. */
  readonly text: string;
  /** Files sent with the message, by name. */
  readonly files: readonly { readonly title: string; readonly description?: string }[];
}
