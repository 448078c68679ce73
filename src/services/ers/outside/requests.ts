/** The bodies of the control interface, checked where they enter. */
import Type, { type TSchema } from 'typebox';
import { LocalRefusal } from '../../../kernel/errors.ts';
import { bodyReader, misshapen } from '../admin/control.ts';
import type { BookingEvent, CancellingEvent, DeferringEvent, OutsideEvent } from './events.ts';

const Text = Type.String({ minLength: 1, maxLength: 2000 });
const Service = Type.String({ pattern: '^\\d{1,19}$' });
const Word = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });
const Time = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$' });
const User = Type.String({ pattern: '^\\d{12}$' });
/** What every event may say: the version it was decided on, and the person who acts. */
const common = { version: Type.Optional(Type.Integer({ minimum: 0 })), userId: Type.Optional(User) };
const closed = { additionalProperties: false } as const;
const SECTION = 'Outside the API';
const reader = <Schema extends TSchema>(schema: Schema) => bodyReader(schema, SECTION);
const comment = Type.Optional(Text);

const Booking = Type.Object(
  { ...common, serviceId: Service, slotId: Type.Optional(Word), start: Type.Optional(Time), clinician: Type.Optional(User) },
  closed,
);
const Proposal = Type.Object({ ...common, serviceId: Service, comment }, closed);
const Cancellation = Type.Object({ ...common, reason: Word, comment }, closed);
const Shortlist = Type.Object({ ...common, serviceIds: Type.Array(Service, { minItems: 1, maxItems: 20, uniqueItems: true }) }, closed);
const Assessment = Type.Object({ ...common, comment }, closed);

const readBooking = reader(Booking);
const readProposal = reader(Proposal);
const readCancellation = reader(Cancellation);
const readShortlist = reader(Shortlist);
const readAssessment = reader(Assessment);

/** Who did something that needs no more words, and the version it was decided on. */
export interface Done {
  readonly version?: number;
  readonly userId?: string;
}
/** Throws LocalRefusal 400. */
export const readDone: (body: unknown) => Done = reader(Type.Object(common, closed));

/** An event that was asked for. */
export interface OutsideRequest {
  readonly event: OutsideEvent;
  readonly version?: number;
  readonly userId?: string;
}

const READERS: Readonly<Record<OutsideEvent['event'], (body: unknown) => OutsideRequest>> = {
  'referrer-books': (body) => booking('referrer-books', body),
  'patient-books': (body) => booking('patient-books', body),
  'provider-books': (body) => booking('provider-books', body),
  'patient-forwards': (body) => proposal('patient-forwards', body),
  'provider-defers': (body) => proposal('provider-defers', body),
  'provider-sends-for-triage': (body) => proposal('provider-sends-for-triage', body),
  'patient-cancels-appointment': (body) => cancellation('patient-cancels-appointment', body),
  'provider-cancels-appointment': (body) => cancellation('provider-cancels-appointment', body),
  'hospital-cancels-appointment': (body) => cancellation('hospital-cancels-appointment', body),
  'provider-records-non-attendance': (body) => cancellation('provider-records-non-attendance', body),
  'provider-shortlists': (body) => {
    const { version, userId, serviceIds } = readShortlist(body);
    return { ...said(version, userId), event: { event: 'provider-shortlists', serviceIds } };
  },
  'provider-records-assessment': (body) => {
    const { version, userId, ...rest } = readAssessment(body);
    return { ...said(version, userId), event: { event: 'provider-records-assessment', ...rest } };
  },
};

/** Names of the events, as they stand in addresses. */
export const OUTSIDE_EVENTS: readonly string[] = Object.keys(READERS);

/** Reads what was asked. Throws LocalRefusal 404 for an event that there is not, 400 for a body that does not fit it. */
export function readOutsideRequest(name: string, body: unknown): OutsideRequest {
  if (!isEvent(name))
    throw new LocalRefusal(404, 'unknown_event', `There is no event ${name}.`, `There are: ${OUTSIDE_EVENTS.join(', ')}.`);
  return READERS[name](body);
}

function isEvent(name: string): name is OutsideEvent['event'] {
  return Object.hasOwn(READERS, name);
}

function booking(event: BookingEvent, body: unknown): OutsideRequest {
  const { version, userId, start, ...rest } = readBooking(body);
  const at = start === undefined ? undefined : Date.parse(start);
  if (Number.isNaN(at)) throw misshapen('/start is not a time', SECTION);
  return { ...said(version, userId), event: { event, ...rest, ...(at !== undefined && { start: at }) } };
}

function proposal(event: DeferringEvent | 'provider-sends-for-triage', body: unknown): OutsideRequest {
  const { version, userId, ...rest } = readProposal(body);
  return { ...said(version, userId), event: { event, ...rest } };
}

function cancellation(event: CancellingEvent | 'provider-records-non-attendance', body: unknown): OutsideRequest {
  const { version, userId, ...rest } = readCancellation(body);
  return { ...said(version, userId), event: { event, ...rest } };
}

function said(version: number | undefined, userId: string | undefined): Omit<OutsideRequest, 'event'> {
  return { ...(version !== undefined && { version }), ...(userId !== undefined && { userId }) };
}
