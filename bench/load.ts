/**
 * The load of one measurement, in a process of its own so that its work is not counted as the server's. Reads a plan as JSON on standard
 * input, writes the result as JSON on standard output.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';

export interface LoadPlan {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  /** One body for all requests, or one each, used in turn. */
  readonly bodies?: readonly string[];
  readonly caPath: string;
  readonly connections: number;
  /** Stop after this many milliseconds, or when the bodies are used up if they may be sent once only. */
  readonly milliseconds: number;
  readonly once?: boolean;
  readonly expect: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly unexpected: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

const plan: LoadPlan = JSON.parse(readFileSync(0, 'utf8'));
const agent = new Agent({ connect: { ca: readFileSync(plan.caPath) }, connections: plan.connections, pipelining: 1 });
const times: number[] = [];
let unexpected = 0;
let next = 0;
const begin = performance.now();
const end = begin + plan.milliseconds;

async function worker(): Promise<void> {
  while (performance.now() < end) {
    const index = next;
    next += 1;
    if (plan.once === true && index >= (plan.bodies?.length ?? 0)) return;
    const body = plan.bodies?.[index % plan.bodies.length];
    const from = performance.now();
    const response = await request(plan.url, {
      dispatcher: agent,
      method: plan.method,
      headers: plan.headers,
      ...(body === undefined ? {} : { body }),
    });
    await response.body.arrayBuffer();
    times.push(performance.now() - from);
    if (response.statusCode !== plan.expect) unexpected += 1;
  }
}

// Never sleep while measuring: on a virtual machine the waking of a sleeping client is charged to the server that answers it, and a slow
// server would pay it for each answer while a fast one, with a client that is always busy, would not.
let measuring = true;
const spin = (): void => {
  if (measuring) setImmediate(spin);
};
spin();
await Promise.all(Array.from({ length: plan.connections }, worker));
measuring = false;
const seconds = (performance.now() - begin) / 1_000;
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const result: LoadResult = { requests: times.length, unexpected, seconds, p50: at(0.5), p99: at(0.99) };
process.stdout.write(JSON.stringify(result));
await agent.close();
