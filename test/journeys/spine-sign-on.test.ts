/**
 * Legacy sign-on over the wire: the card's signature by OpenSSL, the assertion read with an XML parser, token events received by a listener,
 * and what an attacker would try.
 */
import assert from 'node:assert/strict';
import { createVerify, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { DOMParser } from '@xmldom/xmldom';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { asMime, gpObject, inner, parameter, Workstation } from '../helpers/smartcard.ts';

const CLINICIAN = '656005750104';

/** What a SAML 1.1 reader takes from an assertion: attributes in order. */
function attributesOf(reply: Reply): {
  status: string;
  attributes: [string, string[]][];
  document: ReturnType<DOMParser['parseFromString']>;
} {
  const document = new DOMParser().parseFromString(reply.text, 'text/xml');
  const SAML = 'urn:oasis:names:tc:SAML:1.0:assertion';
  const status = document.getElementsByTagNameNS('urn:oasis:names:tc:SAML:1.0:protocol', 'StatusCode')[0]?.getAttribute('Value') ?? '';
  const attributes = [...document.getElementsByTagNameNS(SAML, 'Attribute')].map((each): [string, string[]] => {
    assert.equal(each.getAttribute('AttributeNamespace'), 'http://www.syntegra.com');
    const values = [...each.getElementsByTagNameNS(SAML, 'AttributeValue')].map((value) => value.textContent ?? '');
    return [each.getAttribute('AttributeName') ?? '', values];
  });
  return { status, attributes, document };
}

describe('Spine sign-on', { concurrency: false }, () => {
  const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT,DEP', LOCALSPINE_SPINE_IDLE_MINUTES: '300' });
  const workstation = new Workstation(spine);
  const dep = new Workstation(spine, 'DEP');
  const told: { body: string; path: string; type: string }[] = [];
  let waiting: { count: number; done: () => void } | undefined;
  let listener: Server;
  let listenerUrl = '';

  before(async () => {
    await spine.start();
    listener = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        told.push({ body, path: request.url ?? '', type: request.headers['content-type'] ?? '' });
        response.end('OK');
        if (waiting !== undefined && told.length >= waiting.count) waiting.done();
      });
    });
    await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', () => ready()));
    const address = listener.address();
    assert.ok(typeof address === 'object' && address !== null);
    listenerUrl = `http://127.0.0.1:${address.port}`;
  });
  after(async () => {
    listener.close();
    listener.closeAllConnections();
    workstation.remove();
    dep.remove();
    await spine.remove();
  });

  /** Waits until `count` events in all have come. */
  function events(count: number): Promise<void> {
    if (told.length >= count) return Promise.resolve();
    return new Promise((done) => {
      waiting = { count, done };
    });
  }

  async function lastRefusal(): Promise<{ check: string; why: string; fix: string }> {
    return (await spine.admin('INT', '/journal?limit=1&verdict=refused')).json.exchanges[0].refusal;
  }

  async function refused(reply: Reply, text: string, check: string): Promise<void> {
    assert.equal(reply.status, 200);
    assert.ok(reply.text.includes(text), reply.text);
    assert.ok(!reply.text.includes('sso_ticket'));
    // What is wrong with a certificate is said by the authority's own check.
    assert.equal((await lastRefusal()).check, check.startsWith('pki.') ? check : `spine-sign-on.${check}`);
  }

  test('a challenge is 48 bytes, signed by the server whose certificate the client sees', async () => {
    const request = gpObject({ auth_method: '3', app_url: 'NHST', log_session_id: 'Ao9qufl1uA', service: 'ACTIVATION' });
    const reply = await workstation.post('/login/authactivate', request);
    const [challenge, signature] = [parameter(reply, 'challenge'), parameter(reply, 'signature')];
    assert.equal(reply.status, 200);
    const { baseUrl, caPath } = spine.environment('INT');
    assert.equal(parameter(reply, 'reply_url'), `${baseUrl}/login/authvalidate`);
    assert.ok(
      reply.text.startsWith(
        `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE USER SYSTEM "${baseUrl}/login/dtd">\n<gpOBJECT>\n<gpPARAM name="gas_version">5.2.7</gpPARAM>\n`,
      ),
    );
    const bytes = Buffer.from(challenge, 'base64');
    assert.equal(bytes.length, 48);
    const { hostname, port } = new URL(baseUrl);
    const certificate = await new Promise<X509Certificate>((done, failed) => {
      const socket = connect({ host: hostname, port: Number(port), ca: readFileSync(caPath), servername: hostname }, () => {
        done(new X509Certificate(socket.getPeerCertificate().raw));
        socket.end();
      }).once('error', failed);
    });
    assert.ok(createVerify('sha256').update(bytes).verify(certificate.publicKey, signature, 'base64'));
  });

  test('a card that OpenSSL signs with opens a session; every role is on a line of its own', async () => {
    const card = await workstation.card(CLINICIAN);
    const reply = await workstation.logOn(card);
    assert.match(parameter(reply, 'sso_ticket'), /^AQIC5wM2LY4Sfc[A-Za-z0-9+/]{44}=@AAJTSQACMDE=#$/);
    assert.equal(parameter(reply, 'sso_max_session_time'), '600');
    assert.equal(parameter(reply, 'sso_session_time'), '300');
    assert.match(parameter(reply, 'cn'), /^[A-Z][\w'-]+ [\w'-]+ (Mr|Mrs|Ms|Miss|Dr|Prof)$/i);
    const roles = [
      ...reply.text.matchAll(
        /^<gpPARAM name="nhsjobrole(\d+)" id="(\d{12})" orgcode="([A-Z0-9]+)">([^,]+), ("[^"]+":"[^"]+":"[^"]+")<\/gpPARAM>$/gm,
      ),
    ];
    assert.ok(roles.length > 1, reply.text);
    assert.deepEqual(
      roles.map(([, n]) => Number(n)),
      roles.map((_, n) => n),
    );
  });

  for (const options of [['-md', 'sha256'], ['-md', 'sha256', '-noattr'], []])
    test(`signed attributes and other digests are read too: ${options.join(' ') || 'OpenSSL’s defaults'}`, async () => {
      const card = await workstation.card(CLINICIAN);
      const { challenge, signature } = await workstation.activate();
      const signed = workstation.sign(Buffer.from(challenge, 'base64'), card, options);
      assert.ok(parameter(await workstation.validate({ challenge, signature, uid: CLINICIAN, response: asMime(signed) }), 'sso_ticket'));
      const again = await workstation.activate();
      const bare = workstation.sign(Buffer.from(again.challenge, 'base64'), card, options).toString('base64');
      const plain = await workstation.validate({ challenge: again.challenge, signature: again.signature, uid: CLINICIAN, response: bare });
      assert.ok(parameter(plain, 'sso_ticket'), 'base64 of the message without a MIME text');
    });

  test('the assertion lists every role and says which is in force; it ends with the session', async () => {
    const card = await workstation.card(CLINICIAN);
    const reply = await workstation.logOn(card);
    const ticket = parameter(reply, 'sso_ticket');
    const roles = [...reply.text.matchAll(/nhsjobrole\d+" id="(\d{12})"/g)].map(([, id]) => id);
    const before = attributesOf(await workstation.assertion(ticket));
    assert.equal(before.status, 'samlp:Success');
    assert.ok(!before.attributes.some(([name]) => name === 'ssbSessionRoleUid'), 'none of several roles is in force before one is chosen');
    assert.equal((await workstation.selectRole(ticket, roles[1] ?? '')).text, '<HTML><STATUS>OK</STATUS></HTML>');
    const { attributes, document } = attributesOf(await workstation.assertion(ticket));
    assert.deepEqual(
      attributes.slice(0, 5).map(([name]) => name),
      ['ssbAssertionVersion', 'cn', 'uid', 'ssbSessionRoleUid', 'ssbMode'],
    );
    assert.deepEqual(attributes[3], ['ssbSessionRoleUid', [roles[1]]]);
    assert.deepEqual(
      attributes.filter(([name]) => name === 'uniqueIdentifier').map(([, [id]]) => id),
      roles,
    );
    assert.equal(attributes.filter(([name]) => name === 'nhsIdCode').length, roles.length);
    assert.ok(attributes.every(([, values]) => values.length > 0));
    const text = document.toString();
    assert.ok(!/Signature/.test(text), 'not signed: trust is TLS');
    const [notBefore, notOnOrAfter] = ['NotBefore', 'NotOnOrAfter'].map((name) =>
      Date.parse(new RegExp(`${name}="([^"]+)"`).exec(text)?.[1] ?? ''),
    );
    assert.equal((notOnOrAfter ?? 0) - (notBefore ?? 0), 8 * 60_000);
    assert.ok((notBefore ?? 0) < Date.now() && Date.now() < (notOnOrAfter ?? 0), 'valid by the reader’s own watch');
    assert.equal((await workstation.selectRole(ticket, '555000000000')).text.includes('OK'), false);
    const out = await workstation.post(
      '/login/authlogout',
      gpObject({ service: 'LOGOUT', sso_ticket: ticket, log_session_id: 'x', device_id: 'x', uid: CLINICIAN }),
    );
    assert.equal(out.text, '<HTML><STATUS>OK</STATUS></HTML>');
    const gone = attributesOf(await workstation.assertion(ticket));
    assert.deepEqual([gone.status, gone.attributes], ['samlp:Requester', []]);
  });

  test('one role is in force at once; its block carries functions by code and by name', async () => {
    const ticket = await workstation.ticket(await workstation.card('656005750108'));
    const { attributes } = attributesOf(await workstation.assertion(ticket));
    const all = new Map(attributes);
    assert.deepEqual(all.get('ssbSessionRoleUid'), ['555254242106']);
    assert.deepEqual(all.get('nhsIdCode'), ['R69']);
    assert.deepEqual(all.get('nhsBusinessFunctionsCodes'), ['B1101', 'B1110']);
    assert.deepEqual(all.get('nhsBusinessFunctions'), ['Manage Inbound Referrals', 'Manage Outbound Referrals']);
    assert.match(all.get('nhsJobRole')?.[0] ?? '', /^"[^"]+":"[^"]+":"[^"]+"$/);
    assert.match(all.get('nhsJobRoleCode')?.[0] ?? '', /^S\d{4}:G\d{4}:R\d{4}$/);
  });

  test('a client that forgets to percent-encode "+" is understood; one that loses what follows "#" is told why', async () => {
    const card = await workstation.card(CLINICIAN);
    let ticket = '';
    for (let tries = 0; tries < 20 && !ticket.includes('+'); tries += 1) ticket = await workstation.ticket(card);
    assert.ok(ticket.includes('+'));
    const raw = await spine.call('INT', `/saml/RoleAssertion?token=${ticket.replace('#', '%23')}`);
    assert.equal(attributesOf(raw).status, 'samlp:Success');
    await spine.call('INT', `/saml/RoleAssertion?token=${ticket.replaceAll('+', '%2B')}`);
    assert.match((await lastRefusal()).fix, /Percent-encode/);
  });

  test('log-out by GET with a body, as one client does it', async () => {
    const ticket = await workstation.ticket(await workstation.card(CLINICIAN));
    const reply = await spine.call('INT', '/login/authlogout', {
      method: 'GET',
      body: gpObject({ service: 'LOGOUT', sso_ticket: ticket, log_session_id: 'x', uid: CLINICIAN }),
    });
    assert.equal(reply.text, '<HTML><STATUS>OK</STATUS></HTML>');
    assert.match((await workstation.assertion(ticket)).text, /samlp:Requester/);
  });

  test('attacks on the answer: replayed, of another log-on, challenge, user, card, environment or issuer', async () => {
    const card = await workstation.card(CLINICIAN);
    const sign = (challenge: string, with_ = card) => asMime(workstation.sign(Buffer.from(challenge, 'base64'), with_));

    const first = await workstation.activate();
    const answer = { challenge: first.challenge, signature: first.signature, uid: CLINICIAN, response: sign(first.challenge) };
    assert.ok(parameter(await workstation.validate(answer), 'sso_ticket'));
    await refused(await workstation.validate(answer), 'Failed To Validate', 'challenge');

    const twin = await workstation.activate();
    const both = { ...twin, uid: CLINICIAN, response: sign(twin.challenge) };
    const replies = await Promise.all([workstation.validate(both), workstation.validate(both), workstation.validate(both)]);
    assert.equal(replies.filter((each) => each.text.includes('sso_ticket')).length, 1, 'sent three times at once it counts once');

    const [a, b] = [await workstation.activate(), await workstation.activate()];
    await refused(await workstation.validate({ ...a, uid: CLINICIAN, response: sign(b.challenge) }), 'Failed To Validate', 'content');
    await refused(
      await workstation.validate({ ...b, uid: CLINICIAN, response: sign(b.challenge), log_session_id: 'another' }),
      'Failed To Validate',
      'challenge',
    );

    const c = await workstation.activate();
    await refused(
      await workstation.validate({ ...c, signature: a.signature, uid: CLINICIAN, response: sign(c.challenge) }),
      'Failed To Validate',
      'challenge',
    );
    await refused(await workstation.logOn(card, { uid: '656005750107' }), 'Failed To Validate', 'card');
    await refused(await workstation.logOn(card, { challenge: Buffer.alloc(48).toString('base64') }), 'Failed To Validate', 'challenge');

    // One byte of the signature changed.
    const d = await workstation.activate();
    const message = workstation.sign(Buffer.from(d.challenge, 'base64'), card);
    message[message.length - 5] = (message.at(-5) ?? 0) ^ 1;
    await refused(await workstation.validate({ ...d, uid: CLINICIAN, response: asMime(message) }), 'Failed To Validate', 'signature');

    // A card of another environment, under the same root.
    const foreign = await dep.card(CLINICIAN);
    const e = await workstation.activate();
    const depSigned = dep.sign(Buffer.from(e.challenge, 'base64'), foreign);
    await refused(
      await workstation.validate({ ...e, uid: CLINICIAN, response: asMime(depSigned) }),
      'Failed To Validate',
      'pki.wrong-environment',
    );

    // A certificate the attacker made, of an issuer that bears the right name.
    workstation.openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      subjectOfIssuer(workstation, card.certificate),
    );
    workstation.openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'evil.key',
      '-out',
      'evil.csr',
      '-subj',
      `/O=nhs/OU=people/CN=${CLINICIAN}`,
    );
    writeFileSync(join(workstation.folder, 'evil.ext'), 'extendedKeyUsage=1.3.6.1.4.1.311.20.2.2\n');
    workstation.openssl(
      'x509',
      '-req',
      '-extfile',
      'evil.ext',
      '-in',
      'evil.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-days',
      '1',
      '-out',
      'evil.pem',
    );
    const evil = { ...card, certificate: 'evil.pem', key: 'evil.key' };
    const f = await workstation.activate();
    await refused(
      await workstation.validate({ ...f, uid: CLINICIAN, response: sign(f.challenge, evil) }),
      'Failed To Validate',
      'pki.signature',
    );
  });

  test('a locked, removed or revoked card, and what it opened', async () => {
    const user = '656005750107';
    const card = await workstation.card(user);
    const ticket = await workstation.ticket(card);
    assert.equal(attributesOf(await workstation.assertion(ticket)).status, 'samlp:Success');
    const tryPasscode = (passcode: string) =>
      spine.admin('INT', `/identity/cards/${user}/credential`, { method: 'POST', body: { passcode } });
    for (let tries = 0; tries < 5; tries += 1) await tryPasscode('0000');
    assert.equal((await tryPasscode('1234')).status, 403);
    await refused(await workstation.logOn(card), 'Failed To Validate', 'card');
    assert.equal(attributesOf(await workstation.assertion(ticket)).status, 'samlp:Requester', 'the session ended with the card');
  });

  test('bad forms and XML with entities are refused, and nothing is read or stored', async () => {
    const secret = join(workstation.folder, 'secret');
    writeFileSync(secret, 'top secret');
    const xxe = `<!DOCTYPE USER [<!ENTITY x SYSTEM "file://${secret}">]><gpOBJECT><gpPARAM name="log_session_id">&x;</gpPARAM><gpPARAM name="service">ACTIVATION</gpPARAM></gpOBJECT>`;
    for (const body of [
      '',
      'hello',
      '<gpOBJECT/>',
      '{"a":1}',
      xxe,
      gpObject({ service: 'LOGOUT', log_session_id: 'x' }),
      gpObject({ service: 'ACTIVATION' }),
    ]) {
      const reply = await workstation.post('/login/authactivate', body);
      await refused(reply, 'Invalid input request', 'input');
      assert.ok(!reply.text.includes('top secret'));
    }
    await refused(await workstation.logOn(await workstation.card(CLINICIAN), { response: '!!' }), 'Invalid input request', 'input');
    for (const body of [
      '',
      'x',
      '<RequestSet/>',
      xxe,
      '<RequestSet svcid="session" reqid="1"><Request>&lt;!DOCTYPE a [&lt;!ENTITY b "c">]>&lt;SessionRequest/></Request></RequestSet>',
    ])
      assert.equal((await workstation.post('/amserver/sessionservice', body)).status, 400, body);
    assert.equal((await workstation.post('/login/authactivate', 'x'.repeat(70_000))).status, 413);
  });

  test('no ticket is in the journal, neither in addresses nor in bodies', async () => {
    const ticket = await workstation.ticket(await workstation.card(CLINICIAN));
    await workstation.assertion(ticket);
    await workstation.session(`<GetSession><SessionID>${ticket}</SessionID></GetSession>`);
    const { json } = await spine.admin('INT', '/journal?limit=3');
    assert.deepEqual(
      json.exchanges.map((each: { operation: string }) => each.operation),
      ['session-service', 'role-assertion', 'authvalidate'],
    );
    const [sessions] = (await spine.admin('INT', '/identity/spine-sign-on/sessions')).json.sessions.slice(-1);
    for (const { id } of json.exchanges) {
      const entry = (await spine.admin('INT', `/journal/${id}`)).text;
      for (const secret of [ticket, encodeURIComponent(ticket), ticket.slice(14, 58)]) assert.ok(!entry.includes(secret), entry);
      assert.ok(entry.includes(`AQIC5w…${sessions.id.slice(0, 8)}`), entry);
    }
  });

  test('paths are exact: another spelling answers 404', async () => {
    for (const path of ['/amserver/NamingService', '/AMSERVER/namingservice', '/Login/authactivate'])
      assert.equal((await workstation.post(path, '')).status, 404, path);
  });

  test('the naming service says where the session service is', async () => {
    const ticket = await workstation.ticket(await workstation.card(CLINICIAN));
    const ask = (sessid: string) =>
      workstation.post(
        '/amserver/namingservice',
        `<RequestSet vers="1.0" svcid="com.iplanet.am.naming" reqid="3"><Request><![CDATA[<NamingRequest vers="3.0" reqid="1" sessid="${sessid}"><GetNamingProfile></GetNamingProfile></NamingRequest>]]></Request></RequestSet>`,
      );
    const { baseUrl } = spine.environment('INT');
    const known = inner(await ask(ticket));
    assert.ok(
      known.startsWith(
        `<NamingResponse vers="3.0" reqid="1"><GetNamingProfile><Attribute name="iplanet-am-naming-session-url" value="${baseUrl}/amserver/sessionservice"></Attribute>`,
      ),
      known,
    );
    assert.match(
      inner(await ask('AQIC5wM2LY4Sfcnobody=@AAJTSQACMDE=#')),
      /<Exception>AQIC5wM2LY4Sfcnobody=@AAJTSQACMDE=# Invalid session ID\.<\/Exception>/,
    );
  });

  test('sessions: read, kept alive, given properties; not those of others; not in another environment', async () => {
    const card = await workstation.card(CLINICIAN);
    const ticket = await workstation.ticket(card);
    const id = `<SessionID>${ticket}</SessionID>`;
    const read = await workstation.session(`<GetSession reset="false">${id}</GetSession>`);
    assert.match(
      read,
      /stype="user" cid="uid=656005750104,ou=People,o=nhs" cdomain="o=nhs" maxtime="600" maxidle="300" maxcaching="3" timeidle="\d+" timeleft="(36000|35\d{3})" state="valid"/,
    );
    assert.equal(
      await workstation.session(`<SetProperty>${id}<Property name="pas.ward" value="7 &amp; 8"/></SetProperty>`),
      '<SessionResponse vers="1.0" reqid="2"><SetProperty><OK></OK></SetProperty></SessionResponse>',
    );
    assert.match(await workstation.session(`<GetSession>${id}</GetSession>`), /<Property name="pas.ward" value="7 &amp; 8"><\/Property>/);
    for (const operation of [
      `<SetProperty>${id}<Property name="ssbSessionRoleUid" value="1"/></SetProperty>`,
      `<GetValidSessions>${id}</GetValidSessions>`,
      `<AddSessionListenerOnAllSessions>${id}<URL>${listenerUrl}</URL></AddSessionListenerOnAllSessions>`,
    ])
      assert.match(await workstation.session(operation), /<Exception>.* No privilege to perform this operation\.<\/Exception>/);
    assert.match(
      await workstation.session(`<Frobnicate>${id}</Frobnicate>`),
      /<Frobnicate><Exception>.* Unknown request method\.<\/Exception>/,
    );
    assert.match(await dep.session(`<GetSession>${id}</GetSession>`), /Invalid session ID\./);
    assert.match((await dep.assertion(ticket)).text, /samlp:Requester/);
    const other = await workstation.ticket(await workstation.card('656005750106'));
    assert.match(
      await workstation.session(`<DestroySession>${id}<DestroySessionID>${other}</DestroySessionID></DestroySession>`),
      /No privilege/,
    );
    assert.match(await workstation.session(`<Logout>${id}</Logout>`), /<OK>/);
    assert.match(await workstation.session(`<GetSession>${id}</GetSession>`), /Invalid session ID\./);
    // A listener of operators hears of sessions from their beginning.
  });

  test('token events go to the port the listener asked for: role change, log-out', async () => {
    const start = told.length;
    const reply = await workstation.logOn(await workstation.card(CLINICIAN));
    const ticket = parameter(reply, 'sso_ticket');
    const role = /nhsjobrole0" id="(\d{12})"/.exec(reply.text)?.[1] ?? '';
    const add = await workstation.session(
      `<AddSessionListener><SessionID>${ticket}</SessionID><URL>${listenerUrl}/notify</URL></AddSessionListener>`,
    );
    assert.equal(add, '<SessionResponse vers="1.0" reqid="2"><AddSessionListener><OK></OK></AddSessionListener></SessionResponse>');
    await workstation.selectRole(ticket, role);
    await events(start + 1);
    await workstation.session(`<Logout><SessionID>${ticket}</SessionID></Logout>`);
    await events(start + 2);
    const [changed, ended] = told.slice(start);
    assert.deepEqual([changed?.path, changed?.type], ['/notify', 'text/xml']);
    assert.match(
      changed?.body ?? '',
      /^<\?xml version="1.0" encoding="UTF-8" standalone="yes"\?>\n<NotificationSet vers="1.0" svcid="session" notid="\d+">\n<Notification><!\[CDATA\[<SessionNotification vers="1.0" notid="\d+"><Session /,
    );
    assert.match(
      changed?.body ?? '',
      new RegExp(`state="valid".*<Property name="ssbSessionRoleUid" value="${role}"></Property>.*<Type>6</Type><Time>\\d{13}</Time>`),
    );
    assert.ok(ended?.body.includes(`sid="${ticket}"`));
    assert.match(ended?.body ?? '', /state="destroyed".*<Type>3<\/Type>/);
    for (const url of ['ftp://x/', 'http://user:secret@127.0.0.1/', 'nonsense', ''])
      assert.match(
        await workstation.session(`<AddSessionListener><SessionID>${ticket}</SessionID><URL>${url}</URL></AddSessionListener>`),
        /Exception/,
      );
  });

  test('an operator’s listener hears of every log-on; idle and maximum times run on the environment’s clock', async () => {
    const registered = await spine.admin('INT', '/identity/spine-sign-on/listeners', {
      method: 'POST',
      body: { url: `${listenerUrl}/all` },
    });
    assert.equal(registered.status, 201);
    const advance = (minutes: number) => spine.admin('INT', '/clock', { method: 'PUT', body: { advance: `PT${minutes}M` } });
    const typesOf = (ticket: string): string[] =>
      told.filter(({ body }) => body.includes(`sid="${ticket}"`)).map(({ body }) => /<Type>(\d+)<\/Type>/.exec(body)?.[1] ?? '');
    const until = async (ticket: string, types: readonly string[]): Promise<void> => {
      while (typesOf(ticket).length < types.length) await events(told.length + 1);
      assert.deepEqual(typesOf(ticket), types);
    };
    const card = await workstation.card(CLINICIAN);

    const idle = await workstation.ticket(card);
    await until(idle, ['0']);
    await advance(301);
    assert.match(await workstation.session(`<GetSession reset="true"><SessionID>${idle}</SessionID></GetSession>`), /Invalid session ID\./);
    await until(idle, ['0', '1']);
    assert.ok(told.some(({ body }) => body.includes(`sid="${idle}"`) && body.includes('state="invalid"')));

    const used = await workstation.ticket(card);
    for (const minutes of [200, 200]) {
      await advance(minutes);
      assert.equal(attributesOf(await workstation.assertion(used)).status, 'samlp:Success', 'asking for the assertion is use');
    }
    await advance(201);
    // Nobody asks: the session ends by itself.
    await until(used, ['0', '2']);
    assert.equal(attributesOf(await workstation.assertion(used)).status, 'samlp:Requester', 'used or not, ten hours are the end');
    const { json } = await spine.admin('INT', '/identity/spine-sign-on/sessions');
    assert.deepEqual(json.sessions, []);
    const url = encodeURIComponent(`${listenerUrl}/all`);
    assert.equal((await spine.admin('INT', `/identity/spine-sign-on/listeners?url=${url}`, { method: 'DELETE' })).status, 200);
  });
});

function subjectOfIssuer(workstation: Workstation, certificate: string): string {
  const { issuer } = new X509Certificate(readFileSync(join(workstation.folder, certificate)));
  return `/${issuer.split('\n').join('/')}`;
}
