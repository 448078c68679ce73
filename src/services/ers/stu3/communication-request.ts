/** CommunicationRequest: an advice request as it is written out (ers.md §10.4), without its conversation. */

import { type AdviceRequest, attachmentsOutsideConversation, type ConversionAuthorisation } from '../advice/model.ts';
import { ADVICE_STATUS } from '../advice/states.ts';
import { PRIORITY_DISPLAYS, STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';
import type { AvailabilityStatus } from '../model.ts';
import { specialty } from '../reference-data/reference-data.ts';
import { localCodeSystem } from './coding.ts';
import { writeDocumentReference } from './document-reference.ts';
import { containedRoleId, distinctAuthors, roleReference, writePractitionerRole } from './practitioner-role.ts';
import { writeCriteria, writeShortlist } from './referral-request.ts';

/** What the request alone does not know. */
export interface AdviceFacts {
  /** The caller's base address plus `/FHIR`. */
  readonly base: string;
  /** Scan results by file id; a file that is not there any more counts as available. */
  readonly availability: ReadonlyMap<string, AvailabilityStatus>;
}

const PROFILES: readonly string[] = [`${STU3_PROFILE}eRS-CommunicationRequest-1`];
const AUTHORISATION_DISPLAYS: Readonly<Record<ConversionAuthorisation, string>> = {
  AUTHORISED_TO_CONVERT: 'Referrer has allowed the Service Provider to convert the Advice and Guidance to a Referral',
  NOT_AUTHORISED_TO_CONVERT: 'Referrer has NOT allowed the Service Provider to convert the Advice and Guidance to a Referral',
};

/** The resource. */
export function writeCommunicationRequest(advice: AdviceRequest, facts: AdviceFacts): object {
  const files = attachmentsOutsideConversation(advice);
  return {
    id: advice.ubrn,
    meta: { versionId: String(advice.version), profile: PROFILES },
    resourceType: 'CommunicationRequest',
    extension: writeExtensions(advice, facts.base),
    contained: [
      writeCriteria(advice.criteria, facts.base),
      writeShortlist({ shortlist: [advice.service] }),
      ...distinctAuthors([advice.referrer, advice.createdBy]).map((each) => writePractitionerRole(each, containedRoleId(each))),
      ...files.map((each) => writeDocumentReference(each, facts.availability.get(each.fileId) ?? 'AVAILABLE')),
    ],
    status: ADVICE_STATUS[advice.category],
    category: [{ coding: [{ system: `${STU3_CODES}eRS-AdviceAndGuidanceStatus-1`, code: advice.category }] }],
    subject: { identifier: { system: SYSTEMS.nhsNumberStu3, value: advice.nhsNumber } },
    recipient: [serviceReference(advice.service.serviceId)],
    sender: roleReference(`#${containedRoleId(advice.createdBy)}`),
    requester: { agent: roleReference(`#${containedRoleId(advice.referrer)}`) },
    ...(files.length > 0 && { payload: files.map((each) => ({ contentReference: { reference: `#DocumentReference-${each.id}` } })) }),
    identifier: [{ system: SYSTEMS.requestId, value: advice.requestId }],
  };
}

/** The extension by which a service is named as recipient. */
export function serviceReference(serviceId: string): object {
  return {
    extension: [
      {
        url: `${STU3_PROFILE}Extension-HealthcareService-Reference-1`,
        valueReference: { identifier: { system: SYSTEMS.serviceStu3, value: serviceId } },
      },
    ],
  };
}

function writeExtensions(advice: AdviceRequest, base: string): readonly object[] {
  const { priority, conversionAuthorisation } = advice;
  const display = specialty(advice.specialty)?.display;
  return [
    {
      url: `${STU3_PROFILE}Extension-eRS-ReferralPriority-1`,
      valueCodeableConcept: {
        coding: [{ system: `${STU3_CODES}eRS-Priority-1`, code: priority, display: PRIORITY_DISPLAYS[priority] }],
      },
    },
    {
      url: `${STU3_PROFILE}Extension-eRS-ProviderConversionAuthorisation-1`,
      valueCoding: {
        system: `${STU3_CODES}eRS-ProviderConversionAuthorisation-1`,
        code: conversionAuthorisation,
        display: AUTHORISATION_DISPLAYS[conversionAuthorisation],
      },
    },
    { url: `${STU3_PROFILE}Extension-eRS-ReferralShortlist-1`, valueReference: { reference: '#shortlist' } },
    {
      url: `${STU3_PROFILE}Extension-eRS-Specialty-1`,
      valueCoding: { system: localCodeSystem(base, 'SPECIALTY'), code: advice.specialty, ...(display !== undefined && { display }) },
    },
  ];
}
