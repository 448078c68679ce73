/** How long a session lasts. Pure. */
import type { SessionEnd, SpineSession } from './model.ts';

const MINUTE = 60_000;

/** Sessions last ten hours (identity.md A.2: sso_max_session_time 600). */
export const MAXIMUM_MINUTES = 600;
/** The idle time announced in sso_session_time: 600, and 300 has been seen. */
export const IDLE_MINUTES = 600;
/** A challenge is answered within five minutes (inferred). */
export const CHALLENGE_LIFE = 5 * MINUTE;

type Times = Pick<SpineSession, 'startedAt' | 'usedAt' | 'maximum' | 'idle'>;

/** When the session ends if nothing more is done with it. */
export function endsAt({ startedAt, usedAt, maximum, idle }: Times): number {
  return Math.min(startedAt + maximum * MINUTE, usedAt + idle * MINUTE);
}

/** Why a session is over at `now`; undefined while it lasts. Where both times have come, the one that came first is the reason. */
export function timeOut(session: Times, now: number): Extract<SessionEnd, 'idle-timeout' | 'maximum-time'> | undefined {
  if (now < endsAt(session)) return undefined;
  return session.startedAt + session.maximum * MINUTE <= session.usedAt + session.idle * MINUTE ? 'maximum-time' : 'idle-timeout';
}

/** Seconds since it was last used. */
export function idleSeconds({ usedAt }: Times, now: number): number {
  return Math.max(0, Math.floor((now - usedAt) / 1_000));
}

/** Seconds until its maximum. */
export function secondsLeft({ startedAt, maximum }: Times, now: number): number {
  return Math.max(0, Math.ceil((startedAt + maximum * MINUTE - now) / 1_000));
}
