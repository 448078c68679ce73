/** The role assertion of Spine sign-on, read by OpenSAML (Java), a SAML 1.1 consumer of the field. SAML_CLASSPATH names its jars. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { LocalSpine } from '../helpers/localspine.ts';
import { parameter, Workstation } from '../helpers/smartcard.ts';

const CLASSPATH = process.env['SAML_CLASSPATH'];
const CONSUMER = join(import.meta.dirname, 'saml/Consumer.java');
const CLINICIAN = '656005750104';

describe('OpenSAML', { skip: CLASSPATH === undefined ? 'SAML_CLASSPATH names no jars of OpenSAML' : false, concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
  const workstation = new Workstation(spine);
  let ticket = '';
  let roles: readonly string[] = [];

  before(async () => {
    await spine.start();
    const reply = await workstation.logOn(await workstation.card(CLINICIAN));
    ticket = parameter(reply, 'sso_ticket');
    roles = [...reply.text.matchAll(/name="nhsjobrole\d+" id="(\d{12})"/g)].map(([, id = '']) => id);
  });
  after(async () => {
    workstation.remove();
    await spine.remove();
  });

  /** What OpenSAML takes from an answer: name and value of each line. */
  async function consumed(text: string): Promise<readonly (readonly [string, string])[]> {
    const file = join(spine.home, 'assertion.xml');
    writeFileSync(file, text);
    const { stdout } = await promisify(execFile)('java', ['-cp', CLASSPATH ?? '', CONSUMER, file]);
    return stdout
      .trim()
      .split('\n')
      .map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
  }

  test('reads version, conditions, subject and the attributes of every role', async () => {
    const lines = await consumed((await workstation.assertion(ticket)).text);
    const of = (name: string): string[] => lines.filter(([each]) => each === name).map(([, value]) => value);
    assert.deepEqual(of('status'), ['Success']);
    assert.deepEqual([of('version'), of('in-force')], [['1.1'], ['true']]);
    assert.deepEqual(of('subject'), [`uid=${CLINICIAN},ou=People,o=nhs`]);
    assert.deepEqual([of('uid'), of('ssbAssertionVersion')], [[CLINICIAN], ['1.1']]);
    assert.ok(roles.length > 1);
    assert.deepEqual(of('uniqueIdentifier').sort(), [...roles].sort());
    assert.equal(of('nhsJobRoleCode').length, roles.length);
  });

  test('reads a refusal as one, with no assertion in it', async () => {
    const lines = await consumed((await workstation.assertion(`${ticket.slice(0, -6)}AAAA=#`)).text);
    assert.deepEqual(lines, [['status', 'Requester']]);
  });
});
