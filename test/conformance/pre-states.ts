/**
 * What must be true before each published example pair: the examples show one UBRN in several states, so every pair is sent to a fresh
 * environment with its own pre-state (DESIGN.md "Settled"). Keyed by the response file.
 */
import { FUTURE, referralOf } from './from-example.ts';

// Published examples are data of many shapes.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
type Json = any;

export interface Pair {
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly etag?: string;
  readonly role?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly request?: string;
  readonly response: string;
  readonly note?: string;
}

export interface Prepared {
  readonly referrals: readonly Json[];
  readonly slots?: readonly Json[];
  readonly ubrn?: string;
  readonly ifMatch?: number;
  readonly businessFunction?: string;
  readonly user?: string;
  /** A letter to upload for this UBRN first; its address goes into the request. */
  readonly upload?: { readonly name: string; readonly type: string };
  /** The hospital stays silent on a first booking, so that this deferral becomes allowed. */
  readonly silentBooking?: { readonly serviceId: string; readonly slotId: string };
  readonly request?: (request: Json) => Json;
}

const SLOT = { id: '11000021', serviceId: '11000', usrn: 'USRN-11000021', start: FUTURE, end: '2027-07-11T13:00:00.000Z', status: 'free' };
const DAY_AGO = '2026-11-23T09:00:00.000Z';

function withAvailability(resource: Json, changes: Json = {}): Json {
  const { referral, files } = referralOf(resource, changes);
  return {
    ...referral,
    attachments: referral.attachments.map((each: Json, index: number) => ({ ...each, availability: files[index]?.status ?? 'AVAILABLE' })),
  };
}

/** The pre-state of a pair, or a reason why it has none of its own. */
export function preState(pair: Pair, response: Json, unbooked: Json): Prepared {
  switch (pair.endpoint) {
    case 'A005':
      return { referrals: [withAvailability(response)] };
    case 'A008':
      return worklist(pair, response, unbooked);
    case 'A011':
      // The published request names a pathway start that is no longer within 365 days.
      return {
        referrals: [],
        request: (body) => ({
          ...body,
          parameter: body.parameter.map((each: Json) =>
            each.name === 'eReferralPathwayStart' ? { ...each, valueInstant: recent() } : each,
          ),
        }),
      };
    case 'A012':
      return letters(pair, response);
    case 'A014':
      return rejection(response);
    case 'A016':
      return booking(response, unbooked);
    case 'A029':
      return actions(pair, response, unbooked);
    case 'A030':
      return { referrals: [], user: '000000000101' };
    default:
      return { referrals: [] };
  }
}

function recent(): string {
  return new Date(Date.now() - 30 * 86_400_000).toISOString();
}

function letters(pair: Pair, response: Json): Prepared {
  const updated = pair.request?.includes('UpdateClinicalInfo') === true;
  const { referral } = referralOf(response);
  const earlier = updated
    ? [{ ...referral.attachments[0], id: '69000', fileId: '11111111-1111-4111-8111-111111111111', title: 'testResult1.pdf' }]
    : [];
  const { clinicalInfoFirstSubmitted, clinicalInfoLastUpdated: _, ...rest } = referral;
  // One sample has a number of eleven digits (ers.md §21): a slip.
  const nhsNumber = referral.nhsNumber.slice(0, 10);
  const before = {
    ...rest,
    nhsNumber,
    version: 4,
    attachments: earlier,
    letterIntention: updated ? 'NOT_INTENDING_TO_ADD' : 'NEED_TO_ADD_LATER',
    ...(updated ? { clinicalInfoFirstSubmitted } : {}),
  };
  const [{ title, contentType }] = referral.attachments;
  return { referrals: [before], ubrn: referral.ubrn, ifMatch: 4, upload: { name: title, type: contentType } };
}

function rejection(response: Json): Prepared {
  const { referral } = referralOf(response);
  const { reason: _reason, comment: _comment, ...appointment } = referral.appointment;
  const { stateReason: _stateReason, stateComments: _stateComments, ...rest } = referral;
  return {
    referrals: [
      {
        ...rest,
        version: 9,
        state: 'BOOKED',
        appointment: { ...appointment, version: 0, status: 'booked', start: FUTURE, end: SLOT.end, slotId: '11002001' },
      },
    ],
    ubrn: referral.ubrn,
    ifMatch: 9,
  };
}

function booking(response: Json, unbooked: Json): Prepared {
  const serviceId = response.participant[0].actor.identifier.value;
  const reason = response.reason?.[0].coding[0].code;
  const referral = withAvailability(unbooked, {
    version: 6,
    shortlist: [{ serviceId, serviceName: response.participant[0].actor.display }],
  });
  if (reason === 'BOOKING_ATTEMPT_PROBLEM') return { referrals: [referral], slots: [SLOT], silentBooking: { serviceId, slotId: SLOT.id } };
  if (reason !== undefined) return { referrals: [referral] };
  return { referrals: [referral], slots: [SLOT], request: (body) => ({ ...body, start: SLOT.start, end: SLOT.end }) };
}

function actions(pair: Pair, response: Json, unbooked: Json): Prepared {
  const ubrn = pair.query?.['focus']?.split('/')[1];
  const action = response.entry[0]?.resource.code.coding[0].code;
  const base = withAvailability(unbooked, { ubrn, version: 6, requestId: `r.00000000-0000-4000-8000-${ubrn}` });
  const proposed = {
    id: '69100',
    version: 1,
    status: 'proposed',
    serviceId: '50001',
    serviceName: 'Cardiology Triage Service',
    created: DAY_AGO,
  };
  const booked = {
    id: '69101',
    version: 0,
    status: 'booked',
    serviceId: '11002',
    serviceName: 'Good Cardiology Business Service',
    start: FUTURE,
    end: SLOT.end,
    slotId: '11002001',
    created: DAY_AGO,
  };
  const triage = { system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewReason-1', code: 'TRIAGE' };
  const states: Readonly<Record<string, Json>> = {
    none: { status: 'cancelled', state: 'CANCELLED_REFERRAL' },
    RECORD_REVIEW_OUTCOME: {
      state: 'AWAITING_TRIAGE',
      stateReason: triage,
      specialty: 'CARDIOLOGY',
      appointment: { ...proposed, reason: triage },
      receivedAt: DAY_AGO,
    },
    CANCEL_DIRECTLY_BOOKED_APPOINTMENT: { state: 'BOOKED', specialty: 'CARDIOLOGY', appointment: booked },
  };
  return {
    referrals: [{ ...base, ...(states[action ?? 'none'] ?? {}) }],
    businessFunction: action === 'RECORD_REVIEW_OUTCOME' ? 'SERVICE_PROVIDER_CLINICIAN' : 'REFERRING_CLINICIAN',
  };
}

/** One referral for each line of a published worklist, in the state that puts it there. */
function worklist(pair: Pair, response: Json, unbooked: Json): Prepared {
  const onReferrerSide = !/ReferralsForReview|AppointmentSlotIssues|FilteringByService/.test(pair.request ?? '');
  const referrals = response.entry.map((entry: Json, index: number) => {
    const columns = entry.extension[0].extension;
    const column = (name: string): Json => columns.find((each: Json) => each.url === name);
    const serviceId = column('service')?.valueReference.identifier.value ?? '11002';
    const serviceName = column('service')?.valueReference.display ?? 'Good Cardiology Business Service';
    const appointment = { id: `69${index}00`, version: 1, status: 'proposed', serviceId, serviceName, created: DAY_AGO };
    const submitted = column('clinicalInfoFirstSubmitted') === undefined ? {} : { clinicalInfoFirstSubmitted: DAY_AGO };
    const updated = column('clinicalInfoLastUpdated') === undefined ? {} : { clinicalInfoLastUpdated: DAY_AGO };
    const ubrn = entry.item.reference.split('/')[1];
    const base = withAvailability(unbooked, {
      ubrn,
      requestId: `r.00000000-0000-4000-8000-${ubrn}`,
      nhsNumber: nhsNumberOf(column('patient'), response),
      version: column('referralRequestVersion')?.valueInteger ?? 5,
      shortlist: [{ serviceId, serviceName }],
      pathwayStart: DAY_AGO,
      specialty: 'CARDIOLOGY',
      receivedAt: DAY_AGO,
    });
    return { ...base, ...submitted, ...updated, ...stateOf(pair, column, appointment) };
  });
  return { referrals, businessFunction: onReferrerSide ? 'REFERRING_CLINICIAN' : 'SERVICE_PROVIDER_CLINICIAN' };
}

function nhsNumberOf(patient: Json, response: Json): string {
  const reference: string | undefined = patient.valueReference.reference;
  if (reference === undefined) return patient.valueReference.identifier.value;
  return response.contained.find((each: Json) => `#${each.id}` === reference).identifier[0].value;
}

function stateOf(pair: Pair, column: (name: string) => Json, appointment: Json): Json {
  const reason = column('reason')?.valueCodeableConcept.coding[0];
  const status = column('status')?.valueCodeableConcept.coding[0].code;
  const coded =
    reason === undefined
      ? {}
      : {
          stateReason: {
            system: reason.system.replace(/^_base[uU]rl_\/STU3\/CodeSystem\//, ''),
            code: reason.code,
            ...(reason.display === undefined ? {} : { display: reason.display }),
          },
        };
  if (/LettersOutstanding/.test(pair.response))
    return { state: 'NOT_BOOKED', attachments: [], letterIntention: 'NEED_TO_ADD_LATER', letterDue: column('letterDue').valueDate };
  if (/AppointmentSlotIssues/.test(pair.response))
    return {
      state: 'DEFERRED_TO_PROVIDER',
      ...coded,
      appointment: { ...appointment, ...(coded.stateReason === undefined ? {} : { reason: coded.stateReason }) },
    };
  // A response to the referrer keeps its proposed appointment (ers.md §11.1).
  if (status === 'TRIAGE_RESPONSE') return { state: status, appointment };
  if (status !== undefined)
    return {
      state: status,
      status: status === 'CANCELLED_REFERRAL' ? 'cancelled' : 'active',
      ...coded,
      ...(status === 'CANCELLED_REFERRAL' ? { cancelledByOrganisation: 'RCD' } : {}),
    };
  if (column('referralType').valueCodeableConcept.coding[0].code === 'TRIAGE_DEFERRAL') return { state: 'AWAITING_TRIAGE', appointment };
  const clinician = column('allocatedClinician') === undefined ? {} : { clinician: '021600556514' };
  return {
    state: 'BOOKED',
    appointment: { ...appointment, status: 'booked', version: 0, start: FUTURE, end: SLOT.end, slotId: '1', ...clinician },
  };
}
