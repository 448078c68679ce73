/** What the routes of e-RS read of a request, and write of it into the answer. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A request header by lower-case name; repeated ones joined. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The caller's own address stands in for `_baseUrl_`: the host it called, when that is one of ours. */
export function baseAddress(request: FastifyRequest, fallback: string): string {
  const { host } = request.headers;
  return host === undefined || !/^[A-Za-z0-9.:[\]-]{1,255}$/.test(host)
    ? fallback
    : `${fallback.startsWith('https:') ? 'https' : 'http'}://${host}`;
}

const NO_QUERY: Readonly<Record<string, readonly string[]>> = Object.freeze(Object.create(null));

/** Values of each query parameter, in the order sent. */
export function queryOf(request: FastifyRequest): Readonly<Record<string, readonly string[]>> {
  const index = request.url.indexOf('?');
  if (index < 0) return NO_QUERY;
  const query: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(request.url.slice(index + 1))) {
    const values = query[name];
    if (values === undefined) query[name] = [value];
    else values.push(value);
  }
  return query;
}

/** Values of the path's own parameters. */
export function paramsOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  const { params } = request;
  if (typeof params === 'object' && params !== null) for (const [name, value] of Object.entries(params)) values[name] = String(value);
  return values;
}

/** `X-Correlation-ID` comes back unchanged; `X-Request-ID` only when e-RS itself answered (ers.md §3.3, §3.4). */
export function echoIds(reply: FastifyReply, request: FastifyRequest): FastifyReply {
  const { correlationId, requestId } = request.exchange;
  if (correlationId !== undefined) void reply.header('x-correlation-id', correlationId);
  if (requestId !== undefined) void reply.header('x-request-id', requestId);
  return reply;
}
