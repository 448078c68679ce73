import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Static, TSchema } from 'typebox';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';
import type { Configuration } from '../platform/configuration.ts';
import type { RunningFile } from '../platform/home.ts';
import { expectShape, fits, ProblemAnswer, RunningAnswer } from './answers.ts';

const START_IT = 'Start it in another terminal with: npm start';

/** What the running LocalSpine left in the data folder; undefined when there is none. */
export function readRunning(configuration: Configuration): RunningFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(configuration.home, 'running.json'), 'utf8');
  } catch {
    return undefined;
  }
  return expectShape(RunningAnswer, JSON.parse(text), 'running.json');
}

/** Finds the running environment. Throws LocalRefusal when LocalSpine is not running or did not open it. */
export function findEnvironment(configuration: Configuration, id: string): RunningFile['environments'][number] {
  const running = readRunning(configuration);
  if (running === undefined)
    throw new LocalRefusal(503, 'not_running', `LocalSpine is not running with the data folder ${configuration.home}.`, START_IT);
  const found = running.environments.find((each) => each.id === id);
  if (found !== undefined) return found;
  const open = running.environments.map((each) => each.id).join(', ');
  throw new LocalRefusal(
    404,
    'environment_closed',
    `${id} is not open; LocalSpine runs ${open}.`,
    `Choose one of those with --environment, or start again with LOCALSPINE_ENVIRONMENTS=${[open.replaceAll(' ', ''), id].join(',')}.`,
  );
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Speaks the admin API of one environment over its loopback HTTP port. */
export class AdminClient {
  readonly place: RunningFile['environments'][number];
  readonly #token: string | undefined;

  constructor(place: RunningFile['environments'][number], token: string | undefined) {
    this.place = place;
    this.#token = token;
  }

  /**
   * Calls the admin API and checks the answer.
   *
   * @param path below `/_localspine`, with query
   * @throws LocalRefusal with the API's own sentence, or 503 when nothing listens
   */
  async call<Shape extends TSchema>(shape: Shape, method: Method, path: string, body?: unknown): Promise<Static<Shape>> {
    return expectShape(shape, await this.raw(method, path, body), `${method} /_localspine${path}`);
  }

  /** As {@link call}, with whatever JSON the API answered. */
  async raw(method: Method, path: string, body?: unknown): Promise<unknown> {
    return parse(await this.#answer(method, path, body));
  }

  /** The text that the API answered with. Throws as {@link call}. */
  text(path: string): Promise<string> {
    return this.#answer('GET', path);
  }

  async #answer(method: Method, path: string, body?: unknown): Promise<string> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    const response = await this.#fetch(`${this.place.httpUrl}/_localspine${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return text;
    const answer = parse(text);
    if (fits(ProblemAnswer, answer)) throw new LocalRefusal(response.status, answer.error, answer.message, answer.fix);
    throw new LocalRefusal(
      response.status,
      'admin_api',
      `The admin API answered ${response.status} to ${method} /_localspine${path}.`,
      'The log of the running LocalSpine says why.',
    );
  }

  async #fetch(url: string, request: RequestInit): Promise<Response> {
    try {
      return await fetch(url, request);
    } catch (error) {
      throw new LocalRefusal(
        503,
        'not_running',
        `${this.place.id} does not answer on ${this.place.httpUrl} (${reasonOf(error)}).`,
        START_IT,
      );
    }
  }
}

function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
