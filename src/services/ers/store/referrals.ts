/** Queries on referrals. A referral is one row: columns for the worklists beside the whole of it as JSON. */

import type { Instant } from '../../../kernel/clock.ts';
import { bit, type Db, prepare, tablesOf } from '../../../kernel/store/store.ts';
import type { BookingFailure } from '../booking/booking.ts';
import { ErsStatus } from '../errors.ts';
import type { AvailabilityStatus, Referral } from '../model.ts';
import { isLetterOutstanding, type ProviderList, providerListOf, type ReferrerList, referrerListOf } from '../review/worklists.ts';
import { PREPARED_FORM, preparedFor, prepareReferral } from '../stu3/prepared-referral.ts';

export interface ReferralRow {
  instance: string;
  ubrn: string;
  version: number;
  status: string;
  state: string;
  nhs_number: string;
  referring_organisation: string;
  service_id: string | null;
  priority: string;
  appointment_id: string | null;
  appointment_start: number | null;
  letter_due: string | null;
  provider_list: string | null;
  referrer_list: string | null;
  letter_outstanding: number;
  pathway_start: number | null;
  created_at: number;
  updated_at: number;
  document: string;
  /** The ReferralRequest as A005 sends it, but for the caller's base address; see {@link PREPARED_FORM}. */
  prepared: string | null;
  prepared_form: number | null;
}

interface ReferralTables {
  ers_referral: ReferralRow;
  ers_file: { instance: string; linked_ubrn: string | null; status: AvailabilityStatus };
  ers_sequence: { instance: string; name: string; next: number };
  ers_booking_attempt: {
    instance: string;
    ubrn: string;
    slot_id: string;
    service_id: string;
    outcome: BookingFailure['outcome'];
    attempted_at: number;
  };
}

/** Where each sequence starts: above everything that published samples use. */
const SEQUENCES = { ubrn: 80_000, appointment: 80_000, attachment: 90_000, communication: 80_000 } as const;
export type SequenceName = keyof typeof SEQUENCES;

const FARTHEST_NUMBER = 99_999_999_999;

const documentByUbrn = prepare<{ instance: string; ubrn: string }, ReferralTables, { document: string }>((db, value) =>
  db.selectFrom('ers_referral').select('document').where('instance', '=', value.instance).where('ubrn', '=', value.ubrn),
);

/** The referral, or undefined when the UBRN is not one. One prepared query. */
export async function referralByUbrn(db: Db, instance: string, ubrn: string): Promise<Referral | undefined> {
  const [row] = await documentByUbrn(db, { instance, ubrn });
  return row === undefined ? undefined : parseReferral(row.document);
}

type RowToSend = Pick<ReferralRow, 'version' | 'nhs_number' | 'referring_organisation' | 'document' | 'prepared' | 'prepared_form'> & {
  unavailable_files: number;
};
const rowToSend = prepare<{ instance: string; ubrn: string }, ReferralTables, RowToSend>((db, value) =>
  db
    .selectFrom('ers_referral')
    .select(['version', 'nhs_number', 'referring_organisation', 'document', 'prepared', 'prepared_form'])
    .select(({ selectFrom }) =>
      selectFrom('ers_file')
        .select(({ fn }) => fn.countAll<number>().as('files'))
        .where('instance', '=', value.instance)
        .where('linked_ubrn', '=', value.ubrn)
        .where('status', '!=', 'AVAILABLE')
        .as('unavailable_files'),
    )
    .where('instance', '=', value.instance)
    .where('ubrn', '=', value.ubrn),
);

/** A referral to be read and sent: what decides who may see it is at hand, the whole of it only when asked for. */
export class ReferralToSend {
  readonly ubrn: string;
  readonly #row: RowToSend;
  #whole: Referral | undefined;

  constructor(ubrn: string, row: RowToSend) {
    this.ubrn = ubrn;
    this.#row = row;
  }

  get version(): number {
    return this.#row.version;
  }

  get nhsNumber(): string {
    return this.#row.nhs_number;
  }

  get referringOrganisation(): string {
    return this.#row.referring_organisation;
  }

  get appointment(): Referral['appointment'] {
    return this.whole.appointment;
  }

  get formerServices(): Referral['formerServices'] {
    return this.whole.formerServices;
  }

  get whole(): Referral {
    this.#whole ??= parseReferral(this.#row.document);
    return this.#whole;
  }

  /** Its ReferralRequest as JSON; undefined when it must be written anew: prepared in another form, or a file is not available. */
  json(base: string): string | undefined {
    const { prepared, prepared_form, unavailable_files } = this.#row;
    return prepared === null || prepared_form !== PREPARED_FORM || Number(unavailable_files) > 0 ? undefined : preparedFor(base, prepared);
  }
}

/** The referral with its prepared answer, or undefined when the UBRN is not one. One prepared query. */
export async function referralToSend(db: Db, instance: string, ubrn: string): Promise<ReferralToSend | undefined> {
  const [row] = await rowToSend(db, { instance, ubrn });
  return row && new ReferralToSend(ubrn, row);
}

const documentByAppointment = prepare<{ instance: string; appointment: string }, ReferralTables, { document: string }>((db, value) =>
  db.selectFrom('ers_referral').select('document').where('instance', '=', value.instance).where('appointment_id', '=', value.appointment),
);

/** The referral whose current appointment has this id. */
export async function referralByAppointment(db: Db, instance: string, appointment: string): Promise<Referral | undefined> {
  const [row] = await documentByAppointment(db, { instance, appointment });
  return row === undefined ? undefined : parseReferral(row.document);
}

/** The newest active referrals of a patient, at most `limit`. */
export async function activeReferralsOfPatient(db: Db, instance: string, nhsNumber: string, limit: number): Promise<readonly Referral[]> {
  const rows = await tablesOf<ReferralTables>(db)
    .selectFrom('ers_referral')
    .select('document')
    .where('instance', '=', instance)
    .where('nhs_number', '=', nhsNumber)
    .where('status', '=', 'active')
    .orderBy('created_at', 'desc')
    .orderBy('ubrn', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => parseReferral(row.document));
}

/** Writes a new referral. Throws when the UBRN is taken. */
export async function insertReferral(tx: Db, instance: string, referral: Referral): Promise<void> {
  await tablesOf<ReferralTables>(tx).insertInto('ers_referral').values(rowOf(instance, referral)).execute();
}

/** Writes a referral whether or not its UBRN is taken: for import and seed. */
export async function replaceReferral(tx: Db, instance: string, referral: Referral): Promise<void> {
  const db = tablesOf<ReferralTables>(tx);
  await db.deleteFrom('ers_referral').where('instance', '=', instance).where('ubrn', '=', referral.ubrn).execute();
  await forgetBookingFailure(tx, instance, referral.ubrn);
  await insertReferral(tx, instance, referral);
}

/** Moves the sequences past the numbers an imported referral uses. */
export async function reserveNumbers(tx: Db, instance: string, referral: Referral): Promise<void> {
  await reserveNumber(tx, instance, 'ubrn', Number(referral.ubrn));
  await reserveNumber(tx, instance, 'appointment', Number(referral.appointment?.id ?? 0));
  await reserveNumber(tx, instance, 'attachment', Math.max(0, ...referral.attachments.map((each) => Number(each.id))));
}

/** Moves a sequence past a number that an imported record uses. */
export async function reserveNumber(tx: Db, instance: string, name: SequenceName, number: number): Promise<void> {
  // Numbers far outside the range are left alone: the sequence will not meet them.
  if (number < SEQUENCES[name] || number > FARTHEST_NUMBER) return;
  await tablesOf<ReferralTables>(tx)
    .insertInto('ers_sequence')
    .values({ instance, name, next: number + 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['instance', 'name'])
        .doUpdateSet({ next: number + 1 })
        .where('ers_sequence.next', '<=', number),
    )
    .execute();
}

/**
 * Writes a changed referral if its stored version is still `expected`.
 * Throws 409 when another change came first.
 */
export async function saveReferral(tx: Db, instance: string, referral: Referral, expected: number): Promise<void> {
  const result = await tablesOf<ReferralTables>(tx)
    .updateTable('ers_referral')
    .set(rowOf(instance, referral))
    .where('instance', '=', instance)
    .where('ubrn', '=', referral.ubrn)
    .where('version', '=', expected)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) === 0) throw notCurrent(referral.ubrn, expected);
}

/** 409: the version named is not the current one. */
export function notCurrent(ubrn: string, named: number): ErsStatus {
  return new ErsStatus(409, {
    check: 'ers.version',
    why: `Version ${named} of ${ubrn} is not the current one.`,
    fix: 'Retrieve the request again (A005), look at what has changed, and repeat with its ETag.',
  });
}

/**
 * The next number of a sequence, taken in the transaction that uses it.
 *
 * @param count how many numbers in a row are taken; the first is given
 */
export async function nextNumber(tx: Db, instance: string, name: SequenceName, count = 1): Promise<number> {
  const row = await tablesOf<ReferralTables>(tx)
    .insertInto('ers_sequence')
    .values({ instance, name, next: SEQUENCES[name] + count })
    .onConflict((conflict) => conflict.columns(['instance', 'name']).doUpdateSet((set) => ({ next: set('ers_sequence.next', '+', count) })))
    .returning('next')
    .executeTakeFirstOrThrow();
  return Number(row.next) - count;
}

/** The next UBRN: twelve digits. */
export async function nextUbrn(tx: Db, instance: string): Promise<string> {
  return String(await nextNumber(tx, instance, 'ubrn')).padStart(12, '0');
}

/** Notes a booking that the hospital did not confirm; the referral's version stays. */
export async function rememberBookingFailure(tx: Db, instance: string, ubrn: string, failure: BookingFailure, at: Instant): Promise<void> {
  const values = { slot_id: failure.slotId, service_id: failure.serviceId, outcome: failure.outcome, attempted_at: at };
  await tablesOf<ReferralTables>(tx)
    .insertInto('ers_booking_attempt')
    .values({ instance, ubrn, ...values })
    .onConflict((conflict) => conflict.columns(['instance', 'ubrn']).doUpdateSet(values))
    .execute();
}

/** The last booking of the referral that failed, if no change came after it. */
export async function bookingFailureOf(db: Db, instance: string, ubrn: string): Promise<BookingFailure | undefined> {
  const row = await tablesOf<ReferralTables>(db)
    .selectFrom('ers_booking_attempt')
    .select(['slot_id', 'service_id', 'outcome'])
    .where('instance', '=', instance)
    .where('ubrn', '=', ubrn)
    .executeTakeFirst();
  return row === undefined ? undefined : { slotId: row.slot_id, serviceId: row.service_id, outcome: row.outcome };
}

/** Forgets failed bookings once the referral has moved on. */
export async function forgetBookingFailure(tx: Db, instance: string, ubrn: string): Promise<void> {
  await tablesOf<ReferralTables>(tx).deleteFrom('ers_booking_attempt').where('instance', '=', instance).where('ubrn', '=', ubrn).execute();
}

/**
 * The referrals of a provider list at some services, oldest pathway start first, then by UBRN. Bookings whose day has passed have left
 * the review list.
 *
 * @param today midnight of the environment's day
 */
export async function providerWorklist(
  db: Db,
  instance: string,
  list: ProviderList,
  serviceIds: readonly string[],
  today: Instant,
): Promise<readonly Referral[]> {
  if (serviceIds.length === 0) return [];
  const rows = await tablesOf<ReferralTables>(db)
    .selectFrom('ers_referral')
    .select('document')
    .where('instance', '=', instance)
    .where('service_id', 'in', serviceIds)
    .where('provider_list', '=', list)
    .where((where) => where.or([where('appointment_start', 'is', null), where('appointment_start', '>=', today)]))
    .orderBy('pathway_start')
    .orderBy('ubrn')
    .execute();
  return rows.map((row) => parseReferral(row.document));
}

/** The referrals of a referrer list that an organisation made, oldest first. */
export async function referrerWorklist(db: Db, instance: string, list: ReferrerList, organisation: string): Promise<readonly Referral[]> {
  const ofOrganisation = tablesOf<ReferralTables>(db)
    .selectFrom('ers_referral')
    .select('document')
    .where('instance', '=', instance)
    .where('referring_organisation', '=', organisation)
    .orderBy('created_at')
    .orderBy('ubrn');
  const listed =
    list === 'LETTERS_OUTSTANDING' ? ofOrganisation.where('letter_outstanding', '=', 1) : ofOrganisation.where('referrer_list', '=', list);
  const rows = await listed.execute();
  return rows.map((row) => parseReferral(row.document));
}

function rowOf(instance: string, referral: Referral): ReferralRow {
  const { appointment } = referral;
  const document = JSON.stringify(referral);
  const current = appointment !== undefined && (appointment.status === 'booked' || appointment.status === 'proposed');
  return {
    instance,
    ubrn: referral.ubrn,
    version: referral.version,
    status: referral.status,
    state: referral.state,
    nhs_number: referral.nhsNumber,
    referring_organisation: referral.referringOrganisation,
    service_id: current ? appointment.serviceId : null,
    priority: referral.priority,
    appointment_id: appointment?.id ?? null,
    appointment_start: appointment?.start ?? null,
    letter_due: referral.letterDue ?? null,
    provider_list: providerListOf(referral) ?? null,
    referrer_list: referrerListOf(referral) ?? null,
    letter_outstanding: bit(isLetterOutstanding(referral)),
    pathway_start: referral.pathwayStart ?? null,
    created_at: referral.createdAt,
    updated_at: referral.updatedAt,
    document,
    prepared: prepareReferral(referral, document),
    prepared_form: PREPARED_FORM,
  };
}

/** What {@link rowOf} wrote: only this file writes documents, imported ones are checked where they enter. */
function parseReferral(document: string): Referral {
  const referral: Referral = JSON.parse(document);
  return referral;
}
