/** ASIDs asked for, allocated and withdrawn at two doors to one PostgreSQL: one of them wins, and the environment has heard of no other. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, portalOf } from '../helpers/portal.ts';
import { type OwnDatabase, ownDatabase } from '../helpers/postgres.ts';

const server = process.env['TEST_POSTGRES_URL'];
const TOKEN = 'a-long-operator-token-of-both-doors';

describe('ASIDs at two doors', {
  skip: server === undefined ? 'TEST_POSTGRES_URL names no server' : false,
  concurrency: false,
}, () => {
  let database: OwnDatabase;
  let doors: readonly LocalSpine[];
  let users: readonly PortalUser[];
  before(async () => {
    database = await ownDatabase(server ?? '', 'asid_doors');
    const shared = {
      LOCALSPINE_DATABASE_URL: database.url,
      LOCALSPINE_ENVIRONMENTS: 'INT,PROD',
      LOCALSPINE_SEAL_KEY: 'a seal key both processes know',
      LOCALSPINE_ADMIN_TOKEN: TOKEN,
      LOCALSPINE_REVIEWERS: 'person',
    };
    doors = [new LocalSpine(shared), new LocalSpine(shared)];
    await Promise.all(doors.map((each) => each.start()));
    users = doors.map((each) => new PortalUser(portalOf(each)).use(TOKEN));
  });
  after(async () => {
    await Promise.all(doors.map((each) => each.remove()));
    await database.drop();
  });

  const at =
    (door: number, as?: string) =>
    (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> =>
      (users[door % 2] as PortalUser).api(method, path, body, as === undefined ? {} : { 'localspine-as': as });
  const lead = (door: number) => at(door, 'release@localspine.example');
  const registered = async (app: string, environment: string): Promise<string> => {
    const wish = { environment, accessMode: 'user-restricted', supplier: 'Zephyr', app };
    return (await lead(0)('POST', '/applications', wish)).json.appId;
  };
  const wish = { odsCode: 'R69', product: 'Link' };

  test('allocated here while withdrawn there: bound, or withdrawn, and never both', async () => {
    for (let round = 0; round < 12; round += 1) {
      const appId = await registered(`Round ${round}`, 'PROD');
      const { requestId } = (await lead(0)('POST', `/applications/${appId}/asid-requests`, wish)).json;
      const [allocated, withdrawn] = await Promise.all([
        at(round)('POST', `/asid-requests/${requestId}/allocate`),
        lead(round + 1)('POST', `/asid-requests/${requestId}/withdraw`),
      ]);
      const { asid } = (await lead(0)('GET', `/applications/${appId}`)).json;
      const [request] = (await lead(1)('GET', `/applications/${appId}/asid-requests`)).json.requests;
      assert.deepEqual(
        [allocated.status, withdrawn.status, asid !== undefined, request.state],
        allocated.status === 200 ? [200, 409, true, 'allocated'] : [409, 200, false, 'withdrawn'],
      );
    }
  });

  test('asked for four times at once: one ASID, and no request that waits', async () => {
    const count = async (): Promise<number> => (await at(0)('GET', '/asids?environment=INT')).json.asids.length;
    for (let round = 0; round < 4; round += 1) {
      const appId = await registered(`Asked ${round}`, 'INT');
      const before = await count();
      const replies = await Promise.all([0, 1, 2, 3].map((door) => lead(door)('POST', `/applications/${appId}/asid-requests`, wish)));
      assert.deepEqual(replies.map((each) => each.status).sort(), [201, 409, 409, 409]);
      const { requests } = (await lead(1)('GET', `/applications/${appId}/asid-requests`)).json;
      // Who came when the first was through has asked, was refused, and does not wait.
      const others = requests.map((each: { state: string }) => each.state).filter((state: string) => state !== 'withdrawn');
      assert.deepEqual([(await count()) - before, others], [1, ['allocated']]);
    }
  });
});
