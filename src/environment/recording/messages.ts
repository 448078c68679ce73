/** What is kept of the messages of an exchange: secrets masked, bodies up to a cap, the hash of the whole. */
import { isUtf8 } from 'node:buffer';
import { createHash, hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { RecordedExchange, RecordedMessage } from '../../kernel/evidence/recorded-exchange.ts';
import { maskBody } from '../../kernel/journal/mask.ts';

/** Bytes of a body that are kept; longer ones are known by their hash. */
export const BODY_CAP = 64 * 1024;
/** Longer bodies than any that carries a secret are not looked through for secrets. */
const LONGEST_MASKED = 256 * 1024;

/** A body as far as it is kept. */
export type KeptBody = Omit<RecordedMessage, 'headers'>;

/** What is kept of a body that is known whole. */
export function keepBody(body: Buffer | string | undefined): KeptBody {
  if (body === undefined || body.length === 0) return {};
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (!isUtf8(bytes)) return { ...cutTo(bytes, 'base64'), encoding: 'base64', bytes: bytes.length, sha256: hash('sha256', bytes) };
  const text = bytes.toString('utf8');
  const masked = bytes.length <= LONGEST_MASKED ? maskBody(text) : text;
  // The hash of a short secret would give it away: what is masked is hashed as it is shown.
  if (masked !== text) {
    const shown = Buffer.from(masked);
    return { ...cutTo(shown, 'utf8'), bytes: shown.length, sha256: hash('sha256', shown), masked: true };
  }
  return { ...cutTo(bytes, 'utf8'), bytes: bytes.length, sha256: hash('sha256', bytes) };
}

function cutTo(bytes: Buffer, encoding: 'utf8' | 'base64'): Pick<RecordedMessage, 'body' | 'cut'> {
  if (bytes.length <= BODY_CAP) return { body: bytes.toString(encoding) };
  let end = BODY_CAP;
  // Not in the middle of a character.
  if (encoding === 'utf8') while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return { body: bytes.subarray(0, end).toString(encoding), cut: true };
}

/**
 * Lets a streamed body through and learns of it. The last piece waits until the exchange is written: who has the whole answer finds it in
 * the evidence.
 *
 * @param source the body as the route gives it
 * @param written writes the exchange; told what is kept, and whether the stream ended before its end
 */
export function watchStream(source: Readable, written: (kept: KeptBody) => Promise<void>): Readable {
  return Readable.from(pieces(source, written), { objectMode: false });
}

async function* pieces(source: Readable, written: (kept: KeptBody) => Promise<void>): AsyncGenerator<Buffer> {
  const whole = createHash('sha256');
  const head: Buffer[] = [];
  let [size, held] = [0, Buffer.alloc(0)];
  let finished = false;
  const kept = (): KeptBody => {
    const start = Buffer.concat(head).subarray(0, BODY_CAP);
    const text = isUtf8(start);
    return {
      body: start.toString(text ? 'utf8' : 'base64'),
      ...(text ? {} : { encoding: 'base64' as const }),
      bytes: size,
      sha256: whole.digest('hex'),
      ...(size > BODY_CAP && { cut: true as const }),
      ...(finished ? {} : { unfinished: true as const }),
    };
  };
  try {
    for await (const chunk of source) {
      const piece = Buffer.from(chunk);
      whole.update(piece);
      if (size < BODY_CAP) head.push(piece);
      size += piece.length;
      if (held.length > 0) yield held;
      held = piece;
    }
    finished = true;
    await written(kept());
    if (held.length > 0) yield held;
  } finally {
    if (!finished) await written(kept());
  }
}

/** What TLS says of the connection; undefined on the plain HTTP door. */
export function tlsFacts(socket: unknown): RecordedExchange['tls'] {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { servername } = socket as { servername?: unknown };
  const subject: unknown = socket.getPeerCertificate().subject?.CN;
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher()?.name ?? 'unknown',
    ...(typeof servername === 'string' && servername !== '' && { serverName: servername }),
    ...(typeof subject === 'string' && { clientSubject: subject }),
  };
}
