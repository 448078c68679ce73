/** A real LocalSpine in a process of its own, for journeys: real sockets, a data folder of its own, free ports. Imports nothing of the product. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { record } from './recorder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'bin/localspine.js');

export interface RunningEnvironment {
  readonly id: string;
  readonly baseUrl: string;
  readonly httpUrl: string;
  readonly caPath: string;
}

/** An answer, body read. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // Tests look into bodies of many shapes; a wrong guess fails the test.
  // biome-ignore lint/suspicious/noExplicitAny: test convenience
  readonly json: any;
  readonly bytes: Buffer;
}

export interface CallOptions {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export class LocalSpine {
  readonly home: string;
  readonly variables: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #agents = new Map<string, Agent>();
  #output = '';

  constructor(variables: Readonly<Record<string, string>> = {}, home = mkdtempSync(join(tmpdir(), 'localspine-journey-'))) {
    this.home = home;
    this.variables = {
      LOCALSPINE_HOME: home,
      LOCALSPINE_PORT_BASE: '0',
      LOCALSPINE_QUOTA: 'off',
      LOCALSPINE_SCAN_SECONDS: '0',
      LOCALSPINE_PAS_TIMEOUT_SECONDS: '0',
      LOCALSPINE_LOG_LEVEL: 'warn',
      ...variables,
    };
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<this> {
    rmSync(join(this.home, 'running.json'), { force: true });
    const child = spawn(process.execPath, [LAUNCHER, 'start'], {
      env: { ...process.env, ...this.variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.on('data', (chunk) => (this.#output += chunk));
    child.stderr.on('data', (chunk) => (this.#output += chunk));
    for (let tries = 0; tries < 600; tries += 1) {
      if (child.exitCode !== null) throw new Error(`LocalSpine ended with ${child.exitCode}:\n${this.#output}`);
      if (existsSync(join(this.home, 'running.json'))) {
        this.#agents.clear();
        return this;
      }
      await wait(50);
    }
    throw new Error(`LocalSpine was not ready in 30 s:\n${this.#output}`);
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  environment(id: string): RunningEnvironment {
    const running: { environments: RunningEnvironment[] } = JSON.parse(readFileSync(join(this.home, 'running.json'), 'utf8'));
    const found = running.environments.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no environment ${id}`);
    return found;
  }

  /** Calls `path` (or a whole URL) of an environment over TLS, trusting its CA and nothing else. */
  async call(id: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const environment = this.environment(id);
    const url = path.startsWith('http') ? path : `${environment.baseUrl}${path}`;
    return send(url, options, this.#agentOf(environment));
  }

  /** Calls the admin API over the plain HTTP port. */
  async admin(
    id: string,
    path: string,
    options: { method?: Dispatcher.HttpMethod; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const { httpUrl } = this.environment(id);
    const body = options.body === undefined ? {} : { body: JSON.stringify(options.body) };
    return send(
      `${httpUrl}/_localspine${path}`,
      {
        method: options.method ?? 'GET',
        headers: { ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
        ...body,
      },
      new Agent(),
    );
  }

  /** Runs a command of the command line. */
  cli(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, [LAUNCHER, ...args], { env: { ...process.env, ...this.variables }, encoding: 'utf8' });
  }

  /** SIGTERM, and the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    for (const agent of this.#agents.values()) await agent.destroy();
    this.#agents.clear();
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    child.kill(signal);
    return ended;
  }

  /** As {@link stop}, with requests of this test still under way. */
  stopKeepingConnections(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return Promise.resolve(null);
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    child.kill(signal);
    return ended;
  }

  /** Stops it and removes its data. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  #agentOf(environment: RunningEnvironment): Agent {
    let agent = this.#agents.get(environment.id);
    if (agent === undefined) {
      agent = new Agent({ connect: { ca: readFileSync(environment.caPath) } });
      this.#agents.set(environment.id, agent);
    }
    return agent;
  }
}

async function send(url: string, options: CallOptions, dispatcher: Agent): Promise<Reply> {
  const method = options.method ?? (options.body === undefined ? 'GET' : 'POST');
  const response = await request(url, {
    dispatcher,
    method,
    headers: options.headers ?? {},
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const bytes = Buffer.from(await response.body.arrayBuffer());
  const text = bytes.toString('utf8');
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const reply = { status: response.statusCode, headers, text, json, bytes };
  // An answer of the echo target is not one of e-RS.
  if (options.headers?.['echo'] === undefined) record(method, url, reply);
  return reply;
}
