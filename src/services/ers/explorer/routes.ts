/** The API document, collections made from it, and the API explorer of one environment; mounted at `/_localspine/ers`. */
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isoInstant } from '../../../kernel/clock.ts';
import { LocalRefusal, messageOf } from '../../../kernel/errors.ts';
import type { JournalReader } from '../../../kernel/journal/journal.ts';
import { FormToken } from '../../../kernel/web/form-token.ts';
import { Pages } from '../../../kernel/web/pages.ts';
import { brunoCollection } from '../document/bruno.ts';
import { type OpenApiDocument, openApiDocument } from '../document/openapi.ts';
import { patientPaths } from '../document/patient-openapi.ts';
import { postmanCollection } from '../document/postman.ts';
import type { Operation } from '../operation.ts';
import { patientOperations } from '../patient/operations.ts';
import { hasPatientApi } from '../patient/product.ts';
import type { ErsWorld } from '../world.ts';
import { bodyOf, curlOf, type ExplorableOperation, type ExplorerRequest, exampleFields, fieldName, readForm } from './request.ts';

export interface ExplorerParts {
  readonly world: ErsWorld;
  readonly journal: JournalReader;
  readonly operations: readonly Operation[];
}

const HOME = '/_localspine/ers/explorer';
const FORM_LIMIT = 4 * 1024 * 1024;
/** Longest body that is shown. */
const SHOWN = 100_000;

/** Registers everything of this folder. */
export function registerExplorer(app: FastifyInstance, parts: ExplorerParts): void {
  const documentFor = (request: FastifyRequest): OpenApiDocument => documentOf(parts, request);
  const { slug } = parts.world.environment;
  app.get('/openapi.json', async (request) => documentFor(request));
  app.get('/openapi.yaml', async (request, reply) => {
    const { stringify } = await import('yaml');
    return reply.type('application/yaml; charset=utf-8').send(stringify(documentFor(request), { aliasDuplicateObjects: false }));
  });
  app.get('/collection/postman.json', async (request, reply) =>
    reply
      .header('content-disposition', `attachment; filename="localspine-${slug}.postman_collection.json"`)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(postmanCollection(documentFor(request)), undefined, 2)),
  );
  app.get('/collection/bruno.json', async (request) => ({ files: brunoCollection(documentFor(request), parts.world.environment.id) }));
  app.get('/collection/bruno.zip', async (request, reply) => {
    const { strToU8, zipSync } = await import('fflate');
    const files = Object.entries(brunoCollection(documentFor(request), parts.world.environment.id));
    const zip = zipSync(Object.fromEntries(files.map(([path, text]) => [`localspine-${slug}/${path}`, strToU8(text)])));
    return reply
      .header('content-disposition', `attachment; filename="localspine-${slug}-bruno.zip"`)
      .type('application/zip')
      .send(Buffer.from(zip));
  });
  registerPages(app, parts, documentFor);
}

/** Servers in the order in which they are offered: plain HTTP first where no secret travels, then the door of each instance. */
function documentOf({ world, operations }: ExplorerParts, request: FastifyRequest): OpenApiDocument {
  const { environment } = world;
  const secure = environment.ersBaseUrls.flatMap((base, index) =>
    environment.ersPaths.map((path) => ({ url: `${base}${path}/FHIR`, description: `${environment.ersInstances[index] ?? ''}, HTTPS` })),
  );
  const { listener } = request.exchange;
  const plain =
    listener.name === 'http' && environment.access === 'open'
      ? environment.ersPaths.map((path) => ({
          url: `${listener.baseUrl}${path}/FHIR`,
          description: `${listener.ersInstance}, plain HTTP, this machine only`,
        }))
      : [];
  const { id, title, access } = environment;
  return openApiDocument(operations, {
    id,
    title,
    access,
    servers: [...plain, ...secure],
    now: world.clock.now(),
    ...(hasPatientApi(id) && { patient: patientPaths(patientOperations, environment.baseUrl) }),
  });
}

function registerPages(app: FastifyInstance, parts: ExplorerParts, documentFor: (request: FastifyRequest) => OpenApiDocument): void {
  const { world } = parts;
  const { environment } = world;
  const pages = new Pages(join(import.meta.dirname, 'pages'));
  const formToken = new FormToken({ cookie: 'localspine-explorer', path: HOME, random: world.random });
  const common = { environment: environment.id, open: environment.access === 'open', home: HOME };
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FORM_LIMIT }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.get('/explorer', async (request, reply) => {
    const document = documentFor(request);
    const all = explorable(document);
    return pages.send(reply, 'operations.njk', {
      ...common,
      title: 'e-RS API explorer',
      servers: document.servers,
      groups: document.tags.map(({ name, description }) => ({
        name,
        description,
        operations: all.filter((each) => each.operation.tags.includes(name)),
      })),
    });
  });
  app.get<{ Params: { id: string } }>('/explorer/:id', async (request, reply) => {
    const document = documentFor(request);
    const chosen = find(document, request.params.id);
    return show(request, reply, chosen, exampleFields(chosen), {});
  });
  app.post<{ Params: { id: string } }>('/explorer/:id', async (request, reply) => {
    const document = documentFor(request);
    const chosen = find(document, request.params.id);
    const form = textMembers(request.body);
    formToken.verify(request, form['csrf']);
    const read = readForm(chosen, form);
    if ('problems' in read) return show(request, reply, chosen, form, { problems: read.problems }, 400);
    return show(request, reply, chosen, form, { sent: await send(app, parts, read.request), request: read.request });
  });

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    chosen: ExplorableOperation,
    fields: Readonly<Record<string, string>>,
    result: { readonly problems?: Readonly<Record<string, string>>; readonly sent?: object; readonly request?: ExplorerRequest },
    status = 200,
  ): Promise<FastifyReply> {
    const csrf = formToken.issue(request, reply, request.exchange.listener.name !== 'http');
    const { operation, method, path } = chosen;
    const preview = result.request ?? requestOf(chosen, exampleFields(chosen));
    return pages.send(
      reply,
      'operation.njk',
      {
        ...common,
        title: operation.summary,
        operation,
        method: method.toUpperCase(),
        path,
        servers: chosen.servers,
        server: fields['server'] ?? chosen.servers[0]?.url,
        csrf,
        action: `${HOME}/${operation.operationId}`,
        fields: operation.parameters.map((each) => ({ ...each, field: fieldName(each), value: fields[fieldName(each)] ?? '' })),
        contentTypes: Object.keys(operation.requestBody?.content ?? {}),
        contentType: fields['contentType'] ?? bodyOf(operation)[0],
        body: fields['body'] ?? '',
        token: fields['token'] ?? '',
        problems: result.problems ?? {},
        sent: result.sent,
        curl: preview === undefined ? undefined : curlOf(preview),
        responses: Object.entries(operation.responses).map(([code, { description }]) => ({ code, description })),
      },
      status,
    );
  }
}

function requestOf(chosen: ExplorableOperation, fields: Readonly<Record<string, string>>): ExplorerRequest | undefined {
  const read = readForm(chosen, fields);
  return 'request' in read ? read.request : undefined;
}

/** Sends a request to this environment's own e-RS, through its own routes; no address is taken from anywhere. */
async function send(app: FastifyInstance, { world, journal }: ExplorerParts, request: ExplorerRequest): Promise<object> {
  const correlation = request.headers['X-Correlation-ID'] ?? `explorer-${world.random.uuid()}`;
  const started = world.clock.realNow();
  const answer = await answerOf(app, { ...request, headers: { ...request.headers, 'X-Correlation-ID': correlation } });
  const entry = await journal.show(correlation);
  return {
    at: isoInstant(started),
    request: {
      line: `${request.method} ${request.server}${request.path}`,
      headers: Object.entries({ ...request.headers, 'X-Correlation-ID': correlation }).map(([name, value]) => [
        name,
        name === 'Authorization' ? 'Bearer (the token)' : value,
      ]),
      body: request.body,
    },
    ...answer,
    checks: entry?.checks ?? [],
    refusal: entry?.refusal,
    journalId: entry?.id,
    milliseconds: entry?.milliseconds,
  };
}

/** The answer as the page shows it. A fault rule may cut the connection: then there is none. */
async function answerOf(app: FastifyInstance, request: ExplorerRequest): Promise<object> {
  const server = new URL(request.server);
  try {
    const reply = await app.inject({
      method: methodOf(request.method),
      url: `${server.pathname}${request.path}`,
      headers: { host: server.host, ...request.headers },
      ...(request.body !== undefined && { payload: request.body }),
    });
    return {
      status: reply.statusCode,
      statusMessage: reply.statusMessage,
      headers: Object.entries(reply.headers).filter(([name]) => name !== 'connection'),
      body: shownBody(String(reply.headers['content-type'] ?? ''), reply.rawPayload),
    };
  } catch (error) {
    return { status: 'None:', statusMessage: messageOf(error), headers: [], body: '' };
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT'] as const;

function methodOf(text: string): (typeof METHODS)[number] {
  return METHODS.find((each) => each === text) ?? 'GET';
}

function shownBody(contentType: string, body: Buffer): string {
  if (body.length === 0) return '';
  if (!/json|text|xml/.test(contentType)) return `${body.length} bytes of ${contentType || 'unknown type'}`;
  const text = body.toString('utf8');
  const pretty = contentType.includes('json') ? prettyJson(text) : text;
  return pretty.length > SHOWN ? `${pretty.slice(0, SHOWN)}\n… (${pretty.length} characters in all)` : pretty;
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

function explorable(document: OpenApiDocument): readonly ExplorableOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, servers: operation.servers ?? document.servers, operation })),
  );
}

function find(document: OpenApiDocument, id: string): ExplorableOperation {
  const found = explorable(document).find((each) => each.operation.operationId === id);
  if (found === undefined) throw new LocalRefusal(404, 'operation_unknown', 'There is no such operation.', `See ${HOME}.`);
  return found;
}

function textMembers(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([name, each]) => (typeof each === 'string' ? [[name, each]] : [])));
}
