import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanDuration, journalLine, journalPage, paintFor, renderProblem, table, visibleLength } from './output.ts';

const plain = paintFor(false);
const entry = {
  id: 'abc',
  at: '2026-11-24T09:55:01.250Z',
  service: 'ers',
  operation: 'A011',
  method: 'POST',
  url: '/referrals/FHIR/STU3/ReferralRequest/$ers.createReferral',
  status: 403,
  verdict: 'refused',
  milliseconds: 3.2,
  appId: 'app-1',
  refusal: { check: 'gateway.asid', why: 'The application has no ASID.', fix: 'Bind one in the portal.' },
} as const;

test('a problem is a sentence and what to do; for machines one line', () => {
  const problem = { error: 'not_running', message: 'LocalSpine is not running.', fix: 'Start it.' };
  assert.equal(renderProblem(problem, false), 'LocalSpine is not running.\nStart it.');
  assert.equal(renderProblem(problem, true), '{"error":"not_running","message":"LocalSpine is not running.","fix":"Start it."}');
});

test('columns line up, coloured or not', () => {
  assert.equal(
    table([
      ['a', 'one'],
      ['long', 'two'],
    ]),
    'a     one\nlong  two',
  );
  const coloured = table([
    [paintFor(true)('green', 'a'), 'one'],
    ['long', 'two'],
  ]);
  assert.deepEqual(coloured.split('\n').map(visibleLength), [9, 9]);
});

test('without colour no escape code is written', () => {
  assert.equal(plain('red', 'text'), 'text');
  assert.ok(paintFor(true)('red', 'text').startsWith('\u001b[31m'));
});

test('a refused exchange shows why and what to do', () => {
  assert.equal(
    journalLine(entry, plain),
    [
      '09:55:01.250  403 refused  ers A011  POST /referrals/FHIR/STU3/ReferralRequest/$ers.createReferral  3.2 ms abc',
      '              app app-1',
      '              gateway.asid: The application has no ASID. Bind one in the portal.',
    ].join('\n'),
  );
});

test('an exchange in full shows checks, headers and bodies with indents', () => {
  const page = journalPage(
    {
      ...entry,
      checks: [
        { check: 'gateway.token', passed: true },
        { check: 'gateway.asid', passed: false, detail: 'none bound' },
      ],
      request: { headers: { accept: '*/*' }, body: '{"a":1}', bodyBytes: 7, bodySha256: 'ff' },
      response: { headers: {} },
    },
    plain,
  );
  assert.match(page, /passed {2}gateway\.token\n {2}failed {2}gateway\.asid {2}none bound/);
  assert.match(page, /What to do\n {2}Bind one in the portal\./);
  assert.match(page, / {2}accept: \*\/\*\n\n {2}\{\n {4}"a": 1\n {2}\}\n {2}\(7 bytes, SHA-256 ff\)/);
});

test('a length of time is told in two units', () => {
  assert.equal(humanDuration(0), '0s');
  assert.equal(humanDuration(90_061), '1d 1h');
  assert.equal(humanDuration(-75), '1m 15s');
});
