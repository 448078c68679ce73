/** What legacy Spine sign-on knows, as plain data (identity.md §A). */

/** Why a session ended or changed, with the number listeners are told (identity.md A.5). */
export const EVENT_TYPES = {
  created: 0,
  'idle-timeout': 1,
  'maximum-time': 2,
  logout: 3,
  destroyed: 5,
  'property-changed': 6,
} as const;
export type SessionEvent = keyof typeof EVENT_TYPES;

/** How a session can end. */
export type SessionEnd = Exclude<SessionEvent, 'created' | 'property-changed'>;

/** `0` live, `1` training. */
export type Mode = '0' | '1';

/** A single sign-on session: what the ticket stands for. */
export interface SpineSession {
  readonly ticketHash: string;
  readonly ticket: string;
  readonly userId: string;
  /** Reference of the card it was opened with. */
  readonly card: string;
  /** Where the log-on came from. */
  readonly clientIp: string;
  readonly logSessionId: string;
  /** Real time: applications compare it with their own watch (DESIGN.md D6). */
  readonly authenticatedAt: number;
  /** Business times. */
  readonly startedAt: number;
  readonly usedAt: number;
  /** Minutes. */
  readonly maximum: number;
  readonly idle: number;
  /** Role profile in force; absent until one is chosen. */
  readonly roleProfileId?: string;
  readonly mode: Mode;
  /** What applications keep with it. */
  readonly properties: Readonly<Record<string, string>>;
}

/** A challenge that was sent and not answered yet. */
export interface Challenge {
  readonly challenge: string;
  readonly signature: string;
  readonly logSessionId: string;
  readonly expiresAt: number;
}
