/** The few ways that rows are written; what they say is in the files beside. */
import type { ConnectionRow, LocalPlace, PublishedAddress } from '../model.ts';

export type Published = ConnectionRow['published'];

export const documented = (dns: string, path?: string): PublishedAddress => ({
  dns,
  certainty: 'documented',
  ...(path !== undefined && { path }),
});
export const inferred = (dns: string, path?: string): PublishedAddress => ({
  dns,
  certainty: 'inferred',
  ...(path !== undefined && { path }),
});

/** The same place as others have it, on this machine. */
export const at = (path: string, method = 'GET'): LocalPlace => ({ kind: 'route', listener: 'https', method, path });
/** Behind mutual TLS. */
export const mutual = (path: string, method = 'POST'): LocalPlace => ({ kind: 'route', listener: 'mutual-tls', method, path });
export const OFFERED: LocalPlace = { kind: 'offered' };

export const UNKNOWN: Published = {};

/** A page for people with a smartcard. */
export function page(
  row: Pick<ConnectionRow, 'id' | 'ref' | 'section' | 'title' | 'purpose' | 'slot'> & Partial<ConnectionRow>,
): ConnectionRow {
  return { audience: 'users', direction: 'in', zone: 'hscn', port: 443, published: UNKNOWN, place: OFFERED, ...row };
}

/** Something that systems call. */
export function system(
  row: Pick<ConnectionRow, 'id' | 'ref' | 'section' | 'title' | 'purpose' | 'slot' | 'published' | 'place'> & Partial<ConnectionRow>,
): ConnectionRow {
  return { audience: 'systems', direction: 'in', zone: 'hscn', port: 443, ...row };
}
