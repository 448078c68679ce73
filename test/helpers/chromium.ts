/** A real Chromium for browser tests: where it is, how it starts, how pages are judged and kept as pictures. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const EXECUTABLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const RESULTS = resolve(import.meta.dirname, '../results');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** For `skip`: why browser tests cannot run here, or false. */
export const noChromium: string | false = EXECUTABLE === undefined ? 'no Chromium on this machine' : false;

/** Starts it without what it would look up elsewhere. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Path of a picture that the tests keep. */
export function pictureOf(name: string): string {
  mkdirSync(RESULTS, { recursive: true });
  return join(RESULTS, `${name}.png`);
}

/** What axe finds on a page, worst impacts only unless `all`: one line each. */
export async function accessibilityFindings(page: Page, all = false): Promise<readonly string[]> {
  // A page opened before in the same context may have it already.
  await page.addScriptTag({ content: AXE }).catch(() => undefined);
  const found: unknown = await page.evaluate(
    `axe.run().then((r) => r.violations.filter((v) => ${all} || v.impact === 'serious' || v.impact === 'critical').map((v) => v.impact + ' ' + v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')))`,
  );
  return Array.isArray(found) ? found.map(String) : [`axe answered ${String(found)}`];
}

/** How far a page runs over a narrow window, in pixels. */
export async function overflowAt(page: Page, width: number): Promise<number> {
  await page.setViewportSize({ width, height: 800 });
  const scroll: unknown = await page.evaluate('document.documentElement.scrollWidth');
  return Math.max(0, Number(scroll) - width);
}
