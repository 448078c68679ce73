/** A load of LDAP clients in a process of its own: reads a plan from standard input, prints what came of it. */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { bindMessage, searchMessage } from '../src/services/directory/ldap/test-client.ts';

export interface DirectoryLoad {
  readonly port: number;
  readonly caPath: string;
  readonly connections: number;
  readonly milliseconds: number;
  /** `search`: one after the other on open connections; `connect`: a new connection, bind, search and unbind each time. */
  readonly kind: 'search' | 'connect';
  /** Filter values: ODS codes with an interaction each; one entry is expected for each. */
  readonly pairs: readonly (readonly [odsCode: string, interaction: string])[];
  readonly expectEntries: number;
  readonly filter: 'pair' | 'interaction';
}

export interface DirectoryLoadResult {
  readonly searches: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly octets: number;
}

const UNBIND = Buffer.from('30050201034200', 'hex');

/** One connection that asks and waits. */
class Client {
  readonly socket: TLSSocket;
  entries = 0;
  octets = 0;
  #pending = Buffer.alloc(0);
  #done: (() => void) | undefined;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  static open(load: DirectoryLoad, ca: Buffer): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: load.port, host: '127.0.0.1', ca, servername: 'localhost' }, () => resolve(new Client(socket)));
      socket.once('error', reject);
    });
  }

  /** Sends a request and waits for the message that ends it. */
  ask(octets: Buffer): Promise<void> {
    this.entries = 0;
    return new Promise((resolve) => {
      this.#done = resolve;
      this.socket.write(octets);
    });
  }

  #read(chunk: Buffer): void {
    this.octets += chunk.length;
    const all = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (at + 6 <= all.length) {
      const [end, content] = element(all, at);
      if (end > all.length) break;
      const [afterId] = element(all, content);
      if (all[afterId] === 0x64) this.entries += 1;
      else this.#done?.();
      at = end;
    }
    this.#pending = Buffer.from(all.subarray(at));
  }
}

/** Where the element at a position ends, and where its content begins. */
function element(octets: Buffer, at: number): readonly [end: number, content: number] {
  const first = octets[at + 1] ?? 0;
  if (first < 0x80) return [at + 2 + first, at + 2];
  const size = first & 0x7f;
  if (at + 2 + size > octets.length) return [Number.POSITIVE_INFINITY, 0];
  return [at + 2 + size + octets.readUIntBE(at + 2, size), at + 2 + size];
}

async function run(load: DirectoryLoad): Promise<DirectoryLoadResult> {
  const ca = readFileSync(load.caPath);
  const requests = load.pairs.map(([odsCode, interaction]) =>
    searchMessage(2, {
      base: 'ou=services,o=nhs',
      filter: {
        kind: 'and',
        filters: [
          ...(load.filter === 'pair' ? [{ kind: 'equal' as const, attribute: 'nhsIDCode', value: odsCode }] : []),
          { kind: 'equal', attribute: 'objectClass', value: 'nhsMhs' },
          { kind: 'equal', attribute: 'nhsMhsSvcIA', value: interaction },
        ],
      },
    }),
  );
  const times: number[] = [];
  let octets = 0;
  let next = 0;
  const begin = performance.now();
  const until = begin + load.milliseconds;
  const worker = async (): Promise<void> => {
    let client = load.kind === 'search' ? await Client.open(load, ca) : undefined;
    await client?.ask(bindMessage(1));
    // One search at least: the first of all waits for the register to be read.
    for (let first = true; first || performance.now() < until; first = false) {
      const request = requests[next++ % requests.length];
      if (request === undefined) return;
      const from = performance.now();
      if (load.kind === 'connect') {
        client = await Client.open(load, ca);
        await client.ask(bindMessage(1));
      }
      if (client === undefined) return;
      await client.ask(request);
      if (client.entries !== load.expectEntries) throw new Error(`${client.entries} entries, not ${load.expectEntries}`);
      times.push(performance.now() - from);
      octets = client.octets;
      if (load.kind === 'connect') client.socket.end(UNBIND);
    }
    client?.socket.end(UNBIND);
  };
  await Promise.all(Array.from({ length: load.connections }, worker));
  const seconds = (performance.now() - begin) / 1_000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { searches: times.length, seconds, p50: at(0.5), p99: at(0.99), octets };
}

if (import.meta.main) {
  const load: DirectoryLoad = JSON.parse(await text(process.stdin));
  console.log(JSON.stringify(await run(load)));
  process.exit(0);
}
