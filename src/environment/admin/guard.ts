import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { LocalRefusal } from '../../kernel/errors.ts';

/**
 * Paths under `/_localspine` that tell nothing secret and change nothing: open to every caller that reaches the port. The API explorer is one
 * of them: what it sends to e-RS its user could send without it.
 */
const OPEN = new Set(['/_localspine/health', '/_localspine/ca.pem', '/_localspine/ca.der']);
const OPEN_PREFIXES = [
  '/_localspine/assets/',
  '/_localspine/certificates/',
  '/_localspine/ers/openapi.',
  '/_localspine/ers/collection/',
  '/_localspine/ers/explorer',
];

/** What everybody who uses the environment may read, calendars among them; changing it takes the operator. */
const READABLE = ['/_localspine/availability', '/_localspine/maintenance'];

/**
 * Keeps other people's web pages and other hosts away from the admin API (DESIGN.md, fixed points).
 *
 * @param hosts host names (without port) under which this environment may be called
 * @param token the operator's token; required of every caller when set
 * @returns a check that throws LocalRefusal 403 or 401
 */
export function adminGuard(hosts: ReadonlySet<string>, token: string | undefined): (request: FastifyRequest) => void {
  return (request) => {
    const path = request.url.split('?')[0] ?? '';
    // A page of another site can make a browser send requests here under a name that it resolves to this machine.
    if (!hosts.has(hostName(request.headers.host)))
      throw new LocalRefusal(
        403,
        'foreign_host',
        'The admin API answers only under its own host names.',
        'Call it as localhost, or set LOCALSPINE_PUBLIC_URL.',
      );
    const open = OPEN.has(path) || OPEN_PREFIXES.some((prefix) => path.startsWith(prefix));
    // A link from the portal, which is another origin, may lead here.
    const readable = READABLE.some((each) => path === each || path.startsWith(`${each}/`));
    if ((open || readable) && request.method === 'GET') return;
    const { origin } = request.headers;
    if (origin !== undefined && !isOwnOrigin(origin, hosts))
      throw new LocalRefusal(403, 'foreign_origin', 'The admin API does not answer pages of other sites.');
    const site = request.headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site')
      throw new LocalRefusal(403, 'foreign_origin', 'The admin API does not answer pages of other sites.');
    if (open) return;
    if (token !== undefined && !sameToken(request.headers.authorization, token)) {
      throw new LocalRefusal(
        401,
        'admin_token',
        'This admin API needs the operator’s token.',
        'Send "Authorization: Bearer <LOCALSPINE_ADMIN_TOKEN>".',
      );
    }
  };
}

/** `localhost` of `localhost:8143`; the brackets of an IPv6 address stay. */
export function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '');
}

function isOwnOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  return URL.canParse(origin) && hosts.has(hostName(new URL(origin).host));
}

function sameToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header?.startsWith('Bearer ') === true ? header.slice(7) : '');
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
