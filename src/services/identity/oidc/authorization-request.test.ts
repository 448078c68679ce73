import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReturnRefusal, SignInRefusal } from '../errors.ts';
import { checkRequest, checkReturnAddress } from './authorization-request.ts';

const CLIENT = { clientId: '123456789012.apps.national', redirectUris: ['https://rp.example/callback'], scopes: ['openid', 'profile'] };
const REDIRECT = 'https://rp.example/callback';

test('a request in order says what to do and whether to ask', () => {
  const parameters = {
    response_type: 'code',
    scope: 'openid profile',
    state: 's',
    nonce: 'n',
    prompt: 'login',
    max_age: '300',
    acr_values: 'AAL2_TOTP',
  };
  assert.deepEqual(checkRequest(parameters, CLIENT, REDIRECT), {
    request: { clientId: CLIENT.clientId, redirectUri: REDIRECT, state: 's', nonce: 'n', acrValues: 'AAL2_TOTP', scope: 'openid profile' },
    prompt: 'login',
    maxAge: 300,
  });
});

test('whatever the address, only a registered one is taken, letter by letter', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string()), (redirect_uri) => {
      fc.pre(redirect_uri !== REDIRECT);
      assert.throws(() => checkReturnAddress({ client_id: CLIENT.clientId, redirect_uri }, CLIENT), SignInRefusal);
    }),
  );
  assert.equal(checkReturnAddress({ redirect_uri: REDIRECT }, CLIENT).redirectUri, REDIRECT);
});

test('whatever the parameters, the answer is a checked request or a refusal of the protocol', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('code', 'openid', 'login', 'none', 'S256', '300'));
  const names = [
    'response_type',
    'scope',
    'state',
    'nonce',
    'prompt',
    'max_age',
    'acr_values',
    'code_challenge',
    'code_challenge_method',
    'request',
  ];
  const parameters = fc.record(Object.fromEntries(names.map((name) => [name, text])), { requiredKeys: [] });
  fc.assert(
    fc.property(parameters, (given) => {
      try {
        const { request, maxAge } = checkRequest(given, CLIENT, REDIRECT);
        assert.ok(request.scope.split(' ').includes('openid'));
        assert.ok(maxAge === undefined || maxAge >= 0);
      } catch (error) {
        assert.ok(error instanceof ReturnRefusal, String(error));
      }
    }),
  );
});
