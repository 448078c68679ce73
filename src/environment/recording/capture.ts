import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Instant, isoInstant } from '../../kernel/clock.ts';
import type { RecordedExchange } from '../../kernel/evidence/recorded-exchange.ts';
import { maskHeaders, maskUrl } from '../../kernel/journal/mask.ts';
import { type KeptBody, keepBody, tlsFacts } from './messages.ts';

const LONGEST_URL = 2_000;
const LONGEST_TOKEN_ANSWER = 64 * 1024;

/** When an exchange began, on both watches. */
export interface Moment {
  readonly real: Instant;
  readonly business: Instant;
}

/** An exchange as it is recorded; its number is given when it is written. */
export type CapturedExchange = Omit<RecordedExchange, 'number'>;

/** Everything there is to know of an exchange whose answer is made. */
export function capture(
  request: FastifyRequest,
  reply: FastifyReply,
  facts: { readonly appId: string; readonly moment: Moment; readonly milliseconds: number; readonly answer: KeptBody },
): CapturedExchange {
  const { exchange } = request;
  const status = reply.statusCode;
  const token = bearerName(request.headers.authorization);
  const issuedToken = issuedName(request, exchange.responseBody);
  const tls = tlsFacts(request.raw.socket);
  const refused = exchange.refusal !== undefined || status >= 400;
  return {
    at: isoInstant(facts.moment.real),
    businessAt: isoInstant(facts.moment.business),
    milliseconds: Math.round(facts.milliseconds * 100) / 100,
    appId: facts.appId,
    service: exchange.service ?? 'environment',
    operation: exchange.operation ?? '-',
    listener: exchange.listener.name,
    ...(exchange.service === 'ers' && { ersInstance: exchange.listener.ersInstance }),
    method: request.method,
    url: maskUrl(request.url.slice(0, LONGEST_URL)),
    status,
    verdict: status >= 500 && exchange.refusal === undefined ? 'failed' : refused ? 'refused' : 'ok',
    ...given('userId', exchange.userId),
    ...given('odsCode', exchange.odsCode),
    ...given('businessFunction', exchange.businessFunction),
    ...given('ubrn', exchange.ubrn),
    ...given('nhsNumber', exchange.nhsNumber),
    ...given('correlationId', exchange.correlationId),
    ...given('requestId', exchange.requestId),
    ...given('token', token),
    ...given('issuedToken', issuedToken),
    ...given('refusal', exchange.refusal),
    ...given('advice', exchange.advice),
    checks: exchange.checks.map((each) => ({ ...each })),
    ...given('tls', tls),
    request: {
      headers: maskHeaders(request.headers),
      ...(exchange.requestFile === undefined ? keepBody(exchange.requestBody) : { ...exchange.requestFile, cut: true }),
    },
    response: { headers: maskHeaders(reply.getHeaders()), ...facts.answer },
  };
}

/** Name of the access token in an `Authorization` header; undefined when there is none. */
export function bearerName(authorization: string | undefined): string | undefined {
  const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  return token === undefined ? undefined : tokenName(token);
}

/** Access tokens are long and drawn at random: a piece of their hash names them and gives nothing away. */
function tokenName(token: string): string {
  return `t-${hash('sha256', token).slice(0, 16)}`;
}

/** Name of the access token that the token endpoint answered with. */
function issuedName({ exchange }: FastifyRequest, body: Buffer | string | undefined): string | undefined {
  if (exchange.service !== 'gateway' || exchange.operation !== 'token' || body === undefined || body.length > LONGEST_TOKEN_ANSWER)
    return undefined;
  const token = /"access_token"\s*:\s*"([^"]+)"/.exec(body.toString())?.[1];
  return token === undefined ? undefined : tokenName(token);
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
