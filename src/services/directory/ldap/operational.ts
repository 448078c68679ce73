/** Operational attributes (sds.md §6.4): worked out when asked for, stored nowhere. */
import { isoInstant } from '../../../kernel/clock.ts';
import { nameUuid } from '../../../kernel/name-uuid.ts';
import type { Entry } from './entry.ts';
import { ATTRIBUTE_TYPES, type AttributeType, attributeType } from './schema.ts';

export const SUBSCHEMA_DN = 'cn=schema';
/** Who makes entries in a directory of this family (sds.md §1). */
const MANAGER = 'cn=Directory Manager,cn=Root DNs,cn=config';

/** What an entry does not know itself. */
export interface Surroundings {
  childrenOf(key: string): number;
}

const CALCULATIONS: Readonly<Record<string, (entry: Entry, surroundings: Surroundings) => string>> = {
  structuralObjectClass: (entry) => entry.shape.structuralClass,
  entryUUID: (entry) => nameUuid(`directory entry ${entry.key}`),
  entryDN: (entry) => entry.key,
  creatorsName: () => MANAGER,
  createTimestamp: (entry) => generalizedTime(entry.createdAt),
  modifiersName: () => MANAGER,
  modifyTimestamp: (entry) => generalizedTime(entry.modifiedAt),
  hasSubordinates: (entry, surroundings) => (surroundings.childrenOf(entry.key) > 0 ? 'TRUE' : 'FALSE'),
  numSubordinates: (entry, surroundings) => String(surroundings.childrenOf(entry.key)),
  subschemaSubentry: () => SUBSCHEMA_DN,
  etag: (entry) => nameUuid(`directory etag ${entry.key} ${entry.modifiedAt} ${entry.size}`).replace(/-/g, '').slice(0, 16),
};

/** Operational types an entry can be asked for, in the order in which they are answered. */
export const OPERATIONAL_TYPES: readonly AttributeType[] = ATTRIBUTE_TYPES.filter((type) => type.name in CALCULATIONS);
for (const name of Object.keys(CALCULATIONS)) if (attributeType(name) === undefined) throw new Error(`the schema has no ${name}`);

/** What the root DSE has of these: nobody made it, and it is in no tree. */
const OF_ROOT: ReadonlySet<string> = new Set(['structuralObjectClass', 'entryDN', 'subschemaSubentry']);

/** Values of an operational type; none when the entry has no such. */
export function operationalValues(name: string, entry: Entry, surroundings: Surroundings): readonly string[] {
  const calculate = CALCULATIONS[name];
  return calculate === undefined || (entry.key === '' && !OF_ROOT.has(name)) ? [] : [calculate(entry, surroundings)];
}

/** `20240417111615Z`. */
export function generalizedTime(instant: number): string {
  return `${isoInstant(instant).slice(0, 19).replace(/[-:T]/g, '')}Z`;
}
