/** Queries on advice requests. A request is one row: columns for the worklists beside the whole conversation as JSON. */
import { bit, type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import type { AdviceRequest } from '../advice/model.ts';
import { WITH_PROVIDER } from '../advice/states.ts';
import { notCurrent, reserveNumber } from './referrals.ts';

interface AdviceTables {
  ers_advice: {
    instance: string;
    ubrn: string;
    version: number;
    category: string;
    nhs_number: string;
    referring_organisation: string;
    service_id: string;
    with_provider: number;
    first_requested: number;
    document: string;
  };
}

const documentByUbrn = prepare<{ instance: string; ubrn: string }, AdviceTables, { document: string }>((db, value) =>
  db.selectFrom('ers_advice').select('document').where('instance', '=', value.instance).where('ubrn', '=', value.ubrn),
);

/** The advice request with its conversation, or undefined when the UBRN is not one. One prepared query. */
export async function adviceByUbrn(db: Db, instance: string, ubrn: string): Promise<AdviceRequest | undefined> {
  const [row] = await documentByUbrn(db, { instance, ubrn });
  return row === undefined ? undefined : parseAdvice(row.document);
}

/** Writes a new request. Throws when the UBRN is taken by another one. */
export async function insertAdvice(tx: Db, instance: string, advice: AdviceRequest): Promise<void> {
  await tablesOf<AdviceTables>(tx).insertInto('ers_advice').values(rowOf(instance, advice)).execute();
}

/** Writes a request whether or not its UBRN is taken: for import and seed. Sequences move past the numbers it uses. */
export async function replaceAdvice(tx: Db, instance: string, advice: AdviceRequest): Promise<void> {
  await tablesOf<AdviceTables>(tx).deleteFrom('ers_advice').where('instance', '=', instance).where('ubrn', '=', advice.ubrn).execute();
  await insertAdvice(tx, instance, advice);
  await reserveNumber(tx, instance, 'ubrn', Number(advice.ubrn));
  await reserveNumber(tx, instance, 'communication', Math.max(0, ...advice.messages.map((each) => Number(each.id))));
  await reserveNumber(tx, instance, 'attachment', Math.max(0, ...advice.attachments.map((each) => Number(each.id))));
}

/**
 * Writes a changed request if its stored version is still `expected`.
 * Throws 409 when another change came first.
 */
export async function saveAdvice(tx: Db, instance: string, advice: AdviceRequest, expected: number): Promise<void> {
  const result = await tablesOf<AdviceTables>(tx)
    .updateTable('ers_advice')
    .set(rowOf(instance, advice))
    .where('instance', '=', instance)
    .where('ubrn', '=', advice.ubrn)
    .where('version', '=', expected)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) === 0) throw notCurrent(advice.ubrn, expected);
}

/** The requests that are on the provider's worklist at some services, oldest first, then by UBRN. */
export async function adviceWorklist(db: Db, instance: string, serviceIds: readonly string[]): Promise<readonly AdviceRequest[]> {
  if (serviceIds.length === 0) return [];
  const rows = await tablesOf<AdviceTables>(db)
    .selectFrom('ers_advice')
    .select('document')
    .where('instance', '=', instance)
    .where('service_id', 'in', serviceIds)
    .where('with_provider', '=', 1)
    .orderBy('first_requested')
    .orderBy('ubrn')
    .execute();
  return rows.map((row) => parseAdvice(row.document));
}

/** The requests that an organisation made, oldest first: for the referrer's screens and the admin API. */
export async function adviceOfOrganisation(db: Db, instance: string, organisation: string): Promise<readonly AdviceRequest[]> {
  const rows = await tablesOf<AdviceTables>(db)
    .selectFrom('ers_advice')
    .select('document')
    .where('instance', '=', instance)
    .where('referring_organisation', '=', organisation)
    .orderBy('first_requested')
    .orderBy('ubrn')
    .execute();
  return rows.map((row) => parseAdvice(row.document));
}

function rowOf(instance: string, advice: AdviceRequest): AdviceTables['ers_advice'] {
  return {
    instance,
    ubrn: advice.ubrn,
    version: advice.version,
    category: advice.category,
    nhs_number: advice.nhsNumber,
    referring_organisation: advice.referringOrganisation,
    service_id: advice.service.serviceId,
    with_provider: bit(WITH_PROVIDER.includes(advice.category)),
    first_requested: advice.firstRequested,
    document: JSON.stringify(advice),
  };
}

/** What {@link rowOf} wrote: only this file writes documents, imported ones are checked where they enter. */
function parseAdvice(document: string): AdviceRequest {
  const advice: AdviceRequest = JSON.parse(document);
  return advice;
}
