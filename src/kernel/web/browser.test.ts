import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { Exchange } from '../http/exchange.ts';
import { cookiesOf, foreignForm, originOf, sameSecret, siteOf } from './browser.ts';

const OWN = 'https://localhost:8143';
const MARK = 'mark-of-the-session';

function posted(headers: Readonly<Record<string, string>>, method = 'POST'): FastifyRequest {
  const exchange = new Exchange({ name: 'https', port: 8143, baseUrl: OWN, ersInstance: 'Int1' }, 0);
  return { method, headers: { host: 'localhost:8143', ...headers }, exchange } as unknown as FastifyRequest;
}

describe('where a form comes from', () => {
  for (const [headers, site] of [
    [{}, 'script'],
    [{ 'sec-fetch-site': 'same-origin' }, 'same-origin'],
    [{ 'sec-fetch-site': 'none' }, 'same-origin'],
    [{ 'sec-fetch-site': 'cross-site', origin: OWN }, 'elsewhere'],
    [{ 'sec-fetch-site': 'same-site', origin: 'https://localhost:8243' }, 'elsewhere'],
    [{ origin: OWN }, 'same-origin'],
    [{ origin: 'null' }, 'same-origin'],
    [{ origin: 'https://elsewhere.example' }, 'elsewhere'],
  ] as const)
    test(`${JSON.stringify(headers)} is ${site}`, () => assert.equal(siteOf(posted(headers), OWN), site));

  test('the mark of the session is wanted as well, and an empty one is none', () => {
    assert.equal(foreignForm(posted({}), MARK, MARK), undefined);
    assert.equal(foreignForm(posted({}), undefined, MARK), 'no-mark');
    assert.equal(foreignForm(posted({}), `${MARK}x`, MARK), 'no-mark');
    assert.equal(foreignForm(posted({}), '', ''), 'no-mark');
    for (const headers of [
      { origin: 'https://elsewhere.example' },
      { origin: 'https://elsewhere.example', 'sec-fetch-site': 'same-origin' },
    ])
      assert.equal(foreignForm(posted(headers), MARK, MARK), 'another-site');
  });
});

test('cookies are read as they were written, and origins as the browser wrote them', () => {
  const request = posted({ cookie: 'a=1; b=x=y; c' });
  assert.deepEqual(
    [...cookiesOf(request)],
    [
      ['a', '1'],
      ['b', 'x=y'],
      ['c', ''],
    ],
  );
  assert.equal(originOf(posted({ host: '127.0.0.1:8143' })), 'https://127.0.0.1:8143');
  assert.ok(sameSecret('a', 'a') && !sameSecret('a', 'ab'));
});
