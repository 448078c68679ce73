/** The headless browser at the registration applications: follows redirects, sends their forms, signs in for them. */
import assert from 'node:assert/strict';
import { type Choices, HeadlessBrowser } from './browser.ts';
import type { LocalSpine, Reply } from './localspine.ts';

export class BrowserSession extends HeadlessBrowser {
  readonly #baseUrl: string;

  constructor(spine: LocalSpine, environment = 'INT') {
    super(spine, environment);
    this.#baseUrl = spine.environment(environment).baseUrl;
  }

  /** Opens a page, following redirects. */
  async open(path: string): Promise<Reply> {
    return this.#follow(await this.send(path));
  }

  /** Sends a form, with the token of the page it is on, and follows redirects. */
  async submit(path: string, form: Choices, page: Reply): Promise<Reply> {
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1];
    assert.ok(csrf, `no form of ours in ${page.text.slice(0, 300)}`);
    return this.#follow(await this.send(path, { csrf, ...form }));
  }

  /** Signs in with the Care Identity Service, beginning at a link of an application. */
  async signIn(path: string, username: string): Promise<Reply> {
    const back = await this.walk(`${this.#baseUrl}${path}`, `${this.#baseUrl}/eprwebapp/callback`, { username });
    return this.open(back.href);
  }

  async #follow(first: Reply): Promise<Reply> {
    let reply = first;
    for (let hops = 0; hops < 8 && reply.status >= 300 && reply.status < 400; hops += 1)
      reply = await this.send(reply.headers['location'] ?? '');
    return reply;
  }
}
