/** How far an application has come, and what is missing next (path-to-live.md §3.2). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  ACTIONS,
  type ApplicationAction,
  type ApplicationFacts,
  type ApplicationState,
  mayDo,
  missingFor,
  ROAD,
  stateOf,
} from './states.ts';

const NEW: ApplicationFacts = {
  production: true,
  registered: false,
  product: 'none',
  callbackRequired: true,
  callbackUrl: false,
  keys: false,
  asid: false,
  missingAttributes: [],
  confirmedLive: false,
  suspended: false,
  revoked: false,
};

describe('the road of an application', () => {
  const steps: readonly (readonly [string, Partial<ApplicationFacts>, ApplicationState])[] = [
    ['nothing done yet', {}, 'draft'],
    ['registered: AppID and API key', { registered: true }, 'registered'],
    ['API added', { product: 'pending' }, 'productRequested'],
    ['API approved', { product: 'approved' }, 'productApproved'],
    ['public key without callback URL', { keys: true }, 'productApproved'],
    ['callback URL too', { callbackUrl: true }, 'keyed'],
    ['ASID bound', { asid: true }, 'ready'],
    ['confirmed', { confirmedLive: true }, 'live'],
  ];
  test('to production, step by step', () => {
    let facts = NEW;
    for (const [done, change, state] of steps) {
      facts = { ...facts, ...change };
      assert.equal(stateOf(facts), state, done);
    }
    assert.deepEqual(missingFor(facts), []);
  });

  test('an unattended application stays at asidBound until it knows what it acts by', () => {
    const facts: ApplicationFacts = {
      ...NEW,
      production: false,
      registered: true,
      product: 'approved',
      callbackRequired: false,
      keys: true,
      asid: true,
      missingAttributes: ['app-restricted-user-id'],
    };
    assert.equal(stateOf(facts), 'asidBound');
    assert.match(missingFor(facts)[0]?.effect ?? '', /Unresolved variable : app.app-restricted-user-id/);
    assert.equal(stateOf({ ...facts, missingAttributes: [] }), 'live', 'outside production nobody confirms');
  });

  test('in PROD the operator is waited for three times; the rest is the supplier’s', () => {
    const waiting = missingFor({ ...NEW, registered: true, product: 'pending' });
    assert.deepEqual(
      waiting.map((each) => each.who),
      ['operator', 'supplier', 'supplier', 'operator', 'operator'],
    );
  });

  test('suspended and revoked stand beside the road', () => {
    assert.equal(stateOf({ ...NEW, registered: true, suspended: true }), 'suspended');
    assert.equal(stateOf({ ...NEW, registered: true, suspended: true, revoked: true }), 'revoked');
    assert.deepEqual(missingFor({ ...NEW, revoked: true }), []);
  });
});

describe('actions', () => {
  test('one API only: adding is over once it is done', () => {
    assert.equal(mayDo('addApi', 'registered'), true);
    for (const state of ['productRequested', 'productApproved', 'live', 'suspended'] as const) assert.equal(mayDo('addApi', state), false);
  });

  test('nothing can be done to what is revoked but take its ASID off, and nothing but registering to a draft', () => {
    for (const action of Object.keys(ACTIONS) as ApplicationAction[]) {
      assert.equal(mayDo(action, 'revoked'), action === 'unbindAsid', action);
      assert.equal(mayDo(action, 'draft'), false, action);
    }
  });
});

describe('for any facts', () => {
  const facts: fc.Arbitrary<ApplicationFacts> = fc.record({
    production: fc.boolean(),
    registered: fc.boolean(),
    product: fc.constantFrom('none', 'pending', 'approved'),
    callbackRequired: fc.boolean(),
    callbackUrl: fc.boolean(),
    keys: fc.boolean(),
    asid: fc.boolean(),
    missingAttributes: fc.subarray(['app-restricted-ods-code', 'app-restricted-user-id']),
    confirmedLive: fc.boolean(),
    suspended: fc.constant(false),
    revoked: fc.constant(false),
  });
  const ORDER: readonly ApplicationState[] = ['draft', ...ROAD.map((step) => step.state)];

  test('live exactly when nothing is missing', () => {
    fc.assert(fc.property(facts, (each) => assert.equal(stateOf(each) === 'live', missingFor(each).length === 0)));
  });

  test('doing a missing thing never goes back on the road', () => {
    const deeds: readonly Partial<ApplicationFacts>[] = [
      { registered: true },
      { product: 'approved' },
      { callbackUrl: true },
      { keys: true },
      { asid: true },
      { missingAttributes: [] },
      { confirmedLive: true },
    ];
    fc.assert(
      fc.property(facts, fc.constantFrom(...deeds), (each, deed) => {
        assert.ok(ORDER.indexOf(stateOf({ ...each, ...deed })) >= ORDER.indexOf(stateOf(each)));
      }),
    );
  });
});
