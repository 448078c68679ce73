import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { Organisation, Person, RoleProfile } from './model.ts';
import type { Author } from './register/changes.ts';
import { saveOrganisations, savePeople, saveRoleProfiles } from './store.ts';

const Text = Type.String({ minLength: 1, maxLength: 300 });
const TwelveDigits = Type.String({ pattern: '^[0-9]{12}$' });
const OdsCode = Type.String({ pattern: '^[A-Z0-9]{2,8}$' });
const Codes = Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: 200 });

const OrganisationSchema = Type.Object(
  {
    odsCode: OdsCode,
    name: Text,
    kind: Type.Union(
      ['gp-practice', 'nhs-trust', 'trust-site', 'independent-provider', 'icb', 'supplier', 'national-body'].map((each) =>
        Type.Literal(each as 'gp-practice'),
      ),
    ),
    parentOdsCode: Type.Optional(OdsCode),
    open: Type.Boolean(),
    referring: Type.Boolean(),
    providing: Type.Boolean(),
    addressLines: Type.Array(Text, { maxItems: 6 }),
    postcode: Type.Optional(Text),
    telephone: Type.Optional(Text),
  },
  { additionalProperties: false },
);
const PersonSchema = Type.Object(
  {
    userId: TwelveDigits,
    title: Text,
    givenName: Text,
    familyName: Text,
    email: Text,
    active: Type.Boolean(),
    identityAssuranceLevel: Type.Integer({ minimum: 0, maximum: 3 }),
    authenticationAssuranceLevel: Type.Integer({ minimum: 1, maximum: 3 }),
  },
  { additionalProperties: false },
);
const RoleProfileSchema = Type.Object(
  {
    roleProfileId: TwelveDigits,
    personOrgId: TwelveDigits,
    userId: TwelveDigits,
    odsCode: OdsCode,
    organisationName: Text,
    jobRoleCode: Text,
    jobRoleName: Text,
    activityCodes: Codes,
    areaOfWorkCodes: Codes,
    workgroupCodes: Codes,
    active: Type.Boolean(),
  },
  { additionalProperties: false },
);
const check = {
  organisations: Compile(Type.Array(OrganisationSchema)),
  people: Compile(Type.Array(PersonSchema)),
  roleProfiles: Compile(Type.Array(RoleProfileSchema)),
};
const one = { organisation: Compile(OrganisationSchema), person: Compile(PersonSchema), roleProfile: Compile(RoleProfileSchema) };

/** An organisation as it may be stored. Throws LocalRefusal 400 naming the first fault. */
export const checkOrganisation = (value: unknown): Organisation => takeOne(value, 'organisation', one.organisation);
/** A person as they may be stored. Throws LocalRefusal 400 naming the first fault. */
export const checkPerson = (value: unknown): Person => takeOne(value, 'person', one.person);
/** A role profile as it may be stored. Throws LocalRefusal 400 naming the first fault. */
export const checkRoleProfile = (value: unknown): RoleProfile => takeOne(value, 'role profile', one.roleProfile);

/** The directory's members of an import: `organisations`, `people`, `roleProfiles`. Throws LocalRefusal 400 naming the first fault. */
export async function importDirectory(tx: Db, document: Readonly<Record<string, unknown>>, author: Author): Promise<number> {
  const organisations = take(document, 'organisations', check.organisations);
  const people = take(document, 'people', check.people);
  const roleProfiles = take(document, 'roleProfiles', check.roleProfiles);
  await saveOrganisations(tx, organisations, author);
  await savePeople(tx, people, author);
  await saveRoleProfiles(tx, roleProfiles, author);
  return organisations.length + people.length + roleProfiles.length;
}

interface Validator<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function takeOne<T>(value: unknown, name: string, validator: Validator<T>): T {
  if (validator.Check(value)) return value;
  const [fault] = validator.Errors(value);
  throw new LocalRefusal(
    400,
    'bad_record',
    `The ${name} is not right: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}.`,
    'See docs/systems/directory.md.',
  );
}

function take<T>(document: Readonly<Record<string, unknown>>, name: string, validator: Validator<T>): T {
  const value: unknown = document[name] ?? [];
  if (validator.Check(value)) return value;
  const [fault] = validator.Errors(value);
  throw new LocalRefusal(
    400,
    'bad_import',
    `The ${name} of the import are not right: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}.`,
    'See docs/import.md.',
  );
}
