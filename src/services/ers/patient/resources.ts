/** The resources of the patient API (ers.md §20.3, patient-care contract). */
import type { Instant } from '../../../kernel/clock.ts';
import { nameUuid } from '../../../kernel/name-uuid.ts';
import { PRIORITY_DISPLAYS, R4_CODES, R4_PROFILE, SYSTEMS } from '../codes.ts';
import type { HealthcareService, Referral } from '../model.ts';
import { specialty } from '../reference-data/reference-data.ts';
import { type CurrentStep, offsetInstant, patientStateOf, REQUEST_PRIORITIES } from './referral-view.ts';

const PORTAL = 'https://refer.nhs.uk/nhslogin?ubrn=';
const PATIENT_REFERRAL = { coding: [{ system: SYSTEMS.snomed, code: '3457005' }] };

/** A resource whose id its address needs. */
export type IdentifiedResource = { readonly id: string } & Readonly<Record<string, unknown>>;

/** A referral as `ServiceRequest`, with whoever asked for it inside. */
export function writeServiceRequest(referral: Referral): object {
  const role = `PractitionerRole-${referral.referringOrganisation}-${referral.referrer}`;
  return {
    resourceType: 'ServiceRequest',
    id: referral.requestId,
    meta: metaOf(referral.version, 'NHSDigital-ServiceRequest-PatientCare'),
    extension: [
      { url: `${R4_PROFILE}Extension-Portal-Link`, valueUrl: `${PORTAL}${referral.ubrn}` },
      {
        url: `${R4_PROFILE}Extension-eRS-ServiceRequest-State`,
        extension: [{ url: 'state', valueCoding: { system: `${R4_CODES}eRS-ReferralState`, code: patientStateOf(referral) } }],
      },
      {
        url: `${R4_PROFILE}Extension-ServiceRequest-Priority`,
        valueCoding: { system: `${R4_CODES}eRS-Priority`, code: referral.priority, display: PRIORITY_DISPLAYS[referral.priority] },
      },
    ],
    contained: [
      {
        resourceType: 'PractitionerRole',
        id: role,
        meta: { profile: [`${R4_PROFILE}NHSDigital-PractitionerRole-Minimal`] },
        practitioner: identified(SYSTEMS.userR4, referral.referrer),
        organization: identified(SYSTEMS.organisation, referral.referringOrganisation),
      },
    ],
    identifier: [{ system: SYSTEMS.ubrn, value: referral.ubrn }],
    status: 'active',
    intent: 'order',
    category: [PATIENT_REFERRAL],
    priority: REQUEST_PRIORITIES[referral.priority],
    subject: identified(SYSTEMS.nhsNumberR4, referral.nhsNumber),
    authoredOn: offsetInstant(referral.createdAt),
    requester: { reference: `#${role}` },
    ...(referral.criteria.specialty !== undefined && { performerType: { coding: [specialtyCoding(referral.criteria.specialty)] } }),
  };
}

/** A booking as `Appointment`; the slot is that of a directly bookable service. */
export function writeAppointment(
  referral: Referral,
  { appointment }: Extract<CurrentStep, { kind: 'appointment' }>,
  usrn: string | undefined,
  base: string,
): IdentifiedResource {
  const accepted = (system: string, value: string) => ({ actor: identified(system, value), status: 'accepted' });
  return {
    resourceType: 'Appointment',
    id: stepId(appointment.id),
    meta: metaOf(appointment.version, 'NHSDigital-Appointment-PatientCare'),
    status: 'booked',
    basedOn: [{ reference: `${base}/ServiceRequest/${referral.requestId}` }],
    ...instant('start', appointment.start),
    ...instant('end', appointment.end),
    ...(usrn !== undefined && { slot: [identified('https://fhir.nhs.uk/Id/unique-slot-reference-number', usrn)] }),
    participant: [accepted(SYSTEMS.serviceR4, appointment.serviceId), accepted(SYSTEMS.nhsNumberR4, referral.nhsNumber)],
  };
}

/** A deferral as `Task` of the service that has to act. */
export function writeTask(
  referral: Referral,
  { appointment, code, due }: Extract<CurrentStep, { kind: 'task' }>,
  base: string,
): IdentifiedResource {
  return {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    meta: metaOf(appointment.version, 'NHSDigital-Task-PatientCare'),
    code: { coding: [{ system: `${R4_CODES}Workflow-Code`, code }] },
    focus: { reference: `${base}/ServiceRequest/${referral.requestId}` },
    for: identified(SYSTEMS.nhsNumberR4, referral.nhsNumber),
    owner: identified(SYSTEMS.serviceR4, appointment.serviceId),
    restriction: { period: { end: due } },
    id: stepId(appointment.id),
  };
}

/** A service as a patient sees it; the hospital system's address is there for directly bookable ones. */
export function writePatientService(service: HealthcareService): object {
  const { asid, partyKey } = service.bookableType === 'DIRECTLY_BOOKABLE' ? (service.pasEndpoint ?? {}) : {};
  const endpoint = [
    ...(asid === undefined ? [] : [identified('https://fhir.nhs.uk/Id/nhsSpineASID', asid)]),
    ...(partyKey === undefined ? [] : [identified('https://fhir.nhs.uk/Id/nhsMhsPartyKey', partyKey)]),
  ];
  return {
    id: service.id,
    meta: metaOf(service.version, 'NHSDigital-HealthcareService-PatientCare'),
    resourceType: 'HealthcareService',
    identifier: [{ system: SYSTEMS.serviceR4, value: service.id }],
    providedBy: identified(SYSTEMS.organisation, service.providerOdsCode),
    ...(service.appointmentType !== undefined && {
      type: [{ coding: [{ system: `${R4_CODES}eRS-AppointmentType`, code: service.appointmentType }] }],
    }),
    specialty: [{ coding: [specialtyCoding(service.specialty)] }],
    location: [identified(SYSTEMS.site, service.locationOdsCode)],
    name: service.name,
    ...(endpoint.length > 0 && { endpoint }),
  };
}

/** R4 ids of appointments and tasks are UUIDs; ours follow from the appointment's number, so they stay the same. */
function stepId(appointmentId: string): string {
  return nameUuid(`ers/appointment/${appointmentId}`);
}

function metaOf(version: number, profile: string): object {
  return { versionId: String(version), profile: [`${R4_PROFILE}${profile}`] };
}

function identified(system: string, value: string): object {
  return { identifier: { system, value } };
}

function specialtyCoding(code: string): object {
  return { system: `${R4_CODES}eRS-Specialty`, code, display: specialty(code)?.display ?? code };
}

function instant(name: string, at: Instant | undefined): object {
  return at === undefined ? {} : { [name]: offsetInstant(at) };
}
