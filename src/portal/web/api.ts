import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TObject, TSchema } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Visitor } from '../access/visitor.ts';
import { type Site, shaped } from './site.ts';

/** One operation of the portal's API. What is typed here is checked, and is what the OpenAPI document says. */
export interface Endpoint<Params extends TSchema, Query extends TSchema, Body extends TSchema, Answer extends TSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api`, with parameters as `:name`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
  /** 200 when absent. */
  readonly status?: number;
  readonly handle: (call: {
    readonly visitor: Visitor;
    readonly params: Static<Params>;
    readonly query: Static<Query>;
    readonly body: Static<Body>;
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
  }) => Promise<Static<Answer>>;
}

type Described = Pick<
  Endpoint<TSchema, TSchema, TSchema, TSchema>,
  'method' | 'path' | 'tag' | 'summary' | 'params' | 'query' | 'body' | 'answer' | 'status'
>;

/** The portal's API: everything its pages do, for scripts and the command line. */
export class Api {
  readonly #site: Site;
  readonly #described: Described[] = [];

  constructor(site: Site) {
    this.#site = site;
  }

  /** Puts an operation at `/api…`. */
  endpoint<Params extends TSchema, Query extends TSchema, Body extends TSchema, Answer extends TSchema>(
    app: FastifyInstance,
    definition: Endpoint<Params, Query, Body, Answer>,
  ): void {
    this.#described.push(definition);
    const { method, path, params, query, body, status = 200, handle } = definition;
    app.route({
      method,
      url: `/api${path}`,
      handler: async (request, reply) => {
        const visitor = await this.#site.visitor(request);
        this.#site.portal.guard(request);
        if (method !== 'GET' && visitor.by === 'session') onlyOurOwn(request);
        const answer = await handle({
          visitor,
          params: (params === undefined ? {} : shaped(params, request.params, 'path')) as Static<Params>,
          query: (query === undefined ? {} : shaped(query, request.query, 'query')) as Static<Query>,
          body: (body === undefined ? undefined : shaped(body, request.body ?? {}, 'body')) as Static<Body>,
          request,
          reply,
        });
        if (reply.sent) return reply;
        void reply.code(status).header('cache-control', 'no-store');
        return answer;
      },
    });
  }

  /** The OpenAPI 3.1 document of what is registered. */
  document(): object {
    const paths: Record<string, Record<string, unknown>> = {};
    for (const each of this.#described) {
      const path = `/api${each.path.replace(/:(\w+)/g, '{$1}')}`;
      paths[path] = { ...paths[path], [each.method.toLowerCase()]: operationOf(each) };
    }
    return {
      openapi: '3.1.0',
      info: {
        title: 'LocalSpine portal API',
        version: '1',
        description: 'What the pages of the portal do, for scripts. LocalSpine is not affiliated with the NHS.',
      },
      servers: [{ url: this.#site.portal.baseUrl }],
      security: [{ token: [] }],
      paths,
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
        schemas: {
          Problem: {
            type: 'object',
            properties: { error: { type: 'string' }, message: { type: 'string' }, fix: { type: 'string' } },
            required: ['error', 'message'],
          },
        },
      },
    };
  }
}

function operationOf({ method, path, tag, summary, params, query, body, answer, status = 200 }: Described): object {
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
      name,
      in: 'path',
      required: true,
      schema: propertiesOf(params)[name] ?? { type: 'string' },
    })),
    ...Object.entries(propertiesOf(query)).map(([name, schema]) => ({ name, in: 'query', required: requiredIn(query, name), schema })),
  ];
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(\w)?/g, (_, letter?: string) => (letter ?? '').toUpperCase())}`,
    tags: [tag],
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: { description: 'Done.', content: { 'application/json': { schema: answer } } },
      default: { description: 'Why not.', content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  };
}

function propertiesOf(schema: TSchema | undefined): Readonly<Record<string, TSchema>> {
  return (schema as TObject | undefined)?.properties ?? {};
}

function requiredIn(schema: TSchema | undefined, name: string): boolean {
  return (schema as TObject | undefined)?.required?.includes(name) ?? false;
}

/** A browser's session changes something only by a request no other site can make a browser send. */
function onlyOurOwn(request: FastifyRequest): void {
  if (request.headers['sec-fetch-site'] === 'same-origin' || request.headers['content-type']?.startsWith('application/json') === true)
    return;
  throw new LocalRefusal(403, 'foreign_request', 'Send application/json, or use an API token.');
}
