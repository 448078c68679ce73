/** A decommissioning announced, approved, frozen and called off again (path-to-live.md §5.3): who gets in before the freeze stays in, nobody new does. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeSigningRequest } from '../../src/services/pki/index.ts';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ADMINISTRATOR = '904000000001';
const METADATA = 'urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1';
const PERSON = {
  title: 'Ms',
  givenName: 'Testa',
  birthDate: '1980-01-31',
  email: 'testa@example.com',
  photoDocument: 'Passport',
  addressDocument: 'Utility bill',
  furtherDocument: 'Bank statement',
};

for (const mode of ['enforced', 'announced'] as const)
  describe(`a decommissioning where maintenance is ${mode}`, { concurrency: false }, () => {
    const spine = new LocalSpine({ LOCALSPINE_ENVIRONMENTS: 'INT', LOCALSPINE_MAINTENANCE: mode });
    const frozen = mode === 'enforced';
    // No slot is on at noon.
    const noon = Math.ceil(Date.now() / DAY) * DAY + DAY / 2;
    const admin = (method: 'POST' | 'PUT', path: string, body: unknown): Promise<Reply> => spine.admin('INT', path, { method, body });
    const setClock = async (instant: number): Promise<void> => {
      assert.equal((await admin('PUT', '/clock', { now: new Date(instant).toISOString() })).status, 200);
    };
    let productKey: string;
    let serial: string;

    const registerPerson = (familyName: string): Promise<Reply> => admin('POST', '/identity/people', { ...PERSON, familyName });
    const registerEndpoint = (odsCode: string): Promise<Reply> =>
      admin('POST', '/endpoint-registration/requests', {
        as: ADMINISTRATOR,
        route: 'direct',
        wish: { kind: 'register', odsCode, productKey, fqdn: `record.${odsCode}.thirdparty.nhs.uk` },
      });
    const signed = async (): Promise<Reply> => {
      const { csr } = await makeSigningRequest('record.b81001.thirdparty.nhs.uk', 2048);
      return admin('POST', '/pki/certificates', { csr, ods: 'B81001' });
    };
    const keyStore = (): Promise<Reply> =>
      admin('POST', '/pki/key-stores', { commonName: 'record.b81001.thirdparty.nhs.uk', ods: 'B81001', form: 'pkcs12' });
    const act = async (action: string): Promise<void> => {
      const reply = await admin('POST', `/maintenance/changes/FCS-END/${action}`, {});
      assert.equal(reply.status, 200, reply.text);
    };
    const refused = (reply: Reply): void => assert.deepEqual([reply.status, reply.json.error], [409, 'frozen'], reply.text);

    before(async () => {
      await spine.start();
      await setClock(noon);
      const product = { manufacturerOdsCode: 'ZS001', name: 'Acme Record', version: '1', kind: 'CMA', messageSet: [METADATA] };
      const made = await admin('POST', '/endpoint-registration/products', { ...product, additionalInteractions: [] });
      assert.equal(made.status, 201, made.text);
      ({ productKey } = made.json);
    });
    after(() => spine.remove());

    test('before the freeze everybody gets in', async () => {
      const change = {
        title: 'The Care Identity Service of this environment goes',
        environments: ['INT'],
        services: ['cis'],
        start: new Date(noon + 300 * DAY).toISOString(),
        end: new Date(noon + 301 * DAY).toISOString(),
        freezeFrom: new Date(noon + 5 * MINUTE).toISOString(),
        impact: 'outage',
        kind: 'decommission',
        raisedBy: 'Operations',
        contact: 'operations@example.nhs.uk',
      };
      const added = await admin('POST', '/maintenance/changes', { id: 'FCS-END', change });
      assert.equal(added.status, 201, added.text);
      assert.equal((await registerPerson('Before')).status, 201);
      const endpoint = await registerEndpoint('B81001');
      assert.equal(endpoint.status, 201, endpoint.text);
      const certificate = await signed();
      assert.equal(certificate.status, 201, certificate.text);
      ({ serial } = certificate.json);
    });

    test('what is only planned freezes nothing', async () => {
      await setClock(noon + 10 * MINUTE);
      assert.equal((await registerPerson('Planned')).status, 201);
    });

    test(frozen ? 'from the freeze on nobody new gets in, and is told why' : 'the freeze is announced, and everybody gets in', async () => {
      await act('approve');
      const replies = [await registerPerson('After'), await registerEndpoint('A83008'), await signed(), await keyStore()];
      if (frozen) {
        for (const reply of replies) refused(reply);
        assert.match(replies[0]?.text ?? '', /no new users since .*forward change FCS-END/);
        refused(await admin('PUT', '/endpoint-registration/people', newcomer('904000009999')));
      } else for (const reply of replies) assert.ok(reply.status < 300, reply.text);
    });

    test('who is in stays in: a certificate is renewed, a name in the directory corrected', async () => {
      const renewed = await admin('POST', `/pki/certificates/${serial}/renew`, {});
      assert.equal(renewed.status, 201, renewed.text);
      assert.equal((await admin('PUT', '/endpoint-registration/people', newcomer(ADMINISTRATOR))).status, 200);
    });

    test('called off, it freezes nothing any more', async () => {
      await act('cancel');
      assert.equal((await registerPerson('Again')).status, 201);
      assert.equal((await signed()).status, 201);
    });
  });

/** A person as a directory administrator writes them. */
function newcomer(userId: string): object {
  return {
    userId,
    title: 'Ms',
    givenName: 'Nora',
    familyName: 'Newcomer',
    email: 'nora@example.com',
    active: true,
    identityAssuranceLevel: 3,
    authenticationAssuranceLevel: 3,
  };
}
