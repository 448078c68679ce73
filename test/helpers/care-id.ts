/** Somebody at the pages of the Care ID Service, without a screen. Imports nothing of the product. */
import assert from 'node:assert/strict';
import { type Choices, formOf, HeadlessBrowser } from './browser.ts';
import type { LocalSpine, Reply } from './localspine.ts';

export class CareIdUser {
  readonly browser: HeadlessBrowser;
  readonly #base: string;

  constructor(spine: LocalSpine) {
    this.browser = new HeadlessBrowser(spine);
    this.#base = spine.environment('INT').baseUrl;
  }

  /** Opens a page; signs in on the way when that is asked. */
  async open(path: string, choices: Choices = {}): Promise<Reply> {
    return this.follow(await this.browser.send(`${this.#base}${path}`), choices);
  }

  /** Follows redirects and fills in the sign-in until a page of the service is there. */
  async follow(first: Reply, choices: Choices = {}): Promise<Reply> {
    let reply = first;
    for (let step = 0; step < 12; step += 1) {
      const { location } = reply.headers;
      if (location !== undefined) reply = await this.browser.send(new URL(location, this.#base).href);
      else if (reply.text.includes('id="kc-form-login"') && choices['username'] !== undefined) {
        const form = formOf(reply);
        const known = Object.entries(choices).filter(([name]) => form.names.has(name));
        reply = await this.browser.send(form.action, { ...form.fields, ...Object.fromEntries(known) });
      } else return reply;
    }
    return assert.fail('the pages led nowhere');
  }

  /** Opens a task, answers its questions, confirms them with what is asked there; gives the page after it. */
  async do(path: string, answers: Choices = {}, secrets: Choices = {}): Promise<Reply> {
    const page = await this.open(path);
    if (page.status >= 400) return page;
    const confirmation = confirmationOf(page);
    const reply = await this.post(path, { ...answers, ...secrets, confirmation, confirmed: 'yes' });
    return this.follow(reply);
  }

  post(path: string, form: Choices, headers: Choices = {}): Promise<Reply> {
    return this.browser.send(`${this.#base}${path}`, form, headers);
  }
}

/** The mark that a form of this session carries. */
export function confirmationOf(reply: Reply): string {
  return /name="confirmation" value="([^"]+)"/.exec(reply.text)?.[1] ?? '';
}
