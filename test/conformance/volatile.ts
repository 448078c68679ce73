/** Values that no pre-state determines: drawn afresh, counted on, or read from the clock. Their form is checked all the same, and an identifier must be the same wherever it stands. */
import { type ComparisonOptions, compare, type Deviation, isInstant, mapStrings } from './comparison.ts';
import type { Json } from './pair.ts';

export interface Volatile {
  readonly what: string;
  readonly endpoints: readonly string[];
  /** The member, as a path of the comparison. */
  readonly path: RegExp;
  readonly form:
    | 'uuid'
    | 'request id'
    | 'UBRN'
    | 'number'
    | 'address of a file'
    | 'reference to an appointment'
    | 'moment of the request'
    | 'day of the request';
}

const SEARCHES = ['A015', 'A025', 'A029', 'A030', 'A035', 'A040', 'A041'];

const NEW_REFERRALS = ['A011', 'A021'];
const NEW_ATTACHMENTS = ['A012', 'A022', 'A026', 'A027', 'A028'];

/** The whole list; docs/conformance.md shows it. */
export const VOLATILE: readonly Volatile[] = [
  { what: 'id of a Bundle', endpoints: SEARCHES, path: /^id$/, form: 'uuid' },
  {
    what: '`lastUpdated` and `timestamp` of an answer',
    endpoints: SEARCHES,
    path: /(^|\.)(lastUpdated|timestamp)$/,
    form: 'moment of the request',
  },
  { what: 'id of a Task', endpoints: ['A029'], path: /\.resource\.id$/, form: 'uuid' },
  { what: 'UBRN of a new referral', endpoints: NEW_REFERRALS, path: /^id$/, form: 'UBRN' },
  { what: 'request id of a new referral', endpoints: [...NEW_REFERRALS, 'A027'], path: /^identifier\[0\]\.value$/, form: 'request id' },
  { what: 'number of a new attachment', endpoints: NEW_ATTACHMENTS, path: /\.content\[0\]\.attachment\.id$/, form: 'number' },
  { what: 'address of a file', endpoints: NEW_ATTACHMENTS, path: /\.attachment\.url$/, form: 'address of a file' },
  { what: 'when a new attachment was linked', endpoints: NEW_ATTACHMENTS, path: /\.indexed$/, form: 'moment of the request' },
  { what: 'when a new attachment was made', endpoints: NEW_ATTACHMENTS, path: /\.attachment\.creation$/, form: 'day of the request' },
  {
    what: 'when letters were submitted or changed',
    endpoints: ['A012', 'A027'],
    path: /\[ClinicalInfo(FirstSubmitted|LastUpdated)\]\.valueDateTime$/,
    form: 'moment of the request',
  },
  { what: 'number of a new appointment', endpoints: ['A016'], path: /^id$/, form: 'number' },
  { what: 'when a new appointment was made', endpoints: ['A016'], path: /^created$/, form: 'moment of the request' },
  {
    what: 'number of the new appointment in a new referral',
    endpoints: ['A021', 'A027'],
    path: /^extension\[Appointment-Reference\]\.valueReference\.reference$/,
    form: 'reference to an appointment',
  },
  {
    what: 'when the new appointment in a new referral was made',
    endpoints: ['A021', 'A027'],
    path: /^contained\[Appointment\]\.created$/,
    form: 'moment of the request',
  },
  { what: 'UBRN of a new request for advice', endpoints: ['A044'], path: /\[createdCommunicationRequest\]\.resource\.id$/, form: 'UBRN' },
  {
    what: 'request id of a new request for advice',
    endpoints: ['A044'],
    path: /\[createdCommunicationRequest\]\.resource\.identifier\[0\]\.value$/,
    form: 'request id',
  },
  { what: 'number of a new message', endpoints: ['A026', 'A044'], path: /\[createdCommunication\]\.resource\.id$/, form: 'number' },
  { what: 'when a new message was sent', endpoints: ['A026', 'A044'], path: /\.resource\.sent$/, form: 'moment of the request' },
  {
    what: 'pathway start of a referral that is sent for triage at once',
    endpoints: ['A021'],
    path: /^extension\[eReferralPathwayStart\]\.valueInstant$/,
    form: 'moment of the request',
  },
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MINUTES_ALLOWED = 5;

const FORMS: Readonly<Record<Volatile['form'], (value: string) => boolean>> = {
  uuid: (value) => UUID.test(value),
  'request id': (value) => /^[ar]\./.test(value) && UUID.test(value.slice(2)),
  UBRN: (value) => /^\d{12}$/.test(value),
  number: (value) => /^\d+$/.test(value),
  'address of a file': (value) => value.startsWith('Binary/') && UUID.test(value.slice('Binary/'.length)),
  'reference to an appointment': (value) => /^Appointment\/\d+$/.test(value),
  'moment of the request': (value) => isInstant(value) && Math.abs(Date.parse(value) - Date.now()) < MINUTES_ALLOWED * 60_000,
  'day of the request': (value) => Math.abs(Date.parse(value) - Date.now()) < 2 * 86_400_000 && value.length === 10,
};

/**
 * What is left of the deviations when volatile values are in their right form, and identifiers are the same wherever they stand.
 *
 * @param published the example
 * @param ours the answer
 */
export function lastingDeviations(endpoint: string, published: Json, ours: Json, options: ComparisonOptions): readonly Deviation[] {
  const names = new Map<string, string>();
  for (const each of compare(published, ours, options)) {
    if (typeof each.published === 'string' && formOf(endpoint, each)?.endsWith('of the request') === false)
      names.set(each.published, each.ours);
  }
  const inOurNames = mapStrings(published, (text) => renamed(text, names));
  return compare(inOurNames, ours, options).filter((each) => formOf(endpoint, each) === undefined);
}

/** The form of a volatile value that is in it; undefined for everything else. */
function formOf(endpoint: string, { path, published, ours }: Deviation): Volatile['form'] | undefined {
  if (typeof published !== 'string' || typeof ours !== 'string') return undefined;
  const rule = VOLATILE.find((each) => each.endpoints.includes(endpoint) && each.path.test(path));
  return rule !== undefined && FORMS[rule.form](ours) ? rule.form : undefined;
}

/** The published text with our names of the identifiers in it. */
function renamed(text: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return text;
  const words = [...names.keys()].map((word) => word.replaceAll(/[^0-9A-Za-z]/g, '\\$&')).join('|');
  return text.replaceAll(new RegExp(`(?<![0-9A-Za-z])(?:${words})(?![0-9A-Za-z])`, 'g'), (word) => names.get(word) ?? word);
}
