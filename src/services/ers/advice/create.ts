/** How a conversation begins (ers.md §9 A044). */
import { unprocessable } from '../errors.ts';
import type { HealthcareService, SearchCriteria } from '../model.ts';
import { requireInResults, requireReferringClinicianRule } from '../referral/create.ts';
import { type NamedFile, requireDistinctNames } from '../referral/letters.ts';
import { referrerAuthorship } from './authors.ts';
import { attachFiles, type FileFacts } from './files.ts';
import type { AdviceChange } from './messages.ts';
import type { AdviceMessage, ConversionAuthorisation } from './model.ts';
import { FIRST_CATEGORY } from './states.ts';

/** Services that one request for advice can be sent to. */
export const MAXIMUM_ADVICE_SERVICES = 1;

/** What the referrer asks for. */
export interface CreateAdvice {
  readonly nhsNumber: string;
  /** Named by a clinician's administrator only. */
  readonly referringClinician?: string;
  readonly conversionAuthorisation: ConversionAuthorisation;
  readonly criteria: SearchCriteria;
  readonly serviceIds: readonly string[];
  readonly text: string;
  readonly files: readonly NamedFile[];
}

/** What was looked up or drawn. */
export interface CreateAdviceFacts extends FileFacts {
  readonly ubrn: string;
  /** `a.{uuid}`. */
  readonly requestId: string;
  readonly messageId: string;
  readonly service: HealthcareService;
}

/**
 * The rules on the service that is asked: it gives advice, and comes out of a search with the criteria sent.
 *
 * Throws INAPPROPRIATE_VALUE or SHORTLISTED_SERVICE_NOT_IN_RESULTS (422).
 */
export function requireAdviceService(service: HealthcareService, foundIds: ReadonlySet<string>): void {
  if (!service.requestFlows.includes('ADVICE_AND_GUIDANCE_REQUEST')) {
    throw unprocessable(
      'INAPPROPRIATE_VALUE',
      `'Shortlist/Service Id' (${service.id}) is not appropriate.`,
      `${service.name} gives no advice and guidance.`,
      'Search (A010) with requestType ADVICE_AND_GUIDANCE_REQUEST for the services that do.',
    );
  }
  requireInResults(service, foundIds);
}

/**
 * A new conversation with its first message: version 1, the provider's turn (ers.md §6, §9 A044).
 *
 * Throws (422) what {@link requireReferringClinicianRule} and {@link attachFiles} throw, DUPLICATE_FILENAME.
 */
export function createAdvice(input: CreateAdvice, facts: CreateAdviceFacts): AdviceChange {
  requireReferringClinicianRule(facts.caller, input.referringClinician);
  const attachments = attachFiles({}, input.files, 'ADVICE_REQUEST', facts).map((each) => forClinician(each, input.referringClinician));
  requireDistinctNames(attachments);
  const authorship = referrerAuthorship(facts.caller, input.referringClinician);
  const message: AdviceMessage = {
    id: facts.messageId,
    kind: 'REQUESTER',
    ...authorship,
    sent: facts.now,
    text: input.text,
    attachmentIds: attachments.map((each) => each.id),
  };
  const { organisation: _organisation, ...criteria } = input.criteria;
  return {
    advice: {
      ubrn: facts.ubrn,
      version: 1,
      requestId: facts.requestId,
      category: FIRST_CATEGORY,
      nhsNumber: input.nhsNumber,
      priority: criteria.priority,
      criteria,
      service: { serviceId: facts.service.id, serviceName: facts.service.name },
      specialty: facts.service.specialty,
      conversionAuthorisation: input.conversionAuthorisation,
      referringOrganisation: facts.caller.odsCode,
      referrer: authorship.responsible,
      createdBy: authorship.sender,
      firstRequested: facts.now,
      lastUpdated: facts.now,
      messages: [message],
      attachments,
    },
    message,
    linked: attachments.map((each) => each.fileId),
  };
}

/** An administrator attaches on behalf of the clinician they name. */
function forClinician<A extends object>(attachment: A, clinician: string | undefined): A & { readonly attachedOnBehalfOf?: string } {
  return clinician === undefined ? attachment : { ...attachment, attachedOnBehalfOf: clinician };
}
