/** docs/systems/ers.md lists the operations that the program answers, and those it does not. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { operations } from '../services/ers/operations.ts';

const PAGE = new URL('../../docs/systems/ers.md', import.meta.url);

/** The published catalogue; A001–A003, A009, A017, A018 and A039 are retired or were never live. */
const CATALOGUE: Readonly<Record<string, string>> = {
  A004: 'reference data',
  A005: 'retrieve referral request',
  A006: 'retrieve attachment',
  A007: 'clinical information (PDF)',
  A008: 'referral worklist',
  A010: 'patient service search',
  A011: 'create referral',
  A012: 'maintain referral letter',
  A013: 'accept referral',
  A014: 'reject referral',
  A015: 'appointment slots',
  A016: 'book or defer appointment',
  A019: 'patient letter (PDF)',
  A020: 'upload file',
  A021: 'create referral and send for triage',
  A022: 'cancel appointment, action later',
  A023: 'advice and guidance worklist',
  A024: 'advice and guidance request',
  A025: 'advice and guidance conversation',
  A026: 'send advice',
  A027: 'convert advice to referral',
  A028: 'record triage outcome',
  A029: 'available actions',
  A030: 'business functions of the user',
  A031: 'change shortlist',
  A032: 'change shortlist and send for triage',
  A033: 'healthcare service',
  A034: 'cancel a booked appointment',
  A035: 'healthcare services',
  A036: 'cancel referral',
  A037: 'healthcare service (HEAD)',
  A038: 'retrieve appointment',
  A040: 'on-behalf-of users',
  A041: 'search service requests',
  A042: 'retrieve attachment (redirect)',
  A043: 'advice and guidance overview (PDF)',
  A044: 'create advice and guidance request',
};

function between(page: string, name: string, content: string): string {
  const begin = `<!-- ${name}: made from the program -->\n`;
  const end = `<!-- /${name} -->`;
  const [head = '', rest] = page.split(begin);
  assert.ok(rest !== undefined, `the page has lost its mark ${name}`);
  return `${head}${begin}${content}${end}${rest.slice(rest.indexOf(end) + end.length)}`;
}

function tableOfOperations(): string {
  const rows = [...operations]
    .sort((one, other) => one.id.localeCompare(other.id))
    .map(({ id, title, method, version, paths, applications }) => {
      const shown = paths
        .map((path) => `\`${method} /${version}${path.replaceAll('::', ':').replace(/(?<!:):(\w+)/g, '{$1}')}\``)
        .join('<br>');
      return `| ${id} | ${title} | ${shown} | ${applications.length === 0 ? 'users' : `users; applications (${applications.join(', ')})`} |`;
    });
  return ['| id | what | path | for |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function missing(): string {
  const answered = new Set(operations.map((each) => each.id));
  const names = Object.entries(CATALOGUE)
    .filter(([id]) => !answered.has(id))
    .map(([id, name]) => `${id} ${name}`);
  return names.length === 0 ? '' : `Operations: ${names.join('; ')}.\n`;
}

test('docs/systems/ers.md is up to date', () => {
  const page = readFileSync(PAGE, 'utf8');
  const wanted = between(between(page, 'operations', tableOfOperations()), 'missing', missing());
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, wanted);
  assert.equal(
    process.env['UPDATE_DOCS'] === '1' ? readFileSync(PAGE, 'utf8') : page,
    wanted,
    'Make it again with: UPDATE_DOCS=1 node --test src/cli/ers-page.test.ts',
  );
});

test('every operation answered is one of the published catalogue', () => {
  assert.deepEqual(
    operations.map((each) => each.id).filter((id) => CATALOGUE[id] === undefined),
    [],
  );
});
