import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ErsRefusal } from '../errors.ts';
import { requireGuidanceMarkup } from './text.ts';

function verdict(text: string): string {
  try {
    requireGuidanceMarkup(text);
    return 'taken';
  } catch (error) {
    assert.ok(error instanceof ErsRefusal, String(error));
    return error.issues[0]?.code ?? '';
  }
}

const cases: readonly (readonly [text: string, expected: string])[] = [
  ['No evidence of serious problem', 'taken'],
  ['HbA1c <48 and BP < 120/80, a <= b', 'taken'],
  ['See <a href="https://www.nice.org.uk/guidance" target="_blank">NICE</a>.', 'taken'],
  ['<a href="https://a.example/" target="_blank">one</a> and <a href="http://b.example/" target="_blank">two</a>', 'taken'],
  ['<a href="https://a.example/">no target</a>', 'INVALID_VALUE'],
  ['<a href="javascript:alert(1)" target="_blank">x</a>', 'INVALID_VALUE'],
  ['<a href="https://a.example/" onclick="x()" target="_blank">x</a>', 'INVALID_VALUE'],
  ['<a href="https://a.example/" target="_blank"><b>bold</b></a>', 'INVALID_VALUE'],
  ['<a href="https://a.example/" target="_blank">never closed', 'INVALID_VALUE'],
  ['<script>alert(1)</script>', 'INVALID_VALUE'],
  ['<b>bold</b>', 'INVALID_VALUE'],
  ['<!-- note -->', 'INVALID_VALUE'],
  ['text</a>', 'INVALID_VALUE'],
];

for (const [text, expected] of cases) {
  test(`guidance: ${text} is ${expected}`, () => {
    assert.equal(verdict(text), expected);
  });
}

test('whatever is taken holds no tag but links; links taken out, no tag is left', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('<', '>', '</a>', '<a href="https://x.example/" target="_blank">', '<b>', '"', '<a ', 'href="https://x.example/"'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      if (verdict(text) !== 'taken') return;
      const rest = text.replaceAll(/<a href="https?:\/\/[^"<>\s]+" target="_blank">[^<>]*<\/a>/g, '');
      assert.doesNotMatch(rest, /<[a-z/!?]/i);
    }),
    { numRuns: 2000, seed: 20_261_125 },
  );
});

test('eight thousand characters of brackets are judged at once', () => {
  const started = performance.now();
  verdict('<a href="https://'.repeat(470));
  verdict('<'.repeat(8000));
  assert.ok(performance.now() - started < 500);
});
