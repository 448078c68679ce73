/** Names for the ids that documents are made of: looked up once for each document. */
import type { Db } from '../../../kernel/store/store.ts';
import type { Organisation } from '../../directory/index.ts';
import type { ErsWorld } from '../world.ts';

/** What is known of the people and organisations a document names. */
export interface PeopleAndPlaces {
  /** `Dr Ada Example`, by SDS user id. */
  readonly people: ReadonlyMap<string, string>;
  /** Job titles by `{user id}@{ODS code}`. */
  readonly jobTitles: ReadonlyMap<string, string>;
  readonly organisations: ReadonlyMap<string, Organisation>;
}

/** A person in an organisation; either may be unknown to the directory. */
export interface Mention {
  readonly userId?: string;
  readonly odsCode?: string;
}

/** Looks up everyone and every organisation that is mentioned. Unknown ones are simply not in the answer. */
export async function lookUp(world: Pick<ErsWorld, 'directory'>, db: Db, mentions: readonly Mention[]): Promise<PeopleAndPlaces> {
  const userIds = distinct(mentions.map((each) => each.userId));
  const organisations = await world.directory.organisations(db, distinct(mentions.map((each) => each.odsCode)));
  const people = new Map<string, string>();
  const jobTitles = new Map<string, string>();
  for (const userId of userIds) {
    const person = await world.directory.person(db, userId);
    if (person === undefined) continue;
    people.set(userId, [person.title, person.givenName, person.familyName].filter((each) => each !== '').join(' '));
    for (const profile of await world.directory.roleProfiles(db, userId)) {
      const key = `${userId}@${profile.odsCode}`;
      if (!jobTitles.has(key)) jobTitles.set(key, jobTitleOf(profile.jobRoleName));
    }
  }
  return { people, jobTitles, organisations: new Map(organisations.map((each) => [each.odsCode, each])) };
}

/** The name, or the id of someone the directory does not know. */
export function personName(known: PeopleAndPlaces, userId: string): string {
  return known.people.get(userId) ?? userId;
}

/** `Example Practice (R69)`. */
export function organisationName(known: PeopleAndPlaces, odsCode: string): string {
  const found = known.organisations.get(odsCode);
  return found === undefined || found.name === odsCode ? odsCode : `${found.name} (${odsCode})`;
}

/** `Dr Ada Example, General Medical Practitioner`. */
export function personWithJob(known: PeopleAndPlaces, userId: string, odsCode: string): string {
  const job = known.jobTitles.get(`${userId}@${odsCode}`);
  return job === undefined ? personName(known, userId) : `${personName(known, userId)}, ${job}`;
}

/** The last part of `"Medical and Dental":"General Practitioner":"General Medical Practitioner"`. */
function jobTitleOf(jobRoleName: string): string {
  return /"([^"]*)"$/.exec(jobRoleName)?.[1] ?? jobRoleName;
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((each) => each !== undefined && each !== ''))].filter((each) => each !== undefined);
}
