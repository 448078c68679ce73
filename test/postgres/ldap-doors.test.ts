/** Two LocalSpine processes on one PostgreSQL: what is registered at one door is in the next LDAP answer of the other (DESIGN.md D15). */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Filter } from '../../src/services/directory/ldap/message.ts';
import { searchMessage } from '../../src/services/directory/ldap/test-client.ts';
import { doorPort, WireClient } from '../helpers/ldap.ts';
import { LocalSpine } from '../helpers/localspine.ts';

const url = process.env['TEST_POSTGRES_URL'];
const ODS = 'B81001';
const INTERACTION = 'urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1';
const FQDN = 'two-doors.b81001.thirdparty.nhs.uk';

describe('the directory of two processes on one PostgreSQL', {
  skip: url === undefined ? 'TEST_POSTGRES_URL names no server' : false,
  concurrency: false,
}, () => {
  const shared = {
    LOCALSPINE_DATABASE_URL: `${url}`,
    LOCALSPINE_ENVIRONMENTS: 'INT',
    LOCALSPINE_SEAL_KEY: 'a seal key both processes know',
  };
  const left = new LocalSpine(shared);
  const right = new LocalSpine(shared);
  const clients: WireClient[] = [];
  before(async () => {
    await Promise.all([left.start(), right.start()]);
    for (const spine of [left, right]) clients.push(await WireClient.open(spine, await doorPort(spine, 'INT', 'ldaps')));
  });
  after(async () => {
    for (const client of clients) client.socket.destroy();
    await Promise.all([left.remove(), right.remove()]);
  });

  const change = async (spine: LocalSpine, path: string, body: object): Promise<{ productKey: string; outcome: { partyKey: string } }> => {
    const reply = await spine.admin('INT', `/endpoint-registration${path}`, { method: 'POST', body });
    assert.equal(reply.status, 201, reply.text);
    return reply.json;
  };
  /** What both doors say at once of a filter. */
  const both = async (filter: Filter, attribute: string): Promise<readonly (readonly string[])[]> =>
    Promise.all(
      clients.map(async (client) => {
        const answers = await client.ask(searchMessage(2, { base: 'o=nhs', filter, attributes: [attribute] }));
        assert.equal(answers.at(-1)?.code, 0);
        return answers.flatMap((each) => each.attributes?.[attribute] ?? []);
      }),
    );

  test('a registration made here is looked up there, a changed address too, and a retired system is gone', async () => {
    // Both have read the register before: what follows comes by change number.
    const mine: Filter = {
      kind: 'and',
      filters: [
        { kind: 'equal', attribute: 'nhsIDCode', value: ODS },
        { kind: 'equal', attribute: 'objectClass', value: 'nhsMhs' },
      ],
    };
    assert.deepEqual(await both(mine, 'nhsMHSEndPoint'), [[], []]);
    const { productKey } = await change(left, '/products', {
      manufacturerOdsCode: 'ZS001',
      name: 'Two doors',
      version: '1',
      kind: 'CMA',
      messageSet: [INTERACTION],
      additionalInteractions: [],
    });
    const { outcome } = await change(left, '/requests', { wish: { kind: 'register', odsCode: ODS, productKey, fqdn: FQDN } });
    assert.deepEqual(await both(mine, 'nhsMHSPartyKey'), [[outcome.partyKey], [outcome.partyKey]]);

    const path = `/endpoint-registration/registrations/${outcome.partyKey}/${productKey}`;
    for (const [n, spine] of [right, left, right].entries()) {
      const { version } = (await spine.admin('INT', path)).json;
      const endpoint = `https://${FQDN}/${n}/`;
      await change(spine, '/requests', {
        wish: { kind: 'change-address', partyKey: outcome.partyKey, productKey, version, fqdn: FQDN, endpoint },
      });
      assert.deepEqual(await both(mine, 'nhsMHSEndPoint'), [[endpoint], [endpoint]]);
    }

    const { version } = (await left.admin('INT', path)).json;
    await change(right, '/requests', { wish: { kind: 'retire', partyKey: outcome.partyKey, productKey, version } });
    assert.deepEqual(await both(mine, 'nhsMHSPartyKey'), [[], []]);
    const log = await both({ kind: 'present', attribute: 'lastchangenumber' }, 'lastchangenumber');
    assert.deepEqual(log[0], log[1]);
    assert.ok(Number(log[0]?.[0]) > 0);
  });

  test('an organisation and a person imported here are found there, with the names of what the person may do', async () => {
    const odsCode = 'ZP8001';
    const organisation = {
      ...{ odsCode, name: 'Two Doors Surgery', kind: 'gp-practice', open: true, referring: true, providing: false },
      addressLines: ['1 High Street'],
    };
    const person = {
      ...{ userId: '990000000101', title: 'Dr', givenName: 'Ada', familyName: 'Example', email: 'ada@example.com', active: true },
      ...{ identityAssuranceLevel: 3, authenticationAssuranceLevel: 3 },
    };
    const profile = {
      ...{ roleProfileId: '990000000201', personOrgId: '990000000301', userId: person.userId, odsCode },
      ...{ organisationName: organisation.name, jobRoleCode: 'S8000:G8000:R8000' },
      jobRoleName: '"Clinical":"Clinical Provision":"Clinical Practitioner Access Role"',
      ...{ activityCodes: ['B1101'], areaOfWorkCodes: [], workgroupCodes: [], active: true },
    };
    const body = { organisations: [organisation], people: [person], roleProfiles: [profile] };
    const reply = await left.admin('INT', '/import', { method: 'POST', body });
    assert.equal(reply.status, 200, reply.text);
    const name = [['TWO DOORS SURGERY'], ['TWO DOORS SURGERY']];
    assert.deepEqual(await both({ kind: 'equal', attribute: 'uniqueIdentifier', value: odsCode }, 'o'), name);
    const functions = [['Manage Outbound Referrals'], ['Manage Outbound Referrals']];
    const role: Filter = { kind: 'equal', attribute: 'uniqueIdentifier', value: profile.roleProfileId };
    assert.deepEqual(await both(role, 'nhsBusinessFunctions'), functions);
  });
});
