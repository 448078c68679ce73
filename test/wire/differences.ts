/** Where answers differ from the published specification on purpose. `docs/systems/ers-differences.md` is made from this list. */
export interface Difference {
  /** Operations it concerns, as `POST /STU3/…`. */
  readonly operation: RegExp;
  readonly fault: RegExp;
  readonly what: string;
  readonly why: string;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    operation: /^POST \/STU3\/Appointment$/,
    fault: /^status 400 is not documented$/,
    what: 'A016 answers a body that is not one FHIR resource as JSON with 400, a status not listed there.',
    why: 'Every other operation with a message lists it, and the rule is common to all of them.',
  },
  {
    operation: /^GET \/STU3\/CodeSystem\/\{codeSystemType\}$/,
    fault: /^status 400 is not documented$/,
    what: 'A004 answers 400 to a call without NHSD-End-User-Organisation-ODS, a status not listed there, where one ASID serves several organisations.',
    why: 'It is the API platform that asks, before e-RS does, and it asks every operation: without the header it cannot look in the allow list.',
  },
  {
    operation:
      /^POST \/STU3\/(CommunicationRequest\/\{ubrn\}\/\$ers\.sendCommunicationToRequester|ReferralRequest\/\{ubrn\}\/\$ers\.changeShortlist(AndSendForTriage)?)$/,
    fault: /^status 412 is not documented$/,
    what: 'A026, A031 and A032 answer a missing or malformed If-Match with 412, a status not listed there.',
    why: 'They demand the header like the other operations that change a request, all of which list it.',
  },
  {
    operation: /^HEAD \/R4\/HealthcareService\/\{id\}$/,
    fault: /^status 406 is not documented$/,
    what: 'A037 answers an Accept that cannot be met with 406, a status not listed there.',
    why: 'It has the headers of A033, which lists it.',
  },
  {
    operation: /./,
    fault: /^status (401|403) at \/issue\/\*\/details\/coding\/\*: must have required property 'display'$/,
    what: 'An OperationOutcome made by the API gateway has no `display`, which the schema asks for.',
    why: 'The gateway’s own policies write it without one, on both versions of the API.',
  },
  {
    operation: /./,
    fault: /^status 403 in text\/plain,/,
    what: 'SANDBOX answers a wrong business function with plain text.',
    why: 'Only with `LOCALSPINE_SANDBOX_REFUSALS=published`, for clients built against the public sandbox, which does the same.',
  },
  {
    operation: /./,
    fault: /^status 404 has a body where none is documented$/,
    what: 'The plain HTTP port of PROD answers every national path with 404 and a sentence as JSON.',
    why: 'It is LocalSpine that says no there, not e-RS: the production twin serves certificates only without TLS.',
  },
];

/** The difference that explains a fault. */
export function differenceFor(operation: string, fault: string): Difference | undefined {
  return DIFFERENCES.find((each) => each.operation.test(operation) && each.fault.test(fault));
}

/** The text of `docs/systems/ers-differences.md`. */
export function differencesPage(): string {
  return [
    '# e-RS: differences from the published specification',
    '',
    'Every answer that the journeys, the hostile input and the published examples get is validated against the published OpenAPI document of e-RS',
    '(`REFERENCE_DIR=… npm run test:wire`): status, media type and schema. Each violation fails the test unless it is on this list.',
    '',
    '| what | why |',
    '|---|---|',
    ...DIFFERENCES.map(({ what, why }) => `| ${what} | ${why} |`),
    '',
    'Where the document says `_baseurl_`, any address is taken: the server writes the one it was called by.',
    '',
    'This page is made from `test/wire/differences.ts`; do not edit it by hand (`UPDATE_DOCS=1 node --test test/wire/differences-page.test.ts`).',
    '',
  ].join('\n');
}
