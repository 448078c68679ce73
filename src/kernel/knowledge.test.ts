import assert from 'node:assert/strict';
import { test } from 'node:test';
import { known, pagesAbout, pagesOf, searchPages } from './knowledge.ts';

const pages = await pagesOf([
  {
    title: 'API platform',
    load: async () => ({
      'gateway.client-assertion.kid': known(
        'The kid is unknown.',
        'The key was rotated.',
        'Register it.',
        '401 invalid_request',
        "Invalid 'kid' header",
      ),
      'gateway.client-assertion.aud': known('aud is wrong.', 'It lacks the path.', 'Send the URL.', '401 invalid_request'),
    }),
  },
  {
    title: 'LocalSpine',
    load: async () => ({ 'localspine.clock_backwards': known('The clock only moves forward.', 'A kid played.', 'Release it.') }),
  },
]);
const codes = (found: readonly { code: string }[]): readonly string[] => found.map(({ code }) => code);

test('an error is found by its code, by the word of the admin API, and by what clients see of it', () => {
  assert.deepEqual(codes(pagesAbout(pages, 'Gateway.Client-Assertion.KID')), ['gateway.client-assertion.kid']);
  assert.deepEqual(codes(pagesAbout(pages, 'clock_backwards')), ['localspine.clock_backwards']);
  assert.deepEqual(codes(pagesAbout(pages, 'invalid_request')), ['gateway.client-assertion.aud', 'gateway.client-assertion.kid']);
  assert.deepEqual(codes(pagesAbout(pages, "Invalid 'kid' header")), ['gateway.client-assertion.kid']);
  assert.deepEqual(pagesAbout(pages, 'nonsense'), []);
  assert.deepEqual(pagesAbout(pages, ''), []);
});

test('a search finds pages that hold every word, the code before the prose', () => {
  assert.deepEqual(codes(searchPages(pages, 'kid')), ['gateway.client-assertion.kid', 'localspine.clock_backwards']);
  assert.deepEqual(codes(searchPages(pages, 'invalid kid')), ['gateway.client-assertion.kid']);
  assert.deepEqual(codes(searchPages(pages, 'kid zebra')), []);
  assert.equal(searchPages(pages, '  ').length, pages.length);
});
