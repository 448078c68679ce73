/** When a person who is signed in has to sign in again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../model.ts';
import type { CheckedRequest } from '../oidc/authorization-request.ts';
import { sessionFault } from './rules.ts';

const session: Session = {
  sid: 's',
  provider: 'cis2',
  userId: '656005750107',
  method: 'authenticator',
  identityAssuranceLevel: 3,
  authTime: 1_000,
  expiresAt: 0,
};
const asks = (acrValues: string, rest: Partial<CheckedRequest> = {}): CheckedRequest => ({
  request: { clientId: 'c', redirectUri: 'https://rp.example/', acrValues, scope: 'openid' },
  prompt: undefined,
  maxAge: undefined,
  ...rest,
});

test('nobody is signed in', () => assert.equal(sessionFault(undefined, asks('AAL2_ANY'), 1_100), 'none'));
test('good enough', () => assert.equal(sessionFault(session, asks('AAL2_ANY'), 1_100), undefined));
test('prompt=login', () => assert.equal(sessionFault(session, asks('AAL2_ANY', { prompt: 'login' }), 1_100), 'asked'));
test('max_age is met to the second', () => {
  assert.equal(sessionFault(session, asks('AAL2_ANY', { maxAge: 100 }), 1_100), undefined);
  assert.equal(sessionFault(session, asks('AAL2_ANY', { maxAge: 99 }), 1_100), 'too-old');
});
test('a higher level is asked for', () => assert.equal(sessionFault(session, asks('AAL3_ANY'), 1_100), 'too-low'));
