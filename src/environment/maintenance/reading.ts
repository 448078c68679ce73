/** What people and programs write of forward changes, slots and releases, checked where it enters (path-to-live.md §5.3). */
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Instant, isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { ENVIRONMENT_IDS, type EnvironmentId } from '../definitions.ts';
import { APPLICATION_NAMES } from './builds.ts';
import { CHANGE_ACTIONS, CHANGE_KINDS, type ChangeContent, IMPACTS } from './forward-change.ts';
import { DAY, HOUR, instantInLondon, KNOWN_TIME } from './london.ts';
import { PATTERNS } from './schedule.ts';
import { MAINTAINED, SLOT_SERVICES } from './slots.ts';

const line = (maxLength: number, description: string) => Type.String({ maxLength, description });
const Line = line(200, 'One line.');
/** What is taken as it is: no control characters, so no line ends. */
const oneLine = (maxLength: number, description: string) =>
  Type.String({ maxLength, pattern: '^[^\\u0000-\\u001f\\u007f\\u2028\\u2029]*$', description });
const PlainLine = oneLine(200, 'One line.');
const Paragraphs = line(4_000, 'Text of several lines.');
const When = line(40, 'By London’s clocks, like 2026-12-02T20:00, or an instant with its zone, like 2026-12-02T20:00:00Z.');
export const CHANGE_ID = /^[A-Za-z0-9][A-Za-z0-9-]{2,39}$/;

/** A forward change as it is written. */
export const ChangeInput = Type.Object(
  {
    title: Line,
    summary: Type.Optional(Paragraphs),
    environments: Type.Array(Type.Enum([...ENVIRONMENT_IDS]), { maxItems: 10 }),
    services: Type.Array(Type.Enum([...MAINTAINED]), { maxItems: 10 }),
    start: When,
    end: When,
    impact: Type.Enum([...IMPACTS]),
    kind: Type.Enum([...CHANGE_KINDS]),
    fromBuild: Type.Optional(Line),
    toBuild: Type.Optional(Line),
    liveReleaseRef: Type.Optional(Line),
    actionForSuppliers: Type.Optional(Paragraphs),
    raisedBy: Line,
    contact: Line,
    oldGeneration: Type.Optional(Line),
    newGeneration: Type.Optional(Line),
    freezeFrom: Type.Optional(When),
  },
  { additionalProperties: false, description: 'An entry of the Forward Change Schedule.' },
);
export type ChangeInput = Static<typeof ChangeInput>;
const checkChange = Compile(ChangeInput);

const ChangeId = Type.String({ pattern: CHANGE_ID.source, description: 'Id of the entry, the same in every environment it is about.' });
const Revision = Type.Optional(Type.Integer({ minimum: 1, description: 'The revision that was read; another one is refused.' }));
const Actor = Type.Optional(oneLine(100, 'Who does it, for the history.'));
const Reason = Type.Optional(line(500, 'Why, for the history.'));

export const ActionInput = Type.Object(
  { id: ChangeId, action: Type.Enum([...CHANGE_ACTIONS]), revision: Revision, actor: Actor, reason: Reason },
  { additionalProperties: false },
);
export const AddInput = Type.Object({ id: Type.Optional(ChangeId), change: Type.Unknown(), actor: Actor }, { additionalProperties: false });
export const EditInput = Type.Object(
  { id: ChangeId, change: Type.Unknown(), revision: Revision, actor: Actor, reason: Reason },
  { additionalProperties: false },
);
export const ReleaseInput = Type.Object(
  { id: Type.Optional(ChangeId), releasedAt: When, build: Type.Optional(PlainLine), note: Type.Optional(PlainLine) },
  { additionalProperties: false },
);
export const NightInput = Type.Object(
  {
    service: Type.Enum([...SLOT_SERVICES]),
    night: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Day on whose evening the slot begins.' }),
    kind: Type.Enum(['skipped', 'moved', 'withdrawn', 'as-usual']),
    start: Type.Optional(When),
    end: Type.Optional(When),
    reason: Type.Optional(PlainLine),
  },
  { additionalProperties: false },
);
export const PatternInput = Type.Object(
  {
    service: Type.Enum([...SLOT_SERVICES]),
    pattern: Type.Enum([...PATTERNS]),
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 600 })),
  },
  { additionalProperties: false },
);
export const BuildInput = Type.Object(
  {
    application: Type.Enum([...APPLICATION_NAMES]),
    version: Type.String({ minLength: 1, maxLength: 60 }),
    deployedAt: Type.Optional(When),
    note: Type.Optional(PlainLine),
  },
  { additionalProperties: false },
);
export const SpanInput = Type.Object(
  { from: Type.Optional(When), to: Type.Optional(When), service: Type.Optional(Type.Enum([...MAINTAINED])) },
  { additionalProperties: false },
);

/** Something wrong with one field, as a form shows it. */
export interface Fault {
  readonly field: keyof ChangeInput;
  readonly text: string;
}

/** A forward change that cannot be taken, with every fault of it. */
export class ChangeFaulty extends LocalRefusal {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(
      400,
      'bad_change',
      `This forward change cannot be taken. ${faults.map(({ field, text }) => `${field}: ${text}`).join(' ')}`,
      'See docs/maintenance.md for the fields.',
    );
    this.faults = faults;
  }
}

/** A value of a schema. Throws LocalRefusal 400 that says what is wrong. */
export function readAs<Shape extends TSchema>(shape: Shape, value: unknown, code: string): Static<Shape> {
  const check = compiled(shape);
  if (check.Check(value)) return value as Static<Shape>;
  const [first] = check.Errors(value);
  const where = first === undefined ? '' : `${first.instancePath.slice(1).replaceAll('/', '.') || 'it'} ${first.message}`;
  throw new LocalRefusal(400, code, `This is not understood: ${where}.`, 'See docs/maintenance.md.');
}

const validators = new WeakMap<object, ReturnType<typeof Compile>>();
function compiled(shape: TSchema): ReturnType<typeof Compile> {
  let found = validators.get(shape);
  if (found === undefined) {
    found = Compile(shape);
    validators.set(shape, found);
  }
  return found;
}

/**
 * An instant that is written by London's clocks or with its zone.
 *
 * @returns undefined for anything else: days that the calendar does not have, the hour that does not come in spring, years beyond {@link KNOWN_TIME}
 */
export function readInstant(text: string): Instant | undefined {
  const trimmed = text.trim();
  const instant = zonedInstant(trimmed) ?? instantInLondon(trimmed);
  return instant !== undefined && instant >= KNOWN_TIME.start && instant < KNOWN_TIME.end ? instant : undefined;
}

const ZONED = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** The instant of a time with its zone; undefined when it does not read back as it was written, such as 30 February. */
function zonedInstant(text: string): Instant | undefined {
  const [, wall, sign = '+', hours = '0', minutes = '0'] = ZONED.exec(text) ?? [];
  const instant = Date.parse(text);
  if (wall === undefined || Number.isNaN(instant)) return undefined;
  const ahead = Number(`${sign}1`) * (Number(hours) * HOUR + Number(minutes) * 60_000);
  return isoInstant(instant + ahead).startsWith(wall) ? instant : undefined;
}

/** As {@link readInstant}; throws LocalRefusal 400. */
export function requireInstant(text: string): Instant {
  const instant = readInstant(text);
  if (instant === undefined)
    throw new LocalRefusal(
      400,
      'bad_instant',
      `"${text}" is not a date and time.`,
      'Write it by London’s clocks, like 2026-12-02T20:00, or like 2026-12-02T20:00:00Z.',
    );
  return instant;
}

const SEVERAL_LINES: ReadonlySet<keyof ChangeInput> = new Set(['summary', 'actionForSuppliers']);

/** Longest change; a decommissioning can take the better part of a year. */
const LONGEST = 730 * DAY;

/**
 * Reads a forward change.
 *
 * @returns its content, texts trimmed, empty ones left out
 * @throws ChangeFaulty with every fault
 */
export function readChange(value: unknown): ChangeContent {
  if (!checkChange.Check(value)) throw new ChangeFaulty(shapeFaults(value));
  const faults: Fault[] = [];
  // Forms send the line ends of their text areas as a carriage return and a line feed.
  const text = (field: keyof ChangeInput): string =>
    String(value[field] ?? '')
      .replaceAll(/\r\n?/g, '\n')
      .trim();
  for (const field of ['title', 'raisedBy', 'contact'] as const) if (text(field) === '') faults.push({ field, text: 'Must be filled in.' });
  for (const field of Object.keys(ChangeInput.properties) as (keyof ChangeInput)[])
    if (hasControlCharacters(value[field])) faults.push({ field, text: 'Must not hold control characters.' });
    else if (!SEVERAL_LINES.has(field) && text(field).includes('\n')) faults.push({ field, text: 'Must be one line.' });
  const [start, end] = [instantOf('start', text('start'), faults), instantOf('end', text('end'), faults)];
  if (start !== undefined && end !== undefined) {
    if (end <= start) faults.push({ field: 'end', text: 'Must be after the start.' });
    else if (end - start > LONGEST) faults.push({ field: 'end', text: 'Must be within two years of the start.' });
  }
  const [environments, services] = [ordered(ENVIRONMENT_IDS, value.environments), ordered(MAINTAINED, value.services)];
  if (environments.length === 0) faults.push({ field: 'environments', text: 'Name at least one environment.' });
  if (services.length === 0) faults.push({ field: 'services', text: 'Name at least one service.' });
  const freezeFrom = text('freezeFrom') === '' ? undefined : instantOf('freezeFrom', text('freezeFrom'), faults);
  faults.push(...kindFaults(value.kind, text));
  if (faults.length > 0 || start === undefined || end === undefined) throw new ChangeFaulty(faults);
  const optional = (['fromBuild', 'toBuild', 'liveReleaseRef', 'actionForSuppliers'] as const).filter((field) => text(field) !== '');
  return {
    title: text('title'),
    summary: text('summary'),
    environments,
    services,
    start,
    end,
    impact: value.impact,
    kind: value.kind,
    raisedBy: text('raisedBy'),
    contact: text('contact'),
    ...Object.fromEntries(optional.map((field) => [field, text(field)])),
    ...(value.kind === 'certificate' && { certificate: { oldGeneration: text('oldGeneration'), newGeneration: text('newGeneration') } }),
    ...(freezeFrom !== undefined && { freezeFrom }),
  };
}

/** The fields that a kind cannot do without, and those that belong to it alone (path-to-live.md §5.3). */
function kindFaults(kind: ChangeInput['kind'], text: (field: keyof ChangeInput) => string): readonly Fault[] {
  const faults: Fault[] = [];
  const need = (field: keyof ChangeInput, why: string): void => {
    if (text(field) === '') faults.push({ field, text: why });
  };
  const spare = (field: keyof ChangeInput, why: string): void => {
    if (text(field) !== '') faults.push({ field, text: why });
  };
  if (kind === 'build' || kind === 'patch' || kind === 'release') need('toBuild', `A ${kind} says which build it brings.`);
  if (kind === 'certificate') {
    need('oldGeneration', 'A certificate change says which generation of the authorities goes.');
    need('newGeneration', 'A certificate change says which generation of the authorities comes.');
    if (text('oldGeneration') !== '' && text('oldGeneration') === text('newGeneration'))
      faults.push({ field: 'newGeneration', text: 'Must differ from the one that goes.' });
  } else {
    spare('oldGeneration', 'Belongs to a certificate change only.');
    spare('newGeneration', 'Belongs to a certificate change only.');
  }
  if (kind === 'decommission') need('freezeFrom', 'A decommissioning says from when there are no new users, endpoints and certificates.');
  else spare('freezeFrom', 'Belongs to a decommissioning only.');
  return faults;
}

function instantOf(field: 'start' | 'end' | 'freezeFrom', text: string, faults: Fault[]): Instant | undefined {
  const instant = readInstant(text);
  if (instant === undefined) faults.push({ field, text: 'Must be a date and time by London’s clocks, like 2026-12-02T20:00.' });
  return instant;
}

function shapeFaults(value: unknown): readonly Fault[] {
  const known = new Map<string, Fault>();
  for (const { instancePath, params } of checkChange.Errors(value)) {
    const missing = 'requiredProperties' in params ? params.requiredProperties : undefined;
    const names = Array.isArray(missing) ? missing : [instancePath.split('/')[1] ?? ''];
    for (const name of names) {
      const field = fieldNames.find((each) => each === name);
      if (field !== undefined)
        known.set(field, { field, text: missing === undefined ? 'Is not one of the values it can have.' : 'Must be filled in.' });
    }
  }
  if (known.size === 0) return [{ field: 'title', text: 'Is not understood: a field is unknown, or this is no object.' }];
  return [...known.values()];
}

const fieldNames = Object.keys(ChangeInput.properties) as readonly (keyof ChangeInput)[];

/** Values in the order of the house, each once. */
function ordered<Value extends string>(all: readonly Value[], chosen: readonly Value[]): readonly Value[] {
  return all.filter((each) => chosen.includes(each));
}

function hasControlCharacters(value: unknown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for; tabs and line ends are fine
  return typeof value === 'string' && /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u2028\u2029]/.test(value);
}

/** An environment named by somebody, in any case. */
export function environmentNamed(name: string): EnvironmentId | undefined {
  return ENVIRONMENT_IDS.find((each) => each === name.toUpperCase());
}
