/** Who decides on a request, and how often it is carried out; whose names and whose access; over portals that share one database. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import type { EnvironmentId } from '../../environment/definitions.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { ManualClock } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import { secureRandom } from '../../kernel/random.ts';
import { openMemoryStore } from '../../kernel/store/memory.ts';
import type { Store } from '../../kernel/store/store.ts';
import type { AccessApi, Visitor } from '../access/index.ts';
import { ANYONE } from '../access/visitor.ts';
import { audit } from '../audit/index.ts';
import { mail } from '../mail/index.ts';
import { Portal } from '../portal.ts';
import { Connecting } from './connecting.ts';
import { connectingTables } from './migrations/0001-connecting.ts';
import { decisionTables } from './migrations/0002-decisions.ts';
import type { Kind } from './prerequisites.ts';
import { insertPlan } from './store.ts';

const SUPPLIER: Visitor = { ...ANYONE, role: 'supplier', accountId: 'rae', name: 'Rae', by: 'session' };
const STRANGER: Visitor = { ...SUPPLIER, accountId: 'stella', name: 'Stella' };
const DESK: Visitor = { ...ANYONE, role: 'reviewer', accountId: 'deniz', name: 'Deniz', desks: ['service-desk'], by: 'session' };
const CARD = { givenName: 'Testa', familyName: 'Usera', odsCode: 'R69', role: 'referrer' };
const ACCESS: AccessApi = { team: async () => undefined, ownerName: async () => 'Owner', ownerEmails: async () => ['owner@example.com'] };

interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An environment that answers as its script says, and remembers what it was asked. */
class ScriptedEnvironment {
  readonly calls: Call[] = [];
  readonly managed: ManagedEnvironment;
  /** What it does instead of answering. */
  script: (call: Call) => Promise<void> = async () => undefined;

  constructor(id: EnvironmentId) {
    const call = async (name: string, input: Readonly<Record<string, unknown>>): Promise<unknown> => {
      if (name === 'environment.now') return { now: 0 };
      this.calls.push({ name, input });
      await this.script({ name, input });
      if (name === 'register.name') return { fqdn: input['fqdn'], addresses: [input['address']] };
      return { userId: '900000000001', cardNumber: `card of ${String(input['requestId'])}` };
    };
    this.managed = { id, title: id, production: false, call: call as ManagedEnvironment['call'] };
  }
}

/** Something that is waited for until it is opened. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

let store: Store;
let clock: ManualClock;
let [int, dep] = [new ScriptedEnvironment('INT'), new ScriptedEnvironment('DEP')];

/** A portal at the shared database. */
function door(reviewers: Portal['reviewers'] = 'at-once', environments = [int, dep]): Connecting {
  const portal = new Portal(
    {
      store,
      clock,
      outbox: { enqueue: async () => undefined, wake: () => undefined } as unknown as Portal['outbox'],
      random: secureRandom,
      log: pino({ enabled: false }),
      environments: environments.map((each) => each.managed),
      baseUrl: 'https://localhost:8043',
      thisMachineOnly: true,
      operatorToken: '',
      smtpUrl: undefined,
      reviewers,
      errorPages: async () => [],
      guard: () => undefined,
    },
    [],
  );
  return new Connecting(portal, ACCESS, async () => ({ passed: true, why: '' }));
}

beforeEach(async () => {
  store = await openMemoryStore({
    audit: audit.migrations,
    mail: mail.migrations,
    connecting: { '0001-connecting': connectingTables, '0002-decisions': decisionTables },
  });
  clock = new ManualClock('2026-11-25T09:00:00Z');
  [int, dep] = [new ScriptedEnvironment('INT'), new ScriptedEnvironment('DEP')];
});

const plan = async (at: Connecting, environment = 'INT', product = 'Link', by = SUPPLIER): Promise<string> =>
  (await at.create(by, { environment, product, version: '1', services: ['spine-messaging'] })).planId;
const requestOf = async (at: Connecting, planId: string, kind: Kind) => {
  const found = (await at.see(DESK, planId)).items.find((each) => each.kind === kind);
  assert.ok(found);
  return found.request;
};
const stateOf = async (at: Connecting, planId: string, kind: Kind) => (await requestOf(at, planId, kind)).state;
const refusal = (status: number, code: string) => (error: unknown) =>
  error instanceof LocalRefusal && error.status === status && error.code === code;
const away = async (): Promise<void> => {
  throw new LocalRefusal(503, 'environment_unreachable', 'It does not answer.');
};

describe('a simulated desk', () => {
  test('an environment that is closed keeps no request to another from being decided, and refuses none', async () => {
    const both = door();
    dep.script = away;
    int.script = away;
    const [closed, open] = [await plan(both, 'DEP'), await plan(both, 'INT')];
    await both.submit(SUPPLIER, closed, 'smartcards', CARD);
    await both.submit(SUPPLIER, open, 'smartcards', CARD);
    assert.deepEqual([await stateOf(both, closed, 'smartcards'), await stateOf(both, open, 'smartcards')], ['submitted', 'submitted']);
    int.script = async () => undefined;
    clock.advance(10_000);
    const withoutDep = door('at-once', [int]);
    await withoutDep.settle();
    assert.equal(await stateOf(both, open, 'smartcards'), 'granted');
    assert.equal(await stateOf(both, closed, 'smartcards'), 'submitted');
    dep.script = async () => undefined;
    await both.settle();
    assert.equal(await stateOf(both, closed, 'smartcards'), 'granted');
  });

  test('a request that goes wrong keeps no other of its environment from being decided', async () => {
    const at = door();
    int.script = away;
    const [bad, good] = [await plan(at, 'INT', 'Bad'), await plan(at, 'INT', 'Good')];
    await at.submit(SUPPLIER, bad, 'smartcards', { ...CARD, familyName: 'Bad' });
    await at.submit(SUPPLIER, good, 'smartcards', CARD);
    int.script = async ({ input }) => {
      if (input['familyName'] === 'Bad') throw new Error('a fault');
    };
    clock.advance(10_000);
    await at.settle();
    assert.deepEqual([await stateOf(at, bad, 'smartcards'), await stateOf(at, good, 'smartcards')], ['submitted', 'granted']);
  });

  test('submitting and the beat, at two doors, carry a request out once', async () => {
    const [one, other] = [door(), door()];
    const planIds = await Promise.all(Array.from({ length: 12 }, (_, n) => plan(one, 'INT', `Link ${n}`)));
    const { passed, open } = gate();
    int.script = () => passed;
    const submitted = planIds.map((planId) => one.submit(SUPPLIER, planId, 'smartcards', CARD));
    while (int.calls.length < planIds.length) await new Promise(setImmediate);
    assert.equal(await stateOf(one, planIds[0] ?? '', 'smartcards'), 'deciding');
    await Promise.all([one.settle(), other.settle(), other.settle()]);
    open();
    await Promise.all(submitted);
    assert.equal(int.calls.length, planIds.length);
    assert.equal(new Set(int.calls.map((each) => each.input['requestId'])).size, planIds.length);
    for (const planId of planIds) assert.equal(await stateOf(one, planId, 'smartcards'), 'granted');
  });

  test('who dies while deciding is followed by another, under the same request id; who comes late changes nothing', async () => {
    const [one, other] = [door(), door()];
    const planId = await plan(one);
    const { passed, open } = gate();
    int.script = () => passed;
    const late = one.submit(SUPPLIER, planId, 'smartcards', CARD);
    while (int.calls.length < 1) await new Promise(setImmediate);
    int.script = async () => undefined;
    clock.advance(59_000);
    await other.settle();
    assert.equal(int.calls.length, 1, 'not before the claim has run out');
    clock.advance(1_001);
    await other.settle();
    assert.equal(await stateOf(one, planId, 'smartcards'), 'granted');
    open();
    await late;
    const { history } = await requestOf(one, planId, 'smartcards');
    assert.deepEqual(
      history.map((each) => each.what),
      ['submitted', 'granted'],
    );
    assert.equal(new Set(int.calls.map((each) => each.input['requestId'])).size, 1);
  });

  test('each time something is asked for it is another request to the environment', async () => {
    const at = door();
    const planId = await plan(at);
    for (let turn = 0; turn < 3; turn += 1) {
      await at.submit(SUPPLIER, planId, 'smartcards', CARD);
      await at.giveBack(SUPPLIER, planId, 'smartcards');
    }
    await at.submit(SUPPLIER, await plan(at, 'INT', 'Second'), 'smartcards', CARD);
    assert.equal(new Set(int.calls.map((each) => each.input['requestId'])).size, 4);
  });

  test('a registration that waits for a person keeps its request waiting; it goes on by itself, or comes back with the reason', async () => {
    const at = door();
    for (const [code, state, reason] of [
      [undefined, 'granted', undefined],
      ['registration_returned', 'refused', 'Which system?'],
    ] as const) {
      const planId = await plan(at, 'INT', `Waits ${state}`);
      int.script = async () => {
        throw new LocalRefusal(409, 'registration_waits', 'The registration waits for a person who decides.');
      };
      const fqdn = `${state}.example.nhs.uk`;
      await at.submit(SUPPLIER, planId, 'fqdn', { fqdn, odsCode: 'R69', address: '127.0.0.1' });
      const waiting = await requestOf(at, planId, 'fqdn');
      assert.deepEqual([waiting.state, waiting.reason], ['submitted', 'The registration waits for a person who decides.']);
      int.script = async () => {
        if (code !== undefined) throw new LocalRefusal(409, code, reason ?? '');
      };
      clock.advance(10_000);
      await at.settle();
      const decided = await requestOf(at, planId, 'fqdn');
      assert.deepEqual([decided.state, decided.reason], [state, reason]);
      const ids = int.calls.filter((each) => each.input['fqdn'] === fqdn).map((each) => each.input['requestId']);
      assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
    }
  });
});

describe('a desk of people', () => {
  test('two who decide at once decide once; what cannot be granted waits on', async () => {
    const [one, other] = [door('person'), door('person')];
    const planId = await plan(one);
    await one.submit(SUPPLIER, planId, 'smartcards', CARD);
    int.script = away;
    await assert.rejects(one.decide(DESK, planId, 'smartcards', { grant: true }), refusal(503, 'environment_unreachable'));
    assert.equal(await stateOf(one, planId, 'smartcards'), 'submitted');
    int.script = async () => undefined;
    const decided = await Promise.allSettled([
      one.decide(DESK, planId, 'smartcards', { grant: true }),
      other.decide(DESK, planId, 'smartcards', { grant: false, reason: 'No' }),
      other.decide(DESK, planId, 'smartcards', { grant: true }),
    ]);
    assert.equal(decided.filter((each) => each.status === 'fulfilled').length, 1);
    for (const each of decided) if (each.status === 'rejected') assert.ok(refusal(409, 'request_state')(each.reason));
    assert.ok(int.calls.length <= 2);
  });
});

describe('suspended access', () => {
  test('is not had back by beginning anew, by whichever plan; others’ products of that name are not touched', async () => {
    const at = door();
    const planId = await plan(at);
    const second = await plan(at);
    const [strangers, elsewhere] = [await plan(at, 'INT', 'Link', STRANGER), await plan(at, 'DEP')];
    await at.suspend(DESK, planId, true);
    await assert.rejects(plan(at), refusal(409, 'access_suspended'));
    await assert.rejects(at.submit(SUPPLIER, second, 'smartcards', CARD), refusal(409, 'access_suspended'));
    assert.equal((await at.see(DESK, second)).access, 'suspended');
    const accessOf = (accountId: string) => at.accessOf(store.db, { accountId }, 'Link', '1', 'INT');
    assert.equal(await accessOf('rae'), 'suspended');
    assert.equal(await accessOf('stella'), 'prerequisites-open');
    for (const other of [strangers, elsewhere]) assert.equal((await at.see(DESK, other)).access, 'prerequisites-open');
    await at.suspend(DESK, second, false);
    assert.equal(await accessOf('rae'), 'prerequisites-open');
    assert.match(await plan(at), /-/);
  });

  test('holds when another plan slipped in at the same moment', async () => {
    const at = door();
    const planId = await plan(at);
    const suspended = await at.see(DESK, planId);
    await at.suspend(DESK, planId, true);
    await insertPlan(store.db, { ...suspended, planId: 'slipped-in', suspended: false, createdAt: clock.now() + 1 });
    assert.equal(await at.accessOf(store.db, { accountId: 'rae' }, 'Link', '1', 'INT'), 'suspended');
    await assert.rejects(at.submit(SUPPLIER, 'slipped-in', 'smartcards', CARD), refusal(409, 'access_suspended'));
  });
});

describe('a host name', () => {
  const name = { fqdn: 'link.vista.nhs.uk', odsCode: 'R69', address: '127.0.0.1' };

  test('belongs to the owner who has it: another supplier cannot point it elsewhere, and is told so', async () => {
    const at = door();
    const planId = await plan(at);
    await at.submit(SUPPLIER, planId, 'fqdn', name);
    const theirs = await plan(at, 'INT', 'Theirs', STRANGER);
    await at.submit(STRANGER, theirs, 'fqdn', { ...name, address: '127.0.0.9' });
    const { state, reason } = await requestOf(at, theirs, 'fqdn');
    assert.deepEqual(
      [state, reason],
      ['refused', 'The name link.vista.nhs.uk belongs to a product of somebody else. Choose a name of your own.'],
    );
    await at.giveBack(SUPPLIER, planId, 'fqdn');
    await at.submit(STRANGER, theirs, 'fqdn', { ...name, address: '127.0.0.9' });
    assert.equal(await stateOf(at, theirs, 'fqdn'), 'refused');
    assert.equal(int.calls.length, 1, 'the environment is not even asked');
    const inDep = await plan(at, 'DEP', 'Theirs', STRANGER);
    await at.submit(STRANGER, inDep, 'fqdn', name);
    assert.equal(await stateOf(at, inDep, 'fqdn'), 'granted', 'environments are worlds of their own');
  });

  test('is moved by its owner, by this plan or another of theirs', async () => {
    const at = door();
    const planId = await plan(at);
    await at.submit(SUPPLIER, planId, 'fqdn', name);
    await at.giveBack(SUPPLIER, planId, 'fqdn');
    await at.submit(SUPPLIER, planId, 'fqdn', { ...name, address: '127.0.0.2' });
    await at.submit(SUPPLIER, await plan(at, 'INT', 'Next'), 'fqdn', { ...name, address: '127.0.0.3' });
    assert.deepEqual(
      int.calls.map(({ input }) => [input['address'], input['move']]),
      [
        ['127.0.0.1', false],
        ['127.0.0.2', true],
        ['127.0.0.3', true],
      ],
    );
  });

  test('that two plans of an owner asked for is held when one of them was refused and the other granted', async () => {
    const at = door('person');
    const [first, second] = [await plan(at), await plan(at, 'INT', 'Next')];
    int.script = async () => {
      throw new LocalRefusal(409, 'registration_waits', 'It waits.');
    };
    for (const planId of [first, second]) {
      await at.submit(SUPPLIER, planId, 'fqdn', name);
      await assert.rejects(at.decide(DESK, planId, 'fqdn', { grant: true }), refusal(409, 'registration_waits'));
    }
    int.script = async () => undefined;
    await at.decide(DESK, first, 'fqdn', { grant: false, reason: 'Not you' });
    await at.decide(DESK, second, 'fqdn', { grant: true });
    const theirs = await plan(at, 'INT', 'Theirs', STRANGER);
    await at.submit(STRANGER, theirs, 'fqdn', name);
    await assert.rejects(at.decide(DESK, theirs, 'fqdn', { grant: true }), refusal(409, 'name_held'));
  });

  test('that was refused is free for others', async () => {
    const at = door();
    const planId = await plan(at);
    int.script = async () => {
      throw new LocalRefusal(422, 'registration_refused', 'Invalid ODS Code.');
    };
    await at.submit(SUPPLIER, planId, 'fqdn', name);
    assert.equal(await stateOf(at, planId, 'fqdn'), 'refused');
    int.script = async () => undefined;
    const theirs = await plan(at, 'INT', 'Theirs', STRANGER);
    await at.submit(STRANGER, theirs, 'fqdn', name);
    assert.equal(await stateOf(at, theirs, 'fqdn'), 'granted');
  });
});

describe('plans', () => {
  test('are seen by their owner however many others have', async () => {
    const at = door();
    const view = await at.see(DESK, await plan(at));
    await store.transaction(async (tx) => {
      for (let n = 0; n < 1_100; n += 1)
        await insertPlan(tx, { ...view, planId: `other-${n}`, accountId: 'stella', createdAt: view.createdAt + 1 + n });
    });
    assert.deepEqual(
      (await at.list(SUPPLIER)).map((each) => each.planId),
      [view.planId],
    );
    assert.equal((await at.list(DESK)).length, 1_101);
    assert.equal((await at.views(await at.list(DESK))).length, 1_101);
  });

  test('made before keep their names, and a suspension reaches the others of its product version', async () => {
    const old = await openMemoryStore({
      audit: audit.migrations,
      mail: mail.migrations,
      connecting: { '0001-connecting': connectingTables },
    });
    store = old;
    const at = door();
    const row = { environment: 'INT', product: 'Link', version: '1', services: [], suspended: false, teamId: undefined };
    for (const [planId, accountId, suspended] of [
      ['first', 'rae', true],
      ['second', 'rae', false],
      ['strangers', 'stella', false],
    ] as const)
      await insertPlan(old.db, { ...row, planId, accountId, suspended, createdAt: 1 });
    await old.db
      .insertInto('connecting_request' as never)
      .values({
        plan_id: 'strangers',
        kind: 'fqdn',
        state: 'granted',
        answers: '{}',
        result: JSON.stringify({ fqdn: name().fqdn, addresses: '127.0.0.1' }),
        history: '[]',
      } as never)
      .execute();
    await decisionTables.up(old.db as never);
    assert.equal((await at.see(DESK, 'second')).access, 'suspended');
    assert.notEqual((await at.see(DESK, 'strangers')).access, 'suspended');
    const planId = await plan(at, 'INT', 'Mine');
    await at.submit(SUPPLIER, planId, 'fqdn', name());
    assert.equal(await stateOf(at, planId, 'fqdn'), 'refused');
  });
});

function name(): { fqdn: string; odsCode: string; address: string } {
  return { fqdn: 'kept.vista.nhs.uk', odsCode: 'R69', address: '127.0.0.1' };
}
