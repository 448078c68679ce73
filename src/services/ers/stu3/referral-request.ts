/** ReferralRequest as it is written out (ers.md §10.1), in the order of the published samples. */
import { isoInstant } from '../../../kernel/clock.ts';
import { PRIORITY_DISPLAYS, REFERRAL_STATE_DISPLAYS, STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';
import type { AvailabilityStatus, Priority, Referral, SearchCriteria } from '../model.ts';
import { writeAppointment } from './appointment.ts';
import { codingOf, localCodeSystem } from './coding.ts';
import { writeDocumentReference } from './document-reference.ts';

/** What the referral alone does not know. */
export interface ReferralRequestFacts {
  /** The caller's base address plus `/FHIR`. */
  readonly base: string;
  /** Scan results by file id; a file that is not there any more counts as available. */
  readonly availability: ReadonlyMap<string, AvailabilityStatus>;
  /** Display of a specialty code. */
  readonly specialtyDisplay: (code: string) => string | undefined;
}

const PROFILES: readonly string[] = [`${STU3_PROFILE}eRS-ReferralRequest-1`];
const CRITERIA_PROFILES: readonly string[] = [`${STU3_PROFILE}eRS-ServiceSearchCriteria-Parameters-1`];
const SHORTLIST_PROFILES: readonly string[] = [`${STU3_PROFILE}eRS-Shortlist-List-1`];
const REQUIREMENT_DISPLAYS = { ADVOCACY: 'Advocacy', INTERPRETER: 'Interpreter', TRANSPORT: 'Transport' } as const;

/** The resource. Built directly, without intermediate forms: this is what A005 spends its time on. */
export function writeReferralRequest(referral: Referral, facts: ReferralRequestFacts): object {
  const { appointment, attachments, specialty } = referral;
  const contained: object[] = [writeCriteria(referral.criteria, facts.base), writeShortlist(referral)];
  if (appointment !== undefined) contained.push(writeAppointment(appointment, referral, 'appointment', facts.base));
  for (const each of attachments) contained.push(writeDocumentReference(each, facts.availability.get(each.fileId) ?? 'AVAILABLE'));
  return {
    id: referral.ubrn,
    meta: { versionId: String(referral.version), profile: PROFILES },
    resourceType: 'ReferralRequest',
    extension: writeExtensions(referral, facts.base),
    contained,
    status: referral.status,
    ...(specialty !== undefined && { specialty: { coding: [writeSpecialty(specialty, facts)] } }),
    subject: { identifier: { system: SYSTEMS.nhsNumberStu3, value: referral.nhsNumber } },
    supportingInfo: [
      ...attachments.map((each) => ({ reference: `#DocumentReference-${each.id}` })),
      ...(referral.convertedFromAdvice ? [{ reference: `CommunicationRequest/${referral.ubrn}` }] : []),
      ...referral.relatedReferrals.map((ubrn) => ({ reference: `ReferralRequest/${ubrn}` })),
    ],
    intent: 'plan',
    identifier: [{ system: SYSTEMS.requestId, value: referral.requestId }],
  };
}

function writeExtensions(referral: Referral, base: string): object[] {
  const extensions: object[] = [];
  const add = (name: string, value: object): void => {
    extensions.push({ url: `${STU3_PROFILE}Extension-eRS-${name}-1`, ...value });
  };
  if (referral.appointment !== undefined) {
    add('Appointment', { valueReference: { reference: '#appointment' } });
    add('Appointment-Reference', { valueReference: { reference: `Appointment/${referral.appointment.id}` } });
  }
  if (referral.clinicalInfoFirstSubmitted !== undefined)
    add('ClinicalInfoFirstSubmitted', { valueDateTime: isoInstant(referral.clinicalInfoFirstSubmitted) });
  if (referral.clinicalInfoLastUpdated !== undefined)
    add('ClinicalInfoLastUpdated', { valueDateTime: isoInstant(referral.clinicalInfoLastUpdated) });
  if (referral.pathwayStart !== undefined) add('eReferralPathwayStart', { valueInstant: isoInstant(referral.pathwayStart) });
  add('ReferralPriority', {
    valueCodeableConcept: { coding: [{ ...priorityCoding(referral.priority), display: PRIORITY_DISPLAYS[referral.priority] }] },
  });
  add('ReferralShortlist', { valueReference: { reference: '#shortlist' } });
  add('Commissioning-Rule-Org', { valueIdentifier: { system: SYSTEMS.organisation, value: referral.commissioningRuleOrganisation } });
  add('ReferralState', { extension: writeState(referral, base) });
  for (const code of referral.additionalRequirements) {
    add('PatientAdditionalRequirement', {
      valueCoding: { system: `${STU3_CODES}eRS-AdditionalRequirementType-1`, code, display: REQUIREMENT_DISPLAYS[code] },
    });
  }
  return extensions;
}

function writeState(referral: Referral, base: string): object[] {
  const parts: object[] = [
    {
      url: 'state',
      valueCoding: { system: `${STU3_CODES}eRS-ReferralState-1`, code: referral.state, display: REFERRAL_STATE_DISPLAYS[referral.state] },
    },
  ];
  if (referral.stateReason !== undefined) parts.push({ url: 'reason', valueCoding: codingOf(referral.stateReason, base) });
  if (referral.stateComments !== undefined) parts.push({ url: 'comments', valueString: referral.stateComments });
  return parts;
}

/** The stored search criteria, contained as `serviceSearchCriteria`; also used for advice requests. */
export function writeCriteria(criteria: SearchCriteria, base: string): object {
  const parameter: object[] = [{ name: 'priority', valueCoding: priorityCoding(criteria.priority) }];
  const {
    specialty,
    clinicType,
    indicativeAppointmentWaitTimeLimit: wait,
    postcode,
    distanceLimit,
    clinicalTerm,
    namedClinician,
  } = criteria;
  if (specialty !== undefined)
    parameter.push({ name: 'specialty', valueCoding: { system: localCodeSystem(base, 'SPECIALTY'), code: specialty } });
  if (clinicType !== undefined)
    parameter.push({ name: 'clinicType', valueCoding: { system: `${STU3_CODES}eRS-ClinicType-1`, code: clinicType } });
  if (wait !== undefined) parameter.push({ name: 'indicativeAppointmentWaitTimeLimit', valueUnsignedInt: wait });
  if (postcode !== undefined) parameter.push({ name: 'postcode', valueString: postcode });
  if (distanceLimit !== undefined) parameter.push({ name: 'distanceLimit', valueUnsignedInt: distanceLimit });
  if (clinicalTerm !== undefined) parameter.push({ name: 'clinicalTerm', valueCoding: { system: SYSTEMS.snomed, ...clinicalTerm } });
  if (namedClinician !== undefined)
    parameter.push({ name: 'namedClinician', valueIdentifier: { system: SYSTEMS.userStu3, value: namedClinician } });
  parameter.push({ name: 'ageAndGenderAppropriate', valueBoolean: criteria.ageAndGenderAppropriate });
  if (criteria.commissioningProvisioning !== undefined) {
    parameter.push({
      name: 'commissioningProvisioning',
      valueCoding: { system: `${STU3_CODES}eRS-CommissioningProvisioning-1`, code: criteria.commissioningProvisioning },
    });
  }
  return { id: 'serviceSearchCriteria', meta: { profile: CRITERIA_PROFILES }, resourceType: 'Parameters', parameter };
}

/** The shortlist, contained as `shortlist`. */
export function writeShortlist(request: Pick<Referral, 'shortlist'>): object {
  return {
    id: 'shortlist',
    meta: { profile: SHORTLIST_PROFILES },
    resourceType: 'List',
    extension: [
      { url: `${STU3_PROFILE}Extension-eRS-Shortlist-SearchCriteria-1`, valueReference: { reference: '#serviceSearchCriteria' } },
    ],
    status: 'current',
    mode: 'snapshot',
    entry: request.shortlist.map((each) => ({
      item: { identifier: { system: SYSTEMS.serviceStu3, value: each.serviceId }, display: each.serviceName },
    })),
  };
}

function priorityCoding(code: Priority): { system: string; code: string } {
  return { system: `${STU3_CODES}eRS-Priority-1`, code };
}

function writeSpecialty(code: string, facts: ReferralRequestFacts): object {
  const display = facts.specialtyDisplay(code);
  return { system: localCodeSystem(facts.base, 'SPECIALTY'), code, ...(display !== undefined && { display }) };
}
