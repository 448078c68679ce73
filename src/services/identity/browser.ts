import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookiesOf, originOf, clearCookie as removeCookie, siteOf, setCookie as writeCookie } from '../../kernel/web/browser.ts';
import type { Realm } from './realms.ts';
import type { Browser } from './sign-in.ts';

export { cookiesOf, originOf } from '../../kernel/web/browser.ts';

/** What shows of the browser that sends a request. */
export function browserOf(request: FastifyRequest, realm: Realm): Browser {
  const cookies = cookiesOf(request);
  return { session: cookies.get(realm.cookie), binding: cookies.get(`${realm.cookie}-sign-in`), site: siteOf(request, originOf(request)) };
}

/** A cookie for the pages of one realm. */
export function setCookie(reply: FastifyReply, name: string, value: string, realm: Realm): void {
  writeCookie(reply, name, value, realm.path);
}

export function clearCookie(reply: FastifyReply, name: string, realm: Realm): void {
  removeCookie(reply, name, realm.path);
}
