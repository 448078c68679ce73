/** A request put together in the explorer: from a form to what is sent, and to the curl command that does the same. */
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter } from '../document/openapi.ts';

/** An operation at its place in the document. */
export interface ExplorableOperation {
  readonly method: string;
  /** As in the document: `/STU3/ReferralRequest/{ubrn}`. */
  readonly path: string;
  /** Addresses that answer it, the preferred one first. */
  readonly servers: OpenApiDocument['servers'];
  readonly operation: OpenApiOperation;
}

/** What is sent. */
export interface ExplorerRequest {
  /** Address of the API, one of those the document lists. */
  readonly server: string;
  readonly method: string;
  /** Below the address. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Name of a form field of a parameter. */
export function fieldName({ in: where, name }: Pick<OpenApiParameter, 'in' | 'name'>): string {
  return `${where}:${name}`;
}

/** The fields of the form with the values of the document's example. */
export function exampleFields({ operation, servers }: ExplorableOperation): Readonly<Record<string, string>> {
  const [contentType, content] = bodyOf(operation);
  return {
    server: servers[0]?.url ?? '',
    ...Object.fromEntries(operation.parameters.map((each) => [fieldName(each), each.example ?? ''])),
    ...(contentType !== undefined && { contentType }),
    ...(content !== undefined && { body: typeof content === 'string' ? content : JSON.stringify(content, undefined, 2) }),
  };
}

/** The media type and body of the document's example. */
export function bodyOf(operation: OpenApiOperation): readonly [contentType: string | undefined, example: unknown] {
  const [contentType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  return [contentType, content?.example];
}

/**
 * What a form asks to be sent. Only what the document lists is taken from it, so it can reach this operation of this environment and
 * nothing else; empty fields are left out.
 *
 * @returns the request, or what is wrong by field
 */
export function readForm(
  { method, path, servers, operation }: ExplorableOperation,
  form: Readonly<Record<string, string>>,
): { readonly request: ExplorerRequest } | { readonly problems: Readonly<Record<string, string>> } {
  const problems: Record<string, string> = {};
  const value = (each: OpenApiParameter): string => (form[fieldName(each)] ?? '').trim();
  let target = path;
  const query: string[] = [];
  const headers: Record<string, string> = {};
  for (const each of operation.parameters) {
    const text = value(each);
    // A browser and a server both take dots for a step up.
    if (each.in === 'path' && (text === '' || /^\.{1,2}$/.test(text))) problems[fieldName(each)] = `Enter ${each.name}`;
    if (each.in === 'header' && !isHeaderText(text)) problems[fieldName(each)] = `${each.name} has characters that a header cannot carry`;
    if (text === '') continue;
    if (each.in === 'path') target = target.replace(`{${each.name}}`, () => encodeURIComponent(text));
    else if (each.in === 'query') query.push(`${encodeURIComponent(each.name)}=${encodeURIComponent(text)}`);
    else headers[each.name] = text;
  }
  const token = (form['token'] ?? '').trim();
  if (!isHeaderText(token)) problems['token'] = 'The token has characters that a header cannot carry';
  else if (token !== '') headers['Authorization'] = `Bearer ${token}`;
  const server = servers.find((each) => each.url === (form['server'] ?? servers[0]?.url))?.url;
  if (server === undefined) problems['server'] = 'Choose an address from the list';
  const types = Object.keys(operation.requestBody?.content ?? {});
  const contentType = form['contentType'] ?? types[0] ?? '';
  if (types.length > 0) {
    if (types.includes(contentType)) headers['Content-Type'] = contentType;
    else problems['contentType'] = 'Choose a content type from the list';
  }
  if (server === undefined || Object.keys(problems).length > 0) return { problems };
  return {
    request: {
      server,
      method: method.toUpperCase(),
      path: query.length === 0 ? target : `${target}?${query.join('&')}`,
      headers,
      ...(types.length > 0 && { body: form['body'] ?? '' }),
    },
  };
}

/** The same request for a shell. A token is not written out. */
export function curlOf(request: ExplorerRequest): string {
  const { server, method, path, headers, body } = request;
  const head = server.startsWith('https:') ? 'curl --include --cacert .localspine/ca.pem' : 'curl --include';
  const needsMethod = method !== (body === undefined ? 'GET' : 'POST');
  return [
    `${head}${method === 'HEAD' ? ' --head' : needsMethod ? ` --request ${method}` : ''} ${quote(`${server}${path}`)}`,
    ...Object.entries(headers).map(([name, value]) =>
      name === 'Authorization' ? `-H "Authorization: Bearer $TOKEN"` : `-H ${quote(`${name}: ${value}`)}`,
    ),
    ...(body === undefined ? [] : [`--data-raw ${quote(body)}`]),
  ].join(' \\\n  ');
}

function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e\u0080-\u00ff]*$/.test(text);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
