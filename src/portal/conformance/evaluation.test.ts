/** Each witness case in a small recorded world: met, failed, not yet seen. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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

  const times = (count: number, told: Told, first = 0): readonly Told[] =>
    Array.from({ length: count }, (_, index) => ({ ...told, at: first + index }));

  for (const count of [3, 4, 5, 10, 50])
    test(`repeated ${count} times it fails, as one row`, () => {
      for (const [kind, told] of [
        ['organisation-missing', missing],
        ['function-wrong', { status: 403, check: 'ers.role.operation' }],
        ['unknown-record', { status: 404, check: 'ers.not-found' }],
      ] as const) {
        const { state: found, good, bad, decisive } = at('A005', kind, times(count, told));
        assert.deepEqual([found, good, bad], ['failed', 0, 1], kind);
        assert.deepEqual([decisive?.exchanges[0], decisive?.exchanges.at(-1)], [1, count]);
      }
    });

  test('a fresh token for each repetition, and another record in between, do not hide it', () => {
    const fresh = times(20, missing).map((each, index) => ({ ...each, token: `t-${index}` }));
    assert.equal(state('A005', 'organisation-missing', fresh), 'failed');
    const alternating = Array.from({ length: 40 }, (_, index) => ({ ...missing, at: index / 2, ubrn: String(index % 2) }));
    assert.deepEqual(
      [at('A005', 'organisation-missing', alternating)].map(({ state: found, good, bad }) => [found, good, bad]),
      [['failed', 0, 2]],
    );
    const throttled = times(6, missing).flatMap((each) => [each, { status: 429, at: (each.at ?? 0) + 0.5 }]);
    assert.equal(state('A005', 'organisation-missing', throttled), 'failed', 'nor does being told to slow down');
  });

  test('twice is not yet hammering, and being served in between ends a row', () => {
    assert.equal(state('A005', 'organisation-missing', times(2, missing)), 'met');
    const unknown: Told = { status: 404, check: 'ers.not-found' };
    assert.equal(state('A005', 'unknown-record', [...times(2, unknown), { at: 2 }, ...times(2, unknown, 3)]), 'met');
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

  test('getting a new one after hammering does not make the hammering good; doing it well the next time does', () => {
    for (const count of [3, 4, 10, 50]) {
      const hammering = Array.from({ length: count }, (_, at) => ({ ...expired, at }));
      const recovered = [...hammering, { at: 60, token: 't-2' }];
      assert.deepEqual(
        [at('A005', 'token-expired', recovered)].map(({ state: found, good, bad }) => [found, good, bad]),
        [['failed', 0, 1]],
      );
      assert.equal(state('A005', 'token-expired', [...recovered, { ...expired, at: 90, token: 't-2' }, { at: 91, token: 't-3' }]), 'met');
    }
  });

  test('of many refusals each is followed to the next token that was served', () => {
    const told = [{}, expired, { token: 't-1' }, { token: 't-1' }, { token: 't-2' }];
    assert.deepEqual(at('A005', 'token-expired', told).decisive?.exchanges, [2, 5]);
  });

  test('a session counts as ended only if its token had been good', () => {
    assert.equal(state('A005', 'session-ended', [{}, ended, { token: 't-2' }]), 'met');
    assert.equal(state('A005', 'session-ended', [ended, { token: 't-2' }]), 'not-seen', 'a token from elsewhere never was good here');
    assert.equal(state('A005', 'session-ended', [{ operation: 'token', token: 'none', issued: 't-1' }, ended, { token: 't-2' }]), 'met');
  });
});

describe('a stale version', () => {
  const stale: Told = { operation: 'A013', status: 409, check: 'ers.version', ifMatch: 'W/"4"' };
  const read: Told = { operation: 'A005' };
  const repeated: Told = { operation: 'A013', ifMatch: 'W/"5"' };

  test('is met by reading again and sending the new version', () => {
    const told = [stale, read, repeated];
    assert.equal(state('A013', 'version-stale', told), 'met');
    assert.deepEqual(at('A013', 'version-stale', told).exchanges, [1, 3]);
  });

  test('fails by sending the old one again', () => {
    assert.equal(state('A013', 'version-stale', [stale, stale]), 'failed');
    assert.equal(state('A013', 'version-stale', [stale, read, { ...stale, status: 200 }]), 'failed');
  });

  test('fails by sending another one without having read the record', () => {
    assert.equal(state('A013', 'version-stale', [stale, repeated]), 'failed');
    assert.equal(state('A013', 'version-stale', [read, stale, repeated, read]), 'failed', 'read before, and after, is not in between');
    assert.equal(state('A013', 'version-stale', [stale, { ...read, ubrn: '2' }, repeated]), 'failed', 'another record was read');
    assert.equal(state('A013', 'version-stale', [stale, { ...read, status: 503 }, repeated]), 'failed', 'the reading was refused');
    assert.equal(
      state('A013', 'version-stale', [
        { ...stale, at: 0 },
        { ...read, at: 1 },
        { ...repeated, at: 1.005 },
      ]),
      'failed',
      'it was sent before the reading was answered',
    );
    assert.equal(
      state('A013', 'version-stale', [stale, { ...read, url: '/referrals/FHIR/STU3/ReferralRequest/000000070000/_history/4' }, repeated]),
      'failed',
      'an old version was read',
    );
  });

  test('is not complete until the change is carried out; another record does not count', () => {
    assert.equal(state('A013', 'version-stale', [stale]), 'not-seen');
    assert.equal(state('A013', 'version-stale', [stale, read, { ...repeated, ubrn: '2' }]), 'not-seen');
    assert.equal(state('A013', 'version-stale', [stale, read, { ...repeated, status: 422 }]), 'not-seen');
    assert.match(at('A013', 'version-stale', [stale]).begun?.awaits ?? '', /read again/);
  });

  test('another conflict, and one whose record or version cannot be told, say nothing', () => {
    const silent = (...told: readonly Told[]): void => {
      const { state: found, begun } = at('A013', 'version-stale', told);
      assert.deepEqual([found, begun], ['not-seen', undefined]);
    };
    silent({ ...stale, check: 'fault' }, { ...stale, check: 'fault' });
    const { ifMatch: _, ...unnamed } = stale;
    silent(unnamed, unnamed);
    const { state: found, begun } = at('A016', 'version-stale', [
      { status: 409, check: 'ers.version', body: '{}' },
      { status: 201, body: 'not JSON' },
    ]);
    assert.deepEqual([found, begun], ['not-seen', undefined]);
  });

  test('travels in the body of A016 and A027', () => {
    const change = (version: number, status: number): Told => ({
      status,
      ...(status === 409 && { check: 'ers.version' }),
      body: JSON.stringify({ incomingReferral: [{ reference: `ReferralRequest/000000070000/_history/${version}` }] }),
    });
    assert.equal(state('A016', 'version-stale', [change(5, 409), read, change(7, 201)]), 'met');
    assert.equal(state('A016', 'version-stale', [change(5, 409), change(7, 201)]), 'failed');
    assert.equal(state('A016', 'version-stale', [change(5, 409), change(5, 409)]), 'failed');
  });

  test('of A034 is two: of the appointment and, in the body, of its referral', () => {
    const url = '/referrals/FHIR/STU3/Appointment/70009';
    const change = (ifMatch: string, version: number, status: number): Told => ({
      status,
      url,
      ifMatch,
      ...(status === 409 && { check: 'ers.version' }),
      body: JSON.stringify({ incomingReferral: [{ reference: `ReferralRequest/000000070001/_history/${version}` }] }),
    });
    const [readAppointment, readReferral]: readonly Told[] = [
      { operation: 'A038', url },
      { operation: 'A005', ubrn: '000000070001' },
    ];
    for (const each of [readAppointment, readReferral])
      assert.equal(state('A034', 'version-stale', [change('W/"0"', 5, 409), each ?? {}, change('W/"0"', 6, 200)]), 'met');
    assert.equal(state('A034', 'version-stale', [change('W/"0"', 5, 409), readAppointment ?? {}, change('W/"0"', 5, 409)]), 'failed');
    assert.equal(state('A034', 'version-stale', [change('W/"0"', 5, 409), change('W/"1"', 5, 200)]), 'failed');
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

  test('what has begun and was not carried on cannot be argued away', () => {
    const justified = facts(['A030'], 'user-restricted', { 'user.A030.unavailable': 'No.', 'user.A030.token-expired': 'No.' });
    const told = recorded({ operation: 'A030', status: 503 }, { operation: 'A030', status: 401, check: 'gateway.token.expired' });
    const states = new Map(evaluate(justified, told).results.map((each) => [each.case.kind.kind, each.state]));
    assert.deepEqual(
      ['unavailable', 'token-expired'].map((kind) => states.get(kind)),
      ['not-seen', 'not-seen'],
    );
  });

  test('nothing tested is nothing passed', () => {
    assert.equal(evaluate({ scopes: [], applications: [], justifications: {} }, []).verdict, 'open');
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
