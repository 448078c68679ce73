/** Who allocates what was asked for, how often it is done, and what becomes of it when it is refused or broken off; over portals that share a database. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { ManualClock } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { secureRandom } from '../../kernel/random.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import type { Store } from '../../kernel/store/store.ts';
import type { Visitor } from '../access/index.ts';
import { ANYONE } from '../access/visitor.ts';
import { applications } from '../applications/index.ts';
import { insertRegistration } from '../applications/store.ts';
import { audit } from '../audit/index.ts';
import { Portal } from '../portal.ts';
import { allocate } from './allocating.ts';
import { asids } from './index.ts';
import { requestAsid, withdraw } from './requesting.ts';
import { insertRequest, requests } from './store.ts';

const SUPPLIER: Visitor = { ...ANYONE, role: 'supplier', accountId: 'rae', name: 'Rae', by: 'session' };
const OPERATOR: Visitor = { ...ANYONE, role: 'operator', name: 'Oona', by: 'session' };
const APP = '0f7b0c3e-5b5b-4c43-9a39-3f2f0f3b8d11';
const ASID = '200000002401';
const WISH = { odsCode: 'R69', product: 'Link', actingUser: '021600556514' };
const ACTING = { 'app-restricted-ods-code': 'R69', 'app-restricted-user-id': '021600556514' };

/** An environment with one application, which remembers what it was asked. */
class ScriptedEnvironment {
  readonly calls: string[] = [];
  readonly managed: ManagedEnvironment;
  status = 'active';
  asid: string | undefined;
  attributes: Record<string, string | null> = {};
  /** Before it does what it is asked; after it has done it, and before it answers. */
  before: (name: string) => Promise<void> = async () => undefined;
  after: (name: string) => Promise<void> = async () => undefined;

  constructor(id: 'INT' | 'PROD') {
    const call = async (name: string, input: Readonly<Record<string, unknown>>): Promise<unknown> => {
      await this.before(name);
      this.calls.push(name);
      if (name === 'applications.bindAsid') this.asid = String(input['asid']);
      if (name === 'applications.setAttributes') Object.assign(this.attributes, input['attributes']);
      await this.after(name);
      return this.#answer(name);
    };
    this.managed = { id, title: id, production: id === 'PROD', call: call as ManagedEnvironment['call'] };
  }

  times(name: string): number {
    return this.calls.filter((each) => each === name).length;
  }

  #answer(name: string): unknown {
    if (name === 'applications.products') return { products: [] };
    if (name === 'environment.describe') return { asidModel: 'perEuo' };
    if (name === 'directory.organisation') return { odsCode: 'R69', name: 'A Trust', kind: 'RO197' };
    const system = {
      asid: ASID,
      odsCode: 'R69',
      displayName: 'A Trust - Link – Int - Application-Restricted - Referrer',
      services: ['ers'],
    };
    if (name === 'asids.list') return { asids: [system] };
    if (name === 'asids.allocate' || name === 'asids.view') return system;
    const { status, asid, attributes } = this;
    return { appId: APP, name: 'Link', status, subscriptions: [], kids: [], attributes, ...(asid === undefined ? {} : { asid }) };
  }
}

let store: Store;
let clock: ManualClock;
let environment: ScriptedEnvironment;

/** A portal at the shared database. */
function door(): Portal {
  return new Portal(
    {
      store,
      clock,
      outbox: { enqueue: async () => undefined, wake: () => undefined } as unknown as Portal['outbox'],
      random: secureRandom,
      log: pino({ enabled: false }),
      environments: [environment.managed],
      baseUrl: 'https://localhost:8043',
      thisMachineOnly: true,
      operatorToken: '',
      smtpUrl: undefined,
      reviewers: 'at-once',
      errorPages: async () => [],
      guard: () => undefined,
    },
    [applications, asids],
  );
}

async function world(id: 'INT' | 'PROD'): Promise<void> {
  store = await openMemoryStore({ audit: audit.migrations, applications: applications.migrations, asids: asids.migrations });
  clock = new ManualClock('2026-11-25T09:00:00Z');
  environment = new ScriptedEnvironment(id);
  await store.transaction((tx) =>
    insertRegistration(tx, {
      record: {
        appId: APP,
        environment: id,
        accessMode: 'application-restricted',
        capability: 'referrer',
        owner: { accountId: 'rae' },
        createdAt: clock.realNow(),
        liveAt: undefined,
      },
      pending: false,
      registration: undefined,
      wish: undefined,
    }),
  );
}

const states = async () => (await requests(store.db, { appIds: [APP] })).map((each) => each.state);
const ask = (at: Portal) => requestAsid(at, SUPPLIER, APP, WISH);
const refusal = (status: number, code: string) => (error: unknown) =>
  error instanceof LocalRefusal && error.status === status && error.code === code;
const away = (at: string) => async (name: string) => {
  if (name === at) throw new LocalRefusal(503, 'environment_unreachable', 'It does not answer.');
};
const nothing = async () => undefined;

describe('in production', () => {
  beforeEach(() => world('PROD'));

  test('what is being allocated at one door is not withdrawn at another, and is bound', async () => {
    const [one, other] = [door(), door()];
    const { requestId } = await ask(one);
    let withdrawn: Promise<unknown> | undefined;
    environment.before = async (name) => {
      if (name !== 'applications.bindAsid') return;
      withdrawn = withdraw(other, SUPPLIER, requestId);
      await withdrawn.catch(() => undefined);
    };
    const done = await allocate(one, OPERATOR, requestId);
    await assert.rejects(withdrawn ?? Promise.resolve(), refusal(409, 'not_in_this_state'));
    assert.deepEqual([done.state, done.asid, environment.asid, await states()], ['allocated', ASID, ASID, ['allocated']]);
  });

  test('what was withdrawn is not allocated: the environment is asked for nothing', async () => {
    const { requestId } = await ask(door());
    await withdraw(door(), SUPPLIER, requestId);
    await assert.rejects(allocate(door(), OPERATOR, requestId), refusal(409, 'not_in_this_state'));
    assert.deepEqual([environment.asid, environment.times('asids.allocate')], [undefined, 0]);
  });

  test('two operators at two doors: one allocates, and it is bound once', async () => {
    const [one, other] = [door(), door()];
    const { requestId } = await ask(one);
    const both = await Promise.allSettled([allocate(one, OPERATOR, requestId), allocate(other, OPERATOR, requestId)]);
    assert.deepEqual(both.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
    assert.equal(environment.times('applications.bindAsid'), 1);
  });

  for (const call of ['asids.allocate', 'applications.bindAsid', 'applications.setAttributes'])
    for (const moment of ['before', 'after'] as const)
      test(`broken off ${moment} ${call}: it stays claimed, is not withdrawn, and is finished when it is due`, async () => {
        const at = door();
        const { requestId } = await ask(at);
        environment[moment] = away(call);
        await assert.rejects(allocate(at, OPERATOR, requestId), refusal(503, 'environment_unreachable'));
        assert.deepEqual(await states(), ['allocating']);
        await assert.rejects(withdraw(at, SUPPLIER, requestId), refusal(409, 'not_in_this_state'));
        environment[moment] = nothing;
        await at.settle();
        assert.deepEqual(await states(), ['allocating'], 'not before it is due');
        clock.advance(3_001);
        await Promise.all([at.settle(), door().settle()]);
        assert.deepEqual([await states(), environment.asid], [['allocated'], ASID]);
        assert.partialDeepStrictEqual(environment.attributes, ACTING);
      });

  test('a door that died while it allocated: the claim runs out, and the operator’s repeat goes on', async () => {
    const at = door();
    const { requestId } = await ask(at);
    const dead = new Promise<void>(() => undefined);
    const bound = Promise.withResolvers<void>();
    environment.after = (name) => {
      if (name !== 'applications.bindAsid') return nothing();
      bound.resolve();
      return dead;
    };
    void allocate(at, OPERATOR, requestId);
    await bound.promise;
    environment.after = nothing;
    await assert.rejects(allocate(door(), OPERATOR, requestId), refusal(409, 'not_in_this_state'));
    clock.advance(60_001);
    assert.equal((await allocate(door(), OPERATOR, requestId)).state, 'allocated');
  });

  test('suspended since it was bound by an attempt that broke off: it is bound, and says so', async () => {
    const at = door();
    const { requestId } = await ask(at);
    environment.after = away('applications.bindAsid');
    await assert.rejects(allocate(at, OPERATOR, requestId));
    environment.after = nothing;
    environment.status = 'suspended';
    clock.advance(3_001);
    await at.settle();
    assert.deepEqual([await states(), environment.asid], [['allocated'], ASID]);
    assert.partialDeepStrictEqual(environment.attributes, ACTING);
  });

  test('suspended after the request: refused before an ASID is allocated, and the request waits again', async () => {
    const at = door();
    const { requestId } = await ask(at);
    environment.status = 'suspended';
    await assert.rejects(allocate(at, OPERATOR, requestId), refusal(409, 'not_in_this_state'));
    assert.deepEqual([await states(), environment.times('asids.allocate')], [['requested'], 0]);
    assert.equal((await withdraw(at, SUPPLIER, requestId)).state, 'withdrawn');
  });

  test('an application has one request that waits, whoever else looked before it was written', async () => {
    const first = await ask(door());
    const second = { ...first, requestId: 'another' };
    await assert.rejects(
      store.transaction((tx) => insertRequest(tx, second)),
      refusal(409, 'asid_requested'),
    );
    await withdraw(door(), SUPPLIER, first.requestId);
    await store.transaction((tx) => insertRequest(tx, second));
    assert.deepEqual((await states()).sort(), ['requested', 'withdrawn']);
  });
});

describe('outside production', () => {
  beforeEach(() => world('INT'));

  test('asked four times at once at two doors: one request, one ASID', async () => {
    const doors = [door(), door()];
    const all = await Promise.allSettled([0, 1, 0, 1].map((at) => ask(doors[at] as Portal)));
    assert.deepEqual(all.map((each) => each.status).sort(), ['fulfilled', 'rejected', 'rejected', 'rejected']);
    assert.deepEqual([await states(), environment.times('asids.allocate')], [['allocated'], 1]);
  });

  test('a suspended application is refused before anything is allocated or kept', async () => {
    environment.status = 'suspended';
    await assert.rejects(ask(door()), refusal(409, 'not_in_this_state'));
    assert.deepEqual([await states(), environment.times('asids.allocate')], [[], 0]);
  });

  test('what the environment refuses does not wait on for nobody: it is asked for again', async () => {
    environment.before = async (name) => {
      if (name === 'applications.bindAsid') throw new LocalRefusal(409, 'asid_taken', 'It is bound elsewhere.');
    };
    await assert.rejects(ask(door()), refusal(409, 'asid_taken'));
    assert.deepEqual(await states(), ['withdrawn']);
    environment.before = nothing;
    assert.equal((await ask(door())).state, 'allocated');
  });

  test('an environment that does not answer: the request stays claimed and is finished by itself', async () => {
    environment.before = away('applications.bindAsid');
    await assert.rejects(ask(door()), refusal(503, 'environment_unreachable'));
    await assert.rejects(ask(door()), refusal(409, 'asid_requested'));
    environment.before = nothing;
    clock.advance(3_001);
    await door().settle();
    assert.deepEqual([await states(), environment.asid], [['allocated'], ASID]);
  });
});
