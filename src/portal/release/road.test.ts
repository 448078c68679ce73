/** The road to production: the table, its gates and its reviewers, with plain values. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ARTEFACTS, artefact } from './artefacts.ts';
import { certified } from './assured.ts';
import { reasonsAgainst } from './conditions.ts';
import { dutiesOf } from './duties.ts';
import { artefactOf, type RoadFacts } from './facts.ts';
import { gateVerdict, gateVerdicts } from './gate-verdict.ts';
import { GATES, type GateId } from './gates.ts';
import { act, answer } from './life.ts';
import { needsOf } from './needs.ts';
import { STEPS, stepsNumbered } from './steps.ts';
import { ACTORS, acted, answered, freshFacts, NOW, reviewed, soundAnswers, USE_CASE, walked } from './test-road.ts';
import { adviseAccess, findingsOnUseCase, readUseCase } from './use-case.ts';
import { dueAfter, WAITS } from './waits.ts';

function verdict(facts: RoadFacts, id: GateId): ReturnType<typeof gateVerdict> {
  const gate = GATES.find((each) => each.id === id);
  assert.ok(gate);
  return gateVerdict(gate, facts);
}

describe('the table', () => {
  for (const { title, kind, states, initial, editable, done, transitions } of ARTEFACTS) {
    test(`${title}: every state named is one of its states, and every state can be reached`, () => {
      const known = Object.keys(states);
      for (const state of [initial, ...editable, ...done, ...transitions.flatMap((each) => [...each.from, each.to])])
        assert.ok(known.includes(state), `${kind} ${state}`);
      const reached = new Set([initial]);
      for (let before = 0; before !== reached.size; ) {
        before = reached.size;
        for (const { from, to } of transitions) if (from.some((each) => reached.has(each))) reached.add(to);
      }
      assert.deepEqual([...reached].sort(), known.sort());
    });
    test(`${title}: an action means one thing in a state`, () => {
      const pairs = transitions.flatMap((each) => each.from.map((from) => `${from} ${each.action}`));
      assert.deepEqual(pairs, [...new Set(pairs)]);
    });
  }
});

describe('the seed’s example', () => {
  test('ends live when everybody does their part', () => {
    const { road } = walked();
    const states = Object.fromEntries(road.artefacts.map(({ kind, key, state }) => [`${kind} ${key}`.trim(), state]));
    assert.deepEqual(states, {
      'use-case': 'accepted',
      'integration-form': 'data-pack-issued',
      scal: 'legally-binding',
      'witness-test': 'passed',
      tcc: 'issued',
      'euo-approval R69': 'approved',
      'euo-approval RCD': 'approved',
      'connection-agreement': 'in-force',
      'prod-form': 'done',
      'smoke-test': 'passed',
      'go-live': 'business-live',
    });
  });

  test('needs three ASIDs for each of two organisations', () => {
    assert.equal(needsOf(readUseCase(USE_CASE), freshFacts().road, 'perEuo').length, 6);
  });

  test('is certified for exactly what may be called in each use', () => {
    assert.deepEqual(
      certified(walked()).map(({ use, endpoint }) => `${use} ${endpoint}`),
      [
        'user-restricted A005',
        'user-restricted A008',
        'user-restricted A030',
        'user-restricted A035',
        'application-restricted-referrer A035',
        'application-restricted-provider A005',
        'application-restricted-provider A008',
      ],
    );
  });

  test('opens every gate but that of DEP, which it never asked for', () => {
    const open = gateVerdicts(walked()).filter((each) => each.open);
    assert.deepEqual(
      open.map(({ gate }) => gate.id),
      ['G1', 'G2', 'G4', 'G5', 'G6', 'G7', 'G8'],
    );
  });
});

describe('gates say every reason, and who must act next', () => {
  const shut = (id: GateId, facts: RoadFacts, reason: RegExp, who: string): void => {
    const { open, blockers } = verdict(facts, id);
    assert.equal(open, false);
    assert.ok(
      blockers.some((each) => reason.test(each.reason) && each.who === who),
      JSON.stringify(blockers),
    );
  };

  test('all are shut at the beginning', () => {
    assert.deepEqual(
      gateVerdicts(freshFacts()).map(({ gate, open }) => [gate.id, open]),
      GATES.map(({ id }) => [id, false]),
    );
  });

  test('G1 waits for the use case, then for its reviewers', () => {
    shut('G1', freshFacts(), /Use case is at "Draft", needed is "Accepted"/u, 'supplier');
    const submitted = acted(answered(freshFacts(), 'use-case'), { kind: 'use-case', action: 'submit', actor: 'supplier' });
    shut('G1', submitted, /Use case is at "Under review"/u, 'ers-partners');
  });

  test('G2 wants an application of one’s own in INT with an ASID', () => {
    const facts = walked(freshFacts(), { kind: 'use-case', action: 'submit' });
    shut('G2', reviewed(facts), /INT has no application \(none entered\)/u, 'supplier');
    const done = walked();
    const without = { ...done, applications: done.applications.map((each) => ({ ...each, asid: undefined })) };
    shut('G2', without, /no ASID is bound/u, 'service-desk');
  });

  test('G3 refuses DEP before the integration phase is passed, and while a prerequisite is missing', () => {
    shut('G3', freshFacts(), /Witness test is at "No pack yet"/u, 'supplier');
    shut('G3', walked(), /prerequisites of DEP are not all granted/u, 'supplier');
    shut('G3', { ...walked(), depAccess: 'suspended' }, /suspended/u, 'service-desk');
    assert.equal(verdict({ ...walked(), depAccess: 'granted' }, 'G3').open, true);
    assert.equal(verdict({ ...freshFacts(), depAccess: 'granted' }, 'G3').open, false);
  });

  test('G4 is shut by a conformance run that failed', () => {
    shut(
      'G4',
      { ...walked(), conformance: { verdict: 'failed', covered: [], passedRuns: [] } },
      /conformance run .* has failed/u,
      'supplier',
    );
  });

  test('G5 wants the SCAL accepted', () => {
    shut(
      'G5',
      walked(freshFacts(), { kind: 'scal', action: 'submit' }),
      /Supplier Conformance Assessment List is at "Submitted"/u,
      'solution-assurance',
    );
  });

  test('G6 wants the approval of each organisation for unattended use', () => {
    shut('G6', walked(freshFacts(), { kind: 'scal', action: 'embed-certificate' }), /RCD has not approved/u, 'supplier');
  });

  test('G7 checks every row of the form', () => {
    const facts = walked(freshFacts(), { kind: 'prod-form', action: 'return' });
    assert.equal(verdict(facts, 'G7').open, true);
    const broken = (change: Partial<RoadFacts['applications'][number]>): RoadFacts => ({
      ...facts,
      applications: facts.applications.map((each) => (each.environment === 'PROD' ? { ...each, ...change } : each)),
    });
    shut('G7', broken({ owned: false }), /belongs to somebody else/u, 'supplier');
    shut('G7', broken({ kids: [] }), /no public key/u, 'supplier');
    shut('G7', broken({ product: undefined }), /no API is added/u, 'supplier');
    shut('G7', broken({ accessMode: 'user-restricted' }), /is user-restricted/u, 'supplier');
    shut('G7', { ...facts, applications: [] }, /PROD has no application/u, 'supplier');
  });

  test('G8 wants ASIDs bound and products approved by the operator', () => {
    const facts = walked(freshFacts(), { kind: 'smoke-test', action: 'report' });
    shut('G8', facts, /Smoke test is at "Reported"/u, 'ers-partners');
    const unbound = { ...facts, applications: facts.applications.map((each) => ({ ...each, asid: undefined })) };
    shut('G8', unbound, /no ASID is bound/u, 'operator');
  });
});

describe('reviewers send back, with reasons', () => {
  test('an unsound use case', () => {
    const facts = answered(freshFacts(), 'use-case', '', { ...USE_CASE, endpoints: ['A011'], dspt: 'approaching' });
    const { state, reasons } = artefactOf(
      reviewed(acted(facts, { kind: 'use-case', action: 'submit', actor: 'supplier' })).road,
      'use-case',
    );
    assert.equal(state, 'changes-requested');
    assert.match(reasons.join('\n'), /None of the endpoints may be called application-restricted, referrer/u);
    assert.match(reasons.join('\n'), /Toolkit/u);
  });

  test('a witness test whose exchanges INT has not seen', () => {
    const facts = walked(freshFacts({ exchanges: new Map() }), { kind: 'witness-test', action: 'submit' });
    const { state, reasons } = artefactOf(reviewed(facts).road, 'witness-test');
    assert.equal(state, 'remedial-action');
    assert.match(reasons[0] ?? '', /INT has no exchange/u);
  });

  test('a PROD form with an AppID of INT', () => {
    const facts = walked(freshFacts(), { kind: 'prod-form', action: 'complete' });
    const wrong = { ...facts, applications: facts.applications.filter((each) => each.environment === 'INT') };
    const returned = reviewed(acted(wrong, { kind: 'prod-form', action: 'return', actor: 'supplier' }));
    assert.equal(artefactOf(returned.road, 'prod-form').state, 'queried');
    assert.equal(artefactOf(returned.road, 'prod-form').reasons.length, 6);
  });

  test('an approval of downloads, where the use case changes data unattended', () => {
    const useCase = { ...USE_CASE, endpoints: ['A005', 'A008', 'A030', 'A035', 'A028'], 'unattended-writes': 'Nightly housekeeping.' };
    const accepted = reviewed(
      acted(answered(freshFacts(), 'use-case', '', useCase), { kind: 'use-case', action: 'submit', actor: 'supplier' }),
    );
    const decided = (scope: string, facts = accepted): RoadFacts => {
      const asked = answered(facts, 'euo-approval', 'R69', { ...soundAnswers(facts, 'euo-approval'), scope });
      return reviewed(acted(asked, { kind: 'euo-approval', key: 'R69', action: 'request', actor: 'supplier' }));
    };
    const { state, reasons } = artefactOf(decided('read').road, 'euo-approval', 'R69');
    assert.equal(state, 'declined');
    assert.match(reasons.join(), /for downloads only, and A028 changes data unattended/u);
    assert.equal(artefactOf(decided('read-and-write', decided('read')).road, 'euo-approval', 'R69').state, 'approved');
    const before = decided(
      'read',
      reviewed(acted(answered(freshFacts(), 'use-case'), { kind: 'use-case', action: 'submit', actor: 'supplier' })),
    );
    assert.equal(artefactOf(before.road, 'euo-approval', 'R69').state, 'approved', 'nothing is changed unattended');
    const amended = answered(acted(before, { kind: 'use-case', action: 'amend', actor: 'supplier' }), 'use-case', '', useCase);
    const grown = reviewed(acted(amended, { kind: 'use-case', action: 'submit', actor: 'supplier' }));
    for (const id of ['G6', 'G7'] as const)
      assert.ok(
        verdict(grown, id).blockers.some(
          ({ reason, who }) => /R69 has approved downloads only, and A028/u.test(reason) && who === 'euo-cio',
        ),
        id,
      );
  });

  test('an approval whose responsible person has no role at the organisation', () => {
    const facts = freshFacts({ people: new Map([['021600556514', { organisations: ['X99'] }]]) });
    const asked = acted(answered(facts, 'euo-approval', 'R69'), { kind: 'euo-approval', key: 'R69', action: 'request', actor: 'supplier' });
    assert.equal(artefactOf(reviewed(asked).road, 'euo-approval', 'R69').state, 'declined');
  });
});

describe('who may act', () => {
  test('a supplier cannot confirm go-live, and nobody can before the gate opens', () => {
    const done = walked(freshFacts(), { kind: 'go-live', action: 'ask' });
    assert.throws(() => act(done, { kind: 'go-live', key: '', action: 'confirm', actor: 'supplier' }), { code: 'not_yours' });
    const unbound = { ...done, applications: done.applications.map((each) => ({ ...each, asid: undefined })) };
    assert.throws(() => act(unbound, { kind: 'go-live', key: '', action: 'confirm', actor: 'ers-partners' }), { code: 'blocked' });
    assert.throws(() => act(freshFacts(), { kind: 'go-live', key: '', action: 'ask', actor: 'supplier' }), { code: 'blocked' });
  });

  test('an accepted use case cannot be changed without amending it', () => {
    const facts = walked(freshFacts(), { kind: 'integration-form', action: 'submit' });
    assert.throws(() => answer(facts, 'use-case', '', { endpoints: ['A011'] }), { code: 'not_editable' });
  });

  test('a reviewer who sends back says why', () => {
    const facts = acted(answered(freshFacts(), 'use-case'), { kind: 'use-case', action: 'submit', actor: 'supplier' });
    assert.throws(() => act(facts, { kind: 'use-case', key: '', action: 'request-changes', actor: 'ers-partners' }), {
      code: 'reasons_missing',
    });
  });
});

describe('properties', () => {
  const anyFacts = fc.record({
    exchanges: fc.boolean(),
    people: fc.boolean(),
    applications: fc.boolean(),
    calls: fc.boolean(),
  });
  const factsOf = (world: Record<'exchanges' | 'people' | 'applications' | 'calls', boolean>): Partial<RoadFacts> => ({
    ...(world.exchanges ? {} : { exchanges: new Map() }),
    ...(world.people ? {} : { people: new Map() }),
    ...(world.applications ? {} : { applications: [] }),
    ...(world.calls ? {} : { smokeCalls: new Map(), liveCalls: new Map() }),
  });
  /** Where a road may have come when the world changes. */
  const begun = [
    freshFacts(),
    ...(
      [
        ['integration-form', 'submit'],
        ['scal', 'submit'],
        ['witness-test', 'submit'],
        ['connection-agreement', 'sign'],
        ['prod-form', 'return'],
        ['smoke-test', 'report'],
        ['go-live', 'ask'],
      ] as const
    ).map(([kind, action]) => walked(freshFacts(), { kind, action })),
  ];

  test('no sequence of actions leaves the table, and none passes a condition that does not hold', () => {
    let confirmed = 0;
    let refused = 0;
    const picks = fc.array(fc.record({ pick: fc.nat(500), answers: fc.boolean() }), { minLength: 20, maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...begun), anyFacts, picks, (road, world, acts) => {
        let facts: RoadFacts = { ...road, ...factsOf(world) };
        for (const { pick, answers } of acts) {
          const open = facts.road.artefacts.flatMap((each) =>
            artefact(each.kind)
              .transitions.filter(({ from }) => from.includes(each.state))
              .map((transition) => ({ ...each, transition })),
          );
          const chosen = open[pick % open.length];
          assert.ok(chosen);
          const { kind, key, state, transition } = chosen;
          if (answers && artefact(kind).editable.includes(state)) facts = answered(facts, kind, key, soundAnswers(facts, kind));
          const reasons = transition.when.flatMap((condition) => reasonsAgainst(condition, facts, key));
          const one = { kind, key, action: transition.action, actor: transition.who, reasons: ['because'] };
          const before = facts;
          for (const actor of ACTORS.filter((each) => each !== transition.who))
            assert.throws(() => acted(before, { ...one, actor }), { code: 'not_yours' });
          if (reasons.length > 0) {
            assert.throws(() => acted(before, one), { code: 'blocked' });
            refused += 1;
            continue;
          }
          if (kind === 'go-live' && transition.action === 'confirm') {
            confirmed += 1;
            for (const { open: isOpen, gate } of gateVerdicts(facts)) if (['G1', 'G7', 'G8'].includes(gate.id)) assert.ok(isOpen, gate.id);
            assert.equal(artefactOf(facts.road, 'prod-form').state, 'done');
          }
          facts = acted(facts, one);
          for (const each of facts.road.artefacts) assert.ok(each.state in artefact(each.kind).states);
        }
      }),
      // The same walks every time, so that what they reach is certain.
      { numRuns: 600, seed: 20_261_125 },
    );
    assert.ok(confirmed > 0 && refused > 100, `${confirmed} confirmed, ${refused} refused`);
  });

  test('reviewers come to rest: what they do of themselves ends', () => {
    fc.assert(
      fc.property(anyFacts, (world) => {
        const facts = freshFacts({
          ...(world.applications ? {} : { applications: [] }),
          ...(world.exchanges ? {} : { exchanges: new Map() }),
        });
        assert.deepEqual(
          dutiesOf(reviewed(acted(answered(facts, 'use-case'), { kind: 'use-case', action: 'submit', actor: 'supplier' }))),
          [],
        );
      }),
    );
  });
});

test('both public numberings lead to the steps', () => {
  assert.deepEqual(
    stepsNumbered('4.2').map(({ id }) => id),
    ['multiple-asids', 'key-pair'],
  );
  assert.equal(new Set(STEPS.map(({ id }) => id)).size, STEPS.length);
});

test('a SCAL submitted on the Friday before Christmas is answered after the bank holidays', () => {
  assert.equal(WAITS['scal-review'].workingDays, 5);
  assert.equal(new Date(dueAfter(Date.parse('2026-12-18T10:00:00Z'), 'scal-review')).toISOString(), '2026-12-29T10:00:00.000Z');
  assert.equal(dueAfter(NOW, 'none'), NOW);
});

test('the advisor says which uses cover the endpoints, and what is reviewed', () => {
  const advice = adviseAccess(readUseCase({ ...USE_CASE, endpoints: ['A028', 'A004'] }));
  assert.deepEqual(advice.sufficient, ['user-restricted', 'application-restricted-provider']);
  assert.deepEqual(advice.endpoints[0], { id: 'A028', uses: ['user-restricted', 'application-restricted-provider'], reviewed: true });
  assert.match(findingsOnUseCase(readUseCase({ ...USE_CASE, endpoints: ['A004', 'A028'] })).join(), /A028 may change data without a user/u);
});
