/** A browser as far as scripts need one: cookies, redirects, forms. Imports nothing of the product. */
import assert from 'node:assert/strict';
import type { LocalSpine, Reply } from './localspine.ts';

export class BrowserSession {
  readonly #spine: LocalSpine;
  readonly #environment: string;
  readonly cookies = new Map<string, string>();

  constructor(spine: LocalSpine, environment = 'INT') {
    this.#spine = spine;
    this.#environment = environment;
  }

  get baseUrl(): string {
    return this.#spine.environment(this.#environment).baseUrl;
  }

  /** One request with the cookies, without following a redirect. */
  async send(path: string, form?: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await this.#spine.call(this.#environment, path, {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', origin: this.baseUrl }),
        ...headers,
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
    });
    for (const line of (reply.headers['set-cookie'] ?? '').split(/,(?=\s*[^;,\s]+=)/)) {
      const [name = '', ...value] = (line.split(';')[0] ?? '').trim().split('=');
      if (name !== '') this.cookies.set(name, value.join('='));
    }
    return reply;
  }

  /** Opens a page, following redirects. */
  async open(path: string): Promise<Reply> {
    return this.#follow(await this.send(path));
  }

  /** Sends a form, with the token of the page it is on, and follows redirects. */
  async submit(path: string, form: Readonly<Record<string, string>>, page: Reply): Promise<Reply> {
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1];
    assert.ok(csrf, `no form of ours in ${page.text.slice(0, 300)}`);
    return this.#follow(await this.send(path, { csrf, ...form }));
  }

  async #follow(first: Reply): Promise<Reply> {
    let reply = first;
    for (let hops = 0; hops < 8 && reply.status >= 300 && reply.status < 400; hops += 1)
      reply = await this.send(reply.headers['location'] ?? '');
    return reply;
  }

  /** Signs in with the Care Identity Service, beginning at a link of an application. */
  async signIn(path: string, userId: string): Promise<Reply> {
    let reply = await this.open(path);
    for (let steps = 0; steps < 4; steps += 1) {
      const action =
        /<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"/.exec(reply.text)?.[1] ??
        /<form[^>]*action="([^"]+)"[^>]*id="kc-form-login"/.exec(reply.text)?.[1];
      if (action === undefined) return reply;
      const url = action.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
      reply = await this.#follow(await this.send(url, { username: userId, passcode: '1234' }));
    }
    return reply;
  }
}
