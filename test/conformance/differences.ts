/** Where an answer is deliberately not what an example shows: the example contradicts the specification or another example. */
import type { Deviation } from './comparison.ts';

export interface Difference {
  readonly endpoint: string;
  /** `OPERATION/NAME` of the answers it is about; all of the endpoint when not given. */
  readonly answers?: readonly string[];
  /** Member, as a path of the comparison. */
  readonly path: RegExp;
  readonly published: string;
  readonly ours: string;
  readonly why: string;
}

/** The whole list; docs/conformance.md shows it. */
export const DIFFERENCES: readonly Difference[] = [
  {
    endpoint: 'A004',
    path: /^concept\[/,
    published: 'a few codes of each code system',
    ours: 'the whole code system',
    why: 'the examples are extracts',
  },
  {
    endpoint: 'A008',
    answers: ['retrieveWorklist/AppointmentSlotIssues'],
    path: /\[patientContactExpected\]/,
    published: 'contact expected 4 and 10 days after two routine deferrals of the same minute',
    ours: 'the days that the code system PRIORITY publishes, as working days',
    why: 'the example agrees neither with the code system nor with itself',
  },
  {
    endpoint: 'A010',
    answers: ['patientServiceSearch/TriageAndAppointmentRequestType', 'patientServiceSearch/WithIndicativeAppointmentWaitTime'],
    path: /\[(specialty|location)\]/,
    published: '"Specialty Name", "Organisation Name" and "NacCode"',
    ours: 'codes and names of a specialty and an organisation',
    why: 'the examples hold placeholders, which are no codes',
  },
  {
    endpoint: 'A012',
    answers: ['maintainReferralLetter/ReferralRequestWithUpdatedDocumentReferences'],
    path: /^subject\.identifier\.value$/,
    published: 'an NHS number of eleven digits',
    ours: 'the patient of the referral',
    why: 'a slip: NHS numbers have ten digits',
  },
  {
    endpoint: 'A015',
    path: /^entry\[Schedule\]\.resource\.actor\[1\]$/,
    published: 'the clinician is left out of schedules named after one, and stands in a schedule named after none',
    ours: 'the clinician is an actor of the schedules that are named after one',
    why: 'the examples contradict themselves',
  },
  {
    endpoint: 'A015',
    answers: ['retrieveAppointmentSlots/Page1With2Schedules'],
    path: /schedule\.reference$|^entry\[Schedule\]\.(fullUrl|resource\.id|resource\.identifier\[0\]\.value)$/,
    published: 'schedules of the service 11000 in a search for slots of 13000',
    ours: 'schedules of 13000',
    why: 'the example contradicts its own request and its own actors',
  },
  {
    endpoint: 'A029',
    path: /^entry\[Task\]$/,
    published: 'the one action that the example is about',
    ours: 'all actions that the user may take in that state',
    why: 'each example shows one action, also where the specification allows others beside it',
  },
  {
    endpoint: 'A025',
    answers: ['retrieveAdviceAndGuidanceConversation/UnavailableAttachments'],
    path: /^link\[0\]\.url$|\.basedOn\[0\]\.reference$/,
    published: 'a conversation of two other requests than the one that is asked for',
    ours: 'the request that is asked for',
    why: 'a slip of the example',
  },
  {
    endpoint: 'A027',
    path: /^contained\[Appointment\]\.incomingReferral\[0\]\.reference$/,
    published: 'version 9 of a referral whose version is 4',
    ours: 'the version of the referral',
    why: 'a slip: every other example names the current version',
  },
  {
    endpoint: 'A027',
    path: /\.attachment\.size$/,
    published: 'the size of the printed conversation as the national service prints it',
    ours: 'the size of the document printed here',
    why: 'the two have another layout',
  },
  {
    endpoint: 'A028',
    answers: ['recordTriageOutcome/ReturnToReferrerWithAdvice'],
    path: /^extension\[ReferralState\]\.extension\[state\]/,
    published: 'TRIAGED_PROVIDER_TO_ACTION',
    ours: 'TRIAGE_RESPONSE',
    why: 'the referral goes back to the referrer: the states, worklists and the patient API of the specification say TRIAGE_RESPONSE',
  },
  {
    endpoint: 'A036',
    answers: ['cancelReferral/CancelledBookedReferralReferrerCancellation', 'cancelReferral/CancelledReferralOutpatientService'],
    path: /\.extension\[reason\]\.valueCoding\.system$/,
    published: 'a code system REQUEST-CANCELLATION-REASON',
    ours: 'REFERRAL-CANCELLATION-REASON',
    why: 'there is no such code system; the other examples and the requests say REFERRAL-CANCELLATION-REASON',
  },
  {
    endpoint: 'A036',
    answers: ['cancelReferral/CancelledBookedReferralReferrerCancellation'],
    path: /contained\[Appointment\]\.(reason|comment)$|\[updatedAppointment\]\.resource\.(comment$|participant)/,
    published:
      'one appointment twice: with and without reason, comment and clinician, with two names of the service, and a comment that nobody sent',
    ours: 'the same appointment in both places, with the comment of the request',
    why: 'the example contradicts itself and its request',
  },
  {
    endpoint: 'A036',
    answers: ['cancelReferral/CancelledReferralResolvedDeferralIntendPrivateWithComment'],
    path: /\.extension\[Appointment-Reference\]$/,
    published: 'a contained appointment without the reference to it',
    ours: 'both',
    why: 'every other example with an appointment has both',
  },
  {
    endpoint: 'A035',
    answers: ['searchForServices/searchServiceWithMinmumalAttributes'],
    path: /\.characteristic$/,
    published: 'services that support neither bookings nor triage nor advice',
    ours: 'what each service supports',
    why: 'there is no service that supports nothing',
  },
  {
    endpoint: 'A035',
    answers: ['searchForServices/searchServiceWithMinmumalAttributes'],
    path: /\.active$/,
    published: '`active` on one of two services',
    ours: 'no `active`',
    why: 'the example contradicts itself, and the specification has no such element',
  },
  {
    endpoint: 'A044',
    path: /\[createdCommunication\]\.resource\.(sender\.|note\[0\]\.text$)/,
    published: 'another sender than the one who asks, and a text without the full stop of the request',
    ours: 'who asked, and the text that was sent',
    why: 'the example contradicts its request and what it contains',
  },
];

/** The difference that explains a deviation. */
export function differenceFor(endpoint: string, answer: string, deviation: Deviation): Difference | undefined {
  return DIFFERENCES.find(
    (each) => each.endpoint === endpoint && (each.answers?.includes(answer) ?? true) && each.path.test(deviation.path),
  );
}
