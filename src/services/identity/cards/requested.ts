/** A person, their position and their card in one: what somebody who gets connected asks for (PTL-007). */
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import type { Actor } from './duties.ts';
import { CardRefusal } from './errors.ts';
import { type NewPerson, registerPersonIn } from './people.ts';
import { addPositionIn, type NewPosition } from './positions.ts';
import { issueCardIn, prepareCard } from './register.ts';
import type { CardWorld } from './world.ts';

export interface StaffRequest {
  /** The caller's own name for it: the same request never gets a second person. */
  readonly requestId: string;
  readonly person: NewPerson;
  readonly position: NewPosition;
  readonly passcode: string;
}

/** Whom a request got. */
export interface StaffCard {
  readonly userId: string;
  readonly roleProfileId: string;
  readonly cardNumber: string;
}

interface Row {
  request_id: string;
  document: string;
  user_id: string;
  role_profile_id: string;
  card_number: string;
}
interface Tables {
  identity_staff_request: Row;
}

const OPERATOR: Actor = { kind: 'operator' };

/**
 * Registers a new person with a position and issues their card: all of it, or nothing. Whoever has the same name is somebody else; only the same
 * request finds the person that it made.
 *
 * @throws CardRefusal 400 for what is wrong with person, position or passcode, 409 for another request under the same id
 */
export async function staffCard(world: CardWorld, request: StaffRequest): Promise<StaffCard> {
  const { requestId, person, position, passcode } = request;
  const document = documentOf(request);
  const before = await earlier(world.store.db, requestId, document);
  if (before !== undefined) return before;
  const means = await prepareCard(world, { passcode });
  return world.store.transaction(async (tx) => {
    // The id is taken first: whoever sends the same request at the same moment waits here, and then finds what this one got.
    const { numInsertedOrUpdatedRows: taken } = await tablesOf<Tables>(tx)
      .insertInto('identity_staff_request')
      .values({ request_id: requestId, document, user_id: '', role_profile_id: '', card_number: '' })
      .onConflict((conflict) => conflict.column('request_id').doNothing())
      .executeTakeFirst();
    if (Number(taken ?? 0) === 0) {
      const other = await earlier(tx, requestId, document);
      if (other === undefined) throw new Error(`the request ${requestId} is neither new nor known`);
      return other;
    }
    const { userId } = await registerPersonIn(world, tx, OPERATOR, { ...person, ignoreDuplicate: true });
    const { roleProfileId } = await addPositionIn(world, tx, OPERATOR, userId, position);
    const { cardNumber } = await issueCardIn(world, tx, OPERATOR, { userId, kind: 'smartcard', passcode }, means);
    await tablesOf<Tables>(tx)
      .updateTable('identity_staff_request')
      .set({ user_id: userId, role_profile_id: roleProfileId, card_number: cardNumber })
      .where('request_id', '=', requestId)
      .execute();
    return { userId, roleProfileId, cardNumber };
  });
}

/** What a request got before. Throws CardRefusal 409 when it was another one under the same id. */
async function earlier(db: Db, requestId: string, document: string): Promise<StaffCard | undefined> {
  const row = await tablesOf<Tables>(db)
    .selectFrom('identity_staff_request')
    .selectAll()
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.document !== document)
    throw new CardRefusal(409, 'request_id_used', `The request ${requestId} asked for something else before.`, 'Give another requestId.');
  return { userId: row.user_id, roleProfileId: row.role_profile_id, cardNumber: row.card_number };
}

/** What was asked, so that it can be told from something else. The passcode is no part of it: it is not kept where it could be read. */
function documentOf({ person, position }: StaffRequest): string {
  return JSON.stringify({ person, position });
}
