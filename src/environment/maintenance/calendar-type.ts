/** Media type of a calendar feed (RFC 5545 §3.1.4); apart from the writer, which is loaded only when a feed is asked for. */
export const CALENDAR_TYPE = 'text/calendar; charset=utf-8';
