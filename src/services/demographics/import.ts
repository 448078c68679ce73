import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { savePatients } from './store.ts';

const Text = Type.String({ minLength: 1, maxLength: 200 });
const IsoDate = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
const checkPatients = Compile(
  Type.Array(
    Type.Object(
      {
        // Published samples hold numbers that fail the check digit: form only (ers.md §5).
        nhsNumber: Type.String({ pattern: '^[0-9]{10,11}$' }),
        title: Type.String({ maxLength: 40 }),
        givenNames: Type.Array(Text, { maxItems: 10 }),
        familyName: Text,
        birthDate: IsoDate,
        gender: Type.Union([Type.Literal('male'), Type.Literal('female'), Type.Literal('other'), Type.Literal('unknown')]),
        deathDate: Type.Optional(IsoDate),
        addressLines: Type.Array(Text, { maxItems: 6 }),
        postcode: Type.Optional(Text),
        telephone: Type.Optional(Text),
        email: Type.Optional(Text),
        gpPractice: Type.Optional(Type.String({ pattern: '^[A-Z0-9]{2,8}$' })),
        sensitivity: Type.Union([Type.Literal('U'), Type.Literal('R'), Type.Literal('V'), Type.Literal('S')]),
      },
      { additionalProperties: false },
    ),
  ),
);

/** The member `patients` of an import. Throws LocalRefusal 400 naming the first fault. */
export async function importPatients(tx: Db, document: Readonly<Record<string, unknown>>): Promise<number> {
  const patients: unknown = document['patients'] ?? [];
  if (!checkPatients.Check(patients)) {
    const [fault] = checkPatients.Errors(patients);
    throw new LocalRefusal(
      400,
      'bad_import',
      `The patients of the import are not right: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}.`,
      'See docs/import.md.',
    );
  }
  await savePatients(tx, patients);
  return patients.length;
}
