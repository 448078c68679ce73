/** PractitionerRole: who writes in a conversation (ers.md §5, §10.4, §10.5). */
import type { Author } from '../advice/model.ts';
import { STU3_CODES, STU3_PROFILE, SYSTEMS } from '../codes.ts';

const PROFILES: readonly string[] = ['https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-PractitionerRole-1'];

/** `{user}.{ODS}.{ROLE-WITH-HYPHENS}`: its id as a resource of its own. An author without role has the first two parts. */
export function practitionerRoleId(author: Author): string {
  const { userId, odsCode, businessFunction } = author;
  return [userId, odsCode, ...(businessFunction === undefined ? [] : [businessFunction.replaceAll('_', '-')])].join('.');
}

/** Its id where it is contained. */
export function containedRoleId(author: Author): string {
  return `PractitionerRole.${practitionerRoleId(author)}`;
}

export function writePractitionerRole(author: Author, id: string): object {
  return {
    id,
    meta: { profile: PROFILES },
    resourceType: 'PractitionerRole',
    practitioner: { identifier: { system: SYSTEMS.userStu3, value: author.userId } },
    organization: { identifier: { system: SYSTEMS.organisation, value: author.odsCode } },
    ...(author.businessFunction !== undefined && {
      code: [{ coding: [{ system: `${STU3_CODES}eRS-BusinessFunction-1`, code: author.businessFunction }] }],
    }),
  };
}

/** The extension by which senders and requesters are named. */
export function roleReference(reference: string): object {
  return { extension: [{ url: `${STU3_PROFILE}Extension-PractitionerRole-Reference-1`, valueReference: { reference } }] };
}

/** The authors, each once, by id. */
export function distinctAuthors(authors: readonly Author[]): readonly Author[] {
  const byId = new Map(authors.map((each) => [practitionerRoleId(each), each]));
  return [...byId].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, author]) => author);
}
