import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Static, TSchema } from 'typebox';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';
import { createSealer } from '../kernel/sealer.ts';
import { operatorToken } from '../platform/operator-token.ts';
import { expectShape, fits, ProblemAnswer } from './answers.ts';
import { type Method, readRunning } from './client.ts';
import type { Invocation } from './invocation.ts';

/** Speaks the portal's API: as this machine's operator, or for somebody (`--as EMAIL`), which the audit trail then says. */
export class PortalClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #certificates: string;

  private constructor(url: string, headers: Readonly<Record<string, string>>, certificates: string) {
    this.#url = url;
    this.#headers = headers;
    this.#certificates = certificates;
  }

  /**
   * @param as for whom; the one named with `--as` when absent
   * @throws LocalRefusal 503 when LocalSpine is not running with this data folder
   */
  static of(invocation: Invocation, as = invocation.text('as')): PortalClient {
    const { configuration } = invocation;
    const running = readRunning(configuration);
    if (running === undefined)
      throw new LocalRefusal(
        503,
        'not_running',
        `LocalSpine is not running with the data folder ${configuration.home}.`,
        'Start it in another terminal with: npm start',
      );
    const keyFile = join(configuration.home, 'seal.key');
    const sealKey = configuration.sealKey ?? (existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : '');
    const headers = {
      authorization: `Bearer ${operatorToken(configuration, createSealer(sealKey))}`,
      ...(as !== undefined && { 'localspine-as': as }),
    };
    return new PortalClient(running.portal, headers, readFileSync(join(configuration.home, 'ca.pem'), 'utf8'));
  }

  /** The portal's address. */
  get url(): string {
    return this.#url;
  }

  /**
   * Calls the API and checks the answer.
   *
   * @param path below `/api`, with query
   * @throws LocalRefusal with the API's own sentence
   */
  async call<Shape extends TSchema>(shape: Shape, method: Method | 'PATCH', path: string, body?: unknown): Promise<Static<Shape>> {
    const { status, bytes } = await this.bytes(method, `/api${path}`, body);
    const answer = parse(bytes.toString('utf8'));
    if (status < 400) return expectShape(shape, answer, `${method} /api${path}`);
    if (fits(ProblemAnswer, answer)) throw new LocalRefusal(status, answer.error, answer.message, answer.fix);
    throw new LocalRefusal(
      status,
      'portal',
      `The portal answered ${status} to ${method} /api${path}.`,
      'The log of the running LocalSpine says why.',
    );
  }

  /** What the portal answers at any path, as it comes: files, too. */
  async bytes(method: Method | 'PATCH', path: string, body?: unknown): Promise<{ readonly status: number; readonly bytes: Buffer }> {
    const { Agent, request } = await import('undici');
    const dispatcher = new Agent({ connect: { ca: this.#certificates } });
    try {
      const reply = await request(`${this.#url}${path}`, {
        method,
        dispatcher,
        headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: reply.statusCode, bytes: Buffer.from(await reply.body.arrayBuffer()) };
    } catch (error) {
      throw new LocalRefusal(503, 'not_running', `The portal does not answer on ${this.#url} (${messageOf(error)}).`);
    } finally {
      await dispatcher.close();
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
