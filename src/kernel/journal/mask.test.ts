import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskBody, maskHeaders, maskUrl } from './mask.ts';

test('tokens in headers are masked to their end', () => {
  assert.deepEqual(maskHeaders({ authorization: 'Bearer abcdefghijklmnopqrst', accept: '*/*' }), {
    authorization: 'Bearer …qrst',
    accept: '*/*',
  });
});

test('secrets of forms and JSON are masked, codes of FHIR resources are not', () => {
  assert.equal(
    maskBody('grant_type=authorization_code&code=abc12345&client_secret=0123456789abcdef'),
    'grant_type=authorization_code&code=…&client_secret=…cdef',
  );
  assert.equal(maskBody('{"access_token": "abcdefghijklmnopqrst", "expires_in":"599"}'), '{"access_token": "…qrst", "expires_in":"599"}');
  const resource = '{"resourceType":"Parameters","parameter":[{"valueCoding":{"code":"ROUTINE"}}]}';
  assert.equal(maskBody(resource), resource);
});

test('authorization codes and sign-ins under way are masked in addresses', () => {
  assert.equal(maskUrl('/oauth2/callback?code=abcdefghijklmnop&state=s'), '/oauth2/callback?code=…mnop&state=s');
  assert.equal(maskHeaders({ location: 'https://app/callback?code=abc&state=x' })['location'], 'https://app/callback?code=…&state=x');
});
