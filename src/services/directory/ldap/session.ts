/** One connection to the directory: its queue of operations, its identity, its pages, its pace. */
import type { Socket } from 'node:net';
import { setImmediate as breathe } from 'node:timers/promises';
import { messageOf } from '../../../kernel/errors.ts';
import type { Visit } from '../../../kernel/service-door.ts';
import { ANSWER, noticeOfDisconnection, type Outcome, writeOutcome } from './answers.ts';
import { BerError, BerWriter } from './ber.ts';
import type { Directory } from './directory.ts';
import { Framing } from './framing.ts';
import { journalNote } from './journal-note.ts';
import type { Message, SearchRequest } from './message.ts';
import { checkControls, compare, extended, pageControl, refuseWrite } from './operations.ts';
import { OpenSeries, readPageRequest } from './paging.ts';
import { LdapRefusal, RESULT } from './result.ts';
import { beginSearch } from './search.ts';
import { selectionOf, writeEntry } from './selection.ts';
import { CHUNK, sendCopy } from './sending.ts';

/** Operations that may wait on one connection; with more, nothing further is read until some are answered. */
const MOST_WAITING = 100;
/** Candidates looked at before others get their turn. */
const LOOKS = 1_024;
/** A client that takes nothing for so long is gone. */
const STALLED_MILLISECONDS = 120_000;

/** Shared by all connections: filled and sent without a pause between. */
const writer = new BerWriter(CHUNK * 2);

const ANSWER_TAGS = { bind: ANSWER.bind, search: ANSWER.searchDone, compare: ANSWER.compare, extended: ANSWER.extended } as const;

export class Session {
  readonly #socket: Socket;
  readonly #visit: Visit;
  readonly #directory: Directory;
  readonly #framing = new Framing();
  readonly #queue: Message[] = [];
  readonly #series = new OpenSeries();
  #running = false;
  #reader = false;
  #closed = false;
  /** Message id of the operation under way, and whether its client has given it up. */
  #current = 0;
  #abandoned = false;

  /** Hands the connection on to TLS. */
  readonly #upgrade: (() => void) | undefined;

  constructor(socket: Socket, visit: Visit, directory: Directory, upgrade?: () => void) {
    this.#upgrade = upgrade;
    this.#socket = socket;
    this.#visit = visit;
    this.#directory = directory;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#framing.push(chunk);
      this.#parse();
    });
    for (const event of ['end', 'close', 'error']) socket.on(event, this.#onGone);
  }

  readonly #onGone = (): void => this.#end();

  /** Tells the client that the directory goes, and ends the connection. */
  leave(): void {
    this.#disconnect(RESULT.unavailable, 'the directory is shutting down');
  }

  #parse(): void {
    try {
      while (!this.#closed && this.#queue.length < MOST_WAITING) {
        const message = this.#framing.next();
        if (message === undefined) {
          if (this.#socket.isPaused()) this.#socket.resume();
          break;
        }
        this.#take(message);
      }
    } catch (error) {
      this.#malformed(error);
      return;
    }
    if (this.#queue.length >= MOST_WAITING) this.#socket.pause();
    if (!this.#running && this.#queue.length > 0) void this.#run();
  }

  #take(message: Message): void {
    const { request } = message;
    if (request.kind === 'unbind') this.#end();
    else if (request.kind === 'abandon') {
      if (request.id === this.#current) this.#abandoned = true;
      const waiting = this.#queue.findIndex((each) => each.id === request.id && each.request.kind !== 'bind');
      if (waiting >= 0) this.#queue.splice(waiting, 1);
    } else this.#queue.push(message);
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let message = this.#queue.shift(); message !== undefined && !this.#closed; message = this.#queue.shift()) {
      this.#current = message.id;
      this.#abandoned = false;
      await this.#serve(message);
      this.#current = 0;
      if (this.#socket.writableNeedDrain) await this.#drained();
      if (this.#socket.isPaused() && this.#queue.length < MOST_WAITING / 2) this.#parse();
    }
    this.#running = false;
    if (!this.#closed && this.#queue.length > 0) void this.#run();
  }

  async #serve(message: Message): Promise<void> {
    const from = performance.now();
    let outcome: Outcome;
    let entries = 0;
    const { request } = message;
    const tag = request.kind === 'write' ? request.answerTag : ANSWER_TAGS[request.kind as keyof typeof ANSWER_TAGS];
    try {
      if (request.kind === 'search') {
        const found = await this.#search(message, request);
        if (found === undefined) return; // abandoned, or the client is gone
        [outcome, entries] = found;
      } else {
        outcome = await this.#answer(message);
        if (this.#closed || this.#abandoned) return;
        writer.clear();
      }
      writeOutcome(writer, message.id, tag, outcome);
    } catch (error) {
      if (this.#closed) return;
      outcome = outcomeOf(error, (text) => this.#directory.failed(text));
      writer.clear();
      writeOutcome(writer, message.id, tag, outcome);
    }
    this.#send();
    if (outcome.startsTls === true) this.#handOver();
    this.#visit.note(journalNote(message, outcome, { entries, milliseconds: performance.now() - from, reader: this.#reader }));
  }

  /** Answers anything but a search. */
  async #answer({ request, controls }: Message): Promise<Outcome> {
    checkControls(controls, false);
    switch (request.kind) {
      case 'bind': {
        // Whatever was under way belongs to who the client was.
        this.#series.clear();
        this.#reader = false;
        this.#reader = this.#directory.authenticate(request);
        return { code: RESULT.success };
      }
      case 'compare':
        return compare(await this.#directory.tree(), request, this.#access(), this.#directory.options);
      case 'extended':
        return extended(request.oid, this.#reader ? this.#directory.readerName : '', this.#directory.secure, this.#queue.length > 0);
      default:
        return refuseWrite(this.#reader);
    }
  }

  #access(): { readsPeople: boolean } {
    return { readsPeople: this.#reader || this.#directory.everybodyReadsPeople };
  }

  /** Sends the entries of a search and gives how it ended, with the last of them still to be sent; undefined when nobody waits for it. */
  async #search({ id, controls }: Message, request: SearchRequest): Promise<readonly [Outcome, number] | undefined> {
    checkControls(controls, true);
    const control = pageControl(controls);
    const page = control === undefined ? undefined : readPageRequest(control);
    const tree = await this.#directory.tree();
    const series =
      page !== undefined && page.cookie !== ''
        ? this.#series.resume(page.cookie, request)
        : this.#series.begin(request, beginSearch(tree, request, this.#access(), this.#directory.options));
    const selection = selectionOf(request.attributes, request.typesOnly);
    const sizeLimit = Math.min(request.sizeLimit || Number.POSITIVE_INFINITY, this.#directory.sizeLimit || Number.POSITIVE_INFINITY);
    const pageSize = page === undefined ? Number.POSITIVE_INFINITY : page.size;
    const until = request.timeLimit > 0 ? performance.now() + request.timeLimit * 1_000 : Number.POSITIVE_INFINITY;
    let entries = 0;
    const ended = (outcome: Outcome, cookie = ''): readonly [Outcome, number] => [
      page === undefined ? outcome : { ...outcome, pageCookie: cookie },
      entries,
    ];
    writer.clear();
    if (page?.size === 0) return ended({ code: RESULT.success });
    for (;;) {
      const entry = series.results.peek(LOOKS);
      if (entry === undefined && series.results.done) return ended({ code: RESULT.success });
      if (entry !== undefined) {
        if (series.sent >= sizeLimit) return ended({ code: RESULT.sizeLimitExceeded });
        if (entries >= pageSize) return ended({ code: RESULT.success }, this.#series.keep(series));
        writeEntry(writer, id, entry, selection, tree);
        series.results.take();
        series.sent += 1;
        entries += 1;
        if (writer.length < CHUNK) continue;
      }
      if (!(await this.#pause())) return undefined;
      if (performance.now() > until) return ended({ code: RESULT.timeLimitExceeded });
    }
  }

  /** Sends what was written and lets others have their turn, for as long as the client takes to read; false when nobody waits any more. */
  async #pause(): Promise<boolean> {
    this.#send();
    if (this.#socket.writableNeedDrain) await this.#drained();
    else await breathe();
    writer.clear();
    return !this.#closed && !this.#abandoned;
  }

  #send(): void {
    if (!this.#closed && writer.length > 0) sendCopy(this.#socket, writer.written());
    writer.clear();
  }

  /** Waits until the client has read what it was sent. One that reads nothing is sent away. */
  #drained(): Promise<void> {
    if (this.#closed || this.#socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#socket.off('drain', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(() => this.#socket.destroy(), STALLED_MILLISECONDS);
      this.#socket.on('drain', done).on('close', done);
    });
  }

  #malformed(error: unknown): void {
    const known = error instanceof BerError || error instanceof RangeError;
    if (!known) this.#directory.failed(messageOf(error));
    const why = messageOf(error);
    this.#visit.note({
      operation: 'malformed',
      method: 'LDAP',
      url: '',
      status: RESULT.protocolError,
      milliseconds: 0,
      refusal: { check: 'ldap.framing', why: `The connection sent octets that are no LDAP message: ${why}.` },
    });
    this.#disconnect(known ? RESULT.protocolError : RESULT.other, known ? why : '');
  }

  #disconnect(code: typeof RESULT.protocolError | typeof RESULT.unavailable | typeof RESULT.other, text: string): void {
    if (this.#closed) return;
    this.#socket.write(noticeOfDisconnection(code, text));
    this.#end();
  }

  /** From here on the connection is TLS's, and another session's. */
  #handOver(): void {
    this.#closed = true;
    this.#socket.removeAllListeners('data');
    for (const event of ['end', 'close', 'error']) this.#socket.off(event, this.#onGone);
    this.#upgrade?.();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.length = 0;
    this.#framing.clear();
    this.#series.clear();
    this.#socket.removeAllListeners('data');
    this.#socket.resume(); // what still comes is thrown away
    this.#socket.end();
    // A client that does not close its side is not waited for.
    setTimeout(() => this.#socket.destroy(), 1_000).unref();
  }
}

function outcomeOf(error: unknown, failed: (text: string) => void): Outcome {
  if (error instanceof LdapRefusal) return { code: error.code, diagnostic: error.diagnostic, matchedDn: error.matchedDn };
  failed(messageOf(error));
  return { code: RESULT.other, diagnostic: 'internal error' };
}
