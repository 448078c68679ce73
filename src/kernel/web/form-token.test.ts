import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { secureRandom } from '../random.ts';
import { FormToken } from './form-token.ts';

const token = new FormToken({ cookie: 'form', path: '/page', random: secureRandom });
const app = Fastify();
app.get('/page', async (request, reply) => token.issue(request, reply, true));
app.post('/page', async (request) => {
  token.verify(request, String(request.headers['x-field'] ?? ''));
  return 'taken';
});

test('a form from our page is taken, and its cookie is of use for the next', async () => {
  const page = await app.inject('/page');
  assert.match(String(page.headers['set-cookie']), /^form=[a-z0-9]{32}; Path=\/page; HttpOnly; SameSite=Strict; Secure$/);
  const cookie = String(page.headers['set-cookie']).split(';')[0] ?? '';
  assert.equal(
    (await app.inject({ method: 'POST', url: '/page', headers: { cookie: `a=b; ${cookie}`, 'x-field': page.body } })).body,
    'taken',
  );
  assert.equal((await app.inject({ url: '/page', headers: { cookie } })).body, page.body);
});

test('without the cookie, without the field, or with those of others it is refused', async () => {
  const { body } = await app.inject('/page');
  const other = 'x'.repeat(32);
  for (const headers of [
    {},
    { 'x-field': body },
    { cookie: `form=${body}` },
    { cookie: `form=${other}`, 'x-field': body },
    { cookie: 'form=', 'x-field': '' },
  ])
    assert.equal((await app.inject({ method: 'POST', url: '/page', headers })).statusCode, 403, JSON.stringify(headers));
});
