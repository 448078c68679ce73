/** The API document as a Postman collection (v2.1), which Postman, Insomnia and newman read. */
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter } from './openapi.ts';

interface PostmanItem {
  readonly name: string;
  readonly request: object;
}

/** Makes the collection: a folder for each tag, each request filled in with its example; `baseUrl` and `token` are its variables. */
export function postmanCollection(document: OpenApiDocument): object {
  const secured = document.security.length > 0;
  const patient = patientBase(document);
  return {
    info: {
      name: document.info.title,
      description: document.info.description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: secured ? { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] } : { type: 'noauth' },
    variable: [
      { key: 'baseUrl', value: document.servers[0]?.url ?? '', type: 'string' },
      ...(secured ? [{ key: 'token', value: '', type: 'string' }] : []),
      ...(patient === undefined
        ? []
        : [
            { key: 'patientBaseUrl', value: patient, type: 'string' },
            { key: 'patientToken', value: '', type: 'string' },
          ]),
    ],
    item: document.tags.map(({ name, description }) => ({ name, description, item: requestsOf(document, name) })),
  };
}

/** Address of the patient API: the one that is not where the others answer. */
export function patientBase({ paths }: OpenApiDocument): string | undefined {
  return Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ servers = [] }) => servers)[0]?.url;
}

function requestsOf(document: OpenApiDocument, tag: string): readonly PostmanItem[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ name: operation.summary, request: requestOf(path, method, operation) })),
  );
}

function requestOf(path: string, method: string, operation: OpenApiOperation): object {
  const of = (where: OpenApiParameter['in']): readonly OpenApiParameter[] => operation.parameters.filter((each) => each.in === where);
  const segments = path
    .slice(1)
    .replaceAll(/\{(\w+)\}/g, ':$1')
    .split('/');
  const query = of('query').map(entryOf);
  const shown = query.filter((each) => !each.disabled).map((each) => `${each.key}=${each.value}`);
  const [contentType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const base = operation.servers === undefined ? '{{baseUrl}}' : '{{patientBaseUrl}}';
  return {
    method: method.toUpperCase(),
    ...(operation.security !== undefined && {
      auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{patientToken}}', type: 'string' }] },
    }),
    description: operation.description,
    url: {
      raw: `${base}/${segments.join('/')}${shown.length === 0 ? '' : `?${shown.join('&')}`}`,
      host: [base],
      path: segments,
      ...(query.length > 0 && { query }),
      variable: of('path').map(({ name, example = '', description }) => ({ key: name, value: example, description })),
    },
    header: [...(contentType === undefined ? [] : [{ key: 'Content-Type', value: contentType }]), ...of('header').map(entryOf)],
    ...(content?.example !== undefined && {
      body: {
        mode: 'raw',
        raw: bodyText(content.example),
        ...(contentType?.endsWith('json') === true && { options: { raw: { language: 'json' } } }),
      },
    }),
  };
}

/** What a working request leaves out is there to be switched on. */
function entryOf({ name, example, description }: OpenApiParameter): { key: string; value: string; description: string; disabled: boolean } {
  return { key: name, value: example ?? '', description, disabled: example === undefined };
}

/** An example body as it is sent. */
export function bodyText(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example, undefined, 2);
}
