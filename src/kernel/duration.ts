import { LocalRefusal } from './errors.ts';

const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const SHORT = /^(\d+)(s|m|h|d|w)$/;
const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Milliseconds of an ISO 8601 duration (`PT2H30M`, `P3D`) or a short form (`90s`, `5m`, `2h`, `3d`, `1w`). Throws LocalRefusal 400. */
export function parseDuration(text: string): number {
  const short = SHORT.exec(text);
  if (short !== null) return Number(short[1]) * UNITS[short[2] as keyof typeof UNITS];
  const iso = ISO.exec(text);
  if (iso === null || text.endsWith('T') || text === 'P')
    throw new LocalRefusal(400, 'bad_duration', `"${text}" is not a length of time.`, 'Write it like 90s, 5m, 2h, 3d or PT2H30M.');
  const [weeks, days, hours, minutes, seconds] = iso.slice(1).map((each) => Number(each ?? 0));
  return (weeks ?? 0) * UNITS.w + (days ?? 0) * UNITS.d + (hours ?? 0) * UNITS.h + (minutes ?? 0) * UNITS.m + (seconds ?? 0) * UNITS.s;
}
