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

/** A booking of a slot for a referral. */
export function bookingMessage(referral: { readonly ubrn: string; readonly version: number }, slot: Omit<Slot, 'status'>): object {
  const actor = (system: string, value: string): object => ({ actor: { identifier: { system, value } }, status: 'accepted' });
  return {
    resourceType: 'Appointment',
    meta: {
      profile: [`${STU3_PROFILE}eRS-Appointment-1`, 'https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Appointment-1'],
    },
    status: 'booked',
    description: 'e-Referral Appointment',
    start: isoInstant(slot.start),
    end: isoInstant(slot.end),
    slot: [{ reference: `Slot/${slot.id}` }],
    incomingReferral: [{ reference: `ReferralRequest/${referral.ubrn}/_history/${referral.version}` }],
    participant: [
      actor(SYSTEMS.serviceStu3, slot.serviceId),
      actor(SYSTEMS.nhsNumberStu3, EXAMPLE_PATIENT),
      ...(slot.clinician === undefined ? [] : [actor(SYSTEMS.userStu3, slot.clinician)]),
    ],
  };
}
