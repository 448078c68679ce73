import type { FastifyReply, FastifyRequest } from 'fastify';
import { LocalRefusal } from '../errors.ts';
import type { Random } from '../random.ts';
import { cookiesOf, sameSecret } from './browser.ts';

const LENGTH = 32;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const WELL_FORMED = new RegExp(`^[a-z0-9]{${LENGTH}}$`);

/**
 * Ties a form to the page it came from, for pages without a session: the same drawn value in a cookie that no other site's post carries
 * and in a hidden field that no other site can read.
 */
export class FormToken {
  readonly #cookie: string;
  readonly #path: string;
  readonly #random: Random;

  /** @param path pages below it share the token */
  constructor(options: { readonly cookie: string; readonly path: string; readonly random: Random }) {
    this.#cookie = options.cookie;
    this.#path = options.path;
    this.#random = options.random;
  }

  /** The value for the hidden field of a page about to be sent; sets the cookie. `secure` where the page travels over TLS. */
  issue(request: FastifyRequest, reply: FastifyReply, secure: boolean): string {
    const value = this.#sent(request) ?? this.#random.text(LENGTH, ALPHABET);
    void reply.header('set-cookie', `${this.#cookie}=${value}; Path=${this.#path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`);
    return value;
  }

  /** Throws LocalRefusal 403 when the field's value is not the cookie's. */
  verify(request: FastifyRequest, field: string | undefined): void {
    const expected = this.#sent(request);
    if (expected === undefined || !sameSecret(expected, field ?? ''))
      throw new LocalRefusal(
        403,
        'foreign_form',
        'This form does not come from a page of LocalSpine.',
        'Open the page again and send from there.',
      );
  }

  #sent(request: FastifyRequest): string | undefined {
    const value = cookiesOf(request).get(this.#cookie);
    return value !== undefined && WELL_FORMED.test(value) ? value : undefined;
  }
}
