/** Systems of one's own in one import: they are in every view of the register afterwards, and can be changed and retired like any other. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';

const SERVICE = 'urn:nhs:names:services:gpconnect';
const READ = `${SERVICE}:fhir:rest:read:metadata-1`;
const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT' });
before(async () => {
  await spine.start();
});
after(() => spine.remove());

const SYSTEM = {
  asid: '300000000001',
  odsCode: 'Z9901',
  partyKey: 'Z9901-900001',
  manufacturerOdsCode: 'ZS001',
  productName: 'Imported',
  productVersion: '1',
  interactions: [READ],
};
const { asid: _, interactions: __, ...FAMILY } = SYSTEM;
const HANDLER = { cpaId: 'S300001', ...FAMILY, serviceName: SERVICE, action: 'fhir:rest:read:metadata-1', fqdn: 'imported.z9901.nhs.uk' };
const ORGANISATION = {
  odsCode: 'Z9901',
  name: 'Imported',
  kind: 'gp-practice',
  open: true,
  referring: true,
  providing: false,
  addressLines: [],
};

const imported = (body: object): Promise<Reply> => spine.admin('INT', '/import', { method: 'POST', body });

test('organisation, accredited system and message handling system come in together', async () => {
  const reply = await imported({ organisations: [ORGANISATION], accreditedSystems: [SYSTEM], messageHandlingSystems: [HANDLER] });
  assert.deepEqual([reply.status, reply.json.imported], [200, { directory: 3 }], reply.text);
  const asid = (await spine.admin('INT', '/directory/asids/300000000001')).json;
  assert.deepEqual([asid.state, asid.odsCode, asid.services, asid.displayName], ['allocated', 'Z9901', ['gp-connect'], 'Z9901 - Imported']);
  const [registration] = (await spine.admin('INT', '/endpoint-registration/registrations?ods=Z9901')).json.registrations;
  assert.deepEqual(
    [registration.partyKey, registration.product.kind, registration.product.messageSet, registration.messageHandlingSystems[0].endpoints],
    ['Z9901-900001', 'CMA', [READ], ['https://imported.z9901.nhs.uk/']],
  );
  const signed = spine.cli('certificate', 'request', HANDLER.fqdn, '--ods', 'Z9901', '--environment', 'int', '--json');
  assert.equal(signed.status, 0, signed.stderr);
});

test('the same import changes nothing; a change is a change', async () => {
  const last = async (): Promise<number> => (await spine.admin('INT', '/endpoint-registration/changes')).json.last;
  const before = await last();
  await imported({ accreditedSystems: [SYSTEM], messageHandlingSystems: [HANDLER] });
  assert.equal(await last(), before);
  await imported({ messageHandlingSystems: [{ ...HANDLER, endpoint: 'https://localhost:9443/mhs' }] });
  assert.equal(await last(), before + 1);
});

test('what cannot be registered cannot be imported, and then nothing of it is', async () => {
  const before = (await spine.admin('INT', '/endpoint-registration/changes')).json.last;
  const fresh = { ...SYSTEM, asid: '300000000002' };
  for (const [body, status, text] of [
    [{ accreditedSystems: [fresh, { ...SYSTEM, asid: '3' }] }, 400, /is no ASID/],
    [{ accreditedSystems: [fresh, { ...SYSTEM, odsCode: 'NOPE9' }] }, 400, /could not resolve/],
    [{ accreditedSystems: [{ ...fresh, surprise: 1 }] }, 400, /accreditedSystems of the import are not right/],
    [{ messageHandlingSystems: [{ ...HANDLER, cpaId: 'S300002' }] }, 409, /has .* already, under the CPA id S300001/],
    [
      { messageHandlingSystems: [{ ...HANDLER, cpaId: 'S300003', partyKey: 'Z9901-900009' }] },
      409,
      /belongs to the party key Z9901-900001/,
    ],
    [{ messageHandlingSystems: [{ ...HANDLER, fqdn: 'int.api.service.nhs.uk' }] }, 409, /published name/],
    [{ messageHandlingSystems: [{ ...HANDLER, fqdn: 'imported.example.com' }] }, 400, /are not right/],
  ] as const) {
    const reply = await imported(body);
    assert.deepEqual([reply.status, text.test(reply.json.message)], [status, true], reply.text);
  }
  assert.equal((await spine.admin('INT', '/endpoint-registration/changes')).json.last, before);
});

test('nobody takes an ASID, a CPA id or a party key of somebody else by an import', async () => {
  const national = '606179841014';
  const read = async (path: string): Promise<string> => (await spine.admin('INT', path)).text;
  const views = ['/endpoint-registration/changes', `/directory/asids/${national}`];
  const before = await Promise.all(views.map(read));
  const { odsCode, partyKey } = JSON.parse(before[1] ?? '');
  const mine = { accreditedSystems: [{ ...SYSTEM, asid: national, odsCode: 'R69', partyKey }] };
  for (const [body, text] of [
    [mine, new RegExp(`The ASID ${national} belongs to ${odsCode}, under the party key ${partyKey}`)],
    [{ accreditedSystems: [{ ...SYSTEM, asid: national, odsCode, partyKey: 'Z9901-900001' }] }, /belongs to/],
    [{ messageHandlingSystems: [{ ...HANDLER, odsCode: 'R69' }] }, /The CPA id S300001 belongs to Z9901/],
    [{ messageHandlingSystems: [{ ...HANDLER, partyKey: 'Z9901-900009' }] }, /The CPA id S300001 belongs to Z9901/],
    [{ accreditedSystems: [{ ...SYSTEM, asid: '300000000003', partyKey }] }, new RegExp(`party key ${partyKey} belongs to ${odsCode}`)],
    [{ messageHandlingSystems: [{ ...HANDLER, cpaId: 'S300004', odsCode: 'R69' }] }, /party key Z9901-900001 belongs to Z9901/],
  ] as const) {
    const reply = await imported(body);
    assert.deepEqual([reply.status, reply.json.error, text.test(reply.json.message)], [409, 'import_taken', true], reply.text);
  }
  assert.deepEqual(await Promise.all(views.map(read)), before);
});

test('a maker’s party key is its customers’ as well', async () => {
  const makers = { ...SYSTEM, asid: '300000000005', odsCode: 'ZS001', partyKey: 'ZS001-900005' };
  const customers = { ...makers, asid: '300000000006', odsCode: 'Z9901' };
  const reply = await imported({ accreditedSystems: [makers, customers] });
  assert.deepEqual([reply.status, reply.json.imported], [200, { directory: 2 }], reply.text);
});

test('an imported ASID that was retired stays retired', async () => {
  await spine.admin('INT', '/directory/asids/300000000001', { method: 'DELETE' });
  const again = await imported({ accreditedSystems: [SYSTEM] });
  assert.deepEqual([again.status, again.json.error], [409, 'asid_retired']);
});
