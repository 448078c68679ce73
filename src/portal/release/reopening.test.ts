/** What is certified and what opens again when a product grows, with plain values. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { certified } from './assured.ts';
import { artefactOf, type RoadFacts } from './facts.ts';
import { reopenings } from './reopening.ts';
import { acted, answered, freshFacts, reopened, reviewed, soundAnswers, USE_CASE, walked } from './test-road.ts';

describe('the product grows', () => {
  const amend = (changes: object): RoadFacts => {
    const drafted = acted(walked(), { kind: 'use-case', action: 'amend', actor: 'supplier' });
    const changed = answered(drafted, 'use-case', '', { ...USE_CASE, ...changes });
    return reviewed(acted(changed, { kind: 'use-case', action: 'submit', actor: 'supplier' }));
  };

  test('a new endpoint reopens assurance and the PROD form', () => {
    assert.deepEqual(
      reopenings(amend({ endpoints: ['A005', 'A008', 'A030', 'A035', 'A010'] })).map(({ kind }) => kind),
      ['scal', 'witness-test', 'tcc', 'connection-agreement', 'prod-form', 'smoke-test', 'go-live'],
    );
  });

  test('a new organisation adds rows, and nothing is assured again', () => {
    assert.deepEqual(
      reopenings(amend({ 'organisations.user-restricted': 'R69, RCD, RAA' })).map(({ kind }) => kind),
      ['prod-form', 'smoke-test', 'go-live'],
    );
  });

  test('the same use case opens nothing', () => {
    assert.deepEqual(reopenings(amend({})), []);
  });

  const MORE = ['A005', 'A008', 'A030', 'A035', 'A011'];

  test('a certificate is superseded once the larger use case is accepted and its assurance open again, not by the supplier’s wish', () => {
    const supersede = (facts: RoadFacts): RoadFacts => acted(facts, { kind: 'tcc', action: 'supersede', actor: 'supplier' });
    assert.throws(() => supersede(walked()), /The certificate covers the use case\..* is as it was when the certificate was issued/u);
    const drafted = acted(walked(), { kind: 'use-case', action: 'amend', actor: 'supplier' });
    assert.throws(() => supersede(answered(drafted, 'use-case', '', { endpoints: MORE })), /Use case is at "Draft"/u);
    const grown = reopened(amend({ endpoints: MORE }));
    assert.equal(artefactOf(grown.road, 'tcc').state, 'superseded');
    assert.equal(artefactOf(reviewed(grown).road, 'tcc').state, 'superseded', 'nothing is certified before it is assured again');
  });

  test('no certificate is issued on a draft, nor for what nobody has witnessed or the SCAL does not list', () => {
    const certify = (facts: RoadFacts): RoadFacts => acted(facts, { kind: 'tcc', action: 'issue', actor: 'solution-assurance' });
    const submitted = walked(freshFacts(), { kind: 'witness-test', action: 'submit' });
    const passed = ['schedule', 'witness', 'pass'].reduce(
      (facts, action) => acted(facts, { kind: 'witness-test', action, actor: 'solution-assurance' }),
      submitted,
    );
    const ready = acted(passed, { kind: 'use-case', action: 'amend', actor: 'supplier' });
    assert.equal(artefactOf(ready.road, 'tcc').state, 'not-issued');
    assert.throws(() => certify(ready), /Use case is at "Draft"/u);
    const grown = reviewed(
      acted(answered(ready, 'use-case', '', { endpoints: MORE }), { kind: 'use-case', action: 'submit', actor: 'supplier' }),
    );
    assert.throws(() => certify(grown), /A011 .* succeeds: .*SCAL lacks endpoints of the use case: A011/u);
    assert.deepEqual(reopenings(grown), [
      { kind: 'scal', action: 'reopen' },
      { kind: 'witness-test', action: 'reopen' },
    ]);
  });

  test('a witness test that was passed before the SCAL is open again when the use case grows', () => {
    const started = walked(freshFacts(), { kind: 'scal', action: 'start' });
    const lacking = answered(started, 'scal', '', { ...soundAnswers(started, 'scal'), 'clinical-safety': 'no' });
    let facts = reviewed(acted(lacking, { kind: 'scal', action: 'submit', actor: 'supplier' }));
    facts = acted(answered(facts, 'witness-test'), { kind: 'witness-test', action: 'execute', actor: 'supplier' });
    facts = reviewed(acted(facts, { kind: 'witness-test', action: 'submit', actor: 'supplier' }));
    assert.deepEqual(
      (['scal', 'witness-test'] as const).map((kind) => artefactOf(facts.road, kind).state),
      ['changes-requested', 'passed'],
    );
    const drafted = acted(facts, { kind: 'use-case', action: 'amend', actor: 'supplier' });
    const more = answered(drafted, 'use-case', '', { endpoints: MORE });
    facts = reopened(reviewed(acted(more, { kind: 'use-case', action: 'submit', actor: 'supplier' })));
    assert.equal(artefactOf(facts.road, 'witness-test').state, 'pack-issued');
    facts = answered(facts, 'scal', '', { 'clinical-safety': 'yes', endpoints: MORE });
    facts = reviewed(acted(facts, { kind: 'scal', action: 'submit', actor: 'supplier' }));
    assert.deepEqual([artefactOf(facts.road, 'scal').state, certified(facts)], ['accepted', []]);
  });

  test('a report that calls a new endpoint not applicable does not make a certificate cover it', () => {
    const open = acted(acted(walked(), { kind: 'witness-test', action: 'reopen', actor: 'supplier' }), {
      kind: 'use-case',
      action: 'amend',
      actor: 'supplier',
    });
    const drafted = answered(open, 'use-case', '', { endpoints: MORE });
    const said = answered(drafted, 'witness-test', '', {
      'user-restricted/A011.result': 'not-applicable',
      'user-restricted/A011.justification': 'We leave it to somebody else.',
    });
    const accepted = reviewed(acted(said, { kind: 'use-case', action: 'submit', actor: 'supplier' }));
    assert.ok(reopenings(accepted).some(({ kind, action }) => kind === 'tcc' && action === 'supersede'));
  });

  test('what was not applicable and has been executed since is certified by opening everything again', () => {
    const facts = walked(freshFacts(), { kind: 'witness-test', action: 'execute' });
    const without = answered(facts, 'witness-test', '', {
      'user-restricted/A008.result': 'not-applicable',
      'user-restricted/A008.justification': 'Worklists are read elsewhere.',
    });
    const issued = reviewed(acted(without, { kind: 'witness-test', action: 'submit', actor: 'supplier' }));
    assert.ok(!certified(issued).some(({ use, endpoint }) => use === 'user-restricted' && endpoint === 'A008'));
    const again = (before: RoadFacts): RoadFacts =>
      reviewed(
        acted(acted(before, { kind: 'use-case', action: 'amend', actor: 'supplier' }), {
          kind: 'use-case',
          action: 'submit',
          actor: 'supplier',
        }),
      );
    assert.deepEqual(reopenings(again(issued)), [], 'the certificate says what it leaves out');
    const open = acted(issued, { kind: 'witness-test', action: 'reopen', actor: 'supplier' });
    const now = reopened(again(answered(open, 'witness-test', '', { 'user-restricted/A008.result': 'executed' })));
    assert.equal(artefactOf(now.road, 'tcc').state, 'superseded');
  });

  test('neither a PROD form nor go-live is decided on a use case that is being changed', () => {
    const drafted = (until: Parameters<typeof walked>[1]): RoadFacts =>
      acted(walked(freshFacts(), until), { kind: 'use-case', action: 'amend', actor: 'supplier' });
    assert.throws(
      () => acted(drafted({ kind: 'prod-form', action: 'return' }), { kind: 'prod-form', action: 'accept', actor: 'ers-partners' }),
      /Use case is at "Draft"/u,
    );
    assert.throws(
      () => acted(drafted({ kind: 'go-live', action: 'ask' }), { kind: 'go-live', action: 'confirm', actor: 'ers-partners' }),
      /Use case is at "Draft"/u,
    );
  });
});
