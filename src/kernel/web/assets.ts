import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { designSystemFolder } from './pages.ts';

/** Where pages find the design system. */
export const ASSETS = '/_localspine/assets';

/** The files pages refer to, by their name below {@link ASSETS}; nothing else is served. */
const FILES: Readonly<Record<string, { readonly path: string; readonly type: string }>> = {
  'nhsuk.css': { path: 'nhsuk/nhsuk-frontend.min.css', type: 'text/css; charset=utf-8' },
  'favicon.svg': { path: 'nhsuk/assets/images/favicon.svg', type: 'image/svg+xml' },
  'nhsuk-icon-arrow-down.svg': { path: 'nhsuk/assets/images/nhsuk-icon-arrow-down.svg', type: 'image/svg+xml' },
  'nhsuk-icon-arrow-up.svg': { path: 'nhsuk/assets/images/nhsuk-icon-arrow-up.svg', type: 'image/svg+xml' },
  'nhsuk-icon-arrow-up-down.svg': { path: 'nhsuk/assets/images/nhsuk-icon-arrow-up-down.svg', type: 'image/svg+xml' },
  'nhsuk-icon-cross.svg': { path: 'nhsuk/assets/images/nhsuk-icon-cross.svg', type: 'image/svg+xml' },
};

/** Serves the design system's style sheet and icons below {@link ASSETS}. Each file is read once. */
export function registerAssets(app: FastifyInstance): void {
  const loaded = new Map<string, { body: Buffer; etag: string }>();
  app.get<{ Params: { file: string } }>(`${ASSETS}/:file`, (request, reply) => {
    const name = request.params.file;
    const known = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    const path = known === undefined ? '' : join(designSystemFolder(), known.path);
    if (known === undefined || !existsSync(path)) return reply.code(404).send();
    let file = loaded.get(name);
    if (file === undefined) {
      const body = name === 'nhsuk.css' ? ownStyles(readFileSync(path, 'utf8')) : readFileSync(path);
      file = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"` };
      loaded.set(name, file);
    }
    void reply.header('cache-control', 'public, max-age=86400').header('etag', file.etag).header('x-content-type-options', 'nosniff');
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    return reply.type(known.type).send(file.body);
  });
}

/** Addresses and identifiers are long: they break on a narrow screen; blocks of code scroll instead. */
const OWN_RULES = [
  'main{overflow-wrap:break-word}code{overflow-wrap:anywhere}pre code{overflow-wrap:normal}pre{overflow-x:auto}.nhsuk-table-container pre{overflow-x:visible}',
  // A tag is a word or two: where there is room they stay on a line.
  '@media (min-width:40.0625em){.nhsuk-tag{white-space:nowrap}}',
  // The inspector: its parts side by side, facts in lists.
  '.inspector-parts{border-bottom:1px solid #d8dde0;margin-top:16px}.inspector-parts ul{display:flex;flex-wrap:wrap;gap:4px 24px;list-style:none;margin:0;padding:8px 0}',
  '.inspector-parts a{font-weight:600}.inspector-parts a[aria-current]{color:#212b32;text-decoration:none}',
  '.inspector-small{font-size:.875rem}.inspector-headers{margin:0 0 24px}.inspector-headers div{padding:4px 0;border-bottom:1px solid #d8dde0}',
  '.inspector-headers dt{font-weight:600}.inspector-headers dd{margin:0}.inspector-checks{padding-left:24px}.inspector-checks li{margin-bottom:8px}',
  '.inspector-rules>li{border-bottom:1px solid #d8dde0;padding:8px 0}.inspector-rules form{margin-top:8px}[hidden]{display:none!important}',
].join('');

/** The style sheet without the fonts that are licensed for NHS use only, its icons at our address, and what we add to it. */
function ownStyles(css: string): Buffer {
  const ours = css.replace(/@font-face\{[^}]*\}/g, '').replaceAll('/assets/images/', `${ASSETS}/`);
  return Buffer.from(`${ours}\n${OWN_RULES}\n`);
}
