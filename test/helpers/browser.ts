/** A browser without a screen: keeps cookies, follows redirects, fills in the sign-in form as a person would. Imports nothing of the product. */
import assert from 'node:assert/strict';
import type { LocalSpine, Reply } from './localspine.ts';

/** What the person does on the pages: fields by name; anything else stays as the page suggests. */
export type Choices = Readonly<Record<string, string>>;

export class HeadlessBrowser {
  readonly #spine: LocalSpine;
  readonly #environment: string;
  readonly cookies = new Map<string, string>();

  constructor(spine: LocalSpine, environment = 'INT') {
    this.#spine = spine;
    this.#environment = environment;
  }

  /** One request, cookies kept. */
  async send(url: string, form?: Choices, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent: Record<string, string> = { ...(cookie === '' ? {} : { cookie }), 'sec-fetch-site': 'none', ...headers };
    if (form !== undefined) {
      // Pages that send no referrer post with this origin.
      sent['origin'] ??= 'null';
      sent['sec-fetch-site'] = headers['sec-fetch-site'] ?? 'same-origin';
      sent['content-type'] = 'application/x-www-form-urlencoded';
    }
    const reply = await this.#spine.call(this.#environment, url, {
      headers: sent,
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form).toString() }),
    });
    for (const each of (reply.headers['set-cookie'] ?? '').split(/, (?=[\w-]+=)/)) {
      const [name = '', value = ''] = (each.split(';')[0] ?? '').split(/=(.*)/s);
      if (/max-age=0/i.test(each)) this.cookies.delete(name);
      else if (name !== '') this.cookies.set(name, value);
    }
    return reply;
  }

  /**
   * Opens an address and goes on, page by page, until the browser is sent to `stop`.
   *
   * @param pages told the page titles it came through
   * @returns the address it was sent to
   */
  async walk(start: string, stop: string, choices: Choices, pages: string[] = []): Promise<URL> {
    let reply = await this.send(start);
    for (let step = 0; step < 12; step += 1) {
      const { location } = reply.headers;
      if (location !== undefined) {
        const target = new URL(location, start);
        if (target.href.startsWith(stop)) return target;
        reply = await this.send(target.href);
        continue;
      }
      const form = formOf(reply);
      pages.push(titleOf(reply));
      const known = Object.entries(choices).filter(([name]) => form.names.has(name));
      reply = await this.send(form.action, { ...form.fields, ...Object.fromEntries(known) });
    }
    return assert.fail('the pages did not lead back');
  }
}

export function titleOf(reply: Reply): string {
  return (/<h1[^>]*>\s*([\s\S]*?)\s*<\/h1>/.exec(reply.text)?.[1] ?? '').replace(/<[^>]+>/g, '').trim();
}

/** The sign-in form of a page, as a script reads it (form id `kc-form-login`). */
export function formOf(reply: Reply): { action: string; fields: Record<string, string>; names: Set<string> } {
  const form = /<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/.exec(reply.text);
  assert.ok(form, `no sign-in form in ${reply.status} ${reply.text.slice(0, 400)}`);
  const fields: Record<string, string> = {};
  const names = new Set<string>();
  for (const [tag] of (form[2] ?? '').matchAll(/<input\b[^>]*>/g)) {
    const attribute = (name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
    const name = attribute('name');
    assert.ok(name !== undefined && attribute('value') !== undefined, `a field without name or value: ${tag}`);
    names.add(name);
    if (attribute('type') !== 'radio' || /\schecked\b/.test(tag)) fields[name] = attribute('value') ?? '';
  }
  return { action: unescaped(form[1] ?? ''), fields, names };
}

function unescaped(text: string): string {
  return text.replaceAll('&amp;', '&').replace(/&#x3d;/gi, '=');
}
