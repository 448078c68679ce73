import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseForm } from './sign-in-form.ts';

test('the sign-in form is found by its id, with address and fields', () => {
  const form = parseForm(`<form id="search" action="/elsewhere"><input name="q" value=""></form>
    <form class="x" id="kc-form-login" method="post" action="https://localhost:8143/login?a=1&amp;b=&#x32;">
      <input type="hidden" name="session" value="s&quot;1"><input id="username" name="username" value="">
      <input type="radio" name="role" value="r1"><input type="radio" name="role" value="r2" checked>
      <select name="aal"><option value="2">AAL2</option><option value="3" selected>AAL3</option></select>
      <input type="checkbox" name="remember" value="on"><input type="submit" name="login" value="Sign in"><button name="cancel" value="yes">Cancel</button>
    </form>`);
  assert.deepEqual(form, {
    action: 'https://localhost:8143/login?a=1&b=2',
    fields: { session: 's"1', username: '', role: 'r2', aal: '3' },
    choices: { role: ['r1', 'r2'], aal: ['2', '3'] },
  });
});

test('a page that says what is wrong says it here too', () => {
  const form = parseForm(
    '<span class="nhsuk-error-message"><span class="nhsuk-u-visually-hidden">Error:</span> No such user.</span><form id="kc-form-login" action="/x"></form>',
  );
  assert.equal(form?.problem, 'No such user.');
});

test('a page without the form has none', () => {
  assert.equal(parseForm('<form id="other" action="/x"></form>'), undefined);
  assert.equal(parseForm('<form id="kc-form-login"></form>'), undefined);
});
