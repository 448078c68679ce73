/** Whether a person who is signed in already must sign in again. Pure. */
import { satisfies } from '../methods.ts';
import type { Session } from '../model.ts';
import type { CheckedRequest } from '../oidc/authorization-request.ts';

/** How long a person stays signed in: as long as the API platform lets a log-on be refreshed (identity.md §2.7). Inferred. */
export const SESSION_LIFE = 12 * 3_600_000;

/**
 * Why a session will not do for a request; undefined when it will.
 *
 * @param nowSeconds real time: `auth_time` is real too (DESIGN.md D6)
 */
export function sessionFault(
  session: Session | undefined,
  { request, prompt, maxAge }: CheckedRequest,
  nowSeconds: number,
): 'none' | 'asked' | 'too-old' | 'too-low' | undefined {
  if (session === undefined) return 'none';
  if (prompt === 'login') return 'asked';
  if (maxAge !== undefined && nowSeconds - session.authTime > maxAge) return 'too-old';
  return satisfies(session.method, request.acrValues) ? undefined : 'too-low';
}
