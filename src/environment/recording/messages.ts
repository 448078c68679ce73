/** What is kept of the messages of an exchange: secrets masked, bodies up to a cap, the hash of the whole. */
import { isUtf8 } from 'node:buffer';
import { createHash, hash } from 'node:crypto';
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
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
  const start = bytes.subarray(0, BODY_CAP);
  return { body: ((encoding === 'utf8' && wholeCharacters(start)) || start).toString(encoding), cut: true };
}

const LONGEST_CHARACTER = 4;

/** The start of a text without the character that it breaks off in; undefined when it is the start of no text. */
function wholeCharacters(start: Buffer): Buffer | undefined {
  for (let dropped = 0; dropped < LONGEST_CHARACTER; dropped += 1) {
    const whole = start.subarray(0, Math.max(0, start.length - dropped));
    if (isUtf8(whole)) return whole;
  }
  return undefined;
}

/**
 * Lets a streamed body through and learns of it. The last piece waits until the exchange is written: who has the whole answer finds it in
 * the evidence. Whoever ends it early, before its first piece too, ends the source, and the exchange is written as unfinished.
 *
 * @param source the body as the route gives it
 * @param written writes the exchange; told what is kept, and whether the stream ended before its end; never rejects
 */
export function watchStream(source: Readable, written: (kept: KeptBody) => Promise<void>): Readable {
  const watched = new WatchedBody(written);
  // Each ends the other; whoever reads is told by the stream it reads.
  pipeline(source, watched, () => undefined);
  return watched;
}

class WatchedBody extends Transform {
  readonly #written: (kept: KeptBody) => Promise<void>;
  readonly #whole = createHash('sha256');
  readonly #start: Buffer[] = [];
  #size = 0;
  #held: Buffer | undefined;
  #isWritten = false;

  constructor(written: (kept: KeptBody) => Promise<void>) {
    super();
    this.#written = written;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#whole.update(piece);
    // A copy: a slice would hold on to all of a large piece.
    if (this.#size < BODY_CAP) this.#start.push(Buffer.from(piece.subarray(0, BODY_CAP - this.#size)));
    this.#size += piece.length;
    const before = this.#held;
    this.#held = piece;
    done(null, before);
  }

  override _flush(done: TransformCallback): void {
    this.#write(true).then(() => done(null, this.#held), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#write(false).then(() => done(error), done);
  }

  async #write(isFinished: boolean): Promise<void> {
    if (this.#isWritten) return;
    this.#isWritten = true;
    const start = Buffer.concat(this.#start);
    const isWhole = isFinished && this.#size <= BODY_CAP;
    const text = isWhole ? (isUtf8(start) ? start : undefined) : wholeCharacters(start);
    await this.#written({
      body: text === undefined ? start.toString('base64') : text.toString('utf8'),
      ...(text === undefined && { encoding: 'base64' as const }),
      bytes: this.#size,
      sha256: this.#whole.digest('hex'),
      ...(this.#size > (text ?? start).length && { cut: true as const }),
      ...(!isFinished && { unfinished: true as const }),
    });
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
