/** `localspine key create`: a key pair without asking anything that runs. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { calculateJwkThumbprint } from 'jose';
import { run } from './program.ts';

const home = mkdtempSync(join(tmpdir(), 'localspine-key-'));

async function localspine(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly notes: string }> {
  const [out, notes]: [string[], string[]] = [[], []];
  const terminal = {
    interactive: false,
    colour: false,
    out: (text: string) => void out.push(text),
    note: (text: string) => void notes.push(text),
    confirm: async () => false,
    secret: async () => '',
  };
  const code = await run(args, { variables: { LOCALSPINE_HOME: home }, folder: home, terminal });
  return { code, out: out.join('\n'), notes: notes.join('\n') };
}

test('writes the private key for its owner alone, and a public key set named by its thumbprint', async () => {
  const made = await localspine('key', 'create', '--bits', '2048', '--out', 'pair', '--json');
  assert.equal(made.code, 0, made.notes);
  const { kid, privateKeyPath, jwksPath } = JSON.parse(made.out);
  assert.equal(statSync(privateKeyPath).mode & 0o777, 0o600);
  const [key] = JSON.parse(readFileSync(jwksPath, 'utf8')).keys;
  assert.deepEqual(Object.keys(key), ['kty', 'n', 'e', 'alg', 'use', 'kid']);
  assert.equal(kid, key.kid);
  assert.equal(kid, await calculateJwkThumbprint(key));
  const own = createPublicKey(createPrivateKey(readFileSync(privateKeyPath))).export({ format: 'jwk' });
  assert.equal(own.n, key.n, 'they belong together');
  assert.doesNotMatch(made.out, /PRIVATE KEY/);
});

test('never writes over a key', async () => {
  assert.equal((await localspine('key', 'create', '--bits', '2048', '--out', 'twice', '--kid', 'link-1')).code, 0);
  const before = readFileSync(join(home, 'twice', 'private-key.pem'), 'utf8');
  const again = await localspine('key', 'create', '--bits', '2048', '--out', 'twice');
  assert.equal(again.code, 1);
  assert.match(again.notes, /is there already/);
  assert.equal(readFileSync(join(home, 'twice', 'private-key.pem'), 'utf8'), before);
});
