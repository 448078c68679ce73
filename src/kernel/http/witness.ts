import type { FastifyReply, FastifyRequest } from 'fastify';

/** Somebody who writes down exchanges before their answers go out: evidence, which the journal is not (DESIGN.md D8). */
export interface Witness {
  /** False while nobody is recorded. All that a request then pays is this question. */
  readonly watching: boolean;
  /**
   * Writes down an exchange whose answer is made and has not gone out.
   *
   * @param payload the body of the answer, as Fastify has it at the end: text, bytes, a stream or nothing
   * @returns the body to send, once what is to be kept of the exchange is kept; never rejects
   */
  witness(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown>;
}
