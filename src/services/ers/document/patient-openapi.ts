/** The patient API in the API document: an address and a token of its own. */
import { PATIENT_CODES } from '../patient/errors.ts';
import type { PatientOperation } from '../patient/operations.ts';
import { PATIENT_CARE_PATH } from '../patient/product.ts';
import { TARGET_IDENTIFIER } from '../patient/target.ts';
import { type OpenApiOperation, openApiPath, parameter, pathParameter } from './openapi.ts';
import type { JsonSchema } from './parameters-schema.ts';
import { type DocumentedResponse, FHIR_JSON, IDS, MEANINGS, OUTCOME } from './responses.ts';
import { PATIENT_TOPIC } from './topics.ts';

/** What the API document says of an operation of the patient API. */
export interface PatientDocument {
  readonly title: string;
  readonly description: string;
  readonly query: readonly { readonly name: string; readonly description: string; readonly example: string; readonly required: boolean }[];
  readonly path: Readonly<Record<string, string>>;
  readonly answer: JsonSchema;
}

/** Name of the security scheme. */
export const PATIENT_TOKEN = 'patientToken';

/** Paths of the patient API with their operations. @param baseUrl of the environment */
export function patientPaths(
  operations: readonly PatientOperation[],
  baseUrl: string,
): Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>> {
  return Object.fromEntries(operations.map((each) => [openApiPath(each.path), { get: operationObject(each, baseUrl) }]));
}

function operationObject({ id, path, document }: PatientOperation, baseUrl: string): OpenApiOperation {
  return {
    operationId: id,
    summary: `${id} ${document.title}`,
    description: `${document.description}\n\nFor patients who signed in with NHS login.`,
    tags: [PATIENT_TOPIC.name],
    servers: [{ url: `${baseUrl}${PATIENT_CARE_PATH}/FHIR/R4`, description: 'Patient care API' }],
    security: [{ [PATIENT_TOKEN]: [] }],
    parameters: [
      ...[...path.matchAll(/:(\w+)/g)].map(([, name = '']) => pathParameter(name, { path: document.path })),
      ...document.query.map((each) => parameter('query', each, each.example)),
      parameter('header', TARGET, TARGET_IDENTIFIER),
      parameter('header', CORRELATION),
    ],
    responses: {
      200: { description: 'Done.', headers: IDS, content: { [FHIR_JSON]: { schema: document.answer } } },
      ...refusals(),
    },
  };
}

const TARGET = {
  name: 'NHSD-Target-Identifier',
  description: 'Names e-RS: base64 of a JSON identifier, always the same.',
  required: true,
} as const;
const CORRELATION = {
  name: 'X-Correlation-ID',
  description: 'Comes back unchanged, and finds the exchange in the journal.',
  required: false,
};

/** All that the API refuses with, by status. */
function refusals(): Readonly<Record<string, DocumentedResponse>> {
  const codes = Object.entries(PATIENT_CODES);
  return Object.fromEntries(
    [...new Set(codes.map(([, { status }]) => status))].map((status) => {
      const names = codes.filter(([, each]) => each.status === status).map(([name, { issue }]) => `${name} (${issue})`);
      const response = {
        description: `${MEANINGS[status] ?? 'Refused.'} Codes: ${names.join(', ')}.`,
        headers: IDS,
        content: { [FHIR_JSON]: { schema: OUTCOME } },
      };
      return [String(status), response];
    }),
  );
}
