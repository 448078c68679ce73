/** Each witness case in a small recorded world: met, failed, not yet seen; and what holds whatever was recorded. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CASE_KINDS, casesOf } from './cases.ts';
import { type Access, ENDPOINTS, endpointOf } from './endpoints.ts';
import { type CaseResult, type CaseState, evaluate, type RunFacts } from './evaluation.ts';
import { recorded, type Told } from './test-traffic.ts';

function facts(endpoints: readonly string[], access: Access = 'user-restricted', justifications: Record<string, string> = {}): RunFacts {
  return {
    scopes: [{ access, endpoints: endpoints.flatMap((id) => endpointOf(id) ?? []) }],
    applications: [{ appId: 'app-1', access }],
    justifications,
  };
}

/** The result of one kind of case at an endpoint, over told exchanges. */
function at(endpoint: string, kind: string, told: readonly Told[], access: Access = 'user-restricted'): CaseResult {
  const { results } = evaluate(facts([endpoint], access), recorded(...told.map((each) => ({ operation: endpoint, ...each }))));
  const found = results.find((each) => each.case.kind.kind === kind);
  assert.ok(found, `${kind} is a case of ${endpoint}`);
  return found;
}
const state = (...parts: Parameters<typeof at>): CaseState => at(...parts).state;

describe('carried out', () => {
  test('a success meets it, a refusal does not', () => {
    assert.equal(state('A005', 'served', [{ status: 200 }]), 'met');
    assert.equal(state('A005', 'served', [{ status: 422, check: 'ers.invalid-value' }]), 'not-seen');
    assert.equal(state('A042', 'served', [{ status: 307 }]), 'met', 'A042 answers with the address of the file');
  });

  test('another endpoint, and another application, do not', () => {
    assert.equal(state('A005', 'served', [{ operation: 'A024' }, { appId: 'somebody-else' }]), 'not-seen');
  });
});

describe('refusals', () => {
  const missing: Told = { status: 403, check: 'ers.role.organisation', organisation: '' };

  test('organisation missing: the header was not there', () => {
    assert.equal(state('A005', 'organisation-missing', [missing]), 'met');
    assert.equal(state('A005', 'organisation-missing', [{ ...missing, organisation: 'R69' }]), 'not-seen');
    assert.equal(
      state('A005', 'organisation-missing', [{ status: 400, check: 'ers.proxy.end-user-organisation', organisation: '' }]),
      'met',
    );
  });

  test('foreign organisation: the header named one that is not the user’s', () => {
    assert.equal(state('A005', 'organisation-foreign', [{ status: 403, check: 'ers.role.held', organisation: 'RCD' }]), 'met');
    assert.equal(state('A005', 'organisation-foreign', [missing]), 'not-seen');
  });

  test('wrong business function, and unknown record', () => {
    assert.equal(state('A005', 'function-wrong', [{ status: 403, check: 'ers.role.operation' }]), 'met');
    assert.equal(state('A005', 'unknown-record', [{ status: 404, check: 'ers.not-found' }]), 'met');
  });

  test('a program that repeats the refused request unchanged fails, until it shows that it has learned', () => {
    const hammering = [0, 1, 2].map((at) => ({ ...missing, at }));
    assert.equal(state('A005', 'organisation-missing', hammering), 'failed');
    assert.deepEqual(at('A005', 'organisation-missing', hammering).decisive?.exchanges, [1, 2, 3]);
    assert.equal(state('A005', 'organisation-missing', [...hammering, { at: 60 }, { ...missing, at: 90 }]), 'met');
  });

  test('a person who tries again, or a program that changes the request, does not hammer', () => {
    assert.equal(
      state(
        'A005',
        'organisation-missing',
        [0, 20, 40].map((at) => ({ ...missing, at })),
      ),
      'met',
    );
    assert.equal(
      state(
        'A005',
        'unknown-record',
        ['1', '2', '3', '4'].map((ubrn, at) => ({ status: 404, check: 'ers.not-found', ubrn, at })),
      ),
      'met',
    );
  });
});

describe('tokens', () => {
  const expired: Told = { status: 401, check: 'gateway.token.expired' };
  const ended: Told = { status: 401, check: 'gateway.token.known' };

  test('an expired one is replaced, and the product carries on', () => {
    assert.equal(state('A005', 'token-expired', [{}, expired, { token: 't-2' }]), 'met');
    assert.equal(state('A005', 'token-expired', [{}, expired]), 'not-seen');
    assert.match(at('A005', 'token-expired', [expired]).begun?.awaits ?? '', /new token/);
  });

  test('an expired one that is sent again and again fails', () => {
    assert.equal(
      state(
        'A005',
        'token-expired',
        [0, 1, 2].map((at) => ({ ...expired, at })),
      ),
      'failed',
    );
  });

  test('a session counts as ended only if its token had been good', () => {
    assert.equal(state('A005', 'session-ended', [{}, ended, { token: 't-2' }]), 'met');
    assert.equal(state('A005', 'session-ended', [ended, { token: 't-2' }]), 'not-seen', 'a token from elsewhere never was good here');
    assert.equal(state('A005', 'session-ended', [{ operation: 'token', token: 'none', issued: 't-1' }, ended, { token: 't-2' }]), 'met');
  });
});

describe('a stale version', () => {
  const stale: Told = { operation: 'A013', status: 409, ifMatch: 'W/"4"' };

  test('is met by reading again and sending the new version', () => {
    const told = [stale, { operation: 'A005' }, { operation: 'A013', ifMatch: 'W/"5"' }];
    assert.equal(state('A013', 'version-stale', told), 'met');
    assert.deepEqual(at('A013', 'version-stale', told).exchanges, [1, 3]);
  });

  test('fails by sending the old one again', () => {
    assert.equal(state('A013', 'version-stale', [stale, stale]), 'failed');
    assert.equal(state('A013', 'version-stale', [stale, { ...stale, status: 200 }]), 'failed');
  });

  test('is not complete until the change is carried out; another record does not count', () => {
    assert.equal(state('A013', 'version-stale', [stale]), 'not-seen');
    assert.equal(state('A013', 'version-stale', [stale, { operation: 'A013', ifMatch: 'W/"9"', ubrn: '2' }]), 'not-seen');
    assert.equal(state('A013', 'version-stale', [stale, { operation: 'A013', status: 422, ifMatch: 'W/"5"' }]), 'not-seen');
  });

  test('travels in the body of A016 and A027', () => {
    const body = (version: number) =>
      JSON.stringify({ incomingReferral: [{ reference: `ReferralRequest/000000070000/_history/${version}` }] });
    assert.equal(
      state('A016', 'version-stale', [
        { status: 409, body: body(5) },
        { status: 201, body: body(7) },
      ]),
      'met',
    );
    assert.equal(
      state('A016', 'version-stale', [
        { status: 409, body: body(5) },
        { status: 409, body: body(5) },
      ]),
      'failed',
    );
  });
});

describe('told to wait', () => {
  const told429: Told = { status: 429, at: 0 };
  const told503: Told = { status: 503, at: 0, retryAfter: 120 };

  test('429: at least a second where nothing is said, and as long as Retry-After where it is', () => {
    assert.equal(state('A005', 'throttled', [told429, { at: 1.1 }]), 'met');
    assert.equal(state('A005', 'throttled', [told429, { at: 0.5 }]), 'failed');
    assert.equal(state('A005', 'throttled', [{ ...told429, retryAfter: 30 }, { at: 20 }]), 'failed');
    assert.equal(state('A005', 'throttled', [{ ...told429, retryAfter: 30 }, { at: 31 }]), 'met');
  });

  test('429 is for everything the application sends to e-RS, 503 for the endpoint', () => {
    const other: Told = { operation: 'A024', at: 0.2 };
    assert.equal(state('A005', 'throttled', [told429, other, { at: 5 }]), 'failed');
    assert.equal(state('A005', 'unavailable', [told503, other, { at: 121 }]), 'met');
  });

  test('getting a token meanwhile is not trying again', () => {
    assert.equal(state('A005', 'throttled', [told429, { operation: 'token', at: 0.2 }, { at: 5 }]), 'met');
  });

  test('503: tried again too soon, in time, or not yet', () => {
    assert.equal(state('A005', 'unavailable', [told503, { at: 60 }]), 'failed');
    assert.equal(state('A005', 'unavailable', [told503, { at: 121 }]), 'met');
    assert.equal(state('A005', 'unavailable', [told503]), 'not-seen');
    assert.equal(at('A005', 'unavailable', [told503]).begun?.exchange, 1);
  });

  test('moving the environment’s clock is waiting', () => {
    assert.equal(state('A005', 'unavailable', [told503, { at: 0.5, ahead: 120 }]), 'met');
  });

  test('a request that was under way already says nothing', () => {
    assert.equal(state('A005', 'throttled', [told429, { at: 0.005, status: 200 }, { at: 3 }]), 'met');
  });

  test('refused again after waiting goes on until it succeeds', () => {
    assert.equal(state('A005', 'unavailable', [told503, { ...told503, at: 121 }, { at: 300 }]), 'met');
  });
});

describe('unattended', () => {
  const provider = 'application-restricted-provider';

  test('internal headers are not sent', () => {
    assert.equal(state('A005', 'override-headers', [{ organisation: '' }], provider), 'met');
    assert.equal(state('A005', 'override-headers', [{}, { status: 403, check: 'ers.proxy.internal-header' }], provider), 'failed');
  });

  test('a worklist is pulled twice a day and no more', () => {
    assert.equal(state('A008', 'worklist-pulls', [{}, {}], provider), 'met');
    assert.equal(state('A008', 'worklist-pulls', [{}, {}, { noted: 'ers.worklist-pulls' }], provider), 'failed');
  });

  test('organisation, function and session are the gateway’s business', () => {
    const kinds = casesOf([{ access: provider, endpoints: [endpointOf('A005')].flatMap((each) => each ?? []) }]).map(
      (each) => each.kind.kind,
    );
    assert.deepEqual(kinds, ['served', 'override-headers', 'token-expired', 'unknown-record', 'throttled', 'unavailable']);
  });
});

describe('a run', () => {
  test('is open until all is seen, failed while something fails, and passed when all is met or does not apply', () => {
    const run = facts(['A030']);
    assert.equal(evaluate(run, []).verdict, 'open');
    const all = recorded(
      { operation: 'A030' },
      { operation: 'A030', status: 401, check: 'gateway.token.expired' },
      { operation: 'A030', status: 401, check: 'gateway.token.known' },
      { operation: 'A030', status: 429 },
      { operation: 'A030', status: 503 },
      { operation: 'A030', token: 't-2' },
    );
    assert.equal(evaluate(run, all).verdict, 'passed');
    assert.equal(evaluate(run, all.slice(0, 4)).verdict, 'open');
    const justified = facts(['A030'], 'user-restricted', { 'user.A030.unavailable': 'The product has no retries.' });
    const { results } = evaluate(justified, []);
    assert.equal(results.find((each) => each.case.id === 'user.A030.unavailable')?.state, 'not-applicable');
  });

  test('what was seen counts, not what is said about it', () => {
    const told = recorded({ operation: 'A030', status: 503, at: 0 }, { operation: 'A030', at: 0.1 });
    const { results } = evaluate(facts(['A030'], 'user-restricted', { 'user.A030.unavailable': 'No.' }), told);
    assert.equal(results.find((each) => each.case.id === 'user.A030.unavailable')?.state, 'failed');
  });

  test('nothing tested is nothing passed', () => {
    assert.equal(evaluate({ scopes: [], applications: [], justifications: {} }, []).verdict, 'open');
  });
});

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

describe('the table', () => {
  test('every endpoint has cases in every access that may call it, and each says what to do', () => {
    for (const endpoint of ENDPOINTS)
      for (const access of Object.keys(endpoint.open) as Access[]) {
        const cases = casesOf([{ access, endpoints: [endpoint] }]);
        assert.ok(cases.length >= (endpoint.id === 'token' ? 1 : 5), `${endpoint.id} ${access}`);
        for (const { kind } of cases) assert.ok(kind.provoke(endpoint, 'int').text.length > 10);
      }
  });

  test('ids of cases are distinct', () => {
    const all = casesOf(
      (['user-restricted', 'application-restricted-provider', 'application-restricted-referrer'] as const).map((access) => ({
        access,
        endpoints: ENDPOINTS,
      })),
    );
    assert.equal(new Set(all.map((each) => each.id)).size, all.length);
    assert.equal(new Set(CASE_KINDS.map((each) => each.kind)).size, CASE_KINDS.length);
  });
});
