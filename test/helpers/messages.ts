/** FHIR messages as a supplier sends them (ers.md §9), with the parts a test wants to change as options. */

const PROFILE = 'https://fhir.nhs.uk/STU3/StructureDefinition/';
const CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';
const NHS_NUMBER = 'http://fhir.nhs.net/Id/nhs-number';
const SERVICE = 'http://fhir.nhs.net/Id/ers-service';
const USER = 'http://fhir.nhs.net/Id/sds-user-id';

export interface SearchOptions {
  readonly nhsNumber?: string;
  readonly priority?: string;
  readonly specialty?: string;
  readonly clinicType?: string;
  readonly base?: string;
}

function criteria({
  priority = 'ROUTINE',
  specialty = 'CARDIOLOGY',
  clinicType = 'HEART_FAILURE',
  base = 'https://localhost/referrals/FHIR',
}: SearchOptions): object {
  return {
    resourceType: 'Parameters',
    meta: { profile: [`${PROFILE}eRS-ServiceSearchCriteria-Parameters-1`] },
    id: 'ServiceSearchCriteria-1',
    parameter: [
      { name: 'priority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: priority } },
      { name: 'specialty', valueCoding: { system: `${base}/STU3/CodeSystem/SPECIALTY`, code: specialty } },
      { name: 'clinicType', valueCoding: { system: `${CODES}eRS-ClinicType-1`, code: clinicType } },
      { name: 'ageAndGenderAppropriate', valueBoolean: false },
    ],
  };
}

/** A010. */
export function searchBody(options: SearchOptions = {}): string {
  return JSON.stringify({
    resourceType: 'Parameters',
    meta: { profile: [`${PROFILE}eRS-PatientServiceSearch-Parameters-1`] },
    parameter: [
      { name: 'requestType', valueCoding: { system: `${CODES}eRS-RequestType-1`, code: 'APPOINTMENT_REQUEST' } },
      { name: 'sortBy', valueCoding: { system: `${CODES}eRS-SortBy-1`, code: 'DISTANCE' } },
      { name: 'patient', valueIdentifier: { system: NHS_NUMBER, value: options.nhsNumber ?? '9912003888' } },
      { name: 'searchCriteria', resource: criteria(options) },
    ],
  });
}

/** A011. */
export function createReferralBody(
  options: SearchOptions & { services?: readonly string[]; letter?: boolean; referringClinician?: string } = {},
): string {
  const { services = ['11002'], letter = true } = options;
  return JSON.stringify({
    resourceType: 'Parameters',
    meta: { profile: [`${PROFILE}eRS-CreateReferral-Parameters-1`] },
    parameter: [
      { name: 'patient', valueIdentifier: { system: NHS_NUMBER, value: options.nhsNumber ?? '9912003888' } },
      ...(options.referringClinician === undefined
        ? []
        : [{ name: 'referringClinician', valueIdentifier: { system: USER, value: options.referringClinician } }]),
      {
        name: 'intentionToAddReferralLetter',
        valueCoding: { system: `${CODES}eRS-ReferralLetterIntention-1`, code: letter ? 'NEED_TO_ADD_LATER' : 'NOT_INTENDING_TO_ADD' },
      },
      { name: 'firstReminderLetterFollowUpDays', valueUnsignedInt: 0 },
      {
        name: 'shortlist',
        resource: {
          meta: { profile: [`${PROFILE}eRS-Shortlist-List-1`] },
          resourceType: 'List',
          status: 'current',
          mode: 'snapshot',
          contained: [criteria(options)],
          entry: services.map((value) => ({ item: { identifier: { system: SERVICE, value } } })),
          extension: [
            { url: `${PROFILE}Extension-eRS-Shortlist-SearchCriteria-1`, valueReference: { reference: '#ServiceSearchCriteria-1' } },
          ],
        },
      },
    ],
  });
}

/** A016: a booking of a slot, or a deferral when `reason` is given. */
export function appointmentBody(options: {
  ubrn: string;
  version: string | number;
  nhsNumber?: string;
  serviceId: string;
  slot?: { id: string; start: string; end: string };
  clinician?: string;
  reason?: string;
  comment?: string;
}): string {
  const { slot, reason } = options;
  return JSON.stringify({
    id: 'appointment',
    meta: { profile: [`${PROFILE}eRS-Appointment-1`, 'https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Appointment-1'] },
    language: 'en',
    resourceType: 'Appointment',
    status: reason === undefined ? 'booked' : 'proposed',
    ...(reason === undefined ? {} : { reason: [{ coding: [{ system: `${CODES}eRS-ReviewReason-1`, code: reason }] }] }),
    description: 'e-Referral Appointment',
    ...(slot === undefined ? {} : { start: slot.start, end: slot.end, slot: [{ reference: `Slot/${slot.id}` }] }),
    ...(options.comment === undefined ? {} : { comment: options.comment }),
    incomingReferral: [{ reference: `ReferralRequest/${options.ubrn}/_history/${options.version}` }],
    participant: [
      { actor: { identifier: { system: SERVICE, value: options.serviceId } }, status: 'accepted' },
      { actor: { identifier: { system: NHS_NUMBER, value: options.nhsNumber ?? '9912003888' } }, status: 'accepted' },
      ...(options.clinician === undefined
        ? []
        : [
            {
              type: { coding: [{ system: 'http://hl7.org/fhir/ValueSet/encounter-participant-type', code: 'CON' }] },
              actor: { identifier: { system: USER, value: options.clinician } },
              status: 'accepted',
            },
          ]),
    ],
  });
}

/** A012. */
export function letterBody(binary: string, indexed: string, description = 'Referral letter'): string {
  return JSON.stringify({
    meta: { profile: [`${PROFILE}eRS-MaintainReferralLetter-Parameters-1`] },
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'referralLetterFile',
        resource: {
          meta: { profile: [`${PROFILE}eRS-DocumentReference-1`] },
          resourceType: 'DocumentReference',
          type: { coding: [{ system: `${CODES}eRS-AttachmentType-1`, code: 'REFERRER' }] },
          status: 'current',
          indexed,
          description,
          content: [{ attachment: { url: binary } }],
        },
      },
    ],
  });
}

/** A008. */
export function worklistBody(listType: string, serviceId?: string): string {
  return JSON.stringify({
    resourceType: 'Parameters',
    meta: { profile: [`${PROFILE}eRS-FetchWorklist-Parameters-1`] },
    parameter: [
      { name: 'listType', valueCodeableConcept: { coding: [{ system: `${CODES}eRS-ReferralListSelector-1`, code: listType }] } },
      ...(serviceId === undefined ? [] : [{ name: 'service', valueIdentifier: { system: SERVICE, value: serviceId } }]),
    ],
  });
}

/** A014. */
export function rejectBody(
  reason = 'SERVICE_INAPPROPRIATE',
  comments = 'Please refer to cardiology',
  base = 'https://localhost/referrals/FHIR',
): string {
  return JSON.stringify({
    meta: { profile: [`${PROFILE}eRS-RejectReferral-Parameters-1`] },
    resourceType: 'Parameters',
    parameter: [
      { name: 'rejectionReason', valueCoding: { system: `${base}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`, code: reason } },
      { name: 'rejectionComments', valueString: comments },
    ],
  });
}

/** A031, A032: the shortlist of an existing referral. */
export function changeShortlistBody(options: SearchOptions & { services: readonly string[]; letter?: boolean }): string {
  const created = JSON.parse(createReferralBody(options));
  const parameter = created.parameter.filter((each: { name: string }) => each.name !== 'patient');
  return JSON.stringify({ ...created, meta: { profile: [`${PROFILE}eRS-ChangeShortlist-Parameters-1`] }, parameter });
}

/** A028. */
export function triageOutcomeBody(outcome: string, priority?: string): string {
  return JSON.stringify({
    meta: { profile: [`${PROFILE}eRS-RecordReviewOutcome-Parameters-1`] },
    resourceType: 'Parameters',
    parameter: [
      { name: 'reviewOutcome', valueCoding: { system: `${CODES}eRS-ReviewOutcome-1`, code: outcome } },
      { name: 'reviewComments', valueString: 'Seen by the cardiology team' },
      ...(priority === undefined ? [] : [{ name: 'reviewPriority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: priority } }]),
    ],
  });
}

/** A022. */
export function actionLaterBody(comments = 'Please contact patient to rebook'): string {
  return JSON.stringify({
    meta: { profile: [`${PROFILE}eRS-cancelAppointmentActionLater-Parameters-1`] },
    resourceType: 'Parameters',
    parameter: [{ name: 'comments', valueString: comments }],
  });
}

/** A036. */
export function cancelReferralBody(reason: string, comments?: string, base = 'https://localhost/referrals/FHIR'): string {
  return JSON.stringify({
    meta: { profile: [`${PROFILE}eRS-CancelReferral-Request-Parameters-1`] },
    resourceType: 'Parameters',
    parameter: [
      { name: 'cancellationReason', valueCoding: { system: `${base}/STU3/CodeSystem/REFERRAL-CANCELLATION-REASON`, code: reason } },
      ...(comments === undefined ? [] : [{ name: 'cancellationComments', valueString: comments }]),
    ],
  });
}

/** A034: an appointment as A038 gave it, cancelled. */
export function cancelledAppointmentBody(
  appointment: Readonly<Record<string, unknown>>,
  reason = 'PATIENT_ILL',
  base = 'https://localhost/referrals/FHIR',
): string {
  const { start: _start, end: _end, slot: _slot, ...kept } = appointment;
  const coding = { system: `${base}/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON`, code: reason };
  return JSON.stringify({ ...kept, status: 'cancelled', reason: [{ coding: [coding] }] });
}
