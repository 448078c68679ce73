/** The form of a forward change: its fields as people fill them in, and what they make of a change. Pure. */
import { ENVIRONMENT_IDS } from '../../environment/definitions.ts';
import { CHANGE_KINDS, IMPACTS } from '../../environment/maintenance/forward-change.ts';
import { londonTime } from '../../environment/maintenance/london.ts';
import { ChangeFaulty, type ChangeInput, type Fault, readChange } from '../../environment/maintenance/reading.ts';
import { MAINTAINED, SERVICE_TITLES } from '../../environment/maintenance/slots.ts';
import type { ChangeView } from '../../environment/maintenance/views.ts';
import type { Problems, SentForm } from '../web/site.ts';
import { IMPACT_TEXTS } from './words.ts';

const TEXTS = [
  'title',
  'summary',
  'fromBuild',
  'toBuild',
  'liveReleaseRef',
  'actionForSuppliers',
  'raisedBy',
  'contact',
  'oldGeneration',
  'newGeneration',
  'impact',
  'kind',
] as const;
const TIMES = ['start', 'end', 'freezeFrom'] as const;
const PARTS = ['day', 'month', 'year', 'time'] as const;
const LISTS = ['environments', 'services'] as const;

const PAGE_ORDER = [
  'title',
  'summary',
  'environments',
  'services',
  'start-day',
  'end-day',
  'freezeFrom-day',
  'impact',
  'kind',
  'fromBuild',
  'toBuild',
  'liveReleaseRef',
  'oldGeneration',
  'newGeneration',
  'actionForSuppliers',
  'raisedBy',
  'contact',
];

/** Every field of the form by name, as it was filled in. */
export type ChangeFields = Readonly<Record<string, string | readonly string[]>>;

/** The fields as they came. */
export function fieldsOf(form: SentForm): ChangeFields {
  return {
    ...Object.fromEntries(TEXTS.map((name) => [name, form(name)])),
    ...Object.fromEntries(TIMES.flatMap((name) => PARTS.map((part) => [`${name}-${part}`, form(`${name}-${part}`)]))),
    ...Object.fromEntries(LISTS.map((name) => [name, form.all(name)])),
  };
}

/** The fields of an entry that is to be changed. */
export function fieldsOfEntry(entry: ChangeView): ChangeFields {
  const texts: Readonly<Record<string, string | undefined>> = {
    ...Object.fromEntries(TEXTS.map((name) => [name, entry[name]])),
  };
  return {
    ...Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, value ?? ''])),
    ...timeFields('start', entry.start),
    ...timeFields('end', entry.end),
    ...timeFields('freezeFrom', entry.freezeFrom),
    environments: entry.environments,
    services: entry.services,
  };
}

function timeFields(name: string, instant: string | undefined): Readonly<Record<string, string>> {
  if (instant === undefined) return {};
  const [day = '', time = ''] = londonTime(Date.parse(instant)).split('T');
  const [year = '', month = '', date = ''] = day.split('-');
  return {
    [`${name}-day`]: String(Number(date)),
    [`${name}-month`]: String(Number(month)),
    [`${name}-year`]: year,
    [`${name}-time`]: time.slice(0, 5),
  };
}

/**
 * A change, or what is wrong with the fields.
 *
 * @param entry the one whose fields were edited
 */
export function changeOf(
  fields: ChangeFields,
  entry?: ChangeView,
): { readonly change: ChangeInput; readonly problems?: undefined } | { readonly problems: Problems } {
  const text = (name: string): string => String(fields[name] ?? '');
  const optional = Object.fromEntries(TEXTS.flatMap((name) => (text(name) === '' ? [] : [[name, text(name)]])));
  const times = Object.fromEntries(
    TIMES.flatMap((name) => (timeIn(fields, name, entry) === '' ? [] : [[name, timeIn(fields, name, entry)]])),
  );
  const lists = { environments: fields['environments'], services: fields['services'] };
  // What is missing is said together with what is wrong elsewhere: the reader is given something for each of its fields.
  const unchosen = (['impact', 'kind'] as const).filter((name) => text(name) === '');
  const problems: Record<string, string> = Object.fromEntries(unchosen.map((name) => [name, WANTED[name] ?? '']));
  const written = {
    title: '',
    raisedBy: '',
    contact: '',
    start: '',
    end: '',
    impact: 'none',
    kind: 'infrastructure',
    ...optional,
    ...times,
    ...lists,
  };
  try {
    readChange(written);
  } catch (error) {
    if (!(error instanceof ChangeFaulty)) throw error;
    for (const fault of error.faults) problems[anchorOf(fault.field)] = sentence(fault);
  }
  if (Object.keys(problems).length === 0) return { change: written as ChangeInput };
  // In the order of the page.
  return { problems: Object.fromEntries(PAGE_ORDER.flatMap((name) => (problems[name] === undefined ? [] : [[name, problems[name]]]))) };
}

/**
 * A time as it was written. One that nobody touched is the entry's own, to the second, and in the hour that comes twice in autumn the one of the two that
 * it was: the parts on the page do not say that.
 */
function timeIn(fields: ChangeFields, name: (typeof TIMES)[number], entry: ChangeView | undefined): string {
  const written = timeOf(fields, name);
  const own = entry?.[name];
  return own !== undefined && written === timeOf(timeFields(name, own), name) ? own : written;
}

/** `2026-12-02T20:00` of the parts of a time; empty when none is filled in. */
function timeOf(fields: ChangeFields, name: string): string {
  const [day = '', month = '', year = '', time = ''] = PARTS.map((part) => String(fields[`${name}-${part}`] ?? ''));
  if (day === '' && month === '' && year === '' && time === '') return '';
  const clock = /^(\d{1,2})[:.](\d{2})$/.exec(time);
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${clock === null ? time : `${clock[1]?.padStart(2, '0')}:${clock[2]}`}`;
}

/** Id of the field that an error message leads to. */
function anchorOf(field: keyof ChangeInput): string {
  return TIMES.some((each) => each === field) ? `${field}-day` : field;
}

const WANTED: Readonly<Partial<Record<keyof ChangeInput, string>>> = {
  title: 'Enter a title',
  environments: 'Choose at least one environment',
  services: 'Choose at least one service',
  start: 'Enter when it starts, by London’s clocks, like 2 12 2026 and 20:00',
  end: 'Enter when it ends, by London’s clocks, like 3 12 2026 and 06:00',
  impact: 'Choose the impact',
  kind: 'Choose the kind of change',
  raisedBy: 'Enter who raised it',
  contact: 'Enter whom to ask',
};

function sentence({ field, text }: Fault): string {
  const missing =
    text === 'Must be filled in.' || text.startsWith('Name at least') || text.startsWith('Must be a date') || text.startsWith('Is not one');
  if (missing) return WANTED[field] ?? 'Enter a date and time by London’s clocks';
  if (field === 'end') return `The end ${text.charAt(0).toLowerCase()}${text.slice(1, -1)}`;
  return text.replace(/\.$/, '');
}

/** What can be chosen. */
export const CHOICES = {
  environments: ENVIRONMENT_IDS.map((value) => ({ value, text: value })),
  services: MAINTAINED.map((value) => ({ value, text: SERVICE_TITLES[value] })),
  impacts: IMPACTS.map((value) => ({ value, text: IMPACT_TEXTS[value] })),
  kinds: CHANGE_KINDS.map((value) => ({ value, text: `${value.charAt(0).toUpperCase()}${value.slice(1)}` })),
};
