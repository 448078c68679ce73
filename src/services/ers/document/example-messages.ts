/** Messages of the example requests, from the published examples' own data. */
import { isoInstant } from '../../../kernel/clock.ts';
import { STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';
import type { Slot } from '../model.ts';

/** Patient of the published examples. */
export const EXAMPLE_PATIENT = '9912003888';
/** The specialty's code system begins with the caller's own address; the reader goes by how it ends. */
const SPECIALTY = 'https://localhost/referrals/FHIR/STU3/CodeSystem/SPECIALTY';

/** A `Parameters` message of an operation's profile, e.g. `eRS-CreateReferral-Parameters-1`. */
export function parametersMessage(profile: string, parameter: readonly object[]): object {
  return { resourceType: 'Parameters', meta: { profile: [`${STU3_PROFILE}${profile}`] }, parameter };
}

/** A coding parameter; `system` is one of e-RS's own unless it is an address. */
export function codingParameter(name: string, system: string, code: string): object {
  return { name, valueCoding: { system: system.startsWith('http') ? system : `${STU3_CODES}${system}`, code } };
}

export function patientParameter(): object {
  return { name: 'patient', valueIdentifier: { system: SYSTEMS.nhsNumberStu3, value: EXAMPLE_PATIENT } };
}

/** Search criteria that find the cardiology services. */
export function criteria(): object {
  return {
    ...parametersMessage('eRS-ServiceSearchCriteria-Parameters-1', [
      codingParameter('priority', 'eRS-Priority-1', 'ROUTINE'),
      codingParameter('specialty', SPECIALTY, 'CARDIOLOGY'),
      codingParameter('clinicType', 'eRS-ClinicType-1', 'HEART_FAILURE'),
      { name: 'ageAndGenderAppropriate', valueBoolean: false },
    ]),
    id: 'ServiceSearchCriteria-1',
  };
}

/** A shortlist of services that the search of {@link criteria} finds. */
export function shortlist(serviceIds: readonly string[]): object {
  return {
    resourceType: 'List',
    meta: { profile: [`${STU3_PROFILE}eRS-Shortlist-List-1`] },
    status: 'current',
    mode: 'snapshot',
    contained: [criteria()],
    entry: serviceIds.map((value) => ({ item: { identifier: { system: SYSTEMS.serviceStu3, value } } })),
    extension: [
      {
        url: `${STU3_PROFILE}Extension-eRS-Shortlist-SearchCriteria-1`,
        valueReference: { reference: '#ServiceSearchCriteria-1' },
      },
    ],
  };
}

/** The parameters that every message with a shortlist has. */
export function shortlistParameters(serviceIds: readonly string[]): readonly object[] {
  return [
    { name: 'shortlist', resource: shortlist(serviceIds) },
    codingParameter('intentionToAddReferralLetter', 'eRS-ReferralLetterIntention-1', 'NEED_TO_ADD_LATER'),
    { name: 'firstReminderLetterFollowUpDays', valueUnsignedInt: 0 },
  ];
}

/** A file that was uploaded, as a message names it. */
export function documentReference(fileId: string, type: 'REFERRER' | 'PROVIDER', description: string, now: number): object {
  return {
    resourceType: 'DocumentReference',
    meta: { profile: [`${STU3_PROFILE}eRS-DocumentReference-1`] },
    type: { coding: [{ system: `${STU3_CODES}eRS-AttachmentType-1`, code: type }] },
    status: 'current',
    indexed: isoInstant(now),
    description,
    content: [{ attachment: { url: `Binary/${fileId}` } }],
  };
}

interface ReferralVersion {
  readonly ubrn: string;
  readonly version: number;
}

/** A booking of a slot for a referral. */
export function bookingMessage(referral: ReferralVersion, slot: Omit<Slot, 'status'>): object {
  return {
    ...appointmentFrame(referral, slot.serviceId, slot.clinician),
    status: 'booked',
    start: isoInstant(slot.start),
    end: isoInstant(slot.end),
    slot: [{ reference: `Slot/${slot.id}` }],
  };
}

/** The cancellation of a booked appointment, for a reason of the patient. */
export function cancellationMessage(id: string, referral: ReferralVersion, serviceId: string, reason: string): object {
  const system = 'https://localhost/referrals/FHIR/STU3/CodeSystem/APPOINTMENT-CANCELLATION-REASON';
  return { id, ...appointmentFrame(referral, serviceId), status: 'cancelled', reason: [{ coding: [{ system, code: reason }] }] };
}

/** What every message about an appointment has. */
function appointmentFrame({ ubrn, version }: ReferralVersion, serviceId: string, clinician?: string): object {
  const actor = (system: string, value: string): object => ({ actor: { identifier: { system, value } }, status: 'accepted' });
  return {
    resourceType: 'Appointment',
    meta: {
      profile: [`${STU3_PROFILE}eRS-Appointment-1`, 'https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Appointment-1'],
    },
    description: 'e-Referral Appointment',
    incomingReferral: [{ reference: `ReferralRequest/${ubrn}/_history/${version}` }],
    participant: [
      actor(SYSTEMS.serviceStu3, serviceId),
      actor(SYSTEMS.nhsNumberStu3, EXAMPLE_PATIENT),
      ...(clinician === undefined ? [] : [actor(SYSTEMS.userStu3, clinician)]),
    ],
  };
}
