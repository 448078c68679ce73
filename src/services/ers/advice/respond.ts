/** The provider's answers (ers.md §9 A026). */
import { unprocessable } from '../errors.ts';
import type { Attachment, HealthcareService, Priority } from '../model.ts';
import type { NamedFile } from '../referral/letters.ts';
import { providerAuthorship } from './authors.ts';
import { attachFiles, type FileFacts } from './files.ts';
import { type AdviceChange, addMessage } from './messages.ts';
import type { AdviceMessage, AdviceRequest, GuidanceOutcome, Recommendation } from './model.ts';
import { type AdviceEvent, requireAdviceTransition } from './states.ts';
import { requireGuidanceMarkup } from './text.ts';

/** What the provider sends. */
export interface GuidanceResponse {
  readonly outcome: GuidanceOutcome;
  readonly recommendation?: Recommendation;
  readonly guidance: string;
  readonly priority: Priority;
  readonly files: readonly NamedFile[];
}

export interface ResponseFacts extends FileFacts {
  readonly messageId: string;
  /** The service that was asked, if it is still there. */
  readonly service: HealthcareService | undefined;
}

const EVENTS: Readonly<Partial<Record<GuidanceOutcome, AdviceEvent>>> = {
  RETURN_TO_REFERRER_WITH_ADVICE: 'give-advice',
  REQUIRE_FURTHER_INFORMATION: 'ask-for-information',
};

/**
 * Advice, or a question back: the conversation is the referrer's turn again, with the priority the provider gives it.
 *
 * Throws INVALID_REQUEST_STATE; INAPPROPRIATE_VALUE for PROVIDER_CONVERTED (which is A027's), for a recommendation without advice or a
 * file of the wrong type; VALUE_IS_REQUIRED for advice without recommendation; UNSUPPORTED_PRIORITY; INVALID_VALUE for markup; and what
 * {@link attachFiles} throws, DUPLICATE_FILENAME (422).
 */
export function sendResponse(advice: AdviceRequest, response: GuidanceResponse, facts: ResponseFacts): AdviceChange {
  const event = EVENTS[response.outcome];
  if (event === undefined) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Guidance Outcome' (${response.outcome}) is not appropriate.`,
      'A conversation is converted with A027, not by sending this outcome.',
    );
  }
  const category = requireAdviceTransition(advice, event, facts.caller.businessFunction);
  requireRecommendation(response);
  requireGuidanceMarkup(response.guidance);
  requirePriority(facts.service, response.priority);
  const attachments = attachFiles(advice, response.files, 'GUIDANCE_RESPONSE', facts);
  const change = addMessage(advice, category, guidanceMessage(response.guidance, attachments, facts, response), attachments);
  return { ...change, advice: { ...change.advice, priority: response.priority } };
}

/** A message of the provider. */
export function guidanceMessage(
  text: string,
  attachments: readonly Attachment[],
  facts: Pick<ResponseFacts, 'caller' | 'now' | 'messageId'>,
  { outcome, recommendation }: Pick<AdviceMessage, 'outcome' | 'recommendation'>,
): AdviceMessage {
  return {
    id: facts.messageId,
    kind: 'RESPONDER',
    ...providerAuthorship(facts.caller),
    sent: facts.now,
    text,
    attachmentIds: attachments.map((each) => each.id),
    ...(outcome !== undefined && { outcome }),
    ...(recommendation !== undefined && { recommendation }),
  };
}

/** Throws UNSUPPORTED_PRIORITY for a priority that the service does not take, INVALID_STATE when the service is no more (422). */
export function requirePriority(service: HealthcareService | undefined, priority: Priority): void {
  if (service === undefined) throw unprocessable('INVALID_STATE', `'Service' is no longer available.`);
  if (service.priorities.includes(priority)) return;
  throw unprocessable(
    'UNSUPPORTED_PRIORITY',
    `'Priority' (${priority}) is not supported by the service.`,
    `${service.name} takes ${service.priorities.join(', ')}.`,
  );
}

function requireRecommendation({ outcome, recommendation }: GuidanceResponse): void {
  const withAdvice = outcome === 'RETURN_TO_REFERRER_WITH_ADVICE';
  if (withAdvice && recommendation === undefined) {
    throw unprocessable(
      'VALUE_IS_REQUIRED',
      `'Guidance Intended Recommendation' is required.`,
      'Advice is returned with a recommendation on what to do next.',
    );
  }
  if (!withAdvice && recommendation !== undefined) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Guidance Intended Recommendation' (${recommendation}) is not appropriate.`,
      `${outcome} asks a question; it recommends nothing.`,
    );
  }
}
