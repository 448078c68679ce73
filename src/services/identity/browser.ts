import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Realm } from './realms.ts';
import type { Browser } from './sign-in.ts';

/** `https://host:port` as the browser wrote it, so that it stays on the address it came by. */
export function originOf(request: FastifyRequest): string {
  const { listener } = request.exchange;
  return request.headers.host === undefined ? listener.baseUrl : `${listener.baseUrl.split(':')[0]}://${request.headers.host}`;
}

/** What shows of the browser that sends a request. */
export function browserOf(request: FastifyRequest, realm: Realm): Browser {
  const cookies = cookiesOf(request);
  return { session: cookies.get(realm.cookie), binding: cookies.get(`${realm.cookie}-sign-in`), site: siteOf(request, originOf(request)) };
}

/**
 * Fetch metadata decides where it is sent. Where it is not, `Origin` does; pages that send no referrer give it as "null", and are then
 * known by the cookie of the sign-in, which no other site's post carries (SameSite).
 */
export function siteOf({ headers, method }: FastifyRequest, own: string): Browser['site'] {
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

/** A cookie for the pages of one realm: no script reads it, no other site sends it along with a post. */
export function setCookie(reply: FastifyReply, name: string, value: string, realm: Realm): void {
  void reply.header('set-cookie', `${name}=${value}; Path=${realm.path}; Secure; HttpOnly; SameSite=Lax`);
}

export function clearCookie(reply: FastifyReply, name: string, realm: Realm): void {
  void reply.header('set-cookie', `${name}=; Path=${realm.path}; Max-Age=0; Secure; HttpOnly; SameSite=Lax`);
}
