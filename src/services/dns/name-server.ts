import type { Socket } from 'node:net';
import type { Clock } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { DoorHandlers, Visit } from '../../kernel/service-door.ts';
import { PLAIN_PAYLOAD, type Query, readQuery, writeAnswer, writeFault, writeTruncated } from './message.ts';
import { type Question, RCODES, type Rcode, resolve, type ZoneData } from './resolution.ts';

export interface NameServerWorld {
  readonly clock: Clock;
  /** What bears on a question. */
  load(question: Question): Promise<ZoneData>;
  failed(error: unknown): void;
}

/** Idle TCP connections are closed after this; RFC 7766 asks for seconds. */
const IDLE_MILLISECONDS = 10_000;
const LONGEST_FRAME = 4_096;
const TCP_PAYLOAD = 65_535;
/** Datagrams answered for one address from beyond this machine in a second: whoever wants more uses TCP, where addresses cannot be forged. */
const DATAGRAMS_A_SECOND = 100;
const MOST_ADDRESSES = 4_096;
/** Queries of a second that the journal keeps. */
const NOTES_A_SECOND = 20;

/** The protocol of the door `dns`: one datagram or frame in, at most one out (RFC 1035 §4.2, RFC 7766). */
export function nameServer(world: NameServerWorld): DoorHandlers {
  const datagrams = new RateWindow(world.clock, MOST_ADDRESSES);
  const notes = new RateWindow(world.clock, 1);
  const note = (visit: Visit, outcome: Outcome): void => {
    if (notes.count('') <= NOTES_A_SECOND) visit.note(noteOf(outcome));
  };
  const answer = async (message: Buffer, visit: Visit, limit: (query: Query) => number): Promise<Buffer | undefined> => {
    const begun = performance.now();
    const query = readQuery(message);
    if (query === undefined) return undefined;
    const outcome = await outcomeOf(world, query, limit(query));
    note(visit, { ...outcome, query, milliseconds: performance.now() - begun });
    return outcome.bytes;
  };
  return {
    datagram(message, visit, reply) {
      const count = isThisMachine(visit.address) ? 0 : datagrams.count(visit.address);
      if (count > DATAGRAMS_A_SECOND) {
        // Every second one is sent to TCP, the others are dropped: less goes out than came in.
        const query = count % 2 === 0 ? readQuery(message) : undefined;
        if (query !== undefined) reply(writeTruncated(query));
        return;
      }
      void answer(message, visit, (query) => query.edns?.payload ?? PLAIN_PAYLOAD).then(
        (bytes) => bytes !== undefined && reply(bytes),
        world.failed,
      );
    },
    connection(socket, visit) {
      serve(socket, (message) => answer(message, visit, () => TCP_PAYLOAD), world.failed);
    },
  };
}

interface Outcome {
  readonly query: Query;
  readonly rcode: Rcode;
  readonly answers: number;
  readonly milliseconds: number;
}

async function outcomeOf(
  world: NameServerWorld,
  query: Query,
  limit: number,
): Promise<Omit<Outcome, 'query' | 'milliseconds'> & { bytes: Buffer }> {
  if (query.fault !== undefined) return { rcode: query.fault, answers: 0, bytes: writeFault(query, query.fault) };
  try {
    const resolution = resolve(query.question, await world.load(query.question));
    return { rcode: resolution.rcode, answers: resolution.answers.length, bytes: writeAnswer(query, resolution, limit) };
  } catch (error) {
    world.failed(messageOf(error));
    return { rcode: 'SERVFAIL', answers: 0, bytes: writeFault(query, 'SERVFAIL') };
  }
}

/** Frames of one connection, answered one after the other; reading rests while answers wait for a slow client. */
function serve(socket: Socket, answer: (message: Buffer) => Promise<Buffer | undefined>, failed: (error: unknown) => void): void {
  socket.setTimeout(IDLE_MILLISECONDS, () => socket.destroy());
  let waiting = Buffer.alloc(0);
  const work = async (): Promise<void> => {
    for await (const chunk of socket) {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 2) {
        const length = waiting.readUInt16BE(0);
        if (length > LONGEST_FRAME) return;
        if (waiting.length < 2 + length) break;
        const bytes = await answer(waiting.subarray(2, 2 + length));
        waiting = waiting.subarray(2 + length);
        if (bytes === undefined) return;
        if (!socket.write(frame(bytes))) await drained(socket);
      }
    }
  };
  work().then(
    () => socket.end(),
    (error: NodeJS.ErrnoException) => {
      socket.destroy();
      if (error.code === undefined) failed(error);
    },
  );
}

function frame(bytes: Buffer): Buffer {
  const framed = Buffer.alloc(bytes.length + 2);
  framed.writeUInt16BE(bytes.length, 0);
  bytes.copy(framed, 2);
  return framed;
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

function isThisMachine(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** Counts by key within the second that runs; keeps a bounded number of keys. */
class RateWindow {
  readonly #clock: Clock;
  readonly #most: number;
  #second = 0;
  #counts = new Map<string, number>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** The how-manieth this is in its second. What comes when there are too many keys shares one. */
  count(key: string): number {
    const second = Math.floor(this.#clock.realNow() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts = new Map();
    }
    const slot = this.#counts.has(key) || this.#counts.size < this.#most ? key : '*';
    const count = (this.#counts.get(slot) ?? 0) + 1;
    this.#counts.set(slot, count);
    return count;
  }
}

/** Why a name was not answered, in the journal's words. */
const REFUSALS = {
  NXDOMAIN: (name: string) => ({
    why: `${name} does not exist in this environment’s zones.`,
    fix: 'Compare it with "localspine env rows"; a name of your own is registered with "localspine dns register".',
  }),
  REFUSED: (name: string) => ({
    why: `${name} is in none of this environment’s zones, and this name server asks no others.`,
    fix: 'Send only the zones of "localspine dns zones" here, and the rest to your usual name server.',
  }),
  FORMERR: () => ({ why: 'The message is not a DNS query with one question.', fix: 'Send one question, with EDNS at most.' }),
  NOTIMP: () => ({ why: 'Only standard queries are answered.', fix: 'Updates and notifications have no place here.' }),
  BADVERS: () => ({ why: 'The query is of an EDNS version that does not exist yet.', fix: 'Send EDNS version 0.' }),
} satisfies Partial<Record<Rcode, (name: string) => { why: string; fix: string }>>;

function isRefused(rcode: Rcode): rcode is keyof typeof REFUSALS {
  return Object.hasOwn(REFUSALS, rcode);
}

function noteOf({ query, rcode, answers, milliseconds }: Outcome): Parameters<Visit['note']>[0] {
  const asked = query.question;
  const name = asked?.name ?? '';
  return {
    operation: 'query',
    method: 'QUERY',
    url: asked === undefined ? 'dns:' : `dns:${name}?class=${asked.class};type=${asked.type}`,
    status: RCODES[rcode],
    milliseconds,
    answer: `${rcode}, ${answers} ${answers === 1 ? 'record' : 'records'}`,
    ...(isRefused(rcode) && { refusal: { check: `dns.${rcode.toLowerCase()}`, ...REFUSALS[rcode](name) } }),
  };
}
