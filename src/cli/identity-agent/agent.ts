/** The Identity Agent stand-in: holds one card, one session and one ticket, as the agent on a workstation does (identity.md A.6). */
import { rmSync, writeFileSync } from 'node:fs';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { AgentSession, HeldCard, SpineClient } from './spine-client.ts';
import type { TicketPush } from './ticket-push.ts';

/** Where virtual cards are: the environment gives the key of a card for its passcode, as a reader would let software use it. */
export interface CardReader {
  /** Puts a card in, named by its number or its holder. Throws LocalRefusal for a wrong passcode or an unusable card. */
  insert(card: string, passcode: string): Promise<HeldCard>;
  remove(cardNumber: string): Promise<void>;
  /** Whether the card is still in, and usable. */
  isIn(cardNumber: string): Promise<boolean>;
}

export interface AgentStatus {
  readonly card?: { readonly cardNumber: string; readonly userId: string };
  readonly signedOn: boolean;
  readonly name?: string;
  readonly roleProfileId?: string;
  readonly roles: readonly { readonly roleProfileId: string; readonly odsCode: string; readonly name: string }[];
}

/** "Ticket not available" in the agents' own numbering (identity.md A.6). */
export const TICKET_NOT_AVAILABLE = '0x80100009';

export class IdentityAgent {
  readonly #client: SpineClient;
  readonly #reader: CardReader;
  readonly #ticketFile: string;
  readonly #preferredRole: string | undefined;
  readonly #push: TicketPush | undefined;
  #card: HeldCard | undefined;
  #session: AgentSession | undefined;
  #roleProfileId: string | undefined;
  /** One thing at a time: two callers never sign on twice, nor sign on while the card is taken out. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    client: SpineClient;
    reader: CardReader;
    ticketFile: string;
    preferredRole: string | undefined;
    push?: TicketPush | undefined;
  }) {
    this.#client = parts.client;
    this.#reader = parts.reader;
    this.#ticketFile = parts.ticketFile;
    this.#preferredRole = parts.preferredRole;
    this.#push = parts.push;
  }

  status(): AgentStatus {
    const card = this.#card && { cardNumber: this.#card.cardNumber, userId: this.#card.userId };
    return {
      ...(card === undefined ? {} : { card }),
      signedOn: this.#session !== undefined,
      ...(this.#session === undefined ? {} : { name: this.#session.name }),
      ...(this.#roleProfileId === undefined ? {} : { roleProfileId: this.#roleProfileId }),
      roles: this.#session?.roles ?? [],
    };
  }

  /** The ticket if there is one (`getTicketNoAuth`). Throws LocalRefusal 404. */
  currentTicket(): string {
    if (this.#session === undefined)
      throw new LocalRefusal(
        404,
        'ticket_not_available',
        `Nobody is signed on (${TICKET_NOT_AVAILABLE}).`,
        'Put a card in: npx localspine identity-agent insert',
      );
    return this.#session.ticket;
  }

  /** The ticket, signing on when nobody is (`getTicket`). */
  ticket(): Promise<string> {
    return this.#inTurn(async () => (this.#session ?? (await this.#signOn())).ticket);
  }

  /** A ticket of a new session; the one before ends (`getNewTicket`). */
  newTicket(): Promise<string> {
    return this.#inTurn(async () => {
      await this.#logOut();
      return (await this.#signOn()).ticket;
    });
  }

  /** Ends the session; the card stays in (`destroyTicket`). */
  destroyTicket(): Promise<void> {
    return this.#inTurn(() => this.#logOut());
  }

  /** Puts a card in and signs on, as the agent does when it sees a card. A card that was in before is taken out. */
  insert(card: string, passcode: string): Promise<AgentStatus> {
    return this.#inTurn(async () => {
      await this.#remove();
      this.#card = await this.#reader.insert(card, passcode);
      await this.#signOn();
      return this.status();
    });
  }

  /** Takes the card out: the session ends. */
  remove(): Promise<void> {
    return this.#inTurn(() => this.#remove());
  }

  selectRole(roleProfileId: string): Promise<AgentStatus> {
    return this.#inTurn(async () => {
      if (this.#session === undefined) throw new LocalRefusal(409, 'not_signed_on', 'Nobody is signed on.');
      await this.#client.selectRole(this.#session, roleProfileId);
      this.#roleProfileId = roleProfileId;
      return this.status();
    });
  }

  /** Looks whether the card is still in its reader; if it was taken out elsewhere, the session ends here too. */
  follow(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#card === undefined || (await this.#reader.isIn(this.#card.cardNumber))) return;
      this.#card = undefined;
      await this.#logOut();
    });
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act, act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #signOn(): Promise<AgentSession> {
    if (this.#card === undefined)
      throw new LocalRefusal(
        404,
        'ticket_not_available',
        `There is no card in the reader (${TICKET_NOT_AVAILABLE}).`,
        'Put one in: npx localspine identity-agent insert',
      );
    const session = await this.#client.signOn(this.#card);
    this.#session = session;
    writeFileSync(this.#ticketFile, session.ticket, { mode: 0o600 });
    const [only, another] = session.roles;
    const preferred = session.roles.find((each) => each.roleProfileId === this.#preferredRole);
    const role = preferred ?? (another === undefined ? only : undefined);
    this.#roleProfileId = role?.roleProfileId;
    if (role !== undefined) await this.#client.selectRole(session, role.roleProfileId);
    // Nobody waits for the listener: whoever asked for the ticket has it.
    void this.#push?.(session.ticket);
    return session;
  }

  async #logOut(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#roleProfileId = undefined;
    rmSync(this.#ticketFile, { force: true });
    if (session !== undefined) await this.#client.logOut(session);
  }

  async #remove(): Promise<void> {
    const card = this.#card;
    this.#card = undefined;
    try {
      await this.#logOut();
    } finally {
      if (card !== undefined) await this.#reader.remove(card.cardNumber);
    }
  }
}
