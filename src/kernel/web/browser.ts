import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where a request was begun: at a page of ours, at another site's, or by a program that tells neither. */
export type RequestSite = 'same-origin' | 'elsewhere' | 'script';

/** `https://host:port` as the browser wrote it, so that it stays on the address it came by. */
export function originOf(request: FastifyRequest): string {
  const { listener } = request.exchange;
  return request.headers.host === undefined ? listener.baseUrl : `${listener.baseUrl.split(':')[0]}://${request.headers.host}`;
}

/**
 * Fetch metadata decides where it is sent. Where it is not, `Origin` does; pages that send no referrer give it as "null", and are then
 * known by a cookie or mark that no other site's post carries.
 */
export function siteOf({ headers, method }: FastifyRequest, own: string): RequestSite {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site === undefined && origin === undefined) return 'script';
  if (method === 'GET' || site === 'same-origin' || site === 'none') return 'same-origin';
  return site === undefined && (origin === own || origin === 'null') ? 'same-origin' : 'elsewhere';
}

export function cookiesOf(request: FastifyRequest): ReadonlyMap<string, string> {
  const pairs = (request.headers.cookie ?? '').split(';').map((each): [string, string] => {
    const [name = '', ...value] = each.trim().split('=');
    return [name, value.join('=')];
  });
  return new Map(pairs);
}

/**
 * A cookie for the pages below a path: no script reads it, no other site sends it along with a post. Lax, since the browser comes back from
 * signing in by a redirect and has to bring it.
 */
export function setCookie(reply: FastifyReply, name: string, value: string, path: string): void {
  void reply.header('set-cookie', `${name}=${value}; Path=${path}; Secure; HttpOnly; SameSite=Lax`);
}

export function clearCookie(reply: FastifyReply, name: string, path: string): void {
  void reply.header('set-cookie', `${name}=; Path=${path}; Max-Age=0; Secure; HttpOnly; SameSite=Lax`);
}

/** Compares secrets in a time that tells nothing about them, of whatever lengths. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
}

/**
 * What is wrong with a form of a signed-in session: posted by a page of another site, or without the mark that only pages of this session
 * carry. Undefined when nothing is.
 */
export function foreignForm(
  request: FastifyRequest,
  given: string | null | undefined,
  mark: string,
): 'another-site' | 'no-mark' | undefined {
  const { origin } = request.headers;
  const own = originOf(request);
  if ((origin !== undefined && origin !== own && origin !== 'null') || siteOf(request, own) === 'elsewhere') return 'another-site';
  return mark !== '' && sameSecret(given ?? '', mark) ? undefined : 'no-mark';
}
