/** Two LocalSpine processes on one PostgreSQL: what two people do to one request, or to one ASID, at the same moment is done in turn. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { type OwnDatabase, ownDatabase } from '../helpers/postgres.ts';

const url = process.env['TEST_POSTGRES_URL'];
const [APPLICANT, APPROVER, DNS_APPROVER] = ['904000000002', '904000000003', '904000000004'];
const ROUNDS = 6;

describe('two doors to one register', { skip: url === undefined ? 'TEST_POSTGRES_URL names no server' : false }, () => {
  let database: OwnDatabase;
  let doors: readonly LocalSpine[] = [];
  let left: LocalSpine;
  let right: LocalSpine;
  const post = (door: LocalSpine, path: string, body: unknown): Promise<Reply> => door.admin('INT', path, { method: 'POST', body });

  before(async () => {
    database = await ownDatabase(url ?? '', 'registration');
    const shared = {
      LOCALSPINE_DATABASE_URL: database.url,
      LOCALSPINE_ENVIRONMENTS: 'INT',
      LOCALSPINE_SEAL_KEY: 'a seal key both processes know',
      LOCALSPINE_REGISTRATION_APPROVAL: 'person',
    };
    left = new LocalSpine(shared);
    right = new LocalSpine(shared);
    doors = [left, right];
    await Promise.all(doors.map((each) => each.start()));
  });
  after(async () => {
    await Promise.all(doors.map((each) => each.remove()));
    await database.drop();
  });

  for (const other of ['approve', 'refuse'] as const)
    test(`a request is decided once: approve here, ${other} there`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const product = {
          manufacturerOdsCode: 'ZS001',
          name: `Twice ${other}`,
          version: `${round}`,
          kind: 'CMA',
          messageSet: ['urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1'],
          additionalInteractions: ['urn:nhs:names:services:pdsquery:QUPA_IN040000UK32'],
        };
        const { productKey } = (await post(left, '/endpoint-registration/products', product)).json;
        const wish = { kind: 'register', odsCode: 'A83008', productKey, fqdn: `${other}${round}.a83008.thirdparty.nhs.uk` };
        const { requestId } = (await post(left, '/endpoint-registration/requests', { as: APPLICANT, wish })).json;
        const path = `/endpoint-registration/requests/${requestId}`;
        assert.equal((await post(left, `${path}/decision`, { as: DNS_APPROVER, event: 'approve-dns' })).status, 200);
        const verdict = other === 'approve' ? { event: 'approve' } : { event: 'refuse', reason: 'Not this one.' };
        const replies = await Promise.all([
          post(left, `${path}/decision`, { as: APPROVER, event: 'approve' }),
          post(right, `${path}/decision`, { as: APPROVER, ...verdict }),
        ]);
        const texts = replies.map((each) => each.text).join('\n');
        assert.deepEqual(replies.map((each) => each.status).sort(), [200, 409], texts);
        assert.equal(replies.find((each) => each.status === 409)?.json.error, 'request_state', texts);
        const { state } = (await right.admin('INT', path)).json;
        const { registrations } = (await right.admin('INT', '/endpoint-registration/registrations?ods=A83008')).json;
        const made = registrations.filter((each: { product: { productKey: string } }) => each.product.productKey === productKey);
        assert.equal(made.length, state === 'live' ? 1 : 0, `${state}: ${JSON.stringify(made)}`);
      }
    });

  test('two services that join an ASID at once both stay, and so does the name it gets meanwhile', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const request = { requestId: `join-${round}`, odsCode: 'R69', productName: 'Joined', services: ['nems'] };
      const { asid } = (await post(left, '/directory/asids', request)).json;
      const path = `/directory/asids/${asid}`;
      const replies = await Promise.all([
        post(left, `${path}/services`, { service: 'cp-is' }),
        post(right, `${path}/services`, { service: 'ers' }),
        right.admin('INT', `${path}/display-name`, { method: 'PUT', body: { displayName: 'Renamed meanwhile' } }),
      ]);
      for (const reply of replies) assert.equal(reply.status, 200, reply.text);
      const { services, displayName } = (await left.admin('INT', path)).json;
      assert.deepEqual([[...services].sort(), displayName], [['cp-is', 'ers', 'nems'], 'Renamed meanwhile']);
    }
  });
});
