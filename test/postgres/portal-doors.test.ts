/** Two portals on one PostgreSQL are two doors to the same: what is decided at one is seen at the other, and nothing is decided, mailed or recorded twice. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalSpine, type Reply } from '../helpers/localspine.ts';
import { PortalUser, portalOf, tokenIn } from '../helpers/portal.ts';
import { type OwnDatabase, ownDatabase } from '../helpers/postgres.ts';

const server = process.env['TEST_POSTGRES_URL'];
const TOKEN = 'a-long-operator-token-of-both-doors';
const PASSWORD = 'correct horse battery';
const RELEASE_LEAD = 'release@localspine.example';
const USE_CASE = {
  justification: 'Worklists in our own system.',
  party: ['provider'],
  dataset: 'Worklists.',
  dspt: 'standards-met',
  endpoints: ['A004'],
  'organisations.application-restricted-provider': 'R69',
};

describe('two portals on one PostgreSQL', {
  skip: server === undefined ? 'TEST_POSTGRES_URL names no server' : false,
  concurrency: false,
}, () => {
  let database: OwnDatabase;
  let doors: readonly [LocalSpine, LocalSpine];
  let teamId: string;

  before(async () => {
    database = await ownDatabase(server ?? '', 'portal_doors');
    const shared = {
      LOCALSPINE_DATABASE_URL: database.url,
      LOCALSPINE_ENVIRONMENTS: 'INT,PROD',
      LOCALSPINE_SEAL_KEY: 'a seal key both processes know',
      LOCALSPINE_ADMIN_TOKEN: TOKEN,
      LOCALSPINE_REVIEWERS: 'realistic',
    };
    doors = [new LocalSpine(shared), new LocalSpine(shared)];
    await Promise.all(doors.map((each) => each.start()));
    // The first visit at both at once: the people of the demonstration are made once.
    await Promise.all([0, 1].map((door) => operator(door).api('GET', '/account')));
    [{ teamId }] = (await lead(0).api('GET', '/teams')).json.teams;
  });
  after(async () => {
    await Promise.all(doors.map((each) => each.remove()));
    await database.drop();
  });

  const operator = (door: number): PortalUser => new PortalUser(portalOf(doors[door % 2] as LocalSpine)).use(TOKEN);
  /** The release lead at a door, as the machine's operator lets them act. */
  const lead = (door: number) => ({
    api: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Reply> =>
      operator(door).api(method, path, body, { 'localspine-as': RELEASE_LEAD }),
  });
  const good = (reply: Reply): Reply => {
    assert.ok(reply.status < 300, `${reply.status} ${reply.text}`);
    return reply;
  };
  const audited = async (action: string, subject: string, door = 1): Promise<number> =>
    good(await operator(door).api('GET', `/audit?action=${action}&subject=${encodeURIComponent(subject)}`)).json.entries.length;
  const mailed = async (pattern: RegExp): Promise<number> =>
    good(await operator(0).api('GET', `/mail?to=${RELEASE_LEAD}`)).json.mails.filter((each: { subject: string; text: string }) =>
      pattern.test(`${each.subject}\n${each.text}`),
    ).length;
  const newRoad = async (product: string, reviewers = 'realistic'): Promise<string> => {
    const wish = { product, version: '1', supplierOds: 'X26', teamId, reviewers };
    const { roadId } = good(await lead(0).api('POST', '/roads', wish)).json;
    good(await lead(1).api('PUT', `/roads/${roadId}/use-case/answers`, { answers: USE_CASE }));
    return roadId;
  };
  const until = async (holds: () => Promise<boolean>, what: string, most = 200): Promise<void> => {
    for (let looks = 0; looks < most; looks += 1) {
      if (await holds()) return;
      await pause(100);
    }
    assert.fail(what);
  };

  test('the demonstration is there once, though both doors were opened first', async () => {
    const { accounts } = (await operator(0).api('GET', '/accounts')).json;
    assert.equal(new Set(accounts.map((each: { email: string }) => each.email)).size, accounts.length);
    assert.equal((await lead(0).api('GET', '/teams')).json.teams.length, 1);
  });

  test('a token made here opens there, until it is taken back there', async () => {
    const { token } = good(await lead(0).api('POST', '/account/tokens', { label: 'both doors' })).json;
    const [here, there] = [0, 1].map((door) => new PortalUser(portalOf(doors[door] as LocalSpine)).use(token));
    const { fingerprint } = good(await (there as PortalUser).api('GET', '/account/tokens')).json.tokens[0];
    good(await (there as PortalUser).api('DELETE', `/account/tokens/${fingerprint}`));
    assert.equal((await (here as PortalUser).api('GET', '/account')).status, 401);
  });

  /** Somebody with a password, let in by an operator. */
  const person = async (email: string): Promise<string> => {
    good(await operator(0).api('POST', '/accounts', { name: 'Doris of two doors', email, password: PASSWORD }));
    const { accounts } = good(await operator(1).api('GET', '/accounts')).json;
    const { accountId } = accounts.find((each: { email: string }) => each.email === email);
    good(await operator(1).api('PATCH', `/accounts/${accountId}`, { status: 'active' }));
    return accountId;
  };
  const visitors = (count: number): readonly PortalUser[] =>
    Array.from({ length: count }, (_, n) => new PortalUser(portalOf(doors[n % 2] as LocalSpine)));

  test('guesses at both doors at once are five, and the right password among those that came too late is not looked at', async () => {
    const email = 'guessed@example.com';
    await person(email);
    const guess = async (user: PortalUser, password: string): Promise<number> => {
      const page = await user.open('/sign-in');
      return (await user.post('/sign-in', { csrf: tokenIn(page.text), email, password, next: '/account' })).status;
    };
    const statuses = await Promise.all(visitors(20).map((user, n) => guess(user, `wrong password ${n}`)));
    assert.deepEqual(statuses.sort(), [...Array<number>(5).fill(401), ...Array<number>(15).fill(429)]);
    assert.deepEqual(await Promise.all(visitors(2).map((user) => guess(user, PASSWORD))), [429, 429]);
  });

  test('suspended at one door while signing in at both: suspended it stays, and no session is left for later', async () => {
    for (let round = 0; round < 5; round += 1) {
      const email = `suspended.${round}@example.com`;
      const accountId = await person(email);
      const users = visitors(4);
      const [suspended] = await Promise.all([
        operator(round).api('PATCH', `/accounts/${accountId}`, { status: 'suspended' }),
        ...users.map((user) => user.submit('/sign-in', { email, password: PASSWORD, next: '/account' })),
      ]);
      good(suspended);
      const { accounts } = good(await operator(0).api('GET', '/accounts')).json;
      assert.equal(accounts.find((each: { email: string }) => each.email === email).status, 'suspended');
      // Let in again: a session that was begun against the suspension would be good now.
      good(await operator(1).api('PATCH', `/accounts/${accountId}`, { status: 'active' }));
      for (const user of users) assert.match((await user.open('/account')).path, /^\/sign-in/);
    }
  });

  test('a decision made here is seen there', async () => {
    const roadId = await newRoad('Seen Link');
    good(await lead(0).api('POST', `/roads/${roadId}/use-case/submit`, {}));
    good(await operator(1).api('POST', `/roads/${roadId}/use-case/accept`, {}));
    const { artefacts } = (await lead(0).api('GET', `/roads/${roadId}`)).json;
    assert.equal(artefacts.find((each: { kind: string }) => each.kind === 'use-case').state, 'accepted');
  });

  test('the same step at both doors at once is made, mailed and recorded once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const product = `Raced Link ${round}`;
      const roadId = await newRoad(product);
      const submits = await Promise.all([0, 1, 0, 1].map((door) => lead(door).api('POST', `/roads/${roadId}/use-case/submit`, {})));
      assert.deepEqual(submits.map((each) => each.status).sort(), [200, 409, 409, 409]);
      const accepts = await Promise.all([0, 1, 0, 1].map((door) => operator(door).api('POST', `/roads/${roadId}/use-case/accept`, {})));
      assert.deepEqual(accepts.map((each) => each.status).sort(), [200, 409, 409, 409]);
      assert.equal(await audited('road.submit', product), 1);
      assert.equal(await audited('road.accept', product), 1);
      assert.equal(await mailed(new RegExp(`Use case: accepted[^]*${product}|${product}[^]*Use case: accepted`)), 1);
    }
  });

  test('what waits for reviewers is worked out at both doors at once, and stands there as it is', async () => {
    const roadId = await newRoad('Waiting Link');
    good(await lead(0).api('POST', `/roads/${roadId}/use-case/submit`, {}));
    for (let round = 0; round < 8; round += 1) {
      const reviewers = round % 2 === 0 ? 'person' : 'realistic';
      const chosen = await Promise.all(
        [0, 1, 0, 1, 0, 1].map((door) => lead(door).api('PUT', `/roads/${roadId}/reviewers`, { reviewers })),
      );
      for (const reply of chosen) assert.ok(reply.status === 200 || reply.json.error === 'road_changed', `${reply.status} ${reply.text}`);
      assert.ok(chosen.some((each) => each.status === 200));
      for (const door of [0, 1]) {
        const { duties } = good(await operator(door).api('GET', '/duties')).json;
        assert.deepEqual(
          duties
            .filter((each: { roadId: string }) => each.roadId === roadId)
            .map(({ kind, action, mode }: Record<string, string>) => [kind, action, mode]),
          [['use-case', 'accept', reviewers]],
        );
      }
    }
  });

  test('a request to the service desk is decided once, however many decide', async () => {
    for (let round = 0; round < 5; round += 1) {
      const product = `Decided Link ${round}`;
      const wish = { environment: 'INT', product, version: '1', services: ['ers-user'], teamId };
      const { planId } = good(await lead(0).api('POST', '/connecting', wish)).json;
      const answers = { patients: '2', purpose: 'Training' };
      const asked = await Promise.all([0, 1, 0, 1].map((door) => lead(door).api('POST', `/connecting/${planId}/test-data`, answers)));
      assert.deepEqual(asked.map((each) => each.status).sort(), [200, 409, 409, 409]);
      const decided = await Promise.all(
        [0, 1, 0, 1].map((door) => operator(door).api('POST', `/connecting/${planId}/test-data/decision`, { grant: true })),
      );
      assert.deepEqual(decided.map((each) => each.status).sort(), [200, 409, 409, 409]);
      assert.equal(await audited('connecting.submit', product), 1);
      assert.equal(await audited('connecting.grant', product), 1);
      assert.equal(await mailed(new RegExp(`granted[^]*${product}`)), 1);
    }
  });

  test('smartcards decided at both doors at once: each request has one person', async () => {
    for (let round = 0; round < 5; round += 1) {
      const wish = { environment: 'INT', product: `Carded Link ${round}`, version: '1', services: ['ers-user'], teamId };
      const { planId } = good(await lead(0).api('POST', '/connecting', wish)).json;
      const familyName = `Doorperson ${round}`;
      good(
        await lead(1).api('POST', `/connecting/${planId}/smartcards`, { givenName: 'Testa', familyName, odsCode: 'R69', role: 'referrer' }),
      );
      const decided = await Promise.all(
        [0, 1, 0, 1].map((door) => operator(door).api('POST', `/connecting/${planId}/smartcards/decision`, { grant: true })),
      );
      assert.deepEqual(decided.map((each) => each.status).sort(), [200, 409, 409, 409]);
      const found = await doors[0].admin('INT', `/endpoint-registration/people?text=${encodeURIComponent(familyName)}`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      assert.equal(found.json.people.length, 1, found.text);
    }
  });

  test('simulated reviewers of both doors, due at the same moment, act once', async () => {
    const product = 'Simulated Link';
    const roadId = await newRoad(product);
    good(await lead(0).api('POST', `/roads/${roadId}/use-case/submit`, {}));
    const wish = { environment: 'INT', product, version: '1', services: ['ers-user'], teamId };
    const { planId } = good(await lead(1).api('POST', '/connecting', wish)).json;
    good(await lead(1).api('POST', `/connecting/${planId}/test-data`, { patients: '2', purpose: 'Training' }));
    good(await operator(0).api('PUT', '/inspect/INT/clock', { advance: 'P60D' }));
    await until(async () => (await audited('road.accept', product)) > 0, 'the use case is accepted');
    await until(async () => (await audited('connecting.grant', product)) > 0, 'the test data is granted');
    // Both doors look about every second: what one of them would do a second time, it does by then.
    await pause(2_500);
    assert.equal(await audited('road.accept', product), 1);
    assert.equal(await audited('connecting.grant', product), 1);
    assert.equal(await audited('connecting.refuse', product), 0);
    assert.equal(await mailed(new RegExp(`Use case: accepted[^]*${product}|${product}[^]*Use case: accepted`)), 1);
    assert.equal(await mailed(new RegExp(`granted[^]*${product}`)), 1);
  });

  test('an ASID that is waited for is allocated once, though several operators allocate it', async () => {
    const wish = { environment: 'PROD', teamId, accessMode: 'user-restricted', supplier: 'Care Vista', app: 'Doors' };
    const { appId } = good(await lead(0).api('POST', '/applications', wish)).json;
    const { requestId } = good(
      await lead(1).api('POST', `/applications/${appId}/asid-requests`, { odsCode: 'R69', product: 'Doors' }),
    ).json;
    const allocated = await Promise.all([0, 1, 0, 1].map((door) => operator(door).api('POST', `/asid-requests/${requestId}/allocate`)));
    assert.deepEqual(allocated.map((each) => each.status).sort(), [200, 409, 409, 409], allocated.map((each) => each.text).join('\n'));
    const { asid } = allocated.find((each) => each.status === 200)?.json ?? {};
    assert.equal(await audited('asid.allocate', asid), 1);
  });

  test('what two people do to one conformance run at once: nothing said is lost, and it is finished or deleted, not both', async () => {
    const { appId } = good(
      await lead(0).api('POST', '/applications', {
        environment: 'INT',
        teamId,
        accessMode: 'user-restricted',
        supplier: 'Care Vista',
        app: 'Witness',
      }),
    ).json;
    for (let round = 0; round < 5; round += 1) {
      const order = { product: 'Witnessed Link', version: `${round}`, teamId, applications: [appId], endpoints: ['A005'] };
      const begun = good(await lead(round).api('POST', '/conformance/runs', order)).json;
      const run = `/conformance/runs/${begun.runId}`;
      assert.equal(begun.state, 'recording');
      const ids: readonly string[] = begun.cases.map((each: { id: string }) => each.id).filter((id: string) => !id.endsWith('.served'));
      const reason = 'Not in this version.';
      const said = await Promise.all(
        ids.map(async (id, index) => {
          const reply = await lead(index).api('PUT', `${run}/not-applicable`, { cases: [id], reason });
          assert.ok(reply.status === 200 || reply.json.error === 'run_changed', reply.text);
          return { id, kept: reply.status === 200 };
        }),
      );
      const { cases } = good(await lead(round + 1).api('GET', run)).json;
      assert.deepEqual(
        cases.filter((each: { state: string }) => each.state === 'not-applicable').map((each: { id: string }) => each.id),
        said.filter((each) => each.kept).map((each) => each.id),
      );
      assert.ok(said.some((each) => each.kept));
      const [finished, deleted] = await Promise.all([lead(0).api('POST', `${run}/finish`, {}), lead(1).api('DELETE', run, {})]);
      const after = await lead(0).api('GET', run);
      // Finished and then deleted is in order, too: a run that is not complete may be.
      assert.equal(after.status, deleted.status === 200 ? 404 : 200, `${finished.text} ${deleted.text}`);
      if (after.status === 200) assert.equal(after.json.state, 'finished');
      if (after.status === 200) good(await lead(0).api('DELETE', run, {}));
      const finishes = await audited('conformance.finish', begun.runId);
      assert.ok(finished.status === 200 ? finishes === 1 : finishes <= 1);
      assert.equal(await audited('conformance.delete', begun.runId), 1);
    }
  });

  test('killed in the middle of a burst, the other door goes on: no road is half way, and simulated reviewers decide on each', async () => {
    const roads = await Promise.all(Array.from({ length: 6 }, (_, n) => newRoad(`Killed Link ${n}`, 'at-once')));
    const burst = roads.map((roadId, n) =>
      lead(n)
        .api('POST', `/roads/${roadId}/use-case/submit`, {})
        .catch(() => undefined),
    );
    await doors[1].stop('SIGKILL');
    await Promise.all(burst);
    for (const [n, roadId] of roads.entries()) {
      const stateOf = async (): Promise<string> => {
        const { json } = good(await lead(0).api('GET', `/roads/${roadId}`));
        return json.artefacts.find((each: { kind: string }) => each.kind === 'use-case').state;
      };
      const submitted = await audited('road.submit', `Killed Link ${n}`, 0);
      assert.equal(submitted, (await stateOf()) === 'draft' ? 0 : 1, `road ${n}`);
      if (submitted === 0) continue;
      // What the killed door had begun to do is taken up when its lease of half a minute ends.
      await until(async () => (await stateOf()) === 'accepted', `road ${n} is accepted`, 600);
      assert.equal(await audited('road.accept', `Killed Link ${n}`, 0), 1);
    }
    await doors[1].start();
    good(await operator(1).api('GET', '/roads'));
  });
});
