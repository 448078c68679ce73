/** What Java's keytool makes of the stores that a running LocalSpine hands out; skipped where it is not installed. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { LocalSpine } from '../helpers/localspine.ts';

const NAME = 'x26ot001.r69.api.mesh-client.nhs.uk';
const run = promisify(execFile);
const localspine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'DEP' });

before(() => localspine.start());
after(() => localspine.remove());

function missing(tool: string, argument: string): string | false {
  try {
    execFileSync(tool, [argument], { stdio: 'ignore' });
    return false;
  } catch {
    return `${tool} is not installed`;
  }
}

function file(name: string, content: Buffer): string {
  const path = join(localspine.home, name);
  writeFileSync(path, content);
  return path;
}

async function keyStoreOf(form: string): Promise<{ path: string; password: string; alias: string; fileName: string }> {
  await localspine.admin('DEP', '/dns/names', { method: 'POST', body: { name: NAME, odsCode: 'R69' } });
  const { status, json } = await localspine.admin('DEP', '/pki/key-stores', {
    method: 'POST',
    body: { commonName: NAME, ods: 'R69', form },
  });
  assert.equal(status, 201);
  const { content, ...facts } = json;
  return { ...facts, path: file(`${form}.store`, Buffer.from(content, 'base64')) };
}

describe('keytool', { skip: missing('keytool', '-help') }, () => {
  const list = async (path: string, password: string): Promise<string> =>
    (await run('keytool', ['-J-Duser.language=en', '-list', '-v', '-keystore', path, '-storepass', password])).stdout;

  test('reads the trust stores: root and sub CA of both generations', async () => {
    for (const form of ['jks', 'p12']) {
      const text = await list(file(`trust.${form}`, (await localspine.admin('DEP', `/certificates/trust.${form}`)).bytes), 'changeit');
      assert.equal(text.match(/Entry type: trustedCertEntry/g)?.length, 4, form);
      for (const alias of ['generation-1-root', 'generation-1-sub-ca', 'generation-2-root', 'generation-2-sub-ca'])
        assert.match(text, new RegExp(`Alias name: ${alias}`));
    }
  });

  test('reads the MESH client’s store, name and entry as published, and can use its key (PTL-073)', async () => {
    for (const [form, type] of [
      ['mesh', 'JKS'],
      ['mesh-pkcs12', 'PKCS12'],
    ] as const) {
      const { path, password, alias, fileName } = await keyStoreOf(form);
      assert.equal(fileName, 'meshdep.keystore');
      assert.equal(alias, 'meshDEP');
      const text = await list(path, password);
      assert.match(text, new RegExp(`Keystore type: ${type}`));
      assert.match(text, /Alias name: meshdep\nCreation date: .*\nEntry type: PrivateKeyEntry\nCertificate chain length: 3/);
      const copy = join(localspine.home, `${form}-copy.p12`);
      const source = ['-srckeystore', path, '-srcstorepass', password];
      await run('keytool', ['-importkeystore', ...source, '-destkeystore', copy, '-deststorepass', 'changeit', '-deststoretype', 'PKCS12']);
      assert.match(await list(copy, 'changeit'), /PrivateKeyEntry/, 'the key opened with the password that was shown');
    }
  });

  test('a wrong password does not open it', async () => {
    const { path } = await keyStoreOf('jks');
    await assert.rejects(list(path, 'wrong-password'));
  });
});
