/** The API document as a Bruno collection: a folder of `.bru` files, fit for version control. */
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter } from './openapi.ts';
import { bodyText, patientBase } from './postman.ts';

/** The files of the collection, text by path. Its environment file holds `baseUrl`; `token` is a secret that Bruno asks for. */
export function brunoCollection(document: OpenApiDocument, environment: string): Readonly<Record<string, string>> {
  const secured = document.security.length > 0;
  const patient = patientBase(document);
  const files: Record<string, string> = {
    'bruno.json': `${JSON.stringify({ version: '1', name: document.info.title, type: 'collection', ignore: ['node_modules', '.git'] }, undefined, 2)}\n`,
    'collection.bru': secured
      ? blocks(block('auth', ['mode: bearer']), block('auth:bearer', ['token: {{token}}']))
      : blocks(block('auth', ['mode: none'])),
    [`environments/${environment}.bru`]: blocks(
      block('vars', [`baseUrl: ${document.servers[0]?.url ?? ''}`, ...(patient === undefined ? [] : [`patientBaseUrl: ${patient}`])]),
      ...(secured ? [`vars:secret [\n  ${patient === undefined ? 'token' : 'token,\n  patientToken'}\n]`] : []),
    ),
  };
  document.tags.forEach((tag, index) => {
    files[`${tag.name}/folder.bru`] = blocks(block('meta', [`name: ${tag.name}`, `seq: ${index + 1}`]), block('docs', [tag.description]));
  });
  let sequence = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      sequence += 1;
      const name = operation.summary;
      files[`${operation.tags[0] ?? 'e-RS'}/${name}.bru`] = requestFile(name, sequence, path, method, operation);
    }
  }
  return files;
}

function requestFile(name: string, sequence: number, path: string, method: string, operation: OpenApiOperation): string {
  const of = (where: OpenApiParameter['in']): readonly OpenApiParameter[] => operation.parameters.filter((each) => each.in === where);
  const [contentType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const kind = content?.example === undefined ? 'none' : contentType?.endsWith('json') === true ? 'json' : 'text';
  const query = of('query').filter((each) => each.example !== undefined);
  const search = query.length === 0 ? '' : `?${query.map((each) => `${each.name}=${each.example}`).join('&')}`;
  const headers = of('header').map(entryOf);
  const base = operation.servers === undefined ? '{{baseUrl}}' : '{{patientBaseUrl}}';
  return blocks(
    block('meta', [`name: ${name}`, 'type: http', `seq: ${sequence}`]),
    block(method, [
      `url: ${base}${path.replaceAll(/\{(\w+)\}/g, ':$1')}${search}`,
      `body: ${kind}`,
      `auth: ${operation.security === undefined ? 'inherit' : 'bearer'}`,
    ]),
    ...(operation.security === undefined ? [] : [block('auth:bearer', ['token: {{patientToken}}'])]),
    ...(of('query').length === 0 ? [] : [block('params:query', of('query').map(entryOf))]),
    ...(of('path').length === 0 ? [] : [block('params:path', of('path').map(entryOf))]),
    block('headers', contentType === undefined ? headers : [`Content-Type: ${contentType}`, ...headers]),
    ...(kind === 'none' ? [] : [block(`body:${kind}`, bodyText(content?.example).split('\n'))]),
    block('docs', operation.description.split('\n')),
  );
}

/** `name: value`; `~` switches off what a working request leaves out; a name with a colon is quoted. */
function entryOf({ name, example }: OpenApiParameter): string {
  return `${example === undefined ? '~' : ''}${name.includes(':') ? `"${name}"` : name}: ${example ?? ''}`.trimEnd();
}

function block(name: string, lines: readonly string[]): string {
  return `${name} {\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n}`;
}

function blocks(...all: readonly string[]): string {
  return `${all.join('\n\n')}\n`;
}
