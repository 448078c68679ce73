/** The LDAP directory as supplier software meets it: over TLS, with a client library and with raw messages (sds.md §5, §6). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Client } from 'ldapts';
import type { Filter } from '../../src/services/directory/ldap/message.ts';
import { type Answer, bindMessage, message, type SearchParts, searchMessage } from '../../src/services/directory/ldap/test-client.ts';
import { doorPort, WireClient } from '../helpers/ldap.ts';
import { LocalSpine } from '../helpers/localspine.ts';

const spine = new LocalSpine({
  LOCALSPINE_ENVIRONMENTS: 'INT',
  LOCALSPINE_LDAP_READER_PASSWORD: 'correct horse',
  LOCALSPINE_LDAP_PLAIN: 'on',
});
const READER = 'cn=Directory Reader,o=nhs';
const everything: Filter = { kind: 'present', attribute: 'objectClass' };
const equal = (attribute: string, value: string): Filter => ({ kind: 'equal', attribute, value });
let port = 0;
let wire: WireClient;
const search = (parts: SearchParts): Promise<readonly Answer[]> => wire.ask(searchMessage(9, parts));
const resultOf = async (parts: SearchParts): Promise<Answer | undefined> => (await search(parts)).at(-1);

before(async () => {
  await spine.start();
  port = await doorPort(spine, 'INT', 'ldaps');
  wire = await WireClient.open(spine, port);
});
after(() => spine.remove());

describe('looking systems up', () => {
  test('the sender of a Spine message: accredited system, then message handling system', async () => {
    const client = new Client({ url: `ldaps://127.0.0.1:${port}`, tlsOptions: { ca: readFileSync(spine.environment('INT').caPath) } });
    await client.bind('', '');
    const interaction = 'urn:nhs:names:services:psis:REPC_IN150016UK05';
    const systems = await client.search('ou=services, o=nhs', {
      filter: `(&(nhsIDCode=YES)(objectClass=nhsAs)(nhsAsSvcIA=${interaction}))`,
      attributes: ['nhsMhsPartyKey', 'uniqueIdentifier'],
    });
    const handlers = await client.search('ou=services, o=nhs', {
      filter: `(&(nhsMHSPartyKey=${systems.searchEntries[0]?.['nhsMhsPartyKey']})(objectClass=nhsMhs)(nhsMhsSvcIA=${interaction}))`,
      attributes: ['nhsMhsEndPoint', 'nhsMhsCPAId', 'nhsMHSRetries'],
    });
    await client.unbind();
    assert.deepEqual(
      systems.searchEntries.map((each) => each['nhsMhsPartyKey']),
      ['YES-0000806'],
    );
    assert.equal(handlers.searchEntries.length, 1);
    const [handler] = handlers.searchEntries;
    assert.equal(handler?.['nhsMhsCPAId'], 'S20001A000182');
    assert.match(String(handler?.['nhsMhsEndPoint']), /^https:\/\/localhost:\d+\/reliablemessaging\/reliablerequest$/);
    assert.equal(handler?.['nhsMHSRetries'], '2');
  });

  test('e-RS has its published party key and ASID', async () => {
    const [entry] = await search({
      base: 'uniqueIdentifier=606179841014,ou=Services,o=nhs',
      scope: 0,
      filter: everything,
      attributes: ['nhsMHSPartyKey'],
    });
    assert.deepEqual(entry?.attributes, { nhsMHSPartyKey: ['YEO-11809150'] });
  });

  test('records as the field has them: a party key of another organisation, an old ASID, a plain address, several parties', async () => {
    const of = async (id: string): Promise<Answer['attributes']> =>
      (await search({ base: 'ou=services,o=nhs', filter: equal('uniqueIdentifier', id) }))[0]?.attributes;
    const shared = await of('200000000149');
    assert.deepEqual([shared?.['nhsIDCode'], shared?.['nhsMHSPartyKey']], [['M85019'], ['YGM24-820388']]);
    assert.deepEqual((await of('000428682512'))?.['nhsMHSPartyKey'], ['RVL-806539']);
    const booking = await of('5878ac87fcd8acfef532bd5e06372fee3bf3df0c');
    assert.match(booking?.['nhsMHSEndPoint']?.[0] ?? '', /^http:/);
    const national = await search({ base: 'ou=services,o=nhs', filter: equal('nhsIDCode', 'X26'), attributes: ['nhsMHSPartyKey'] });
    const parties = new Set(national.flatMap((each) => each.attributes?.['nhsMHSPartyKey'] ?? []));
    assert.deepEqual(parties, new Set(['X26-822084', 'X26-9199246', 'X26-200150']));
  });

  test('attributes as asked for: in the asker’s spelling, names only, operational, none', async () => {
    const base = { base: 'uniqueIdentifier=606179841014,ou=Services,o=nhs', scope: 0, filter: everything } as const;
    const attributes = async (list: readonly string[], typesOnly = false): Promise<Answer['attributes']> =>
      (await search({ ...base, attributes: list, typesOnly }))[0]?.attributes;
    assert.deepEqual(Object.keys((await attributes(['NHSIDCODE', 'nhsIDCode', 'nonsense'])) ?? {}), ['NHSIDCODE']);
    assert.deepEqual(await attributes(['nhsIDCode'], true), { nhsIDCode: [] });
    assert.deepEqual(await attributes(['1.1']), {});
    assert.deepEqual(await attributes(['1.2.826.0.1285.0.1.10']), { nhsIDCode: ['YEO'] });
    const operational = (await attributes(['+'])) ?? {};
    assert.deepEqual(operational['entryDN'], ['uniqueidentifier=606179841014,ou=services,o=nhs']);
    assert.deepEqual(operational['hasSubordinates'], ['FALSE']);
    assert.equal(operational['nhsIDCode'], undefined);
    assert.ok('nhsIDCode' in ((await attributes(['*'])) ?? {}));
  });

  test('what is registered is answered at once, in LDAP and in the change log', async () => {
    const { asid }: { asid: string } = JSON.parse(
      spine.cli('app', 'create', '--environment', 'int', '--mode', 'application-restricted', '--ods', 'R69', '--json').stdout,
    );
    const found = await search({ base: 'ou=services,o=nhs', filter: equal('uniqueIdentifier', asid), attributes: ['nhsIDCode'] });
    assert.deepEqual(found[0]?.attributes, { nhsIDCode: ['R69'] });
    const reader = await WireClient.open(spine, port);
    assert.equal((await reader.result(bindMessage(1, READER, 'correct horse')))?.code, 0);
    const [head] = await reader.ask(
      searchMessage(2, { base: 'cn=Changelog,o=nhs', scope: 0, filter: everything, attributes: ['lastchangenumber'] }),
    );
    const number = head?.attributes?.['lastchangenumber']?.[0] ?? '';
    const [change] = await reader.ask(searchMessage(3, { base: 'cn=Changelog,o=nhs', scope: 1, filter: equal('changenumber', number) }));
    assert.equal(change?.attributes?.['targetDN']?.[0], `uniqueIdentifier=${asid},ou=Services,o=nhs`);
    reader.socket.destroy();
  });
});

describe('organisations and people', () => {
  test('an organisation by its ODS code and by part of its name', async () => {
    const byCode = await search({
      base: 'ou=organisations, o=nhs',
      filter: equal('uniqueidentifier', 'a83008'),
      attributes: ['o', 'objectClass'],
    });
    assert.deepEqual(byCode[0]?.attributes, { objectClass: ['top', 'organization', 'nhsGPPractice'], o: ['HALLGARTH SURGERY'] });
    const byName = await search({
      base: 'o=nhs',
      filter: { kind: 'substrings', attribute: 'o', initial: 'Hall', any: ['garth'] },
      attributes: ['1.1'],
    });
    assert.equal(byName.length, 2);
  });

  test('nobody but a reader sees people: a person, their organisations and role profiles', async () => {
    const parts: SearchParts = { base: 'uid=656005750107,ou=people,o=nhs', filter: everything, attributes: ['objectClass'] };
    const anonymous = await resultOf(parts);
    assert.deepEqual([anonymous?.code, anonymous?.matchedDn], [32, 'ou=People,o=nhs']);
    const hidden = await search({ base: 'o=nhs', filter: equal('uid', '656005750107') });
    assert.equal(hidden.length, 1);
    const reader = await WireClient.open(spine, port);
    await reader.ask(bindMessage(1, READER, 'correct horse'));
    const family = await reader.ask(searchMessage(2, parts));
    const kinds = new Set(family.flatMap((each) => each.attributes?.['objectClass']?.at(-1) ?? []));
    assert.deepEqual(kinds, new Set(['nhsPerson', 'nhsOrgPerson', 'nhsOrgPersonRole']));
    await reader.ask(bindMessage(3));
    assert.equal((await reader.result(searchMessage(4, parts)))?.code, 32, 'a new bind replaces the identity');
    reader.socket.destroy();
  });
});

describe('code lists and work groups', () => {
  test('a job role’s code is looked up in the reference data, a work group among the work groups', async () => {
    const [role] = await search({
      base: 'ou=ReferenceData,o=nhs',
      scope: 1,
      filter: { kind: 'and', filters: [equal('objectClass', 'nhsRBACJR'), equal('uniqueIdentifier', 'R8000')] },
      attributes: ['cn', 'nhsList1Name'],
    });
    assert.deepEqual(role?.attributes, { cn: ['Clinical Practitioner Access Role'], nhsList1Name: ['Clinical'] });
    const [group] = await search({ base: 'ou=Workgroups,o=nhs', filter: equal('objectClass', 'nhsWg'), attributes: ['cn', 'nhsIDCode'] });
    assert.deepEqual(group?.attributes, { cn: ['Emergency care team'], nhsIDCode: ['RBA'] });
  });

  test('a role profile says in words what its codes say; who has left an organisation is closed there', async () => {
    const reader = await WireClient.open(spine, port);
    await reader.ask(bindMessage(1, READER, 'correct horse'));
    const family = await reader.ask(searchMessage(2, { base: 'uid=555043304334,ou=people,o=nhs', filter: everything }));
    reader.socket.destroy();
    const of = (id: string): Answer['attributes'] => family.find((each) => each.dn?.startsWith(`uniqueIdentifier=${id},`))?.attributes;
    const role = of('555043306334');
    assert.deepEqual(role?.['nhsWorkGroups'], ['Emergency care team']);
    assert.deepEqual(role?.['nhsAreaOfWork'], ['"Medicine":"Respiratory Medicine":"Respiratory Medicine"']);
    assert.match(role?.['nhsBusinessFunctions']?.[0] ?? '', /Access SCR/);
    assert.equal(of('555043305338')?.['nhsOrgCloseDate'], undefined);
    assert.equal(of('555043305339')?.['nhsOrgCloseDate']?.length, 1);
  });
});

describe('results, codes and texts', () => {
  const SEARCHES: readonly (readonly [what: string, parts: SearchParts, code: number, matchedDn?: string])[] = [
    ['a base below what there is', { base: 'uniqueIdentifier=1,ou=Services,o=nhs', filter: everything }, 32, 'ou=Services,o=nhs'],
    ['a base outside every context', { base: 'dc=example', filter: everything }, 32, ''],
    ['a base that is no name', { base: 'services', filter: everything }, 34],
    ['no base, subtree', { base: '', filter: everything }, 32],
    ['a scope there is not', { base: 'o=nhs', scope: 9, filter: everything }, 2],
    ['nonsense in a filter', { base: 'o=nhs', filter: equal('objectlass', 'nhsMhs') }, 0],
    ['a size limit', { base: 'o=nhs', filter: everything, sizeLimit: 2 }, 4],
    ['as many as the limit', { base: 'o=nhs', scope: 0, filter: everything, sizeLimit: 1 }, 0],
    ['an unknown critical control', { base: 'o=nhs', filter: everything, controls: [{ oid: '1.2.3', critical: true }] }, 12],
    ['an unknown control that is not', { base: 'o=nhs', scope: 0, filter: everything, controls: [{ oid: '1.2.3', critical: false }] }, 0],
    ['ManageDsaIT', { base: 'o=nhs', scope: 0, filter: everything, controls: [{ oid: '2.16.840.1.113730.3.4.2', critical: true }] }, 0],
  ];
  for (const [what, parts, code, matchedDn = ''] of SEARCHES)
    test(what, async () => {
      const result = await resultOf(parts);
      assert.deepEqual([result?.code, result?.matchedDn], [code, matchedDn]);
    });

  const BINDS: readonly (readonly [what: string, octets: Buffer, code: number])[] = [
    ['anonymous', bindMessage(1), 0],
    ['the wrong password', bindMessage(1, READER, 'wrong'), 49],
    ['a name there is not', bindMessage(1, 'cn=nobody,o=nhs', 'correct horse'), 49],
    ['a name without a password', bindMessage(1, READER), 53],
    ['a name that is none', bindMessage(1, 'reader', 'x'), 34],
    ['version 2', bindMessage(1, '', '', 2), 2],
    [
      'SASL',
      message(1, {}, (writer) => {
        const bind = writer.begin(0x60);
        writer.integer(3);
        writer.text('');
        const sasl = writer.begin(0xa3);
        writer.text('PLAIN');
        writer.end(sasl);
        writer.end(bind);
      }),
      7,
    ],
  ];
  for (const [what, octets, code] of BINDS) test(`bind: ${what}`, async () => assert.equal((await wire.result(octets))?.code, code));

  const COMPARES: readonly (readonly [attribute: string, value: string, code: number, entry?: string])[] = [
    ['nhsMHSPartyKey', 'yeo-11809150', 6],
    ['nhsIDCode', 'yeo', 5],
    ['nhsAsACF', 'RBAC', 16],
    ['nonsense', 'x', 17],
    ['nhsProductKey', '1000', 18],
    ['objectClass', 'nhsAs', 6],
    ['nhsIDCode', 'YEO', 32, 'uniqueIdentifier=1,ou=Services,o=nhs'],
    ['nhsIDCode', 'YEO', 34, 'nothing'],
  ];
  for (const [attribute, value, code, entry = 'uniqueIdentifier=606179841014,ou=Services,o=nhs'] of COMPARES)
    test(`compare ${attribute} with ${value}: ${code}`, async () => {
      const octets = message(4, {}, (writer) => {
        const compare = writer.begin(0x6e);
        writer.text(entry);
        const assertion = writer.begin(0x30);
        writer.text(attribute);
        writer.text(value);
        writer.end(assertion);
        writer.end(compare);
      });
      assert.equal((await wire.result(octets))?.code, code);
    });

  test('nobody changes anything: 8 with the text that directories of this family give', async () => {
    const result = await wire.result(message(5, {}, (writer) => writer.text('ou=Services,o=nhs', 0x4a)));
    assert.deepEqual([result?.tag, result?.code, result?.diagnostic], [0x6b, 8, 'modifications require authentication']);
  });

  const EXTENDED: readonly (readonly [what: string, oid: string, code: number])[] = [
    ['who am I', '1.3.6.1.4.1.4203.1.11.3', 0],
    ['StartTLS where there is TLS', '1.3.6.1.4.1.1466.20037', 1],
    ['what is not offered', '1.2.3.4', 2],
  ];
  for (const [what, oid, code] of EXTENDED)
    test(`extended: ${what}`, async () => {
      const octets = message(6, {}, (writer) => {
        const start = writer.begin(0x77);
        writer.text(oid, 0x80);
        writer.end(start);
      });
      assert.equal((await wire.result(octets))?.code, code);
    });

  test('requests sent together are answered in order, each under its id; an unbind ends the connection', async () => {
    const client = await WireClient.open(spine, port);
    const base = { base: 'o=nhs', scope: 0, filter: everything, attributes: ['1.1'] } as const;
    client.send(Buffer.concat([bindMessage(1), searchMessage(2, base), searchMessage(3, base), Buffer.from('30050201044200', 'hex')]));
    const ids: number[] = [];
    for (let answer = await client.next(); answer !== undefined; answer = await client.next()) ids.push(answer.id);
    await client.closed;
    assert.ok(ids.length <= 5 && ids.every((id, index) => id === [1, 2, 2, 3, 3][index]), String(ids));
  });

  test('root DSE and schema are there for anybody', async () => {
    const [root] = await search({ base: '', scope: 0, filter: everything, attributes: ['subschemaSubentry', '+'] });
    assert.deepEqual(root?.attributes?.['namingContexts'], ['o=nhs']);
    const subschema = root?.attributes?.['subschemaSubentry']?.[0] ?? '';
    const [schema] = await search({
      base: subschema,
      scope: 0,
      filter: equal('objectClass', 'subschema'),
      attributes: ['attributeTypes', 'objectClasses'],
    });
    assert.ok(
      schema?.attributes?.['attributeTypes']?.some(
        (each) => each.includes("NAME 'nhsIDCode' EQUALITY caseExactMatch") && each.includes('SINGLE-VALUE'),
      ),
    );
    assert.ok(schema?.attributes?.['objectClasses']?.some((each) => each.includes("NAME 'nhsMhs'")));
  });

  test('pages: every entry once, a control on the last page too, a cookie for one query only', async () => {
    const parts: SearchParts = { base: 'o=nhs', filter: everything, attributes: ['1.1'] };
    const all = (await search(parts)).flatMap((each) => each.dn ?? []);
    const paged: string[] = [];
    let cookie: Buffer = Buffer.alloc(0);
    for (let pages = 0; pages === 0 || cookie.length > 0; pages += 1) {
      const answers = await search({ ...parts, page: { size: 100, cookie } });
      paged.push(...answers.flatMap((each) => each.dn ?? []));
      const end = answers.at(-1);
      assert.ok(end?.cookie !== undefined);
      cookie = end.cookie;
    }
    assert.deepEqual(paged, all);
    const first = (await search({ ...parts, page: { size: 5, cookie: Buffer.alloc(0) } })).at(-1)?.cookie ?? Buffer.alloc(0);
    assert.equal((await resultOf({ ...parts, base: 'ou=Services,o=nhs', page: { size: 5, cookie: first } }))?.code, 53);
    assert.equal((await resultOf({ ...parts, page: { size: 5, cookie: Buffer.from('guess') } }))?.code, 53);
    const limited = await search({ ...parts, sizeLimit: 7, page: { size: 5, cookie: Buffer.alloc(0) } });
    const rest = await search({ ...parts, sizeLimit: 7, page: { size: 5, cookie: limited.at(-1)?.cookie ?? Buffer.alloc(0) } });
    assert.deepEqual([limited.length, rest.length, rest.at(-1)?.code], [6, 3, 4]);
  });
});

describe('doors', () => {
  test('a certificate that is not of this environment is turned away', async () => {
    const { execFileSync } = await import('node:child_process');
    const [key, cert] = [`${spine.home}/other.key`, `${spine.home}/other.pem`];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=other'],
      { stdio: 'ignore' },
    );
    const client = await WireClient.open(spine, port, { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
    client.send(bindMessage(1));
    assert.equal(await client.next(), undefined);
  });

  test('the plain door is secured when the client asks', async () => {
    const plain = await doorPort(spine, 'INT', 'ldap');
    const client = new Client({ url: `ldap://127.0.0.1:${plain}` });
    await client.startTLS({ ca: readFileSync(spine.environment('INT').caPath) });
    await client.bind(READER, 'correct horse');
    assert.equal((await client.search('o=nhs', { scope: 'base' })).searchEntries.length, 1);
    await client.unbind();
  });

  test('the journal tells what was asked and why it was refused, and holds no password', async () => {
    await wire.ask(searchMessage(9, { base: 'ou=nowhere,o=nhs', filter: equal('nhsIDCode', 'JOURNALLED') }));
    await wire.ask(bindMessage(1, READER, 'a secret'));
    const { json, text } = await spine.admin('INT', '/journal?limit=500');
    const found = json.exchanges.find((each: { url: string }) => each.url.includes('JOURNALLED'));
    assert.equal(found.verdict, 'refused');
    assert.equal(found.refusal.check, 'ldap.result-32');
    assert.ok(!text.includes('a secret') && !text.includes('correct horse'));
  });
});
