/** ASIDs: the calculator with its worked examples (path-to-live.md §3.5), the names (PTL-113). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LocalRefusal } from '../../kernel/errors.ts';
import { ERS_USES, type ErsUse } from '../applications/access-mode.ts';
import { type AsidPlan, COLLECTIVE_SERVICES, calculateAsids, comparePlans, type EuoPlan } from './calculator.ts';
import { asidDisplayName } from './display-name.ts';
import { WORKED_EXAMPLES } from './examples.ts';
import { type AsidEvent, type AsidState, nextState } from './states.ts';

const [U, R, P] = ERS_USES as readonly [ErsUse, ErsUse, ErsUse];
const PLAN = { product: 'Care Vista Link', supplier: 'Care Vista', environment: 'PROD' } as const;

function planned(id: string): AsidPlan {
  const found = WORKED_EXAMPLES.find((each) => each.id === id);
  assert.ok(found);
  return found.plan;
}

describe('the calculator', () => {
  for (const [uses, count, names] of [
    [[U], 1, ['User-Restricted']],
    [[R], 1, ['Application-Restricted - Referrer']],
    [[P], 1, ['Application-Restricted - Provider']],
    [[U, R], 2, ['User-Restricted', 'Application-Restricted - Referrer']],
    [[U, P], 2, ['User-Restricted', 'Application-Restricted - Provider']],
    [[R, P], 2, ['Application-Restricted - Referrer', 'Application-Restricted - Provider']],
    [[U, R, P], 3, ['User-Restricted', 'Application-Restricted - Referrer', 'Application-Restricted - Provider']],
  ] as const)
    test(`${uses.join(' + ')}: ${count} per organisation`, () => {
      const needs = calculateAsids({ ...PLAN, euos: [{ odsCode: 'R69', name: 'A Trust', uses }] });
      assert.equal(needs.ersAsids, count);
      assert.deepEqual(
        needs.asids.map((each) => each.displayName),
        names.map((name) => `A Trust - Care Vista Link – Prod - ${name}`),
      );
    });

  test('nothing used, no organisation, or one twice is no plan', () => {
    const refused = (euos: readonly EuoPlan[], code: string): void =>
      assert.throws(
        () => calculateAsids({ ...PLAN, euos }),
        (error) => error instanceof LocalRefusal && error.status === 400 && error.code === code,
      );
    refused([{ odsCode: 'R69', uses: [] }], 'nothing_used');
    refused([], 'no_organisation');
    refused(
      [
        { odsCode: 'R69', uses: [U] },
        { odsCode: 'R69', uses: [P] },
      ],
      'organisation_twice',
    );
  });

  test('example 1: one trust, user-restricted only', () => {
    const { total, applications, keyPairs, callbackUrls } = calculateAsids(planned('one-trust'));
    assert.deepEqual([total, applications, keyPairs, callbackUrls], [1, 1, 1, 1]);
  });

  test('example 2, the one of the guidance: all three for one organisation', () => {
    const { total, applications, keyPairs } = calculateAsids(planned('all-three'));
    assert.deepEqual([total, applications, keyPairs], [3, 3, 3]);
  });

  test('example 3: four organisations', () => {
    const { total, applications, keyPairs } = calculateAsids(planned('four-organisations'));
    assert.deepEqual([total, applications, keyPairs], [12, 12, 12]);
  });

  test('example 4: mixed', () => {
    const needs = calculateAsids(planned('mixed'));
    assert.deepEqual(
      needs.perEuo.map((each) => each.ersAsids),
      [2, 1, 2],
    );
    assert.equal(needs.total, 5);
  });

  test('example 5: PDS and SCR share one more; NEMS and GP Connect ride on an e-RS ASID', () => {
    const { ersAsids, collectiveAsids, total, applications } = calculateAsids(planned('with-pds-and-scr'));
    assert.deepEqual([ersAsids, collectiveAsids, total, applications], [3, 1, 4, 3]);
    assert.equal(calculateAsids({ ...planned('with-pds-and-scr'), collectivePolicy: 'each' }).total, 5);
  });

  test('example 6: a new access mode adds one per organisation and goes back to the build stage', () => {
    const example = WORKED_EXAMPLES.find((each) => each.id === 'add-provider');
    assert.ok(example?.before);
    const change = comparePlans(example.before, example.plan);
    assert.deepEqual(
      change.added.map((each) => each.use),
      [P],
    );
    assert.deepEqual([change.newAccessModes, change.backToBuild, change.noLongerNeeded], [['application-restricted'], true, []]);
  });

  test('a further organisation adds ASIDs without going back', () => {
    const before: AsidPlan = { ...PLAN, euos: [{ odsCode: 'R69', uses: [U] }] };
    const change = comparePlans(before, { ...PLAN, euos: [...before.euos, { odsCode: 'R70', uses: [U] }] });
    assert.deepEqual([change.added.length, change.backToBuild], [1, false]);
  });

  test('example 7: one user-restricted ASID for the connecting party, and an allow list', () => {
    const needs = calculateAsids(planned('per-connecting-party'));
    assert.equal(needs.total, 9);
    assert.equal(needs.asids[0]?.displayName, 'Care Vista - Care Vista Link – Prod - User-Restricted');
    assert.equal(needs.allowList.length, 4);
  });

  const plans = fc
    .uniqueArray(
      fc.record({
        odsCode: fc.stringMatching(/^[A-Z0-9]{3,6}$/),
        uses: fc.subarray([...ERS_USES], { minLength: 1 }),
        collective: fc.subarray([...COLLECTIVE_SERVICES]),
      }),
      { minLength: 1, maxLength: 8, selector: (each) => each.odsCode },
    )
    .map((euos): AsidPlan => ({ ...PLAN, euos }));

  test('for any plan: the sum over organisations; as many applications and key pairs as e-RS ASIDs; no name twice', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const needs = calculateAsids(plan);
        assert.equal(
          needs.ersAsids,
          plan.euos.reduce((sum, euo) => sum + euo.uses.length, 0),
        );
        assert.equal(needs.collectiveAsids, plan.euos.filter((euo) => (euo.collective?.length ?? 0) > 0).length);
        assert.deepEqual(
          [needs.applications, needs.keyPairs, needs.total],
          [needs.ersAsids, needs.ersAsids, needs.ersAsids + needs.collectiveAsids],
        );
        assert.equal(new Set(needs.asids.map((each) => each.displayName)).size, needs.total);
      }),
    );
  });

  test('for any plan: one for the connecting party never needs more, and leaves unattended ones alone', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const [each, one] = [calculateAsids(plan), calculateAsids({ ...plan, model: 'perConnectingParty' })];
        const users = plan.euos.filter((euo) => euo.uses.includes(U)).length;
        assert.equal(one.ersAsids, each.ersAsids - Math.max(0, users - 1));
        assert.equal(one.allowList.length, users);
      }),
    );
  });

  test('for any two plans: what is added and what is dropped leads from one to the other', () => {
    fc.assert(
      fc.property(plans, plans, (before, after) => {
        const change = comparePlans(before, after);
        assert.equal(calculateAsids(before).total + change.added.length - change.noLongerNeeded.length, calculateAsids(after).total);
      }),
    );
  });
});

test('display names have an en dash before the environment and hyphens elsewhere', () => {
  assert.equal(
    asidDisplayName('Organisation Name', 'Product Name', 'PROD', U),
    'Organisation Name - Product Name – Prod - User-Restricted',
  );
  assert.equal(
    asidDisplayName('Organisation Name', 'Product Name', 'PROD', R),
    'Organisation Name - Product Name – Prod - Application-Restricted - Referrer',
  );
  assert.equal(asidDisplayName(' A  Trust ', 'Link', 'INT', P), 'A Trust - Link – Int - Application-Restricted - Provider');
});

describe('the life of an ASID', () => {
  test('requested, claimed, allocated, bound, unbound, bound again, retired', () => {
    const events = ['allocate', 'finish', 'bind', 'unbind', 'bind', 'retire'] as const;
    let state: AsidState = 'requested';
    const states = events.map((event) => {
      state = nextState(state, event);
      return state;
    });
    assert.deepEqual(states, ['allocating', 'allocated', 'bound', 'allocated', 'bound', 'retired']);
  });

  test('what is being allocated is not withdrawn: it is taken up again, finished or put back', () => {
    assert.throws(() => nextState('allocating', 'withdraw'), { code: 'not_in_this_state' });
    assert.deepEqual(
      (['allocate', 'finish', 'putBack', 'refuse'] as const).map((event) => nextState('allocating', event)),
      ['allocating', 'allocated', 'requested', 'withdrawn'],
    );
  });

  test('whatever is tried: a retired or withdrawn one stays so, and only an allocated one is bound', () => {
    const every: readonly AsidEvent[] = ['allocate', 'finish', 'putBack', 'refuse', 'withdraw', 'bind', 'unbind', 'retire'];
    const events = fc.array(fc.constantFrom(...every), { maxLength: 12 });
    fc.assert(
      fc.property(events, (tried) => {
        let state: AsidState = 'requested';
        let allocated = false;
        for (const event of tried) {
          const before: AsidState = state;
          try {
            state = nextState(state, event);
          } catch (error) {
            assert.ok(error instanceof LocalRefusal && error.status === 409);
          }
          allocated ||= state === 'allocated';
          if (before === 'retired' || before === 'withdrawn') assert.equal(state, before);
          if (state === 'bound') assert.ok(allocated);
        }
      }),
    );
  });
});
