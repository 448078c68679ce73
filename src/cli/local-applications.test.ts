import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalRefusal } from '../kernel/errors.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { findApplication, keepApplication, keyMatches, type LocalApplication, makeKeyPair, writePrivate } from './local-applications.ts';
import { TokenServer } from './token-server.ts';

const home = mkdtempSync(join(tmpdir(), 'localspine-apps-'));
const configuration = readConfiguration({ LOCALSPINE_HOME: home }, home, false);
const keys = await makeKeyPair('int-1', 2048);
const folder = join(home, 'int', 'apps', 'app-1');
const privateKeyPath = writePrivate(folder, 'private-key.pem', keys.privateKeyPem);
const application: LocalApplication = {
  appId: 'app-1',
  name: 'One',
  environment: 'INT',
  mode: 'application-restricted',
  apiKey: 'key-1',
  secret: 's',
  kid: 'int-1',
  privateKeyPath,
  asid: null,
  callbackUrl: null,
};
keepApplication(folder, 'application', application);

test('the public half that is uploaded has no private member', () => {
  assert.deepEqual(Object.keys(keys.jwks.keys[0] ?? {}), ['kty', 'n', 'e', 'alg', 'use', 'kid']);
});

test('keys and secrets are readable by their owner only, whatever was there before', () => {
  const path = join(home, 'int', 'loose.pem');
  writeFileSync(path, '');
  chmodSync(path, 0o644);
  writePrivate(join(home, 'int'), 'loose.pem', 'secret');
  for (const each of [privateKeyPath, join(folder, 'application.json'), path]) assert.equal(statSync(each).mode & 0o777, 0o600, each);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('an application is found by id, API key or name', () => {
  for (const wanted of ['app-1', 'key-1', 'One', 'apps/app-1/application'])
    assert.deepEqual(findApplication(configuration, 'int', wanted), application);
});

test('an unknown application is refused with the ones there are', () => {
  assert.throws(
    () => findApplication(configuration, 'int', 'other'),
    (error) => error instanceof LocalRefusal && error.explanation.fix === 'There are: app-1.',
  );
  assert.throws(
    () => findApplication(configuration, 'dep', 'app-1'),
    (error) => error instanceof LocalRefusal && /app create --environment dep/.test(error.explanation.fix ?? ''),
  );
});

test('a key is compared with the key set the gateway holds', () => {
  assert.equal(keyMatches(application, keys.jwks.keys[0] ?? {}), true);
  assert.equal(keyMatches(application, { n: 'other' }), false);
});

test('a client assertion is a JWT signed with RS512 that names the token URL and lives less than five minutes', async () => {
  const server = new TokenServer('https://localhost:8143/oauth2/token', '');
  const [header = '', claims = '', signature = ''] = server.assertion(application).split('.');
  await server.close();
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  assert.deepEqual(read(header), { alg: 'RS512', typ: 'JWT', kid: 'int-1' });
  const { iss, sub, aud, jti, exp } = read(claims);
  assert.deepEqual({ iss, sub, aud }, { iss: 'key-1', sub: 'key-1', aud: 'https://localhost:8143/oauth2/token' });
  assert.match(jti, /^[0-9a-f-]{36}$/);
  const life = exp - Date.now() / 1_000;
  assert.ok(life > 200 && life < 300, `${life}`);
  const key = createPublicKey(readFileSync(privateKeyPath));
  assert.ok(verify('RSA-SHA512', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')));
});
