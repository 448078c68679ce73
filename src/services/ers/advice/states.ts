/**
 * The life of an advice request as one table (ers.md §11.3): which event is allowed from which categories, for whom, and where it leads.
 * Providers act through the API (A026, A027); what referrers do after A044 has no API and happens in the web application or through the
 * admin API.
 */
import type { BusinessFunction } from '../codes.ts';
import { ErsRefusal, unprocessable } from '../errors.ts';
import { WRONG_FUNCTION } from '../proxy.ts';
import type { AdviceCategory, AdviceRequest } from './model.ts';

export const ADVICE_EVENTS = [
  'give-advice',
  'ask-for-information',
  'convert',
  'reply',
  'add-clinical-information',
  'close',
  'cancel',
  'convert-by-referrer',
] as const;
export type AdviceEvent = (typeof ADVICE_EVENTS)[number];

/** The FHIR status of each category. */
export const ADVICE_STATUS = {
  PROVIDER_RESPONSE_REQUIRED: 'active',
  REFERRER_TO_SUBMIT_FURTHER_INFORMATION: 'active',
  REFERRER_TO_REVIEW_RESPONSE: 'active',
  CONVERSATION_ENDED_CANCELLED: 'cancelled',
  CONVERSATION_ENDED_CLOSED: 'completed',
  ADVICE_CONVERTED: 'completed',
} as const satisfies Readonly<Record<AdviceCategory, 'active' | 'cancelled' | 'completed'>>;

/** Where every conversation begins (A044). */
export const FIRST_CATEGORY: AdviceCategory = 'PROVIDER_RESPONSE_REQUIRED';

interface Transition {
  readonly event: AdviceEvent;
  readonly from: readonly AdviceCategory[];
  readonly who: readonly BusinessFunction[];
  /** `same`: the category stays. */
  readonly to: AdviceCategory | 'same';
  /** Only when the referrer has allowed the provider to convert. */
  readonly needsAuthorisation?: true;
}

const REFERRERS: readonly BusinessFunction[] = ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN'];
const PROVIDERS: readonly BusinessFunction[] = ['SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'];
/** On the provider's worklist: a provider who has asked for more may still answer (ers.md §12). */
export const WITH_PROVIDER: readonly AdviceCategory[] = ['PROVIDER_RESPONSE_REQUIRED', 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'];
const WITH_REFERRER: readonly AdviceCategory[] = ['REFERRER_TO_SUBMIT_FURTHER_INFORMATION', 'REFERRER_TO_REVIEW_RESPONSE'];
const ACTIVE: readonly AdviceCategory[] = ['PROVIDER_RESPONSE_REQUIRED', ...WITH_REFERRER];

/** The table. */
export const ADVICE_TRANSITIONS: readonly Transition[] = [
  { event: 'give-advice', from: WITH_PROVIDER, who: PROVIDERS, to: 'REFERRER_TO_REVIEW_RESPONSE' },
  { event: 'ask-for-information', from: WITH_PROVIDER, who: PROVIDERS, to: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION' },
  { event: 'convert', from: WITH_PROVIDER, who: PROVIDERS, to: 'ADVICE_CONVERTED', needsAuthorisation: true },
  { event: 'reply', from: WITH_REFERRER, who: REFERRERS, to: 'PROVIDER_RESPONSE_REQUIRED' },
  { event: 'add-clinical-information', from: ACTIVE, who: REFERRERS, to: 'same' },
  { event: 'close', from: WITH_REFERRER, who: REFERRERS, to: 'CONVERSATION_ENDED_CLOSED' },
  { event: 'cancel', from: ACTIVE, who: REFERRERS, to: 'CONVERSATION_ENDED_CANCELLED' },
  { event: 'convert-by-referrer', from: ACTIVE, who: REFERRERS, to: 'ADVICE_CONVERTED' },
];

/**
 * The category an event leads to.
 *
 * Throws FORBIDDEN (403) when the event is not for this function; INVALID_REQUEST_STATE (422) when the conversation's category forbids
 * it, or a provider converts without the referrer's leave (ers.md §9 A026, A027).
 */
export function requireAdviceTransition(
  advice: Pick<AdviceRequest, 'ubrn' | 'category' | 'conversionAuthorisation'>,
  event: AdviceEvent,
  businessFunction: BusinessFunction,
): AdviceCategory {
  const transitions = ADVICE_TRANSITIONS.filter((each) => each.event === event);
  if (!transitions.some((each) => each.who.includes(businessFunction))) throw notForFunction(event, businessFunction);
  const transition = transitions.find((each) => each.who.includes(businessFunction) && each.from.includes(advice.category));
  if (transition === undefined) throw wrongState(advice.ubrn, `${event} is not possible while the conversation is ${advice.category}.`);
  if (transition.needsAuthorisation === true && advice.conversionAuthorisation !== 'AUTHORISED_TO_CONVERT') {
    throw wrongState(advice.ubrn, 'The referrer has not allowed the provider to convert this request to a referral.');
  }
  return transition.to === 'same' ? advice.category : transition.to;
}

/** 422 INVALID_REQUEST_STATE. */
export function wrongState(ubrn: string, why: string): ErsRefusal {
  return unprocessable(
    'INVALID_REQUEST_STATE',
    `'UBRN' (${ubrn}) is not in a state that allows this action.`,
    why,
    'Retrieve the advice request (A024) to see where the conversation stands.',
  );
}

function notForFunction(event: AdviceEvent, businessFunction: BusinessFunction): ErsRefusal {
  return new ErsRefusal(403, [{ code: 'FORBIDDEN', diagnostics: WRONG_FUNCTION }], {
    check: 'ers.advice.function',
    why: `${event} is not for ${businessFunction}.`,
    fix: 'Advice is given by provider clinicians; referrers reply, close, cancel and convert their own requests.',
  });
}
