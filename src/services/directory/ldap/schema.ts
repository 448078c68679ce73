/** The published schema (sds.md §3), as the directory looks things up in it. Built once; never changes. */
import attributeRows from './reference-data/attribute-types.json' with { type: 'json' };
import syntaxes from './reference-data/ldap-syntaxes.json' with { type: 'json' };
import matchingRules from './reference-data/matching-rules.json' with { type: 'json' };
import classRows from './reference-data/object-classes.json' with { type: 'json' };

export interface AttributeType {
  /** Its place in {@link ATTRIBUTE_TYPES}: what encoded entries name it by. */
  readonly id: number;
  readonly oid: string;
  /** Its spelling in the schema. */
  readonly name: string;
  readonly equality: string;
  readonly ordering: string;
  readonly substrings: string;
  readonly operational: boolean;
  /** Itself and the types derived from it, by id: `name` finds `cn`, `o` and others. */
  readonly family: ReadonlySet<number>;
}

interface Definition {
  readonly oid: string;
  readonly names: readonly string[];
  readonly superior: string;
  readonly equality: string;
  readonly ordering: string;
  readonly substrings: string;
  readonly syntax: string;
  readonly single: boolean;
  readonly usage: string;
}

const DEFINITIONS: readonly Definition[] = attributeRows.map(
  ([oid = '', names = '', superior = '', equality = '', ordering = '', substrings = '', syntax = '', single = '', usage = '']) => ({
    oid,
    names: names.split(' '),
    superior,
    equality,
    ordering,
    substrings,
    syntax,
    single: single === 'single',
    usage,
  }),
);

/** Every type, by id. */
export const ATTRIBUTE_TYPES: readonly AttributeType[] = DEFINITIONS.map((each, id) => ({
  id,
  oid: each.oid,
  name: each.names[0] ?? each.oid,
  equality: each.equality,
  ordering: each.ordering,
  substrings: each.substrings,
  operational: each.usage !== '',
  family: familyOf(each, id),
}));

function familyOf(definition: Definition, id: number): ReadonlySet<number> {
  const names = new Set(definition.names.map((name) => name.toLowerCase()));
  return new Set([id, ...DEFINITIONS.flatMap((each, index) => (names.has(each.superior.toLowerCase()) ? [index] : []))]);
}

const BY_NAME = new Map<string, AttributeType>();
ATTRIBUTE_TYPES.forEach((type, id) => {
  BY_NAME.set(type.oid.toLowerCase(), type);
  for (const name of DEFINITIONS[id]?.names ?? []) BY_NAME.set(name.toLowerCase(), type);
});

/** Spellings met lately: folding one costs more than looking it up. */
const SPELLINGS = new Map<string, AttributeType | undefined>();
const SPELLINGS_KEPT = 2_000;

/** A type by name or OID in any case; options (`;lang-en`) follow the type. Undefined when there is none. */
export function attributeType(description: string): AttributeType | undefined {
  const known = SPELLINGS.get(description);
  if (known !== undefined) return known;
  const semicolon = description.indexOf(';');
  const type = BY_NAME.get((semicolon < 0 ? description : description.slice(0, semicolon)).toLowerCase());
  if (type !== undefined && description.length < 100) {
    if (SPELLINGS.size > SPELLINGS_KEPT) SPELLINGS.clear();
    SPELLINGS.set(description, type);
  }
  return type;
}

/** A type that is certainly there. Throws when it is not: a mistake of this program. */
export function requireType(name: string): AttributeType {
  const type = attributeType(name);
  if (type === undefined) throw new Error(`the schema has no attribute type ${name}`);
  return type;
}

export interface ObjectClass {
  readonly oid: string;
  readonly name: string;
  readonly superior: string;
}

const CLASSES = new Map<string, ObjectClass>();
for (const [oid = '', name = '', superior = ''] of classRows) {
  const found: ObjectClass = { oid, name, superior };
  CLASSES.set(oid, found).set(name.toLowerCase(), found);
}

/** A class by name or OID, in any case. */
export function objectClass(description: string): ObjectClass | undefined {
  return CLASSES.get(description.trim().toLowerCase());
}

/** A class and those above it, nearest first. */
export function withSuperiors(name: string): readonly string[] {
  const found = objectClass(name);
  if (found === undefined) return [name];
  return [found.name, ...(found.superior === '' ? [] : withSuperiors(found.superior))];
}

const quoted = (names: readonly string[]): string =>
  names.length === 1 ? `'${names[0]}'` : `( ${names.map((each) => `'${each}'`).join(' ')} )`;
const listed = (names: string): string => (names.includes(' ') ? `( ${names.split(' ').join(' $ ')} )` : names);

function attributeDefinition(each: Definition): string {
  const parts = [`( ${each.oid} NAME ${quoted(each.names)}`];
  if (each.superior !== '') parts.push(`SUP ${each.superior}`);
  if (each.equality !== '') parts.push(`EQUALITY ${each.equality}`);
  if (each.ordering !== '') parts.push(`ORDERING ${each.ordering}`);
  if (each.substrings !== '') parts.push(`SUBSTR ${each.substrings}`);
  parts.push(`SYNTAX ${each.syntax}`);
  if (each.single) parts.push('SINGLE-VALUE');
  if (each.usage !== '') parts.push(`NO-USER-MODIFICATION USAGE ${each.usage}`);
  return `${parts.join(' ')} )`;
}

function classDefinition([oid = '', name = '', superior = '', kind = '', must = '', may = '']: readonly string[]): string {
  const parts = [`( ${oid} NAME '${name}'`];
  if (superior !== '') parts.push(`SUP ${superior}`);
  parts.push(kind);
  if (must !== '') parts.push(`MUST ${listed(must)}`);
  if (may !== '') parts.push(`MAY ${listed(may)}`);
  return `${parts.join(' ')} )`;
}

/** What the subschema entry publishes: clients type every value by it (sds.md §5). */
export function subschema(): Readonly<Record<string, readonly string[]>> {
  return {
    attributeTypes: DEFINITIONS.map(attributeDefinition),
    objectClasses: classRows.map(classDefinition),
    matchingRules,
    ldapSyntaxes: syntaxes,
  };
}
