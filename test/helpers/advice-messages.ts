/** FHIR messages of advice and guidance as a supplier sends them (ers.md §9 A023, A026, A027, A044). */

const PROFILE = 'https://fhir.nhs.uk/STU3/StructureDefinition/';
const CODES = 'https://fhir.nhs.uk/STU3/CodeSystem/';

/** An uploaded file as a parameter. */
export function filePart(name: string, type: string, binary: string, description = 'Test results'): object {
  return {
    name,
    resource: {
      meta: { profile: [`${PROFILE}eRS-DocumentReference-1`] },
      resourceType: 'DocumentReference',
      type: { coding: [{ system: `${CODES}eRS-AttachmentType-1`, code: type }] },
      status: 'current',
      indexed: '2026-11-24T09:00:00Z',
      description,
      content: [{ attachment: { url: binary } }],
    },
  };
}

/** A023. */
export function adviceWorklistBody(serviceId?: string): string {
  return parameters('eRS-FetchWorklist-Parameters-1', [
    {
      name: 'listType',
      valueCodeableConcept: { coding: [{ system: `${CODES}eRS-CommunicationListSelector-1`, code: 'ADVICE_AND_GUIDANCE_REQUESTS' }] },
    },
    ...(serviceId === undefined
      ? []
      : [{ name: 'service', valueIdentifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: serviceId } }]),
  ]);
}

/** A044. */
export function adviceBody(
  options: {
    nhsNumber?: string;
    serviceId?: string;
    text?: string;
    mayConvert?: boolean;
    files?: readonly string[];
    referringClinician?: string;
  } = {},
): string {
  const {
    nhsNumber = '9912003888',
    serviceId = '11014',
    text = 'Please advise me on this patient',
    mayConvert = true,
    files = [],
  } = options;
  return parameters('eRS-CreateAdviceAndGuidance-Request-Parameters-1', [
    { name: 'patient', valueIdentifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: nhsNumber } },
    {
      name: 'providerConversionAuthorisation',
      valueCoding: {
        system: `${CODES}eRS-ProviderConversionAuthorisation-1`,
        code: mayConvert ? 'AUTHORISED_TO_CONVERT' : 'NOT_AUTHORISED_TO_CONVERT',
      },
    },
    ...(options.referringClinician === undefined
      ? []
      : [
          {
            name: 'referringClinician',
            valueIdentifier: { system: 'http://fhir.nhs.net/Id/sds-user-id', value: options.referringClinician },
          },
        ]),
    { name: 'shortlist', resource: shortlist(serviceId) },
    { name: 'request', valueString: text },
    ...files.map((each) => filePart('requestAttachmentFile', 'ADVICE_REQUEST', each)),
  ]);
}

function shortlist(serviceId: string): object {
  return {
    meta: { profile: [`${PROFILE}eRS-Shortlist-List-1`] },
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    contained: [
      {
        resourceType: 'Parameters',
        meta: { profile: [`${PROFILE}eRS-ServiceSearchCriteria-Parameters-1`] },
        id: 'ServiceSearchCriteria-1',
        parameter: [
          { name: 'priority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: 'ROUTINE' } },
          { name: 'specialty', valueCoding: { system: 'https://localhost/referrals/FHIR/STU3/CodeSystem/SPECIALTY', code: 'CARDIOLOGY' } },
          { name: 'clinicType', valueCoding: { system: `${CODES}eRS-ClinicType-1`, code: 'HEART_FAILURE' } },
          { name: 'ageAndGenderAppropriate', valueBoolean: false },
        ],
      },
    ],
    entry: [{ item: { identifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: serviceId } } }],
    extension: [{ url: `${PROFILE}Extension-eRS-Shortlist-SearchCriteria-1`, valueReference: { reference: '#ServiceSearchCriteria-1' } }],
  };
}

/** A026: advice, or a question when there is no recommendation. */
export function guidanceBody(
  guidance: string,
  options: { recommendation?: string; priority?: string; files?: readonly string[] } = {},
): string {
  const { recommendation, priority = 'ROUTINE', files = [] } = options;
  const outcome = recommendation === undefined ? 'REQUIRE_FURTHER_INFORMATION' : 'RETURN_TO_REFERRER_WITH_ADVICE';
  return parameters('eRS-SendCommunicationToRequester-Request-Parameters-1', [
    { name: 'guidanceOutcome', valueCoding: { system: `${CODES}eRS-GuidanceResponseOutcome-1`, code: outcome } },
    ...(recommendation === undefined
      ? []
      : [
          {
            name: 'guidanceIntendedRecommendation',
            valueCoding: { system: `${CODES}eRS-GuidanceIntendedRecommendation-1`, code: recommendation },
          },
        ]),
    { name: 'guidance', valueString: guidance },
    { name: 'updatedPriority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: priority } },
    ...files.map((each) => filePart('guidanceAttachmentFile', 'GUIDANCE_RESPONSE', each)),
  ]);
}

/** A027. */
export function conversionBody(options: {
  ubrn: string;
  version: string | number;
  priority?: string;
  guidanceFiles?: readonly string[];
  reviewFiles?: readonly string[];
}): string {
  const { ubrn, version, priority = 'ROUTINE', guidanceFiles = [], reviewFiles = [] } = options;
  return parameters('eRS-CreateFromCommunicationRequestActionLater-Request-Parameters-1', [
    { name: 'createFrom', valueReference: { reference: `CommunicationRequest/${ubrn}/_history/${version}` } },
    { name: 'guidance', valueString: 'I have converted this to send the patient to one of our services' },
    { name: 'newReferralPriority', valueCoding: { system: `${CODES}eRS-Priority-1`, code: priority } },
    { name: 'reviewComments', valueString: 'Refer this patient please' },
    ...guidanceFiles.map((each) => filePart('guidanceAttachmentFile', 'GUIDANCE_RESPONSE', each)),
    ...reviewFiles.map((each) => filePart('reviewAttachmentFile', 'PROVIDER', each)),
  ]);
}

function parameters(profile: string, parameter: readonly object[]): string {
  return JSON.stringify({ meta: { profile: [`${PROFILE}${profile}`] }, resourceType: 'Parameters', parameter });
}
