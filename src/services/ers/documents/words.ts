/** How numbers, dates and names are written on paper. Times are local: Europe/London (ers.md §17). */
import type { Instant } from '../../../kernel/clock.ts';

const ZONE = 'Europe/London';
const DAY_FORMAT = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const DATE_FORMAT = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: '2-digit', month: 'short', year: 'numeric' });
const PLAIN_DATE_FORMAT = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: '2-digit', month: 'short', year: 'numeric' });
const PARTS_FORMAT = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

function parts(instant: Instant): Readonly<Record<string, string>> {
  return Object.fromEntries(PARTS_FORMAT.formatToParts(instant).map(({ type, value }) => [type, value]));
}

/** `20261124090000`: the stamp in the names of printed files. */
export function fileStamp(instant: Instant): string {
  const { year, month, day, hour, minute, second } = parts(instant);
  return `${year}${month}${day}${hour}${minute}${second}`;
}

/** `Tuesday 24 November 2026`. */
export function dayInWords(instant: Instant): string {
  return DAY_FORMAT.format(instant).replace(',', '');
}

/** `24-Nov-2026`. */
export function date(instant: Instant): string {
  return hyphened(DATE_FORMAT, instant);
}

/** `24-Nov-2026` for a date without a time, `YYYY-MM-DD`. */
export function plainDate(text: string): string {
  return hyphened(PLAIN_DATE_FORMAT, Date.parse(`${text}T00:00:00Z`));
}

/** `09:30`. */
export function time(instant: Instant): string {
  const { hour, minute } = parts(instant);
  return `${hour}:${minute}`;
}

/** `24-Nov-2026 09:30`. */
export function dateAndTime(instant: Instant): string {
  return `${date(instant)} ${time(instant)}`;
}

/** `991 200 3888`: NHS numbers are read in threes and fours. */
export function nhsNumber(number: string): string {
  return `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;
}

/** `0000 0007 0000`: booking references are read in fours. */
export function bookingReference(ubrn: string): string {
  return ubrn.replace(/(\d{4})(?=\d)/g, '$1 ');
}

/** Whole years between a birth date (`YYYY-MM-DD`) and a day. */
export function ageAt(birthDate: string, instant: Instant): number {
  const { year = '', month, day } = parts(instant);
  const [birthYear = '', ...rest] = birthDate.split('-');
  return Number(year) - Number(birthYear) - (`${month}-${day}` < rest.join('-') ? 1 : 0);
}

/** `CLINICAL_REVIEW` as `Clinical review`: for codes that have no display of their own. */
export function sentence(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Message text without markup: a link becomes its words, followed by its address when that says more. */
export function withoutMarkup(text: string): string {
  return text.replace(/<a\s[^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gis, (_, address: string, words: string) =>
    words.trim() === address ? address : `${words.trim()} (${address})`,
  );
}

function hyphened(format: Intl.DateTimeFormat, instant: Instant): string {
  const { day, month, year } = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${day}-${(month ?? '').slice(0, 3)}-${year}`;
}
