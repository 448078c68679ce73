/** Two changes of one application at the same moment, at two doors: what comes out is what comes out of one after the other. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { openPostgresStore } from '../../src/kernel/store/postgres.ts';
import type { Db, Store } from '../../src/kernel/store/store.ts';
import { gateway } from '../../src/services/gateway/index.ts';
import {
  approveProduct,
  bindAsid,
  setAttributes,
  setCallbackUrl,
  setJwks,
  setStage,
  unbindAsid,
} from '../../src/services/gateway/management.ts';
import { renameApplication, resumeApplication, revokeApplication, suspendApplication } from '../../src/services/gateway/standing.ts';
import { findApplication, insertApplication } from '../../src/services/gateway/store/applications.ts';
import type { GatewayWorld } from '../../src/services/gateway/world.ts';
import { type OwnDatabase, ownDatabase } from '../helpers/postgres.ts';

const server = process.env['TEST_POSTGRES_URL'];
const ASID = '200000002066';
const asids = { accreditedSystem: async () => ({}) } as unknown as GatewayWorld['asids'];

/** Every change of an application, made so that each alters something. */
const CHANGES: Readonly<Record<string, (tx: Db, appId: string) => Promise<unknown>>> = {
  rename: (tx, appId) => renameApplication(tx, appId, 'Another name'),
  setCallback: (tx, appId) => setCallbackUrl(tx, appId, 'https://supplier.example/other'),
  setKeys: (tx, appId) => setJwks(tx, appId, { jwksUrl: 'https://supplier.example/jwks.json' }),
  setAttributes: (tx, appId) => setAttributes(tx, appId, { DisplayName: 'Link' }),
  addAttribute: (tx, appId) => setAttributes(tx, appId, { 'app-restricted-ods-code': 'R69' }),
  approve: (tx, appId) => approveProduct(tx, appId, 'ers'),
  setStage: (tx, appId) => setStage(tx, appId, 'live'),
  unbindAsid: (tx, appId) => unbindAsid(tx, appId),
  bindAsid: (tx, appId) => unbindAsid(tx, appId).then(() => bindAsid({ asids }, tx, appId, ASID)),
  suspend: suspendApplication,
  resume: resumeApplication,
  revoke: revokeApplication,
};

const APPLICATION = {
  name: 'Acme - Link',
  accessMode: 'application-restricted',
  status: 'approved',
  callbackUrl: undefined,
  subscriptions: [{ product: 'ers', status: 'pending' }],
  attributes: {},
  asid: undefined,
  jwks: undefined,
  jwksUrl: undefined,
  stage: 'not-live',
  registration: undefined,
  createdAt: 0,
} as const;

describe('two changes of an application at once', {
  skip: server === undefined ? 'TEST_POSTGRES_URL names no server' : false,
  concurrency: false,
}, () => {
  let database: OwnDatabase;
  let doors: readonly [Store, Store];
  before(async () => {
    database = await ownDatabase(server ?? '', 'application_changes');
    const door = () => openPostgresStore({ url: database.url, schema: 'int', migrations: { gateway: gateway.migrations } });
    doors = [await door(), await door()];
  });
  after(async () => {
    await Promise.all(doors.map((each) => each.close()));
    await database.drop();
  });

  const newApplication = async (): Promise<string> => {
    const appId = randomUUID();
    assert.ok(await doors[0].transaction((tx) => insertApplication(tx, { ...APPLICATION, appId })));
    return appId;
  };
  const outcome = (change: Promise<unknown>): Promise<unknown> =>
    change.then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
  const stateOf = async (appId: string) => ({ ...(await findApplication(doors[0].db, appId)), appId: '' });
  const someoneWaits = async (): Promise<boolean> =>
    (
      await sql<{
        n: number;
      }>`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        doors[0].db,
      )
    ).rows[0]?.n !== 0;
  const inTurn = async (appId: string, first: string, second: string): Promise<unknown> => {
    await doors[0].transaction((tx) => CHANGES[first]?.(tx, appId) ?? assert.fail());
    return outcome(doors[1].transaction((tx) => CHANGES[second]?.(tx, appId) ?? assert.fail()));
  };
  /** The second begins when the first has written and not yet committed. */
  const overlapping = async (first: (tx: Db) => Promise<unknown>, second: (tx: Db) => Promise<unknown>): Promise<unknown> => {
    let settled = false;
    let other: Promise<unknown> = Promise.resolve();
    await doors[0].transaction(async (tx) => {
      await first(tx);
      other = outcome(doors[1].transaction(second)).finally(() => {
        settled = true;
      });
      while (!settled && !(await someoneWaits()));
    });
    return other;
  };
  const atOnce = (appId: string, first: string, second: string): Promise<unknown> =>
    overlapping(
      (tx) => CHANGES[first]?.(tx, appId) ?? assert.fail(),
      (tx) => CHANGES[second]?.(tx, appId) ?? assert.fail(),
    );
  const clear = async (appId: string): Promise<void> => doors[0].transaction((tx) => unbindAsid(tx, appId));

  for (const first of Object.keys(CHANGES))
    test(`${first}, and each other change with it: nothing of either is lost`, async () => {
      for (const second of Object.keys(CHANGES)) {
        const apart = await newApplication();
        const expected = [await inTurn(apart, first, second), await stateOf(apart)];
        // An ASID is bound to one application: the next needs it free.
        await clear(apart);
        const together = await newApplication();
        assert.deepEqual([await atOnce(together, first, second), await stateOf(together)], expected, `${first}, ${second}`);
        await clear(together);
      }
    });

  test('one AppID registered at both doors at once is one application, its first', async () => {
    const appId = randomUUID();
    const second: boolean[] = [];
    await overlapping(
      (tx) => insertApplication(tx, { ...APPLICATION, appId }),
      async (tx) => second.push(await insertApplication(tx, { ...APPLICATION, appId, name: 'Somebody else’s' })),
    );
    assert.deepEqual(second, [false]);
    assert.equal((await findApplication(doors[0].db, appId))?.name, 'Acme - Link');
  });
});
