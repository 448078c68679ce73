/** The API document (OpenAPI 3.1) of e-RS in one environment, made from the table of operations. */
import type { Instant } from '../../../kernel/clock.ts';
import type { Access } from '../../../kernel/service.ts';
import { defaultFunction, SAMPLE_ORGANISATION, SAMPLE_USERS, USER_HEADER } from '../open-access.ts';
import type { Operation } from '../operation.ts';
import type { DocumentedParameter, ExampleRequest } from './operation-document.ts';
import { type JsonSchema, parametersSchema } from './parameters-schema.ts';
import { type DocumentedResponse, responsesOf } from './responses.ts';
import { byTopic, PATIENT_TOPIC, TOPICS, topicOf } from './topics.ts';

/** A parameter with a value that works. */
export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  /** Absent where a working request leaves the parameter out. */
  readonly example?: string;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters: readonly OpenApiParameter[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
  readonly deprecated?: true;
  /** Where it answers, when that is not where the others do. */
  readonly servers?: readonly { readonly url: string; readonly description: string }[];
  /** The token it takes, when that is not the one of the others. */
  readonly security?: readonly object[];
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly security: readonly object[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: object;
}

export interface DocumentedEnvironment {
  readonly id: string;
  readonly title: string;
  readonly access: Access;
  /** Addresses of e-RS up to `/FHIR`, the preferred one first. */
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  /** Its time, which the examples follow. */
  readonly now: Instant;
  /** Paths of the patient API, where it has one. */
  readonly patient?: OpenApiDocument['paths'];
}

const [CLINICIAN, ADMINISTRATOR] = SAMPLE_USERS;
/** Who can send the examples. */
const SIGN_IN = `The examples are of ${CLINICIAN}; those in an administrator’s function of ${ADMINISTRATOR}.`;

/** Makes the document. */
export function openApiDocument(operations: readonly Operation[], environment: DocumentedEnvironment): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const operation of byTopic(operations)) {
    operation.paths.forEach((path, index) => {
      const at = `/${operation.version}${openApiPath(path)}`;
      paths[at] = { ...paths[at], [operation.method.toLowerCase()]: operationObject(operation, path, index, environment) };
    });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `LocalSpine ${environment.id}: NHS e-Referral Service API`,
      version: '1.0.0',
      description:
        'e-RS as LocalSpine answers it. Not affiliated with the NHS; all data is invented. ' +
        'The example requests work on freshly seeded data; reset puts it back.',
    },
    servers: environment.servers,
    security: environment.access === 'open' ? [] : [{ accessToken: [] }],
    tags: [...TOPICS, ...(environment.patient === undefined ? [] : [PATIENT_TOPIC])].map(({ name, description }) => ({
      name,
      description,
    })),
    paths: environment.patient === undefined ? paths : { ...paths, ...environment.patient },
    components: {
      schemas: { OperationOutcome: OPERATION_OUTCOME },
      ...(environment.access === 'token' && {
        securitySchemes: {
          accessToken: { type: 'http', scheme: 'bearer', description: `Access token of this environment’s token server. ${SIGN_IN}` },
          ...(environment.patient !== undefined && {
            patientToken: { type: 'http', scheme: 'bearer', description: 'Access token of a patient who signed in with NHS login.' },
          }),
        },
      }),
    },
  };
}

/** `/ReferralRequest/:ubrn` as `/ReferralRequest/{ubrn}`. */
export function openApiPath(path: string): string {
  return path.replaceAll(/(?<!:):(\w+)/g, '{$1}').replaceAll('::', ':');
}

/** The example request of an operation; `If-Match` names version 5, which most seeded requests have, where its file says nothing. */
export function exampleOf(operation: Operation, now: Instant): ExampleRequest {
  const stated = operation.document.example(now);
  return operation.ifMatch && stated.headers?.['If-Match'] === undefined
    ? { ...stated, headers: { 'If-Match': 'W/"5"', ...stated.headers } }
    : stated;
}

function operationObject(operation: Operation, path: string, index: number, environment: DocumentedEnvironment): OpenApiOperation {
  const example = exampleOf(operation, environment.now);
  return {
    operationId: index === 0 ? operation.id : `${operation.id}_${index + 1}`,
    summary: `${operation.id} ${operation.title}${path.endsWith('/:version') ? ', a version' : ''}`,
    description: [operation.document.description, whoMayCall(operation)].join('\n\n'),
    tags: [topicOf(operation.id).name],
    parameters: [
      ...[...path.matchAll(/(?<!:):(\w+)/g)].map(([, name = '']) => pathParameter(name, example)),
      ...(operation.document.query ?? []).map((each) => parameter('query', each, example.query?.[each.name])),
      ...headersOf(operation, example, environment.access).map(([each, value]) => parameter('header', each, value)),
    ],
    ...requestBodyOf(operation, example),
    responses: responsesOf(operation, environment.access),
    ...(operation.document.deprecated === true && { deprecated: true as const }),
  };
}

function whoMayCall({ functions, applications, anyUser }: Operation): string {
  const users = anyUser === true ? 'any signed-in user' : functions.join(', ');
  const unattended = applications.map((each) => `${each} applications`).join(', ');
  return `For ${[users, unattended].filter((each) => each !== '').join('; ')}.`;
}

const PATH_PARAMETERS: Readonly<Record<string, { readonly description: string; readonly example: string }>> = {
  ubrn: { description: 'Unique booking reference number of the request, twelve digits.', example: '000000070000' },
  version: { description: 'The current version.', example: '5' },
};

/** A parameter of the path. */
export function pathParameter(name: string, example: Pick<ExampleRequest, 'path'>): OpenApiParameter {
  const known = PATH_PARAMETERS[name] ?? { description: 'Id of the resource.', example: '1' };
  return parameter('path', { name, description: known.description, required: true }, example.path?.[name] ?? known.example);
}

/** A parameter with its value in the example request. */
export function parameter(
  where: OpenApiParameter['in'],
  { name, description, required, values }: DocumentedParameter,
  example?: string,
): OpenApiParameter {
  return {
    name,
    in: where,
    description,
    required,
    schema: { type: 'string', ...(values !== undefined && { enum: values }) },
    ...(example !== undefined && { example }),
  };
}

/** Headers with the values of the working request; `undefined` for those it leaves out. */
function headersOf(
  operation: Operation,
  example: ExampleRequest,
  access: Access,
): readonly (readonly [DocumentedParameter, string | undefined])[] {
  const { functions, document, ifMatch, anyUser } = operation;
  const businessFunction = example.businessFunction ?? defaultFunction(operation);
  const required = access === 'token' && anyUser !== true;
  const own = (name: string): string | undefined => example.headers?.[name];
  const admin = functions.includes('SERVICE_PROVIDER_CLINICIAN_ADMIN');
  return [
    [
      {
        name: 'NHSD-eRS-Business-Function',
        description: 'Function in which the user acts.',
        required,
        ...(functions.length > 0 && { values: withApplications(operation, access) }),
      },
      businessFunction,
    ],
    [
      { name: 'NHSD-End-User-Organisation-ODS', description: 'ODS code of the organisation the user acts for.', required },
      SAMPLE_ORGANISATION,
    ],
    ...(admin
      ? [
          [
            {
              name: 'NHSD-eRS-On-Behalf-Of-User-ID',
              description: 'For clinician admins, and them only: the clinician for whom they act.',
              required: false,
            },
            undefined,
          ] as const,
        ]
      : []),
    ...(access === 'open'
      ? [
          [
            {
              name: USER_HEADER,
              description: `SDS user id of the caller. Without it a sample user: ${SAMPLE_USERS.join(', ')}.`,
              required: false,
            },
            undefined,
          ] as const,
        ]
      : []),
    ...(ifMatch ? [[{ name: 'If-Match', description: 'The version last read.', required: true }, own('If-Match')] as const] : []),
    ...(document.headers ?? []).map((each) => [each, own(each.name)] as const),
    [{ name: 'X-Correlation-ID', description: 'Comes back unchanged, and finds the exchange in the journal.', required: false }, undefined],
  ];
}

/** Without a token an application is named by its function; with one the gateway sets it. */
function withApplications({ functions, applications }: Operation, access: Access): readonly string[] {
  return access === 'token'
    ? functions
    : [
        ...functions,
        ...applications.map((each) => (each === 'provider' ? 'PROVIDER_AUTHORISED_APPLICATION' : 'REFERRER_AUTHORISED_APPLICATION')),
      ];
}

function requestBodyOf({ body }: Operation, example: ExampleRequest): Pick<OpenApiOperation, 'requestBody'> {
  if (body.kind === 'none') return {};
  const sample = example.body === undefined ? {} : { example: example.body };
  if (body.kind === 'fhir') {
    const schema = 'schema' in body ? body.schema : parametersSchema(body.parameters);
    return { requestBody: { required: true, content: { 'application/fhir+json': { schema, ...sample } } } };
  }
  // The type of the example comes first: it is the one that tools offer.
  const types = [...new Set([...(example.contentType === undefined ? [] : [example.contentType]), ...body.types])];
  return {
    requestBody: {
      required: true,
      content: Object.fromEntries(
        types.map((type) => [type, { schema: { type: 'string', format: 'binary' }, ...(type === example.contentType && sample) }]),
      ),
    },
  };
}

const OPERATION_OUTCOME: JsonSchema = {
  type: 'object',
  required: ['resourceType', 'issue'],
  properties: {
    resourceType: { const: 'OperationOutcome' },
    meta: { type: 'object' },
    issue: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['severity', 'code'],
        properties: {
          severity: { const: 'error' },
          code: { type: 'string' },
          details: {
            type: 'object',
            required: ['coding'],
            properties: {
              coding: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['system', 'code'],
                  properties: { system: { type: 'string' }, code: { type: 'string' }, display: { type: 'string' } },
                },
              },
            },
          },
          diagnostics: { type: 'string' },
        },
      },
    },
  },
};
