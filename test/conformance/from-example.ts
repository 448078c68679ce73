/** Reads a published ReferralRequest example back into the form that `/_localspine/import` takes, so that examples can be pre-states. */
import assert from 'node:assert/strict';

// Published examples are data of many shapes.
// biome-ignore lint/suspicious/noExplicitAny: test convenience
type Json = any;

const AT = '2026-11-20T09:00:00.000Z';
export const FUTURE = '2027-07-11T12:00:00.000Z';

function extension(resource: Json, name: string): Json {
  return resource.extension?.find((each: Json) => each.url.endsWith(`/Extension-eRS-${name}-1`));
}

function parameter(criteria: Json, name: string): Json {
  return criteria.parameter.find((each: Json) => each.name === name);
}

function code(coding: Json): Json {
  return coding === undefined
    ? undefined
    : { system: coding.system, code: coding.code, ...(coding.display === undefined ? {} : { display: coding.display }) };
}

/** An import document for the referral, with whatever the test wants to be otherwise. */
export function referralOf(resource: Json, changes: Json = {}): { referral: Json; files: Json[] } {
  assert.equal(resource.resourceType, 'ReferralRequest');
  const contained = (id: string): Json => resource.contained.find((each: Json) => each.id === id);
  const criteria = contained('serviceSearchCriteria');
  const priority = extension(resource, 'ReferralPriority').valueCodeableConcept.coding[0].code;
  const state = extension(resource, 'ReferralState').extension;
  const part = (url: string): Json => state.find((each: Json) => each.url === url);
  const documents = resource.contained.filter((each: Json) => each.resourceType === 'DocumentReference');
  const value = (name: string, member: string): Json => parameter(criteria, name)?.[member];
  const date = (name: string): Json => extension(resource, name)?.valueDateTime ?? extension(resource, name)?.valueInstant;
  const referral = clean({
    ubrn: resource.id,
    version: Number(resource.meta.versionId),
    requestId: resource.identifier[0].value,
    status: resource.status,
    state: part('state').valueCoding.code,
    stateReason: code(part('reason')?.valueCoding),
    stateComments: part('comments')?.valueString,
    nhsNumber: resource.subject.identifier.value,
    priority,
    criteria: clean({
      priority,
      specialty: value('specialty', 'valueCoding')?.code,
      clinicType: value('clinicType', 'valueCoding')?.code,
      indicativeAppointmentWaitTimeLimit: value('indicativeAppointmentWaitTimeLimit', 'valueUnsignedInt'),
      postcode: value('postcode', 'valueString'),
      distanceLimit: value('distanceLimit', 'valueUnsignedInt'),
      clinicalTerm:
        value('clinicalTerm', 'valueCoding') === undefined
          ? undefined
          : clean({ code: value('clinicalTerm', 'valueCoding').code, display: value('clinicalTerm', 'valueCoding').display }),
      namedClinician: value('namedClinician', 'valueIdentifier')?.value,
      ageAndGenderAppropriate: value('ageAndGenderAppropriate', 'valueBoolean'),
      commissioningProvisioning: value('commissioningProvisioning', 'valueCoding')?.code,
    }),
    shortlist: contained('shortlist').entry.map((entry: Json) => ({
      serviceId: entry.item.identifier.value,
      serviceName: entry.item.display,
    })),
    commissioningRuleOrganisation: extension(resource, 'Commissioning-Rule-Org').valueIdentifier.value,
    referringOrganisation: 'R69',
    referrer: '021600556514',
    createdBy: '021600556514',
    createdAt: AT,
    updatedAt: AT,
    letterIntention: documents.length > 0 ? 'NOT_INTENDING_TO_ADD' : 'NEED_TO_ADD_LATER',
    clinicalInfoFirstSubmitted: date('ClinicalInfoFirstSubmitted'),
    clinicalInfoLastUpdated: date('ClinicalInfoLastUpdated'),
    pathwayStart: date('eReferralPathwayStart'),
    firstReminderLetterFollowUpDays: 0,
    specialty: resource.specialty?.coding[0].code,
    appointment: appointmentOf(resource, contained('appointment')),
    attachments: documents.map(attachmentOf),
    reviewed: false,
    contextStatus: 'NEVER_REVIEWED',
    additionalRequirements: [],
    relatedReferrals: [],
    convertedFromAdvice: resource.supportingInfo.some((each: Json) => each.reference.startsWith('CommunicationRequest/')),
    ...changes,
  });
  return { referral, files: documents.map((each: Json) => fileOf(each, resource.id)) };
}

function appointmentOf(resource: Json, appointment: Json): Json {
  if (appointment === undefined) return undefined;
  const actor = (system: string): Json =>
    appointment.participant.find((each: Json) => each.actor.identifier.system.endsWith(system))?.actor;
  return clean({
    id: extension(resource, 'Appointment-Reference')?.valueReference.reference.split('/')[1] ?? '70009',
    version: Number(appointment.meta.versionId),
    status: appointment.status,
    serviceId: actor('ers-service').identifier.value,
    serviceName: actor('ers-service').display,
    clinician: actor('sds-user-id')?.identifier.value,
    start: appointment.start,
    end: appointment.end,
    slotId: appointment.slot?.[0].reference.split('/')[1],
    created: appointment.created,
    reason: code(appointment.reason?.[0].coding[0]),
    comment: appointment.comment,
  });
}

function attachmentOf(document: Json): Json {
  const { attachment } = document.content[0];
  const by = (name: string): Json =>
    attachment.extension.find((each: Json) => each.url.endsWith(`/Extension-eRS-${name}-1`))?.valueReference.identifier.value;
  return clean({
    id: attachment.id,
    type: document.type.coding[0].code,
    fileId: attachment.url.split('/')[1],
    title: attachment.title,
    contentType: attachment.contentType,
    size: attachment.size,
    description: document.description,
    indexed: document.indexed,
    creation: attachment.creation,
    attachedBy: by('AttachedBy'),
    attachedByOrganisation: by('AttachedByOrganisation'),
    attachedOnBehalfOf: by('AttachedOnBehalfOf'),
  });
}

function fileOf(document: Json, ubrn: string): Json {
  const { attachment } = document.content[0];
  const status = attachment.extension.find((each: Json) => each.url.endsWith('/Extension-eRS-AvailabilityStatus-1')).valueCoding.code;
  return {
    id: attachment.url.split('/')[1],
    name: attachment.title,
    contentType: attachment.contentType,
    size: attachment.size,
    hash: '0'.repeat(64),
    intendedUbrn: ubrn,
    uploadedBy: '021600556514',
    uploadedByOrganisation: 'R69',
    uploadedAt: AT,
    status,
    linkedUbrn: ubrn,
  };
}

/** The same without undefined members. */
export function clean(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

/** The shape of a JSON value: every path with the kind of thing at its end, array places left out. */
export function structureOf(value: Json, path = '$'): Set<string> {
  if (Array.isArray(value))
    return new Set([`${path}[${value.length === 0 ? 'empty' : ''}]`, ...value.flatMap((each) => [...structureOf(each, `${path}[]`)])]);
  if (typeof value === 'object' && value !== null) {
    const marker = markerOf(value);
    return new Set(Object.entries(value).flatMap(([key, each]) => [...structureOf(each, `${path}${marker}.${key}`)]));
  }
  return new Set([`${path}: ${typeof value}`]);
}

/** What tells one member of a list from another: an extension's URL, a parameter's name, a resource's type. */
function markerOf(value: Json): string {
  if (typeof value.url === 'string' && /^https:\/\/fhir|^[A-Za-z]+$/.test(value.url)) return `{${value.url}}`;
  if (typeof value.name === 'string' && typeof value.id !== 'string') return `{${value.name}}`;
  return typeof value.resourceType === 'string' ? `{${value.resourceType}}` : '';
}
