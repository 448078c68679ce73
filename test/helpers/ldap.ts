/** LDAP over the wire as tests need it: raw sockets, so that also what no client library would send can be sent. */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { type Answer, readAnswer } from '../../src/services/directory/ldap/test-client.ts';
import type { LocalSpine } from './localspine.ts';

/** Port of a door of an environment. */
export async function doorPort(spine: LocalSpine, id: string, name: string): Promise<number> {
  const { json } = await spine.admin(id, '/manifest');
  const found = json.doors.find((each: { name: string }) => each.name === name);
  if (found === undefined) throw new Error(`${id} has no door ${name}`);
  return found.port;
}

/** A connection that gathers answers. */
export class WireClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #pending: Buffer = Buffer.alloc(0);
  readonly #answers: Answer[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.#ended = true;
        this.#wake();
        resolve();
      }),
    );
  }

  /** Connects over TLS, trusting the environment's CA. */
  static open(spine: LocalSpine, port: number, options: { key?: string; cert?: string } = {}, environment = 'INT'): Promise<WireClient> {
    const ca = readFileSync(spine.environment(environment).caPath);
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', ca, servername: 'localhost', ...options }, () => resolve(new WireClient(socket)));
      socket.once('error', reject);
    });
  }

  send(octets: Uint8Array): void {
    this.socket.write(octets);
  }

  /** The next answer; undefined when the connection ended before one came. */
  async next(): Promise<Answer | undefined> {
    while (this.#answers.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#answers.shift();
  }

  /** Sends a request and gives all answers to it. */
  async ask(octets: Uint8Array): Promise<readonly Answer[]> {
    this.send(octets);
    const answers: Answer[] = [];
    for (let answer = await this.next(); answer !== undefined; answer = await this.next()) {
      answers.push(answer);
      if (answer.tag !== 0x64) break;
    }
    return answers;
  }

  /** The answer that ends a request. */
  async result(octets: Uint8Array): Promise<Answer | undefined> {
    return (await this.ask(octets)).at(-1);
  }

  #read(chunk: Buffer): void {
    let all = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (let length = wholeLength(all); length !== undefined && length <= all.length; length = wholeLength(all)) {
      this.#answers.push(readAnswer(all.subarray(0, length)));
      all = all.subarray(length);
    }
    this.#pending = Buffer.from(all);
    this.#wake();
  }
}

function wholeLength(octets: Buffer): number | undefined {
  const first = octets[1];
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const size = first & 0x7f;
  return octets.length < 2 + size ? undefined : 2 + size + octets.readUIntBE(2, size);
}
