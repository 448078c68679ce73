/** Registering people: identity checks, duplicates, a new user id (applications.md §8). */
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { requireUnfrozen } from '../../../kernel/availability.ts';
import { isoDate } from '../../../kernel/clock.ts';
import type { Db } from '../../../kernel/store/store.ts';
import type { Person } from '../../directory/index.ts';
import { endSession } from '../sessions/ending.ts';
import { sessionsOfUser } from '../store.ts';
import { type Actor, permit } from './duties.ts';
import { CardRefusal, personUnknown } from './errors.ts';
import { record } from './history.ts';
import { saveRegistration, usersMatching } from './store.ts';
import type { CardWorld } from './world.ts';

/** Documents that are taken, by what they prove (ours: the national list is longer). */
export const DOCUMENTS = {
  photo: ['Passport', 'Driving licence photocard', 'Biometric residence permit'],
  address: ['Utility bill', 'Council tax bill', 'Bank statement', 'Tenancy agreement'],
} as const;

const Name = Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' });
const NewPerson = Type.Object(
  {
    title: Type.String({ maxLength: 20 }),
    givenName: Name,
    familyName: Name,
    birthDate: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    email: Type.String({ pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$', maxLength: 200 }),
    photoDocument: Type.String(),
    addressDocument: Type.String(),
    furtherDocument: Type.String(),
    ignoreDuplicate: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type NewPerson = Static<typeof NewPerson>;
const fits = Compile(NewPerson);

/** What to say of each field that is not right. */
const COMPLAINTS: Readonly<Record<string, string>> = {
  title: 'Enter a title of at most 20 characters',
  givenName: 'Enter the given name as it is on the identity document',
  familyName: 'Enter the family name as it is on the identity document',
  birthDate: 'Enter the date of birth: day, month and year',
  email: 'Enter an email address, like name@example.com',
  photoDocument: 'Choose the document with a photograph',
  addressDocument: 'Choose the document that shows the address',
  furtherDocument: 'Choose a third document',
};
const FIELDS = Object.keys(COMPLAINTS);

/**
 * Everything that is wrong with a registration; empty when nothing is. Three different documents: one with a photograph, one that
 * shows the address, one of either kind.
 */
export function faultsOf(input: unknown, today: string): readonly { readonly field: string; readonly text: string }[] {
  const known = new Map<string, string>();
  const complain = (field: string, text = complaintOf(field)): void => void known.set(field.slice(0, 40) || 'body', text);
  if (!fits.Check(input)) for (const each of fits.Errors(input)) for (const field of fieldsOf(each)) complain(field);
  const text = (name: string): string => {
    const value: unknown =
      typeof input === 'object' && input !== null ? Object.entries(input).find(([key]) => key === name)?.[1] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const birthDate = text('birthDate');
  if (!isDate(birthDate) || birthDate >= today || birthDate < '1900-01-01') complain('birthDate');
  const [photo, address, further] = [text('photoDocument'), text('addressDocument'), text('furtherDocument')];
  if (!isOneOf(DOCUMENTS.photo, photo)) complain('photoDocument');
  if (!isOneOf(DOCUMENTS.address, address)) complain('addressDocument');
  if (!isOneOf([...DOCUMENTS.photo, ...DOCUMENTS.address], further)) complain('furtherDocument');
  else if (further === photo || further === address)
    complain('furtherDocument', 'Choose a third document that is not one of the other two');
  return [...known].map(([field, each]) => ({ field, text: each })).sort((a, b) => FIELDS.indexOf(a.field) - FIELDS.indexOf(b.field));
}

/**
 * Registers a person: the directory gets them under a new user id, at identity assurance level 3.
 *
 * @throws CardRefusal 400 for what is wrong first, 403, 409 for a duplicate unless it was looked at; LocalRefusal 409 while there are no new users
 */
export function registerPerson(world: CardWorld, actor: Actor, input: unknown): Promise<Person> {
  return world.store.transaction((tx) => registerPersonIn(world, tx, actor, input));
}

/** The same inside a transaction. Throws as {@link registerPerson}. */
export async function registerPersonIn(world: CardWorld, tx: Db, actor: Actor, input: unknown): Promise<Person> {
  permit(actor, 'register-person');
  requireUnfrozen(world.availability, 'users');
  const checked = checkPerson(input, isoDate(world.clock.now()));
  const matchKey = [checked.familyName, checked.givenName, checked.birthDate].join('|').toLowerCase();
  const [twin] = await usersMatching(tx, matchKey);
  if (twin !== undefined && checked.ignoreDuplicate !== true)
    throw new CardRefusal(
      409,
      'person_duplicate',
      `Somebody of that name and date of birth is registered already: ${twin}`,
      'Look at that person first; if it is somebody else, say so.',
      'ignoreDuplicate',
    );
  const person: Person = {
    userId: await world.directory.allocateUserId(tx),
    title: checked.title.trim(),
    givenName: checked.givenName.trim(),
    familyName: checked.familyName.trim(),
    email: checked.email,
    active: true,
    identityAssuranceLevel: 3,
    authenticationAssuranceLevel: 3,
  };
  await world.directory.savePerson(tx, person);
  const documents = [
    { proves: 'photo' as const, kind: checked.photoDocument },
    { proves: 'address' as const, kind: checked.addressDocument },
    { proves: 'either' as const, kind: checked.furtherDocument },
  ];
  await saveRegistration(tx, { userId: person.userId, birthDate: checked.birthDate, documents, registeredAt: world.clock.now() }, matchKey);
  const detail = `seen: ${documents.map((each) => each.kind).join(', ')}${twin === undefined ? '' : `; not the same as ${twin}`}`;
  await record(world, tx, actor, { action: 'register-person', userId: person.userId, detail });
  return person;
}

/** Closes a person's profile, which ends their sessions, or opens it again. Throws CardRefusal 403, 404, 409. */
export async function setPersonActive(world: CardWorld, actor: Actor, userId: string, active: boolean, reason: string): Promise<Person> {
  permit(actor, 'close-person', userId);
  const result = await world.store.transaction(async (tx) => {
    const person = await world.directory.person(tx, userId);
    if (person === undefined) throw personUnknown(userId);
    if (person.active === active) throw new CardRefusal(409, 'person_state', `The profile is ${active ? 'open' : 'closed'} already.`);
    const changed = { ...person, active };
    await world.directory.savePerson(tx, changed);
    if (!active)
      for (const { sid } of await sessionsOfUser(tx, userId, world.clock.now())) await endSession(world, tx, sid, world.listeners);
    await record(world, tx, actor, { action: active ? 'reopen-person' : 'close-person', userId, detail: reason.slice(0, 300) });
    return changed;
  });
  world.outbox.wake();
  return result;
}

function checkPerson(input: unknown, today: string): NewPerson {
  const [fault] = faultsOf(input, today);
  if (fault !== undefined)
    throw new CardRefusal(400, 'person_wrong', fault.text, 'docs/systems/smartcards.md lists the members.', fault.field);
  if (!fits.Check(input)) throw new Error('a registration without fault does not fit');
  return input;
}

/** The fields an error of the schema is about; a missing or unknown one is named in its parameters. */
function fieldsOf({ instancePath, params }: { readonly instancePath: string; readonly params: object }): readonly string[] {
  const field = instancePath.split('/')[1];
  if (field !== undefined && field !== '') return [field];
  if ('requiredProperties' in params && Array.isArray(params.requiredProperties)) return params.requiredProperties.map(String);
  return 'additionalProperties' in params && Array.isArray(params.additionalProperties)
    ? params.additionalProperties.map(String)
    : ['body'];
}

function complaintOf(field: string): string {
  return (Object.hasOwn(COMPLAINTS, field) ? COMPLAINTS[field] : undefined) ?? `"${field.slice(0, 40)}" is not known`;
}

function isDate(text: string): boolean {
  const instant = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(instant) && isoDate(instant) === text;
}

function isOneOf(all: readonly string[], value: string): boolean {
  return all.includes(value);
}
