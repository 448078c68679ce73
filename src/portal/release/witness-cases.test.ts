/** What a witness test takes as evidence, and what it does not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Answers } from '../forms/form.ts';
import { certified } from './assured.ts';
import { reasonsAgainst } from './conditions.ts';
import { artefactOf, type RoadFacts, type SeenExchange } from './facts.ts';
import { acted, answered, freshFacts, reviewed, walked, withArtefact } from './test-road.ts';

const [USER, REFERRER] = [0, 1].map((number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`);
const FOREIGN = 'ffffffff-0000-4000-8000-000000000001';

/** The road of the example when some exchanges in INT were not what was reported. */
function submittedWith(change: (id: string, seen: SeenExchange) => SeenExchange, changes: Partial<RoadFacts> = {}): RoadFacts {
  const exchanges = new Map([...freshFacts().exchanges].map(([id, seen]) => [id, change(id, seen)]));
  return reviewed(walked(freshFacts({ exchanges, ...changes }), { kind: 'witness-test', action: 'submit' }));
}

function sentBack(facts: RoadFacts, ...reasons: readonly RegExp[]): void {
  const { state, reasons: given } = artefactOf(facts.road, 'witness-test');
  assert.equal(state, 'remedial-action');
  assert.equal(given.length, reasons.length, given.join('\n'));
  for (const [index, reason] of reasons.entries()) assert.match(given[index] ?? '', reason);
}

describe('an exchange shows a case only if it was made by the supplier’s own application of that use', () => {
  test('not one of the other capability', () => {
    sentBack(
      submittedWith((id, seen) => (id === 'application-restricted-provider/A005' ? { ...seen, appId: REFERRER } : seen)),
      /^Application-restricted, provider: A005 .* was made by an application that is application-restricted, referrer\./u,
    );
  });

  test('not one of the other access mode', () => {
    sentBack(
      submittedWith((id, seen) => (id === 'application-restricted-provider/A005' ? { ...seen, appId: USER } : seen)),
      /was made by an application that is user-restricted\./u,
    );
  });

  test('not somebody else’s, nor one of nobody', () => {
    for (const appId of [FOREIGN, undefined])
      sentBack(
        submittedWith((id, seen) => (id === 'user-restricted/A005' ? { ...seen, appId } : seen)),
        /was made by another application/u,
      );
  });
});

describe('a refused token', () => {
  const refused = (change: Partial<SeenExchange>) =>
    submittedWith((id, seen) => (id === 'application-restricted-provider/refused-token' ? { ...seen, ...change } : seen));

  test('may be one that was never issued, or an expired one of one’s own', () => {
    assert.equal(artefactOf(refused({ appId: undefined }).road, 'witness-test').state, 'passed');
    assert.equal(artefactOf(refused({}).road, 'witness-test').state, 'passed');
  });

  test('is not somebody else’s, of another use, at another service or another endpoint, or answered otherwise', () => {
    sentBack(refused({ appId: FOREIGN }), /was made by another application/u);
    sentBack(refused({ appId: REFERRER }), /is application-restricted, referrer/u);
    sentBack(refused({ operation: 'token' }), /was token, not an endpoint of this use/u);
    sentBack(refused({ operation: 'A035' }), /was A035, not an endpoint of this use/u);
    sentBack(refused({ status: 403 }), /was answered 403, not 401/u);
  });

  test('is shown by a passed conformance run of that use only', () => {
    const conformance = { verdict: 'passed', covered: [{ use: 'user-restricted', endpoint: 'A005' }], passedRuns: [] } as const;
    const exchanges = new Map([...freshFacts().exchanges].filter(([id]) => !id.endsWith('/refused-token')));
    const facts = reviewed(walked(freshFacts({ conformance, exchanges }), { kind: 'witness-test', action: 'submit' }));
    sentBack(
      facts,
      /^Application-restricted, referrer: A call with an expired/u,
      /^Application-restricted, provider: A call with an expired/u,
    );
  });
});

describe('a report', () => {
  const executed = walked(freshFacts(), { kind: 'witness-test', action: 'execute' });
  const results = (value: string): Answers =>
    Object.fromEntries(
      Object.keys(artefactOf(executed.road, 'witness-test').answers)
        .filter((name) => name.endsWith('.result'))
        .map((name) => [name, value]),
    );
  const notSubmitted = (answers: Answers, text: RegExp): void => {
    const facts = answered(executed, 'witness-test', '', answers);
    assert.throws(() => acted(facts, { kind: 'witness-test', action: 'submit', actor: 'supplier' }), text);
    // Nor do the rules pass it, however it came to be submitted.
    const submitted = withArtefact(facts, { ...artefactOf(facts.road, 'witness-test'), state: 'submitted' });
    const decided = reviewed(submitted);
    assert.equal(artefactOf(decided.road, 'witness-test').state, 'remedial-action');
    assert.deepEqual(certified(decided), []);
  };

  test('cannot be changed to "not applicable" without a reason once it is executed', () => {
    notSubmitted({ 'user-restricted/A008.result': 'not-applicable' }, /Say in a sentence why the case does not apply: A008/u);
  });

  test('cannot say that nothing applies, in one use or in all', () => {
    notSubmitted(results('not-applicable'), /is not one of the answers to: A call with an expired/u);
    notSubmitted(
      {
        'application-restricted-referrer/A035.result': 'not-applicable',
        'application-restricted-referrer/A035.justification': 'We never search unattended.',
      },
      /Execute at least one endpoint: application-restricted, referrer/u,
    );
  });

  test('cannot show two cases by one exchange', () => {
    notSubmitted(
      { 'user-restricted/refused-token.correlation-id': 'application-restricted-provider/refused-token' },
      /"application-restricted-provider\/refused-token" shows another case already/u,
    );
  });

  test('with a reason leaves an endpoint off the certificate', () => {
    const facts = answered(executed, 'witness-test', '', {
      'user-restricted/A008.result': 'not-applicable',
      'user-restricted/A008.justification': 'Worklists are read elsewhere.',
    });
    const decided = reviewed(acted(facts, { kind: 'witness-test', action: 'submit', actor: 'supplier' }));
    assert.equal(certified(decided).length, 6);
    assert.ok(!certified(decided).some(({ use, endpoint }) => use === 'user-restricted' && endpoint === 'A008'));
  });
});

test('a row of the PROD form in a use that the certificate does not list is refused', () => {
  const facts = walked(freshFacts(), { kind: 'prod-form', action: 'return' });
  const certificate = artefactOf(facts.road, 'tcc');
  const coverage = [certificate.answers['coverage'] ?? []].flat();
  const inReferrer = (each: string): boolean => each.startsWith('application-restricted-referrer/');
  const without = withArtefact(facts, {
    ...certificate,
    answers: {
      ...certificate.answers,
      coverage: coverage.filter((each) => !inReferrer(each)),
      'not-applicable': coverage.filter(inReferrer),
    },
  });
  assert.deepEqual(
    reasonsAgainst('gate-7', without).map(({ reason }) => reason),
    ['R69', 'RCD'].map((ods) => `${ods} application-restricted, referrer: the certificate lists no endpoint in this use.`),
  );
  assert.equal(artefactOf(reviewed(without).road, 'prod-form').state, 'queried');
});
