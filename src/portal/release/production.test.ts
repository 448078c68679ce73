/** What reaches production: accepted rows and their stages, the person acted for, and what sends a form back while it is set up. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ArtefactKind } from './artefacts.ts';
import { dutiesOf } from './duties.ts';
import { artefactOf, type RoadFacts } from './facts.ts';
import { gateVerdicts } from './gate-verdict.ts';
import { decidedByPerson } from './person-decisions.ts';
import { rowsIssued, rowsOf } from './prod-form.ts';
import { productionFaults } from './production.ts';
import { consequencesOf } from './reopening.ts';
import { stageOf } from './set-up.ts';
import type { RoadEvent } from './store.ts';
import { acted, answered, freshFacts, reviewed, walked, withArtefact } from './test-road.ts';

const PROVIDER = { ods: 'R69', use: 'application-restricted-provider' } as const;

function inState(facts: RoadFacts, kind: ArtefactKind, state: string, key = ''): RoadFacts {
  return withArtefact(facts, { ...artefactOf(facts.road, kind, key), state });
}

function gate7(facts: RoadFacts): readonly string[] {
  return gateVerdicts(facts)
    .filter(({ gate }) => gate.id === 'G7')
    .flatMap(({ blockers }) => blockers.map(({ reason }) => reason));
}

describe('a PROD form that is opened again', () => {
  test('takes its smoke test and go-live with it, however far they are', () => {
    for (const smoke of ['open', 'reported', 'failed', 'passed'])
      for (const live of ['awaiting-confirmation', 'confirmed', 'business-live']) {
        const before = inState(inState(walked(), 'smoke-test', smoke), 'go-live', live);
        let facts = acted(before, { kind: 'prod-form', action: 'reopen', actor: 'supplier' });
        for (const each of consequencesOf('prod-form', 'reopen', facts)) facts = acted(facts, { ...each, actor: 'supplier' });
        assert.deepEqual(
          ['smoke-test', 'go-live'].map((kind) => artefactOf(facts.road, kind as ArtefactKind).state),
          ['closed', 'not-ready'],
        );
      }
  });

  test('has nothing to take with it before a smoke test was opened', () => {
    assert.deepEqual(consequencesOf('prod-form', 'reopen', walked(freshFacts(), { kind: 'prod-form', action: 'return' })), []);
  });
});

describe('the stage of an accepted row', () => {
  const { road } = walked();
  const dark = { stage: 'not-live', override: false } as const;
  const lit = { stage: 'live', override: false } as const;
  const accepted = { ...PROVIDER, inForm: true, live: true };

  test('live takes a confirmation of that very row', () => {
    assert.equal(stageOf(road, accepted, dark), 'live');
    assert.equal(stageOf(road, { ...accepted, live: false }, dark), 'smoke-test');
    const closed = inState(walked(), 'smoke-test', 'closed').road;
    assert.equal(stageOf(closed, { ...accepted, live: false }, dark), 'not-live');
    assert.equal(stageOf(closed, { ...accepted, live: false }, lit), 'not-live', 'moved to this row from another');
    assert.equal(stageOf(closed, accepted, dark), 'live', 'what is live stays live while the road is opened again');
  });

  test('a withdrawn approval stops every unattended application of the organisation, replaced ones too', () => {
    const withdrawn = inState(walked(), 'euo-approval', 'withdrawn', 'R69').road;
    for (const inForm of [true, false]) assert.equal(stageOf(withdrawn, { ...accepted, inForm }, lit), 'not-live');
    assert.equal(stageOf(withdrawn, { ...accepted, ods: 'RCD' }, lit), 'live');
    assert.equal(stageOf(withdrawn, { ...accepted, use: 'user-restricted' }, lit), 'live');
  });

  test('a replaced application is only ever lowered', () => {
    assert.equal(stageOf(road, { ...accepted, inForm: false }, dark), 'not-live');
    assert.equal(stageOf(road, { ...accepted, inForm: false }, lit), 'live');
  });

  test('what an operator let in past the reviewers stays, but not against the organisation', () => {
    const override = { stage: 'live', override: true } as const;
    assert.equal(stageOf(inState(walked(), 'smoke-test', 'closed').road, { ...accepted, live: false }, override), 'live');
    assert.equal(stageOf(inState(walked(), 'euo-approval', 'declined', 'R69').road, accepted, override), 'not-live');
  });
});

describe('the person acted for', () => {
  test('an application in the name of anybody but the approved person is not set up', () => {
    const facts = walked();
    const row = rowsOf(rowsIssued(artefactOf(facts.road, 'prod-form').answers), artefactOf(facts.road, 'prod-form').answers).find(
      ({ ods, use }) => ods === PROVIDER.ods && use === PROVIDER.use,
    );
    assert.ok(row);
    const application = facts.applications.find(({ appId }) => appId === row.appId);
    assert.deepEqual(productionFaults(row, application, '021600556514'), []);
    assert.match(
      productionFaults(row, application, '555032006106')[0]?.reason ?? '',
      /in the name of 021600556514, approved is 555032006106/u,
    );
  });

  const event = (action: string, byPerson: boolean, key = 'R69', kind = 'euo-approval'): RoadEvent => ({
    eventId: '',
    roadId: '',
    at: 0,
    realAt: 0,
    kind,
    key,
    action,
    actor: 'euo-cio',
    who: '',
    byPerson,
    toState: '',
    reasons: [],
    wait: undefined,
  });

  test('who was withdrawn or declined by a person waits for a person, until one approves', () => {
    const reserved = (...events: readonly RoadEvent[]): readonly string[] => [...decidedByPerson(events)];
    assert.deepEqual(reserved(event('approve', false), event('withdraw', true)), ['R69']);
    assert.deepEqual(reserved(event('withdraw', true), event('request', true)), ['R69']);
    assert.deepEqual(reserved(event('decline', true), event('decline', true, 'RCD')), ['R69', 'RCD']);
    assert.deepEqual(reserved(event('withdraw', true), event('approve', true)), []);
    assert.deepEqual(reserved(event('decline', false)), [], 'a simulated one may change its mind');
    assert.deepEqual(reserved(event('decline', true, '', 'use-case')), []);
  });

  test('a simulated officer leaves such a request alone', () => {
    const asked = (facts: RoadFacts) =>
      acted(answered(facts, 'euo-approval', 'R69'), { kind: 'euo-approval', key: 'R69', action: 'request', actor: 'supplier' });
    assert.equal(artefactOf(reviewed(asked(freshFacts())).road, 'euo-approval', 'R69').state, 'approved');
    const reserved = reviewed(asked(freshFacts({ decidedByPerson: new Set(['R69']) })));
    assert.equal(artefactOf(reserved.road, 'euo-approval', 'R69').state, 'requested');
    assert.deepEqual(
      dutiesOf(reserved).map(({ action, byPerson }) => [action, byPerson]),
      [['approve', true]],
    );
  });
});

describe('a form while it is set up', () => {
  const processing = (change: Partial<RoadFacts['applications'][number]>): RoadFacts => {
    const returned = walked(freshFacts(), { kind: 'prod-form', action: 'return' });
    const accepted = acted(returned, { kind: 'prod-form', action: 'accept', actor: 'ers-partners' });
    const applications = accepted.applications.map((each) => (each.environment === 'PROD' ? { ...each, ...change } : each));
    return { ...accepted, applications };
  };

  test('tells the operator to set it up', () => {
    assert.deepEqual(
      dutiesOf(processing({ asid: undefined })).map(({ kind, reviewer, action, byPerson, choices }) => ({
        kind,
        reviewer,
        action,
        byPerson,
        choices,
      })),
      [{ kind: 'prod-form', reviewer: 'operator', action: 'set-up', byPerson: true, choices: ['finish', 'set-up', 'send-back'] }],
    );
  });

  test('goes back for what only the supplier can mend, with those reasons alone', () => {
    const facts = reviewed(processing({ asid: undefined, revoked: true }));
    const { state, reasons } = artefactOf(facts.road, 'prod-form');
    assert.equal(state, 'queried');
    assert.equal(reasons.length, 6);
    for (const each of reasons) assert.match(each, /no active application/u);
  });

  test('an integration form that names an organisation nobody knows goes back, also when it was reviewed before', () => {
    const unknown = { unknownOrganisations: { INT: ['ZZ99'], PROD: [] } };
    const facts = { ...walked(freshFacts(), { kind: 'integration-form', action: 'submit' }), ...unknown };
    for (const each of [facts, inState(facts, 'integration-form', 'reviewed')]) {
      const { state, reasons } = artefactOf(reviewed(each).road, 'integration-form');
      assert.equal(state, 'changes-requested');
      assert.match(reasons.join(), /The directory of INT has no organisation ZZ99/u);
    }
    const unbound = inState({ ...facts, unknownOrganisations: { INT: [], PROD: [] } }, 'integration-form', 'reviewed');
    const waiting = { ...unbound, applications: unbound.applications.map((each) => ({ ...each, asid: undefined })) };
    assert.equal(artefactOf(reviewed(waiting).road, 'integration-form').state, 'reviewed', 'what the desk owes is waited for');
  });
});

describe('G7 looks at what the directory of PROD knows', () => {
  const facts = walked(freshFacts(), { kind: 'prod-form', action: 'return' });

  test('organisations', () => {
    assert.deepEqual(gate7(facts), []);
    assert.deepEqual(gate7({ ...facts, unknownOrganisations: { INT: [], PROD: ['ZZ99'] } }), [
      'The directory of PROD has no organisation ZZ99.',
    ]);
  });

  test('an existing ASID: it is in use, free, of the organisation, and may serve e-RS', () => {
    const asid = '200000009999';
    const name = 'row.R69.user-restricted.asid';
    const form = artefactOf(facts.road, 'prod-form');
    const entered = withArtefact(
      { ...facts, applications: facts.applications.map((each) => ({ ...each, asid: undefined })) },
      { ...form, answers: { ...form.answers, [name]: asid } },
    );
    const sound = { odsCode: 'R69', boundTo: undefined, notForErs: undefined };
    const reasons = (system: Partial<typeof sound> | { boundTo?: string; notForErs?: string }): readonly string[] =>
      gate7({ ...entered, asids: new Map([[asid, { ...sound, ...system }]]) });
    assert.deepEqual(gate7(entered).filter((each) => each.includes(asid)).length, 1, 'unknown');
    assert.match(gate7(entered).join(), /PROD has no ASID 200000009999 in use/u);
    assert.deepEqual(reasons({}), []);
    const own = rowsOf(rowsIssued(form.answers), form.answers).find(({ ods, use }) => ods === 'R69' && use === 'user-restricted');
    assert.deepEqual(reasons({ boundTo: own?.appId }), [], 'bound already, to the application of the row');
    assert.match(reasons({ boundTo: 'another' }).join(), /is bound to the application another/u);
    assert.match(reasons({ odsCode: 'RCD' }).join(), /is of RCD/u);
    assert.match(reasons({ notForErs: 'It serves another mode.' }).join(), /may not serve e-RS: It serves another mode/u);
  });
});
