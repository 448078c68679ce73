import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Clock, isoInstant } from '../../kernel/clock.ts';
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import { BEGINNING, type ChainedLine, chainLine, FORMAT } from '../../kernel/evidence/chain.ts';
import type { SealKey } from '../../kernel/evidence/seal.ts';
import type { Witness } from '../../kernel/http/witness.ts';
import type { Db, Store } from '../../kernel/store/store.ts';
import type { World } from '../../kernel/world.ts';
import { bearerName, type CapturedExchange, capture } from './capture.ts';
import { type KeptBody, keepBody, watchStream } from './messages.ts';
import { Misses, type Taken } from './misses.ts';
import {
  addExchange,
  addMissed,
  applicationOfToken,
  deleteRecording,
  endRecording,
  exchangeLines,
  findRecording,
  holdRunning,
  insertRecording,
  listRecordings,
  type Recording,
  rememberToken,
  runningRecordings,
  type StopReason,
} from './store.ts';

/** A recording holds so much, unless told otherwise; then it ends by itself and says so. */
export const MOST = { exchanges: 20_000, bytes: 256 * 1024 * 1024 } as const;
const TOKENS_REMEMBERED = 20_000;
const PAGE = 1_000;
const PAGE_BYTES = 4 * 1024 * 1024;
/** Lines that are read at once: they may be long, and are there before their size is known. */
const BATCH = 25;

/** What is to be recorded. */
export interface RecordingOrder {
  /** Chosen by whoever asks: asking twice with one id begins one recording. */
  readonly id: string;
  readonly purpose: string;
  /** AppIDs. */
  readonly applications: readonly string[];
  readonly mostExchanges?: number;
  readonly mostBytes?: number;
}

export interface RecordingParts {
  readonly store: Store;
  readonly world: World & Clock;
  /** Name of an application. Throws LocalRefusal 404. */
  readonly nameOf: (db: Db, appId: string) => Promise<string>;
  /** What the environment is at this moment: part of the evidence. */
  readonly fingerprint: () => Promise<object>;
  readonly sealKey: () => Promise<SealKey>;
  readonly environment: string;
  readonly failed: (text: string) => void;
}

/**
 * Records the traffic of chosen applications as evidence (path-to-live.md §4.3, PTL-002, PTL-008). An answer goes out only once its exchange
 * is written: what an application was told is in the evidence (docs/decisions, "Evidence before answer"). Applications that are not recorded
 * pay one question.
 */
export class Recordings implements Witness {
  readonly #parts: RecordingParts;
  /** Recording of each recorded application, as of the turn. */
  #running = new Map<string, string>();
  #turn = -1;
  readonly #tokens = new Map<string, string>();
  readonly #misses = new Misses();

  constructor(parts: RecordingParts) {
    this.#parts = parts;
  }

  get watching(): boolean {
    return this.#parts.world.hasRecordings;
  }

  async witness(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const known = await this.#recordingOf(request);
    if (known === undefined) return payload;
    try {
      const written = this.#writer(known.recording, known.appId, request, reply);
      if (payload instanceof Readable) return watchStream(payload, written);
      await written(typeof payload === 'string' || Buffer.isBuffer(payload) ? keepBody(payload) : {});
    } catch (error) {
      await this.#missed(known.recording, error);
    }
    return payload;
  }

  /** Begins a recording. Throws LocalRefusal 404 for an unknown application, 409 for one that is recorded already. */
  async start(order: RecordingOrder): Promise<Recording> {
    const { store, world, nameOf } = this.#parts;
    const fingerprint = await this.#parts.fingerprint();
    await this.#learn();
    const recording = await store.transaction(async (tx) => {
      const before = await findRecording(tx, order.id);
      if (before !== undefined) return sameOrder(before, order);
      const running = await runningRecordings(tx);
      requireFree(running, order.applications);
      const applications = [];
      for (const appId of order.applications) applications.push({ appId, name: await nameOf(tx, appId) });
      const made = this.#open(order, applications, fingerprint);
      await insertRecording(tx, made);
      await world.countRecordings(tx, running.length + 1);
      return made;
    });
    await world.reload();
    return recording;
  }

  /** Ends a recording; ended ones are left as they are. Throws LocalRefusal 404. */
  async stop(id: string, reason: StopReason = 'stopped'): Promise<Recording> {
    const { world } = this.#parts;
    const fingerprint = await this.#parts.fingerprint();
    await this.#learn();
    const recording = await this.#holding(id, async (tx, held) => {
      if (held !== undefined) await this.#close(tx, held, reason, { environment: fingerprint });
      return requireRecording(tx, id);
    });
    await world.reload();
    return recording;
  }

  /** Ends all that run: the environment they witnessed is no more. */
  async stopAll(reason: StopReason): Promise<void> {
    for (const { id } of await runningRecordings(this.#parts.store.db)) await this.stop(id, reason);
  }

  list(): Promise<readonly Recording[]> {
    return listRecordings(this.#parts.store.db);
  }

  /** Throws LocalRefusal 404. */
  show(id: string): Promise<Recording> {
    return requireRecording(this.#parts.store.db, id);
  }

  /**
   * Lines of exchanges after a number: as many as are asked for, a thousand at most, and no more than some megabytes hold. One comes
   * whatever its size, so that none at all means that there are no more. Throws LocalRefusal 404.
   */
  async lines(id: string, after = 0, limit = PAGE): Promise<readonly string[]> {
    await this.show(id);
    const most = Math.min(limit, PAGE);
    const page: string[] = [];
    for (let bytes = 0; page.length < most; ) {
      const batch = await exchangeLines(this.#parts.store.db, id, after + page.length, Math.min(BATCH, most - page.length));
      for (const line of batch) {
        bytes += Buffer.byteLength(line);
        if (bytes > PAGE_BYTES && page.length > 0) return page;
        page.push(line);
      }
      if (batch.length < BATCH) break;
    }
    return page;
  }

  /** Removes a recording that has ended. Gone already is as good. Throws LocalRefusal 409 while it runs. */
  async delete(id: string): Promise<{ readonly deleted: boolean }> {
    return this.#parts.store.transaction(async (tx) => {
      const found = await findRecording(tx, id);
      if (found !== undefined && found.stoppedAt === undefined)
        throw new LocalRefusal(409, 'recording_running', 'The recording is still running.', 'Stop it first.');
      return { deleted: await deleteRecording(tx, id) };
    });
  }

  /**
   * Signs a bundle of a recording that has ended.
   *
   * @param bundle hash of its last line, and how many lines it has
   * @returns a JWS: whoever checks it learns that the recording is this environment's and what its last line was
   * @throws LocalRefusal 404, 409 while it runs
   */
  async seal(id: string, bundle: { readonly head: string; readonly lines: number }): Promise<{ readonly jws: string }> {
    const recording = await this.show(id);
    if (recording.stoppedAt === undefined)
      throw new LocalRefusal(409, 'recording_running', 'Evidence of a recording that still runs cannot be sealed.', 'Stop it first.');
    const facts = {
      format: FORMAT as typeof FORMAT,
      environment: this.#parts.environment,
      recording: id,
      exchanges: recording.exchanges,
      recordingHead: recording.head,
      ...bundle,
      sealedAt: isoInstant(this.#parts.world.realNow()),
    };
    const { openSeal, seal } = await import('../../kernel/evidence/seal.ts');
    const jws = await seal(facts, await this.#parts.sealKey());
    // Nobody is handed a seal that whoever checks it would refuse.
    await openSeal(jws).catch((broken: unknown) => {
      throw new SealUnsound(messageOf(broken));
    });
    return { jws };
  }

  /** What the environment is now: version, seed, settings, authorities. */
  fingerprint(): Promise<object> {
    return this.#parts.fingerprint();
  }

  #open(order: RecordingOrder, applications: readonly { appId: string; name: string }[], environment: object): Recording {
    const startedAt = this.#parts.world.realNow();
    const [mostExchanges, mostBytes] = [order.mostExchanges ?? MOST.exchanges, order.mostBytes ?? MOST.bytes];
    const { text, hash } = chainLine(BEGINNING, 'recording', {
      format: FORMAT,
      id: order.id,
      purpose: order.purpose,
      startedAt: isoInstant(startedAt),
      applications,
      environment,
      limits: { exchanges: mostExchanges, bytes: mostBytes },
      note: 'Recorded by LocalSpine, which is not affiliated with the NHS. Nothing here is real patient data.',
    });
    const counters = { exchanges: 0, bytes: 0, missed: 0 };
    const { id, purpose } = order;
    return { id, purpose, applications: order.applications, startedAt, ...counters, mostExchanges, mostBytes, head: hash, opening: text };
  }

  async #close(tx: Db, recording: Recording, reason: StopReason, more: object): Promise<void> {
    const at = this.#parts.world.realNow();
    const { exchanges, missed } = recording;
    const closing = chainLine(recording.head, 'closing', { stoppedAt: isoInstant(at), reason, exchanges, missed, ...more });
    await endRecording(tx, recording.id, { at, reason, closing });
    const running = await runningRecordings(tx);
    await this.#parts.world.countRecordings(tx, running.length);
  }

  #writer(recording: string, appId: string, request: FastifyRequest, reply: FastifyReply): (kept: KeptBody) => Promise<void> {
    const { world } = this.#parts;
    return async (answer) => {
      try {
        const milliseconds = performance.now() - request.exchange.startedAt;
        const elapsed = Math.round(milliseconds);
        const moment = { real: world.realNow() - elapsed, business: world.now() - elapsed };
        await this.#write(recording, capture(request, reply, { appId, moment, milliseconds, answer }));
      } catch (error) {
        await this.#missed(recording, error);
      }
    };
  }

  async #write(id: string, captured: CapturedExchange): Promise<void> {
    const names = [captured.token, captured.issuedToken].flatMap((each) => each ?? []);
    const fresh = names.filter((each) => this.#tokens.get(each) !== captured.appId);
    const full = await this.#holding(id, async (tx, held) => {
      if (held === undefined) return false;
      const line: ChainedLine = chainLine(held.head, 'exchange', { number: held.exchanges + 1, ...captured });
      const bytes = Buffer.byteLength(line.text);
      if (held.exchanges >= held.mostExchanges || held.bytes + bytes > held.mostBytes) {
        await this.#close(tx, held, 'full', {});
        return true;
      }
      await addExchange(tx, held, line, bytes);
      for (const each of fresh) await rememberToken(tx, id, each, captured.appId);
      return false;
    });
    for (const each of fresh) this.#remember(each, captured.appId);
    if (full) await this.#parts.world.reload();
  }

  /** Application and recording of an exchange; undefined when it is not recorded, or when that cannot be found out, which is noted. */
  async #recordingOf({ exchange, headers }: FastifyRequest): Promise<{ appId: string; recording: string } | undefined> {
    try {
      await this.#learn();
      const appId = exchange.appId ?? (await this.#ownerOfToken(headers.authorization));
      if (appId === undefined) return undefined;
      exchange.appId = appId;
      const recording = this.#running.get(appId);
      return recording === undefined ? undefined : { appId, recording };
    } catch (error) {
      this.#parts.failed(messageOf(error));
      const appId = exchange.appId ?? this.#tokens.get(bearerName(headers.authorization) ?? '');
      // Who brings no token and is not known is of no application.
      if (appId !== undefined || bearerName(headers.authorization) !== undefined) this.#misses.ofApplication(appId);
      return undefined;
    }
  }

  /** The application of a token that was seen before: one that has ended or expired names its application no more. */
  async #ownerOfToken(authorization: string | undefined): Promise<string | undefined> {
    const name = bearerName(authorization);
    if (name === undefined) return undefined;
    const known = this.#tokens.get(name);
    if (known !== undefined || this.#running.size === 0) return known;
    return applicationOfToken(this.#parts.store.db, [...new Set(this.#running.values())], name);
  }

  #remember(token: string, appId: string): void {
    if (this.#tokens.size >= TOKENS_REMEMBERED) this.#tokens.clear();
    this.#tokens.set(token, appId);
  }

  /** Who is recorded, when that has changed or exchanges were missed while it could not be read. */
  async #learn(): Promise<void> {
    const turn = this.#parts.world.recordingTurn;
    if (turn === this.#turn && this.#misses.arePlaced) return;
    const running = await runningRecordings(this.#parts.store.db);
    const before = this.#running;
    this.#running = new Map(running.flatMap(({ id, applications }) => applications.map((appId) => [appId, id] as const)));
    this.#turn = turn;
    this.#misses.place(before, this.#running);
    await this.#ownUp();
  }

  /** One transaction that has a recording to itself, if it runs, and writes with it what it has missed until now. */
  async #holding<T>(id: string, change: (tx: Db, held: Recording | undefined) => Promise<T>): Promise<T> {
    let taken: Taken | undefined;
    const putBack = (): void => {
      if (taken !== undefined) this.#misses.putBack(taken);
      taken = undefined;
    };
    try {
      return await this.#parts.store.transaction(async (tx) => {
        putBack();
        const held = await holdRunning(tx, id);
        if (held === undefined) return change(tx, undefined);
        taken = this.#misses.take(id);
        if (taken.count > 0) await addMissed(tx, id, taken.count);
        return change(tx, { ...held, missed: held.missed + taken.count });
      });
    } catch (error) {
      putBack();
      throw error;
    }
  }

  /** The answer has gone or will go: evidence that has a gap says so. */
  async #missed(recording: string, error: unknown): Promise<void> {
    this.#parts.failed(messageOf(error));
    this.#misses.ofRecording(recording);
    await this.#ownUp();
  }

  /** Writes what was missed; where that fails, the next one to write tries it again. */
  async #ownUp(): Promise<void> {
    for (const recording of this.#misses.recordings) {
      const taken = this.#misses.take(recording);
      await addMissed(this.#parts.store.db, recording, taken.count).catch((error: unknown) => {
        this.#misses.putBack(taken);
        this.#parts.failed(messageOf(error));
      });
    }
  }
}

/** The environment cannot seal evidence so that it would be believed. */
export class SealUnsound extends LocalRefusal {
  constructor(why: string) {
    super(
      503,
      'seal_unsound',
      `The evidence could not be sealed: ${why}.`,
      'Ask again. If it stays so, look at the certificate authority of this environment.',
    );
  }
}

async function requireRecording(db: Db, id: string): Promise<Recording> {
  const found = await findRecording(db, id);
  if (found === undefined) throw new LocalRefusal(404, 'recording_unknown', `There is no recording ${id} here.`);
  return found;
}

function sameOrder(before: Recording, order: RecordingOrder): Recording {
  if (JSON.stringify(before.applications) === JSON.stringify(order.applications)) return before;
  throw new LocalRefusal(409, 'recording_taken', `The recording ${order.id} is of other applications.`, 'Begin one with another id.');
}

/** Exchanges are evidence of one product version: an application is in one recording at a time. */
function requireFree(running: readonly Recording[], applications: readonly string[]): void {
  for (const recording of running) {
    const taken = applications.find((each) => recording.applications.includes(each));
    if (taken !== undefined)
      throw new LocalRefusal(
        409,
        'application_recorded',
        `The application ${taken} is being recorded already: ${recording.purpose}.`,
        'Finish that recording first, or use another application.',
      );
  }
}
