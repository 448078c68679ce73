import packet, { type Answer, AUTHORITATIVE_ANSWER, type OptAnswer, type Packet, RECURSION_DESIRED, TRUNCATED_RESPONSE } from 'dns-packet';
import type { Question, Rcode, Resolution } from './resolution.ts';
import { RCODES } from './resolution.ts';

/** A question that can be answered, or the code to refuse it with. */
export type Query = { readonly id: number; readonly recursionDesired: boolean; readonly edns?: { readonly payload: number } } & (
  | { readonly fault?: undefined; readonly question: Question }
  | { readonly fault: Rcode; readonly question?: Question; readonly opcode: number }
);

const HEADER_BYTES = 12;
/** Questions are small; whoever sends more wants something else. */
const LONGEST_QUERY = 4_096;
/** What every client takes without saying so (RFC 1035 §4.2.1). */
export const PLAIN_PAYLOAD = 512;
/** What passes every network unfragmented: we neither take nor send larger datagrams (DNS flag day 2020). */
export const EDNS_PAYLOAD = 1_232;

/**
 * Reads one message from a client. Bounded: a question and at most two additional records (EDNS, TSIG) are looked at, anything else is FORMERR.
 * Never throws; gives undefined for what must not be answered at all: answers (two servers would talk for ever) and scraps without a header.
 */
export function readQuery(message: Buffer): Query | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const id = message.readUInt16BE(0);
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return undefined;
  const opcode = (flags >> 11) & 0xf;
  const base = { id, recursionDesired: (flags & RECURSION_DESIRED) !== 0 };
  if (opcode !== 0) return { ...base, fault: 'NOTIMP', opcode };
  const malformed: Query = { ...base, fault: 'FORMERR', opcode };
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  if (questions !== 1 || answers !== 0 || authorities !== 0 || (additionals ?? 0) > 2 || message.length > LONGEST_QUERY) return malformed;
  let decoded: Packet;
  try {
    decoded = packet.decode(message);
  } catch {
    return malformed;
  }
  const question = decoded.questions?.[0];
  if (question === undefined || !isWrittenAs(question, message)) return malformed;
  const asked: Question = { name: question.name, type: question.type, class: question.class ?? 'IN' };
  const options = (decoded.additionals ?? []).filter((each): each is OptAnswer => each.type === 'OPT');
  const [option] = options;
  if (option === undefined) return { ...base, question: asked };
  if (options.length > 1 || option.name !== '.') return malformed;
  const edns = { payload: Math.min(Math.max(option.udpPayloadSize, PLAIN_PAYLOAD), EDNS_PAYLOAD) };
  if (option.ednsVersion !== 0) return { ...base, edns, fault: 'BADVERS', question: asked, opcode };
  return { ...base, edns, question: asked };
}

/** Whether the question is on the wire as we would write it: no compression, no bytes that a text cannot carry. The answer repeats it. */
function isWrittenAs(question: NonNullable<Packet['questions']>[number], message: Buffer): boolean {
  const written = packet.encode({ questions: [question] }).subarray(HEADER_BYTES);
  return written.equals(message.subarray(HEADER_BYTES, HEADER_BYTES + written.length));
}

/**
 * The bytes of an answer within `limit`; what does not fit is left out whole and marked as truncated, so that the client asks again over TCP
 * (RFC 2181 §9).
 */
export function writeAnswer(query: Query, resolution: Resolution, limit: number): Buffer {
  const whole = encode(query, resolution, false);
  return whole.length <= limit ? whole : encode(query, { ...resolution, answers: [], authorities: [] }, true);
}

/** The answer to a query that was refused before it was looked up. */
export function writeFault(query: Query, rcode: Rcode): Buffer {
  return encode(query, { rcode, authoritative: false, answers: [], authorities: [] }, false);
}

/** An empty answer that sends the client to TCP. */
export function writeTruncated(query: Query): Buffer {
  return encode(query, { rcode: 'NOERROR', authoritative: true, answers: [], authorities: [] }, true);
}

function encode(query: Query, { rcode, authoritative, answers, authorities }: Resolution, truncated: boolean): Buffer {
  const code = RCODES[rcode];
  const opcode = query.fault === undefined ? 0 : query.opcode;
  const flags =
    (opcode << 11) |
    (authoritative ? AUTHORITATIVE_ANSWER : 0) |
    (truncated ? TRUNCATED_RESPONSE : 0) |
    (query.recursionDesired ? RECURSION_DESIRED : 0) |
    (code & 0xf);
  const question = query.question;
  return packet.encode({
    id: query.id,
    type: 'response',
    flags,
    questions: question === undefined ? [] : [{ name: question.name, type: question.type as 'A', class: question.class as 'IN' }],
    answers: [...answers],
    authorities: [...authorities],
    additionals: query.edns === undefined ? [] : [option(code >> 4)],
  });
}

function option(extendedRcode: number): Answer {
  const known = { type: 'OPT', name: '.', udpPayloadSize: EDNS_PAYLOAD, extendedRcode, ednsVersion: 0, flags: 0 } as const;
  return { ...known, flag_do: false, options: [] };
}
