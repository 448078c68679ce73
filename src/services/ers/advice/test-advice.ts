/** Advice requests for tests: synthetic, shaped as the published samples. */
import { Readable } from 'node:stream';
import { insertAdvice } from '../store/advice.ts';
import { insertFile } from '../store/files.ts';
import * as data from '../test-data.ts';
import { INSTANCE, type TestErs, testErs } from '../test-world.ts';
import type { AdviceMessage, AdviceRequest, Author } from './model.ts';

export const UBRN = '000000080000';
export const REFERRER: Author = { userId: data.RC.userId, odsCode: 'R69', businessFunction: 'REFERRING_CLINICIAN' };
export const ADVISER: Author = { userId: data.SPC.userId, odsCode: 'R68', businessFunction: 'SERVICE_PROVIDER_CLINICIAN' };

export const QUESTION: AdviceMessage = {
  id: '70000',
  kind: 'REQUESTER',
  responsible: REFERRER,
  sender: REFERRER,
  sent: data.NOW - data.DAY,
  text: 'Please advise me on this patient',
  attachmentIds: [],
};

/** A request of R69 to the advice service of R68 that waits for its first answer; the provider may convert it. */
export function adviceRequest(changes: Partial<AdviceRequest> = {}): AdviceRequest {
  return {
    ubrn: UBRN,
    version: 5,
    requestId: 'a.c18c4ec4-7d0a-480e-8506-347e0ec228b0',
    category: 'PROVIDER_RESPONSE_REQUIRED',
    nhsNumber: '9912003888',
    priority: 'ROUTINE',
    criteria: { priority: 'ROUTINE', specialty: 'CARDIOLOGY', clinicType: 'HEART_FAILURE', ageAndGenderAppropriate: true },
    service: { serviceId: data.ADVICE.id, serviceName: data.ADVICE.name },
    specialty: 'CARDIOLOGY',
    conversionAuthorisation: 'AUTHORISED_TO_CONVERT',
    referringOrganisation: 'R69',
    referrer: REFERRER,
    createdBy: REFERRER,
    firstRequested: data.NOW - data.DAY,
    lastUpdated: data.NOW - data.DAY,
    messages: [QUESTION],
    attachments: [],
    ...changes,
  };
}

/** A fresh e-RS with these requests, and uploaded files `1…`, `2…` and `3…`: two meant for {@link UBRN}, the third for a new request. */
export async function adviceErs(...requests: readonly AdviceRequest[]): Promise<TestErs> {
  const ers = await testErs();
  const content = await ers.world.blobs.put(Readable.from([Buffer.from('%PDF-1.4 synthetic')]), 1000);
  await ers.store.transaction(async (tx) => {
    for (const each of requests) await insertAdvice(tx, INSTANCE, each);
    await insertFile(tx, INSTANCE, data.file({ ...content, id: FILES.one, name: 'plan.pdf' }));
    await insertFile(tx, INSTANCE, data.file({ ...content, id: FILES.two, name: 'triage.pdf' }));
    const { intendedUbrn: _intendedUbrn, ...unaddressed } = data.file({ ...content, id: FILES.new, name: 'ecg.pdf' });
    await insertFile(tx, INSTANCE, unaddressed);
  });
  return ers;
}

export const FILES = {
  one: '11111111-7ed1-4587-8fce-889c8685eb54',
  two: '22222222-7ed1-4587-8fce-889c8685eb54',
  new: '33333333-7ed1-4587-8fce-889c8685eb54',
} as const;

const CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';

/** A parameter that names an uploaded file. */
export function fileParameter(name: string, type: string, fileId: string): object {
  return {
    name,
    resource: {
      resourceType: 'DocumentReference',
      type: { coding: [{ system: `${CODES}eRS-AttachmentType-1`, code: type }] },
      status: 'current',
      indexed: '2026-11-24T08:05:03.652000+00:00',
      description: 'Blood test results',
      content: [{ attachment: { url: `Binary/${fileId}` } }],
    },
  };
}

/** The body of A026. Parts can be replaced, or left out with `undefined`. */
export function responseBody(changes: Readonly<Record<string, string | undefined>> = {}, ...more: readonly object[]): object {
  const values = {
    guidanceOutcome: 'RETURN_TO_REFERRER_WITH_ADVICE',
    guidanceIntendedRecommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
    guidance: 'No evidence of serious problem',
    updatedPriority: 'ROUTINE',
    ...changes,
  };
  const coding = (name: string, system: string, code: string | undefined) =>
    code === undefined ? [] : [{ name, valueCoding: { system: `${CODES}${system}`, code } }];
  return parameters([
    ...coding('guidanceOutcome', 'eRS-GuidanceResponseOutcome-1', values.guidanceOutcome),
    ...coding('guidanceIntendedRecommendation', 'eRS-GuidanceIntendedRecommendation-1', values.guidanceIntendedRecommendation),
    ...(values.guidance === undefined ? [] : [{ name: 'guidance', valueString: values.guidance }]),
    ...coding('updatedPriority', 'eRS-Priority-1', values.updatedPriority),
    ...more,
  ]);
}

/** The body of A027. */
export function conversionBody(
  version: number,
  changes: { priority?: string; guidance?: string } = {},
  ...more: readonly object[]
): object {
  return parameters([
    { name: 'createFrom', valueReference: { reference: `CommunicationRequest/${UBRN}/_history/${version}` } },
    { name: 'guidance', valueString: changes.guidance ?? 'I have converted this' },
    { name: 'newReferralPriority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: changes.priority ?? 'ROUTINE' } },
    { name: 'reviewComments', valueString: 'Refer this patient please' },
    ...more,
  ]);
}

/** The body of A044. */
export function createAdviceBody(
  changes: { patient?: string; serviceIds?: readonly string[]; text?: string; referringClinician?: string; priority?: string } = {},
  ...more: readonly object[]
): object {
  return parameters([
    { name: 'patient', valueIdentifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: changes.patient ?? '9912003888' } },
    ...(changes.referringClinician === undefined
      ? []
      : [
          {
            name: 'referringClinician',
            valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value: changes.referringClinician },
          },
        ]),
    {
      name: 'providerConversionAuthorisation',
      valueCoding: { system: `${CODES}eRS-ProviderConversionAuthorisation-1`, code: 'AUTHORISED_TO_CONVERT' },
    },
    { name: 'shortlist', resource: shortlist(changes.serviceIds ?? [data.ADVICE.id], changes.priority ?? 'ROUTINE') },
    { name: 'request', valueString: changes.text ?? 'Request text.' },
    ...more,
  ]);
}

function shortlist(serviceIds: readonly string[], priority: string): object {
  return {
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    contained: [
      {
        resourceType: 'Parameters',
        id: 'c',
        parameter: [
          { name: 'priority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: priority } },
          { name: 'specialty', valueCoding: { system: 'https://localhost/STU3/CodeSystem/SPECIALTY', code: 'CARDIOLOGY' } },
          { name: 'clinicType', valueCoding: { system: `${CODES}eRS-ClinicType-1`, code: 'HEART_FAILURE' } },
          { name: 'ageAndGenderAppropriate', valueBoolean: false },
        ],
      },
    ],
    entry: serviceIds.map((value) => ({ item: { identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value } } })),
    extension: [
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-Shortlist-SearchCriteria-1',
        valueReference: { reference: '#c' },
      },
    ],
  };
}

function parameters(parameter: readonly object[]): object {
  return { resourceType: 'Parameters', parameter };
}
