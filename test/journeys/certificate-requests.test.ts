/** Where a person decides (LOCALSPINE_REGISTRATION_APPROVAL=person), a request for a certificate waits: on the command line and on the page. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { LocalSpine } from '../helpers/localspine.ts';

const NAME = 'waiting.acme.thirdparty.nhs.uk';
const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_REGISTRATION_APPROVAL: 'person' });
before(() => spine.start());
after(() => spine.remove());

// biome-ignore lint/suspicious/noExplicitAny: test convenience
function cli(...args: readonly string[]): { status: number | null; json: any; text: string } {
  const { status, stdout, stderr } = spine.cli('certificate', ...args, '--environment', 'int', '--json');
  return { status, json: stdout === '' ? undefined : JSON.parse(stdout), text: stdout + stderr };
}

test('a certificate is asked for, waits, is issued and collected beside its key', () => {
  const asked = cli('request', NAME, '--ods', 'R69', '--register');
  assert.deepEqual([asked.status, asked.json.state], [0, 'requested'], asked.text);
  assert.ok(existsSync(asked.json.privateKeyPath));
  const early = cli('collect', asked.json.requestId);
  assert.deepEqual([early.status, /waits for a decision/.test(early.text)], [1, true]);
  assert.equal(cli('requests', '--state', 'requested').json.requests.length, 1);
  assert.equal(cli('decide', asked.json.requestId, '--event', 'issue').json.state, 'issued');
  const collected = cli('collect', asked.json.requestId);
  assert.match(readFileSync(collected.json.chainPath, 'utf8'), /^-----BEGIN CERTIFICATE-----/);
  const renewal = cli('renew', collected.json.serial);
  assert.equal(renewal.json.state, 'requested');
  assert.match(cli('decide', renewal.json.requestId, '--event', 'refuse', '--reason', 'Too early').text, /Too early/);
  assert.match(cli('collect', renewal.json.requestId).text, /refused: Too early/);
});

test('a person decides on the page, which no other site can', async () => {
  const { requestId } = cli('request', NAME, '--ods', 'R69').json;
  const first = await spine.call('INT', '/_localspine/pki/');
  const cookie = (first.headers['set-cookie'] ?? '').split(';')[0] ?? '';
  const token = /name="token" value="([^"]+)"/.exec(first.text)?.[1] ?? '';
  const send = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> =>
    spine.call('INT', `/_localspine/pki/requests/${requestId}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  assert.equal((await send({ event: 'issue', token })).status, 403, 'without its cookie');
  const bare = await send({ event: 'refuse', reason: '', token }, { cookie });
  assert.deepEqual([bare.status, /Say why the request is refused/.test(bare.text)], [422, true]);
  const issued = await send({ event: 'issue', token }, { cookie });
  assert.match(issued.text, /was issued[\s\S]*BEGIN CERTIFICATE/);
});
