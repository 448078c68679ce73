import type { Clock, Instant } from '../../kernel/clock.ts';
import type { Job, Outbox } from '../../kernel/outbox/outbox.ts';
import type { Random } from '../../kernel/random.ts';
import { type Db, type Store, tablesOf } from '../../kernel/store/store.ts';

interface MailRow {
  mail_id: string;
  at: number;
  sender: string;
  recipient: string;
  subject: string;
  body: string;
  delivery: string;
}
interface MailTables {
  portal_mail: MailRow;
}

/** A letter to send. */
export interface Letter {
  /** Who it says it is from: `e-RS Partners`. */
  readonly from: string;
  /** E-mail address. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. Addresses of the portal begin with its base URL. */
  readonly text: string;
}

export interface Mail extends Letter {
  readonly mailId: string;
  readonly at: Instant;
  /** `kept`: shown in the outbox page only; otherwise how far sending it by SMTP came. */
  readonly delivery: 'kept' | 'waiting' | 'sent';
}

/** Kind of the outbox job that hands a mail to the SMTP server. */
export const SEND_MAIL = 'mail.send';

/**
 * Mail that the real road would send (issue of the release): kept, and shown on the outbox page. With an SMTP server configured it is sent as
 * well, through the durable outbox.
 */
export class Mailbox {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #outbox: Outbox;
  readonly #smtpUrl: string | undefined;

  constructor(parts: { store: Store; clock: Clock; random: Random; outbox: Outbox; smtpUrl: string | undefined }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#outbox = parts.outbox;
    this.#smtpUrl = parts.smtpUrl;
  }

  /** Writes a mail in the transaction that decides it. */
  async send(tx: Db, letter: Letter): Promise<void> {
    const now = this.#clock.realNow();
    const mailId = this.#random.orderedUuid(now);
    await tablesOf<MailTables>(tx)
      .insertInto('portal_mail')
      .values({
        mail_id: mailId,
        at: now,
        sender: letter.from,
        recipient: letter.to.trim().toLowerCase(),
        subject: letter.subject,
        body: letter.text,
        delivery: this.#smtpUrl === undefined ? 'kept' : 'waiting',
      })
      .execute();
    if (this.#smtpUrl !== undefined) await this.#outbox.enqueue(tx, SEND_MAIL, { mailId }, this.#clock.now());
  }

  /** Newest first; of one recipient, or all. */
  async list(
    db: Db,
    filter: { readonly to?: string | undefined; readonly before?: string | undefined; readonly limit: number },
  ): Promise<readonly Mail[]> {
    let query = tablesOf<MailTables>(db).selectFrom('portal_mail').selectAll().orderBy('mail_id', 'desc').limit(filter.limit);
    if (filter.to !== undefined) query = query.where('recipient', '=', filter.to.trim().toLowerCase());
    if (filter.before !== undefined) query = query.where('mail_id', '<', filter.before);
    return (await query.execute()).map(mailOf);
  }

  async find(db: Db, mailId: string): Promise<Mail | undefined> {
    const row = await tablesOf<MailTables>(db).selectFrom('portal_mail').selectAll().where('mail_id', '=', mailId).executeTakeFirst();
    return row && mailOf(row);
  }

  /** Does a {@link SEND_MAIL} job. Throws when the server does not take it, so that it is tried again. */
  async deliver(job: Job): Promise<void> {
    const mail = await this.find(this.#store.db, String(job.payload['mailId']));
    if (mail === undefined || this.#smtpUrl === undefined || mail.delivery === 'sent') return;
    const { createTransport } = await import('nodemailer');
    const transport = createTransport(this.#smtpUrl);
    await transport.sendMail({
      messageId: `<${mail.mailId}@localspine.example>`,
      from: { name: `${mail.from} (LocalSpine)`, address: 'no-reply@localspine.example' },
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
    });
    await tablesOf<MailTables>(this.#store.db)
      .updateTable('portal_mail')
      .set({ delivery: 'sent' })
      .where('mail_id', '=', mail.mailId)
      .execute();
  }
}

function mailOf(row: MailRow): Mail {
  return {
    mailId: row.mail_id,
    at: Number(row.at),
    from: row.sender,
    to: row.recipient,
    subject: row.subject,
    text: row.body,
    delivery: row.delivery as Mail['delivery'],
  };
}
