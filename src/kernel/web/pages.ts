import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyReply } from 'fastify';
import type { Environment as Templates } from 'nunjucks';

const VIEWS = join(import.meta.dirname, 'views');

/** Folder of the NHS design system's templates and style sheet. */
export function designSystemFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('nhsuk-frontend/package.json')), 'dist');
}

/** Pages of one service, in the NHS design system (DESIGN.md D10). Templates are loaded on the first page. */
export class Pages {
  readonly #folder: string;
  #templates: Promise<Templates> | undefined;

  /** @param folder the service's own views */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The HTML of a view. Values are escaped unless the view says otherwise. */
  async render(view: string, values: Readonly<Record<string, unknown>>): Promise<string> {
    this.#templates ??= this.#load();
    return (await this.#templates).render(view, values);
  }

  /**
   * Sends a view with the headers every page carries.
   *
   * @param options `scripts`: files of our own may enhance the page
   */
  async send(
    reply: FastifyReply,
    view: string,
    values: Readonly<Record<string, unknown>>,
    status = 200,
    options: { readonly scripts?: boolean } = {},
  ): Promise<FastifyReply> {
    return reply
      .code(status)
      .headers(options.scripts === true ? SCRIPTED_PAGE_HEADERS : PAGE_HEADERS)
      .type('text/html; charset=utf-8')
      .send(await this.render(view, values));
  }

  async #load(): Promise<Templates> {
    const { default: nunjucks } = await import('nunjucks');
    const templates = new nunjucks.Environment(new nunjucks.FileSystemLoader([this.#folder, VIEWS, designSystemFolder()]), {
      autoescape: true,
      trimBlocks: true,
      lstripBlocks: true,
    });
    // Nunjucks' own trim is a slow regular expression, and the design system calls it everywhere (engineering.md E14).
    templates.addFilter('trim', (value: unknown) => {
      if (value === undefined || value === null) return '';
      const text = String(value).trim();
      return value instanceof nunjucks.runtime.SafeString ? new nunjucks.runtime.SafeString(text) : text;
    });
    return templates;
  }
}

/**
 * No inline script or style, no frames, nothing from elsewhere. Forms may lead on to an application's callback, wherever that is. Our
 * addresses are told to our own pages only; with `no-referrer` a browser would hide the origin of our own forms from us as well.
 */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** For pages that a script file of ours enhances; it speaks to our own origin only. Inline script stays forbidden. */
const SCRIPTED_PAGE_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy': PAGE_HEADERS['content-security-policy'].replace("script-src 'none'", "script-src 'self'; connect-src 'self'"),
} as const;
