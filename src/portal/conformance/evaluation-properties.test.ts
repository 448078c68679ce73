/** What holds whatever was recorded, and that judging it takes time in proportion to it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { endpointOf } from './endpoints.ts';
import { type CaseResult, evaluate, type RunFacts } from './evaluation.ts';
import { recorded, type Told } from './test-traffic.ts';

function facts(endpoints: readonly string[]): RunFacts {
  return {
    scopes: [{ access: 'user-restricted', endpoints: endpoints.flatMap((id) => endpointOf(id) ?? []) }],
    applications: [{ appId: 'app-1', access: 'user-restricted' }],
    justifications: {},
  };
}

describe('whatever was recorded', () => {
  const told = fc.record(
    {
      at: fc.nat(600),
      operation: fc.constantFrom('A005', 'A013', 'A016', 'token'),
      status: fc.constantFrom(200, 201, 307, 401, 403, 404, 409, 412, 422, 429, 500, 503),
      check: fc.constantFrom(
        'gateway.token.expired',
        'gateway.token.known',
        'ers.role.held',
        'ers.role.operation',
        'ers.role.organisation',
        'ers.version',
      ),
      token: fc.constantFrom('t-1', 't-2', 't-3'),
      ifMatch: fc.constantFrom('W/"1"', 'W/"2"'),
      organisation: fc.constantFrom('', 'R69'),
      retryAfter: fc.nat(60),
      appId: fc.constantFrom('app-1', 'app-2'),
    },
    { requiredKeys: ['at', 'operation', 'status'] },
  );
  // Numbers are given in the order of the answers.
  const worlds = fc.array(told, { maxLength: 30 }).map((each) => recorded(...each.sort((one, other) => one.at - other.at)));
  const run = facts(['token', 'A005', 'A013', 'A016']);
  const byId = (exchanges: ReturnType<typeof recorded>): ReadonlyMap<string, CaseResult> =>
    new Map(evaluate(run, exchanges).results.map((each) => [each.case.id, each]));

  test('what has been seen is never unseen by more traffic', () => {
    fc.assert(
      fc.property(worlds, fc.nat(30), (world, cut) => {
        const [earlier, later] = [byId(world.slice(0, cut)), byId(world)];
        for (const [id, { state: before }] of earlier) if (before !== 'not-seen') assert.notEqual(later.get(id)?.state, 'not-seen', id);
      }),
    );
  });

  test('other applications change nothing, nor does the order in which exchanges are read', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const own = world.filter((each) => each.appId === 'app-1');
        assert.deepEqual(evaluate(run, [...world].reverse()), evaluate(run, world));
        assert.deepEqual(evaluate(run, own), evaluate(run, world));
      }),
    );
  });

  test('every state rests on exchanges of that endpoint, and a met one on a decisive good showing', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const operations = new Map(world.map((each) => [each.number, each.operation]));
        for (const {
          case: { endpoint },
          state: found,
          decisive,
          exchanges,
        } of byId(world).values()) {
          assert.equal(found === 'not-seen', exchanges.length === 0);
          assert.equal(found === 'met', decisive?.good === true);
          if (decisive !== undefined) assert.equal(operations.get(decisive.exchanges[0] ?? 0), endpoint.id);
        }
      }),
    );
  });

  test('the verdict follows from the states', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { verdict, counts, results } = evaluate(run, world);
        assert.equal(counts.met + counts.failed + counts['not-seen'] + counts['not-applicable'], results.length);
        assert.equal(verdict === 'passed', counts.met === results.length);
        assert.equal(verdict === 'failed', counts.failed > 0);
      }),
    );
  });
});

describe('a full recording', () => {
  /** How often rows are looked at when so many exchanges are judged. */
  function looks(world: (index: number) => Told, count: number): number {
    let looked = 0;
    const rows = recorded(...Array.from({ length: count }, (_, index) => ({ at: index * 2, ...world(index) })));
    const watched = rows.map(
      (row) =>
        new Proxy(row, {
          get(target, name, receiver) {
            looked += 1;
            return Reflect.get(target, name, receiver);
          },
        }),
    );
    evaluate(facts(['token', 'A005', 'A013', 'A016']), watched);
    return looked;
  }

  const worlds: Readonly<Record<string, (index: number) => Told>> = {
    'nothing but 429, and never served': () => ({ operation: 'A005', status: 429 }),
    'nothing but 503': () => ({ operation: 'A005', status: 503, retryAfter: 1 }),
    'ended tokens that nothing replaces': () => ({ operation: 'A005', status: 401, check: 'gateway.token.known' }),
    'an expired token that is served in between': (index) => ({
      operation: 'A005',
      ...(index % 2 === 0 ? { status: 401, check: 'gateway.token.expired' } : {}),
    }),
    'a new token for each refusal': (index) => ({ operation: 'A005', status: 401, check: 'gateway.token.known', token: `t-${index}` }),
    'conflicts, each with another version': (index) => ({
      operation: 'A013',
      status: 409,
      check: 'ers.version',
      ifMatch: `W/"${index}"`,
    }),
    'conflicts and readings': (index) =>
      index % 2 === 0 ? { operation: 'A013', status: 409, check: 'ers.version', ifMatch: `W/"${index}"` } : { operation: 'A005' },
    'one request hammered': () => ({ operation: 'A005', status: 404, check: 'ers.not-found' }),
  };
  for (const [name, world] of Object.entries(worlds))
    test(`takes time in proportion to it: ${name}`, () => {
      const [some, twice] = [looks(world, 1_000), looks(world, 2_000)];
      // Sorted and searched: a little more than twice. Each with each would be four times.
      assert.ok(twice < 2.3 * some, `${some} looks at 1,000 exchanges, ${twice} at 2,000`);
    });
});
