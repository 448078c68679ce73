/** The schedule as an iCalendar feed (RFC 5545, path-to-live.md §5.4), written with ical.js. Loaded by who asks for one. */
import ICAL from 'ical.js';
import { type Instant, isoInstant } from '../../kernel/clock.ts';
import type { EnvironmentId } from '../definitions.ts';
import { flagsOf } from './flags.ts';
import { type ForwardChange, type Impact, statusAt } from './forward-change.ts';
import { type CalendarDay, HOUR, instantInLondon, LONDON, londonTime } from './london.ts';
import { liveReleases, type Schedule, type SlotException } from './schedule.ts';
import { nightAfterRelease, nightOf, SERVICE_TITLES, SLOT_BEGINS, SLOT_RULES, type SlotService, type Span } from './slots.ts';

// A folded line begins with a blank, which the writer does not count among the 75 octets that RFC 5545 §3.1 allows.
ICAL.foldLength = 74;

/** London's rules since 1996, as every event's times refer to them. */
const TIME_ZONE = `BEGIN:VTIMEZONE
TZID:Europe/London
X-LIC-LOCATION:Europe/London
BEGIN:DAYLIGHT
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
DTSTART:19970330T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE`.replaceAll('\n', '\r\n');

/** The first nights of the weekly slots: 1 January 2026 is a Thursday. */
const FIRST_NIGHTS = { 'spine-core': '2026-01-01', cis: '2026-01-07' } as const;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;
/** When the rules of the weekly slots were last changed. */
const RULES_SINCE: Instant = Date.UTC(2026, 0, 1);

const SLOT_ADVICE =
  'The service may be unavailable. Hold your messages and send them again afterwards; let scheduled jobs skip the night or resume. No other environment takes its place.';

export interface CalendarOptions {
  readonly environment: EnvironmentId;
  /** Where more is to be read about an entry, by its id. */
  readonly entryUrl: (id: string) => string;
  /** Where the whole schedule is. */
  readonly scheduleUrl: string;
  /** Reminds a day before each outage. */
  readonly alarm?: boolean;
}

/** The feed of one environment, at an instant. */
export function calendarOf(schedule: Schedule, now: Instant, options: CalendarOptions): string {
  return calendarText(`LocalSpine ${options.environment} maintenance`, [
    ...(schedule.hasSlots
      ? [...weekly('spine-core', schedule, options), ...weekly('cis', schedule, options), ...ersNights(schedule, options)]
      : []),
    ...schedule.changes.map((entry) => changeEvent(entry, schedule, now, options)),
  ]);
}

/**
 * Several feeds as one. An entry that is about several environments comes once, as it was last changed.
 *
 * @param feeds texts of {@link calendarOf}
 * @param remarks what is to be read below the description of an entry, by its id
 * @throws Error for what is no calendar
 */
export function mergedCalendar(name: string, feeds: readonly string[], remarks: ReadonlyMap<string, string> = new Map()): string {
  const events = new Map<string, ICAL.Component>();
  for (const feed of feeds)
    for (const event of new ICAL.Component(ICAL.parse(feed)).getAllSubcomponents('vevent')) {
      const key = `${textOf(event, 'uid')} ${textOf(event, 'recurrence-id')}`;
      const known = events.get(key);
      if (known === undefined || Number(textOf(event, 'sequence')) > Number(textOf(known, 'sequence'))) events.set(key, event);
    }
  const byUid = new Map([...remarks].map(([id, remark]) => [`${entryUid(id)}@localspine`, remark]));
  for (const event of events.values()) {
    const remark = byUid.get(textOf(event, 'uid'));
    if (remark !== undefined) event.updatePropertyWithValue('description', `${textOf(event, 'description')}\n${remark}`.trim());
  }
  return calendarText(name, [...events.values()]);
}

function entryUid(id: string): string {
  return `fcs-${id}`;
}

function textOf(event: ICAL.Component, name: string): string {
  return String(event.getFirstPropertyValue(name) ?? '');
}

function calendarText(name: string, events: readonly ICAL.Component[]): string {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('prodid', '-//LocalSpine//Maintenance//EN');
  calendar.addPropertyWithValue('version', '2.0');
  calendar.addPropertyWithValue('calscale', 'GREGORIAN');
  calendar.addPropertyWithValue('name', name);
  calendar.addPropertyWithValue('x-wr-calname', name);
  calendar.addPropertyWithValue('x-wr-timezone', LONDON);
  calendar.addPropertyWithValue('x-published-ttl', 'PT1H');
  calendar.addSubcomponent(new ICAL.Component(ICAL.parse(TIME_ZONE)));
  for (const event of events) calendar.addSubcomponent(event);
  return `${calendar.toString()}\r\n`;
}

interface EventFacts {
  readonly uid: string;
  readonly sequence: number;
  readonly changedAt: Instant;
  readonly createdAt?: Instant;
  readonly summary: string;
  readonly description: string;
  readonly status: 'CONFIRMED' | 'TENTATIVE' | 'CANCELLED';
  readonly impact: Impact;
  readonly categories: readonly string[];
  readonly url: string;
}

function eventOf(facts: EventFacts, alarm: boolean): ICAL.Component {
  const event = new ICAL.Component('vevent');
  event.addPropertyWithValue('uid', `${facts.uid}@localspine`);
  event.addPropertyWithValue('sequence', facts.sequence);
  event.addPropertyWithValue('dtstamp', utc(facts.changedAt));
  event.addPropertyWithValue('last-modified', utc(facts.changedAt));
  event.addPropertyWithValue('created', utc(facts.createdAt ?? Math.min(RULES_SINCE, facts.changedAt)));
  event.addPropertyWithValue('summary', facts.summary);
  if (facts.description !== '') event.addPropertyWithValue('description', facts.description);
  event.addPropertyWithValue('status', facts.status);
  event.addPropertyWithValue('transp', facts.impact === 'outage' || facts.impact === 'degraded' ? 'OPAQUE' : 'TRANSPARENT');
  const categories = new ICAL.Property('categories');
  categories.setValues([...facts.categories, facts.impact]);
  event.addProperty(categories);
  event.addPropertyWithValue('url', facts.url);
  if (alarm && facts.impact === 'outage' && facts.status !== 'CANCELLED') {
    const reminder = new ICAL.Component('valarm');
    reminder.addPropertyWithValue('action', 'DISPLAY');
    reminder.addPropertyWithValue('description', facts.summary);
    reminder.addPropertyWithValue('trigger', ICAL.Duration.fromString('-PT24H'));
    event.addSubcomponent(reminder);
  }
  return event;
}

function utc(instant: Instant): ICAL.Time {
  return ICAL.Time.fromDateTimeString(`${isoInstant(instant).slice(0, 19)}Z`);
}

/** A time by London's clocks; in UTC where they would not say which of two hours is meant. */
function addTime(event: ICAL.Component, name: string, instant: Instant): void {
  const wall = londonTime(instant);
  const property = new ICAL.Property(name);
  if (instantInLondon(wall) === Math.floor(instant / 1_000) * 1_000) {
    property.setParameter('tzid', LONDON);
    property.setValue(ICAL.Time.fromDateTimeString(wall));
  } else property.setValue(utc(instant));
  event.addProperty(property);
}

function addSpan(event: ICAL.Component, { start, end }: Span): void {
  addTime(event, 'dtstart', start);
  addTime(event, 'dtend', end);
}

function slotFacts(
  service: SlotService,
  { environment, scheduleUrl }: CalendarOptions,
): Pick<EventFacts, 'summary' | 'description' | 'impact' | 'categories' | 'url'> {
  return {
    summary: `${environment}: maintenance slot of ${SERVICE_TITLES[service]}`,
    description: SLOT_ADVICE,
    impact: 'outage',
    categories: [environment, service],
    url: scheduleUrl,
  };
}

/** A weekly slot: one event that comes again, and one for each night that is held otherwise or called off. */
function weekly(service: keyof typeof FIRST_NIGHTS, schedule: Schedule, options: CalendarOptions): readonly ICAL.Component[] {
  const exceptions = schedule.exceptions.filter((each) => each.service === service && each.night >= FIRST_NIGHTS[service]);
  const facts = {
    ...slotFacts(service, options),
    uid: `slot-${options.environment.toLowerCase()}-${service}`,
    sequence: exceptions.reduce((sum, each) => sum + each.revision, 0),
    changedAt: Math.max(RULES_SINCE, ...exceptions.map((each) => each.at)),
    status: 'CONFIRMED' as const,
  };
  const master = eventOf(facts, options.alarm === true);
  const usual = nightOf(service, FIRST_NIGHTS[service]);
  addTime(master, 'dtstart', usual.start);
  master.addPropertyWithValue('duration', ICAL.Duration.fromString(`PT${(usual.end - usual.start) / HOUR}H`));
  master.addPropertyWithValue('rrule', ICAL.Recur.fromString(`FREQ=WEEKLY;BYDAY=${WEEKDAYS[SLOT_RULES[service].weekday]}`));
  for (const each of exceptions) if (each.kind === 'skipped') addTime(master, 'exdate', nightOf(service, each.night).start);
  return [master, ...exceptions.flatMap((each) => overrideOf(each, facts, options))];
}

function overrideOf(exception: SlotException, facts: EventFacts, options: CalendarOptions): readonly ICAL.Component[] {
  if (exception.kind !== 'moved' && exception.kind !== 'withdrawn') return [];
  const usual = nightOf(exception.service, exception.night);
  const event = eventOf({ ...facts, ...told(exception, facts), changedAt: exception.at }, options.alarm === true);
  const recurrence = new ICAL.Property('recurrence-id');
  recurrence.setParameter('tzid', LONDON);
  recurrence.setValue(ICAL.Time.fromDateTimeString(`${exception.night}T${SLOT_BEGINS}:00`));
  event.addProperty(recurrence);
  addSpan(event, exception.to ?? usual);
  return [event];
}

/** What an exception makes of a night's event. */
function told(
  exception: SlotException | undefined,
  facts: Pick<EventFacts, 'summary' | 'description'>,
): Pick<EventFacts, 'summary' | 'description' | 'status'> {
  const { summary, description } = facts;
  if (exception === undefined || exception.kind === 'as-usual') return { summary, description, status: 'CONFIRMED' };
  const why = exception.reason === '' ? '' : ` ${exception.reason}`;
  return exception.kind === 'moved'
    ? { summary: `${summary}, moved`, description: `${description}${why}`, status: 'CONFIRMED' }
    : { summary: `${summary}, withdrawn`, description: `The slot is called off.${why}`, status: 'CANCELLED' };
}

/** The slots of e-RS, one event for each night that a release brought, never a rule (path-to-live.md §5.4). */
function ersNights(schedule: Schedule, options: CalendarOptions): readonly ICAL.Component[] {
  const standing = new Set(liveReleases(schedule).map(nightAfterRelease));
  const nights = [...new Set(schedule.releases.map((each) => nightAfterRelease(each.releasedAt)))].sort();
  return nights.map((night) => ersNight(night, standing.has(night), schedule, options));
}

function ersNight(night: CalendarDay, standing: boolean, schedule: Schedule, options: CalendarOptions): ICAL.Component {
  const releases = schedule.releases.filter((each) => nightAfterRelease(each.releasedAt) === night);
  const exception = schedule.exceptions.find((each) => each.service === 'ers' && each.night === night);
  const facts = slotFacts('ers', options);
  const account = told(exception, facts);
  const withdrawn = releases.filter((each) => each.withdrawnAt !== undefined);
  const event = eventOf(
    {
      ...facts,
      ...(standing
        ? account
        : {
            ...account,
            summary: `${facts.summary}, withdrawn`,
            description: 'The live release was withdrawn, and its slot with it.',
            status: 'CANCELLED',
          }),
      uid: `slot-${options.environment.toLowerCase()}-ers-${night}`,
      sequence: releases.length - 1 + withdrawn.length + (exception?.revision ?? 0),
      createdAt: Math.min(...releases.map((each) => each.recordedAt)),
      changedAt: Math.max(exception?.at ?? 0, ...releases.map((each) => each.withdrawnAt ?? each.recordedAt)),
    },
    options.alarm === true,
  );
  addSpan(event, exception?.to ?? nightOf('ers', night));
  return event;
}

const EVENT_STATUS = {
  planned: 'TENTATIVE',
  approved: 'CONFIRMED',
  'in-progress': 'CONFIRMED',
  overrun: 'CONFIRMED',
  complete: 'CONFIRMED',
  cancelled: 'CANCELLED',
} as const;

function changeEvent(entry: ForwardChange, schedule: Schedule, now: Instant, options: CalendarOptions): ICAL.Component {
  const flags = flagsOf(entry, schedule, now).map((each) => each.text);
  const event = eventOf(
    {
      uid: entryUid(entry.id),
      sequence: entry.revision - 1,
      changedAt: entry.updatedAt,
      createdAt: entry.createdAt,
      summary: `${entry.environments.join(', ')}: ${entry.title}`,
      description: [entry.actionForSuppliers ?? '', entry.summary, ...flags].filter((each) => each !== '').join('\n\n'),
      status: EVENT_STATUS[statusAt(entry, now)],
      impact: entry.impact,
      categories: [...entry.environments, ...entry.services],
      url: options.entryUrl(entry.id),
    },
    options.alarm === true,
  );
  addSpan(event, entry);
  return event;
}
