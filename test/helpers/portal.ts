/** A person at the portal: pages and forms as a browser without JavaScript sends them, and the API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { LocalSpine, Reply } from './localspine.ts';

const agent = new Agent({ connect: { rejectUnauthorized: false } });

/** Address of the portal of a running LocalSpine. */
export function portalOf(spine: LocalSpine): string {
  return JSON.parse(readFileSync(join(spine.home, 'running.json'), 'utf8')).portal;
}

export class PortalUser {
  readonly base: string;
  readonly #cookies = new Map<string, string>();
  #token: string | undefined;

  constructor(base: string) {
    this.base = base;
  }

  /** Fetches a page; follows redirects. */
  open(path: string): Promise<Reply & { readonly path: string }> {
    return this.#follow('GET', path);
  }

  /** Opens a page, and sends the form on it that goes to `action` (the page's own path when absent) with these fields. */
  async submit(
    path: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
    action = path.split('?')[0] ?? path,
  ): Promise<Reply & { readonly path: string }> {
    const page = await this.open(path);
    return this.post(action, { csrf: tokenIn(page.text), ...fields });
  }

  /** Sends a form as given: a form token is the caller's business. */
  post(
    path: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply & { readonly path: string }> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields))
      for (const each of typeof value === 'string' ? [value] : value) body.append(name, each);
    return this.#follow('POST', path, String(body), { 'content-type': 'application/x-www-form-urlencoded', ...headers });
  }

  /** Signs in as somebody of the demonstration, by the name on the page. */
  async demonstration(name: string): Promise<this> {
    const page = await this.open('/sign-in');
    const pattern = new RegExp(`name="accountId" value="([^"]+)">(?:(?!name="accountId")[\\s\\S])*?${name}`);
    const accountId = pattern.exec(page.text)?.[1];
    if (accountId === undefined) throw new Error(`nobody called ${name} on the sign-in page`);
    await this.post('/sign-in/demonstration', { csrf: tokenIn(page.text), accountId, next: '/account' });
    return this;
  }

  /** Calls the API with this token from now on, instead of the session. */
  use(token: string): this {
    this.#token = token;
    return this;
  }

  /** Calls the API. */
  api(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    return this.send(method, `/api${path}`, body === undefined ? undefined : JSON.stringify(body), {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      ...headers,
    });
  }

  async #follow(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply & { readonly path: string }> {
    let [reply, at] = [await this.send(method, path, body, headers), path];
    for (let hops = 0; hops < 5 && (reply.status === 303 || reply.status === 302); hops += 1) {
      at = reply.headers['location'] ?? '/';
      reply = await this.send('GET', at);
    }
    return Object.assign(reply, { path: at });
  }

  /** One request as it is, redirects not followed. */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await request(`${this.base}${path}`, {
      method,
      dispatcher: agent,
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await reply.body.arrayBuffer());
    for (const each of [reply.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = each.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0/i.test(each)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = bytes.toString('utf8');
    return {
      status: reply.statusCode,
      headers: Object.fromEntries(Object.entries(reply.headers).map(([name, value]) => [name, String(value)])),
      text,
      get json() {
        return JSON.parse(text);
      },
      bytes,
    };
  }
}

/** The form token in a page. */
export function tokenIn(html: string): string {
  return /name="csrf" value="([^"]*)"/.exec(html)?.[1] ?? '';
}
