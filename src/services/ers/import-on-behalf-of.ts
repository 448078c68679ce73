/** Who may act for whom, in an import (`POST /_localspine/import`, member `ers.onBehalfOf`). */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { setCliniciansOf } from './store/on-behalf-of.ts';

const UserId = Type.String({ pattern: '^[0-9]{1,12}$' });
const lists = Compile(
  Type.Array(
    Type.Object(
      { admin: UserId, odsCode: Type.String({ pattern: '^[A-Z0-9]{2,10}$' }), clinicians: Type.Array(UserId, { maxItems: 500 }) },
      { additionalProperties: false },
    ),
    { maxItems: 1000 },
  ),
);

/**
 * Writes the lists that A040 gives, each in place of the one before.
 *
 * @param value `[{admin, odsCode, clinicians}]`
 * @returns how many lists
 * @throws LocalRefusal 400 for another shape
 */
export async function importOnBehalfOf(tx: Db, instance: string, value: unknown): Promise<number> {
  const given = value ?? [];
  if (!lists.Check(given)) {
    const [fault] = lists.Errors(given);
    throw new LocalRefusal(
      400,
      'bad_import',
      `The e-RS onBehalfOf of the import is not right: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}.`,
      'See docs/import.md.',
    );
  }
  for (const { admin, odsCode, clinicians } of given) await setCliniciansOf(tx, instance, admin, odsCode, clinicians);
  return given.length;
}
