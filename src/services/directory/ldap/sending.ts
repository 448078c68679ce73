/** Sends what was written, in buffers that are used again: a result of many entries leaves no garbage behind. */
import type { Socket } from 'node:net';

/** Octets of an answer put together before they are sent. */
export const CHUNK = 32_768;
/** The last entry of a chunk may go beyond it; one that goes further has a buffer of its own. */
const ROOM = 2 * CHUNK;
/** Shorter answers are copied: Node keeps room for those. */
const SHORT = 4_096;
const SPARE_KEPT = 32;

/** Buffers nobody uses, shared by all connections. */
const spare: Buffer[] = [];

/** Writes a copy of some octets to a connection. */
export function sendCopy(socket: Socket, octets: Buffer): void {
  if (octets.length < SHORT || octets.length > ROOM) {
    socket.write(Buffer.from(octets));
    return;
  }
  const room = spare.pop() ?? Buffer.allocUnsafeSlow(ROOM);
  room.set(octets);
  // The callback comes when the octets were handed on, or never will be.
  socket.write(room.subarray(0, octets.length), () => {
    if (spare.length < SPARE_KEPT) spare.push(room);
  });
}
