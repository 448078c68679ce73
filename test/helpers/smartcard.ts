/** A smartcard log-on as a workstation does it, the card's signature by OpenSSL. Imports nothing of the product. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalSpine, Reply } from './localspine.ts';

export interface CardFiles {
  readonly userId: string;
  readonly cardNumber: string;
  readonly certificate: string;
  readonly key: string;
}

/** One workstation at one environment. */
export class Workstation {
  readonly spine: LocalSpine;
  readonly environment: string;
  readonly folder = mkdtempSync(join(tmpdir(), 'localspine-card-'));

  constructor(spine: LocalSpine, environment = 'INT') {
    this.spine = spine;
    this.environment = environment;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'ignore' });
  }

  /** Puts a virtual card into the reader: its certificate and key as files. */
  async card(userId: string, passcode = '1234'): Promise<CardFiles> {
    const reply = await this.spine.admin(this.environment, `/identity/cards/${userId}/credential`, { method: 'POST', body: { passcode } });
    assert.equal(reply.status, 200, reply.text);
    const files = { certificate: `${userId}.pem`, key: `${userId}.key` };
    writeFileSync(join(this.folder, files.certificate), reply.json.certificatePem);
    writeFileSync(join(this.folder, files.key), reply.json.privateKeyPem);
    return { userId, cardNumber: reply.json.cardNumber, ...files };
  }

  /** The CMS message over some bytes: as the national cards make it, unless told otherwise. */
  sign(content: Buffer, card: Pick<CardFiles, 'certificate' | 'key'>, options: readonly string[] = ['-md', 'sha1', '-noattr']): Buffer {
    writeFileSync(join(this.folder, 'content'), content);
    this.openssl(
      'cms',
      '-sign',
      '-binary',
      '-nodetach',
      '-in',
      'content',
      '-signer',
      card.certificate,
      '-inkey',
      card.key,
      '-outform',
      'DER',
      '-out',
      'signed.der',
      ...options,
    );
    return readFileSync(join(this.folder, 'signed.der'));
  }

  post(path: string, body: string): Promise<Reply> {
    return this.spine.call(this.environment, path, { method: 'POST', body });
  }

  async activate(logSessionId = 'Ao9qufl1uA'): Promise<{ challenge: string; signature: string; log_session_id: string }> {
    const reply = await this.post('/login/authactivate', gpObject({ ...IDS, log_session_id: logSessionId, service: 'ACTIVATION' }));
    return { challenge: parameter(reply, 'challenge'), signature: parameter(reply, 'signature'), log_session_id: logSessionId };
  }

  validate(changes: Readonly<Record<string, string>>): Promise<Reply> {
    return this.post(
      '/login/authvalidate',
      gpObject({ ...IDS, log_session_id: 'Ao9qufl1uA', service: 'AUTHENTICATION', card_type: 'p11', mobility: '0', ...changes }),
    );
  }

  /** From challenge to answer, with whatever the test wants different. */
  async logOn(card: CardFiles, changes: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const { challenge, signature } = await this.activate();
    const response = asMime(this.sign(Buffer.from(challenge, 'base64'), card));
    return this.validate({ challenge, signature, uid: card.userId, response, ...changes });
  }

  /** Signs on and gives the ticket. */
  async ticket(card: CardFiles): Promise<string> {
    return parameter(await this.logOn(card), 'sso_ticket');
  }

  assertion(ticket: string): Promise<Reply> {
    return this.spine.call(this.environment, `/saml/RoleAssertion?token=${encodeURIComponent(ticket)}`);
  }

  selectRole(ticket: string, roleProfileId: string, mode = '0'): Promise<Reply> {
    const query = new URLSearchParams({
      token: ticket,
      selectedRoleUid: roleProfileId,
      ssbMode: mode,
      fallbackStatus: '0',
      gacVersion: '7',
    });
    return this.spine.call(this.environment, `/saml/RoleSelectionGP.jsp?${query}`);
  }

  /** Asks the session service; gives the document inside the answer. */
  async session(operation: string): Promise<string> {
    return inner(
      await this.post(
        '/amserver/sessionservice',
        `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<RequestSet vers="1.0" svcid="session" reqid="4">\n<Request><![CDATA[<SessionRequest vers="1.0" reqid="2">${operation}</SessionRequest>]]></Request>\n</RequestSet>`,
      ),
    );
  }
}

const IDS = { auth_method: '3', app_url: 'NHST', device_id: '1ef2f9cc,ClientIP=10.1.2.3' };

export function gpObject(parameters: Readonly<Record<string, string>>): string {
  const lines = Object.entries(parameters).map(
    ([name, value]) => `<gpPARAM name="${name}">${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</gpPARAM>`,
  );
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<!DOCTYPE USER SYSTEM "gpOBJECT.DTD">', '<gpOBJECT>', ...lines, '</gpOBJECT>'].join(
    '\n',
  );
}

/** The wrapping of the public Linux agent: indented headers, a separator of blanks, one long line. */
export function asMime(message: Buffer): string {
  const text = `MIME-Version: 1.0\n  Content-Type: application/x-pkcs7-mime; name="smime.p7m"\n  Content-Transfer-Encoding: base64\n   \n${message.toString('base64')}\n`;
  return Buffer.from(text).toString('base64');
}

/** A parameter as clients scrape it: line by line, up to the end tag. */
export function parameter(reply: Reply, name: string): string {
  const found = reply.text
    .split('\n')
    .map((line) => new RegExp(`^<gpPARAM name="${name}"[^>]*>(.*)</gpPARAM>$`).exec(line)?.[1])
    .find((value) => value !== undefined);
  assert.ok(found !== undefined, `no ${name} in ${reply.status} ${reply.text}`);
  return found;
}

/** The document inside the CDATA of an access-manager answer. */
export function inner(reply: Reply): string {
  assert.equal(reply.status, 200, reply.text);
  return /<Response><!\[CDATA\[([\s\S]*)\]\]><\/Response>/.exec(reply.text)?.[1] ?? assert.fail(reply.text);
}
