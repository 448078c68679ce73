/**
 * The knowledge base against the source: every code that a refusal can carry has a page, and every page a code. When this fails, write the
 * page beside the code that throws (`known-errors.ts`), or take it away with it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { allErrorPages } from '../src/platform/knowledge.ts';
import { refusalCodes } from './helpers/refusal-codes.ts';

/** Places that hand on a code which another process answered with. */
const HANDED_ON = [
  'src/cli/client.ts',
  'src/cli/portal-client.ts',
  'src/cli/commands/evidence.ts',
  'src/cli/identity-agent/running-agent.ts',
  'src/environment/management/admin-call.ts',
  'src/environment/management/over-http.ts',
];

/**
 * Parts of the portal that have no book yet. When one gets its `known-errors.ts`, put it on a shelf in `src/platform/knowledge.ts` and take the part
 * off this list.
 */
const WITHOUT_BOOK: readonly string[] = ['forms', 'release', 'schedule'];

const pages = await allErrorPages();
const { sites, unclear } = refusalCodes();
const codes = new Map(sites.map(({ code, place }) => [code, place]));

test('the scan saw the product', () => {
  assert.ok(codes.size > 500, `only ${codes.size} codes were found`);
  assert.ok(codes.has('gateway.client-assertion.kid'), 'a code that comes through a table');
  assert.ok(codes.has('ers.slot-not-available'), 'a code that is made from another');
  assert.ok(codes.has('localspine.card_locked'), 'a code that comes through a constructor');
});

test('what code a refusal carries can be told from the source', () => {
  assert.deepEqual(
    unclear.filter((each) => !HANDED_ON.some((file) => each.startsWith(`${file}:`))),
    [],
  );
});

test('every code has a page', () => {
  const written = new Set(pages.map(({ code }) => code));
  assert.deepEqual(
    [...codes]
      .filter(([code, place]) => !written.has(code) && !WITHOUT_BOOK.some((part) => place.startsWith(`src/portal/${part}/`)))
      .map(([code, place]) => `'${code}': known('', '', ''), // ${place}`),
    [],
  );
});

test('the list of parts without a book is not longer than it must be', () => {
  assert.deepEqual(
    WITHOUT_BOOK.filter((part) => existsSync(resolve(import.meta.dirname, `../src/portal/${part}/known-errors.ts`))),
    [],
  );
});

test('every page has a code', () => {
  assert.deepEqual(
    pages.filter(({ code }) => !codes.has(code)).map(({ code, from }) => `${code} (${from})`),
    [],
  );
});

test('no code has two pages', () => {
  const seen = new Set<string>();
  assert.deepEqual(
    pages.filter(({ code }) => seen.size === seen.add(code).size).map(({ code, from }) => `${code} (${from})`),
    [],
  );
});

test('pages are whole sentences', () => {
  for (const { code, means, cause, fix } of pages)
    for (const text of [means, cause, fix]) assert.match(text, /^\S.{4,}[.…)]$/s, `${code}: ${text}`);
});
