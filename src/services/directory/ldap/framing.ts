/** Cuts the octets of a connection into LDAP messages, refusing before allocating (sds.md §6.1). */
import { BerError, BerReader, readHeader, SEQUENCE } from './ber.ts';
import { type Message, readMessage } from './message.ts';

/** Largest message: what directories of this family take from anonymous clients. */
export const LARGEST_MESSAGE = 262_143;
const EMPTY = Buffer.alloc(0);

export class Framing {
  /** Octets that are not a whole message yet; room grows with what has come, not with what is announced. */
  #pending: Buffer = EMPTY;
  #start = 0;
  #end = 0;

  push(chunk: Buffer): void {
    if (this.#start === this.#end) {
      // The usual case: a chunk is one or more whole messages, and nothing is copied.
      this.#pending = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    const waiting = this.#end - this.#start;
    if (this.#end + chunk.length > this.#pending.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * (waiting + chunk.length), 1_024));
      this.#pending.copy(larger, 0, this.#start, this.#end);
      this.#pending = larger;
      this.#start = 0;
      this.#end = waiting;
    }
    chunk.copy(this.#pending, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole message; undefined when there is none yet. Throws BerError when what came is no LDAP. */
  next(): Message | undefined {
    if (this.#start === this.#end) return undefined;
    if (this.#pending[this.#start] !== SEQUENCE) throw new BerError('a message does not begin with 0x30');
    const header = readHeader(this.#pending, this.#start, this.#end);
    if (header === undefined) return undefined;
    const length = header.end - this.#start;
    if (length > LARGEST_MESSAGE) throw new BerError(`a message of ${length} octets`);
    if (header.end > this.#end) return undefined;
    const message = readMessage(new BerReader(this.#pending, this.#start, header.end));
    this.#start = header.end;
    if (this.#start === this.#end) this.clear();
    return message;
  }

  clear(): void {
    this.#pending = EMPTY;
    this.#start = 0;
    this.#end = 0;
  }
}
