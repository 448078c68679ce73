/** Bank holidays in England and Wales: by rule, and those that a proclamation moved or added. */

const DAY = 86_400_000;
const MONDAY = 1;

/** Years whose spring or May holiday was moved: away from the day, to the day. */
const MOVED: Readonly<Record<string, string>> = { '2020-05-04': '2020-05-08', '2022-05-30': '2022-06-02' };
/** Days kept once. */
const ONCE: readonly string[] = ['2011-04-29', '2012-06-05', '2022-06-03', '2022-09-19', '2023-05-08'];

/** Whether a day (`YYYY-MM-DD`) is a bank holiday. */
export function isBankHoliday(date: string): boolean {
  return ONCE.includes(date) || holidaysOf(Number(date.slice(0, 4))).includes(date);
}

function holidaysOf(year: number): readonly string[] {
  const easter = easterSunday(year);
  const days = [
    substituted(utc(year, 1, 1)),
    easter - 2 * DAY,
    easter + DAY,
    firstMonday(utc(year, 5, 1)),
    firstMonday(utc(year, 5, 25)),
    firstMonday(utc(year, 8, 25)),
    ...christmas(year),
  ].map((each) => new Date(each).toISOString().slice(0, 10));
  return days.map((each) => MOVED[each] ?? each);
}

function utc(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day);
}

/** The first Monday on or after a day. */
function firstMonday(from: number): number {
  return from + ((MONDAY - new Date(from).getUTCDay() + 7) % 7) * DAY;
}

/** New Year's Day at a weekend is kept on the Monday after. */
function substituted(day: number): number {
  const weekday = new Date(day).getUTCDay();
  return weekday === 0 || weekday === 6 ? firstMonday(day) : day;
}

/** Christmas and Boxing Day; what falls at a weekend is kept on the next working days. */
function christmas(year: number): readonly number[] {
  const day = utc(year, 12, 25);
  const weekday = new Date(day).getUTCDay();
  if (weekday === 5) return [day, day + 3 * DAY];
  if (weekday === 6) return [day + 2 * DAY, day + 3 * DAY];
  if (weekday === 0) return [day + DAY, day + 2 * DAY];
  return [day, day + DAY];
}

/** Easter Sunday by the Gregorian rule (Anonymous computus). */
function easterSunday(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const ofCentury = year % 100;
  const epact =
    (19 * golden + century - Math.floor(century / 4) - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7;
  const correction = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const sum = epact + toSunday - 7 * correction + 114;
  return utc(year, Math.floor(sum / 31), (sum % 31) + 1);
}
