import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allowListAttributes } from '../../environment/management/asids.ts';
import { ERS_USES } from '../applications/access-mode.ts';
import { calculateAsids } from '../asids/calculator.ts';
import { WORKED_EXAMPLES } from '../asids/examples.ts';
import { needsOf, needText, readNeed } from './needs.ts';
import { productionFaults } from './production.ts';
import { reopenings } from './reopening.ts';
import { acted, answered, freshFacts, reviewed, USE_CASE, walked } from './test-road.ts';
import { readUseCase } from './use-case.ts';

const { road } = freshFacts();
const MODELS = ['perEuo', 'perConnectingParty'] as const;

describe('rows of the PROD form', () => {
  for (const { id, plan } of WORKED_EXAMPLES)
    for (const model of MODELS)
      test(`example ${id}, ${model}: as many as the calculator has ASIDs for e-RS`, () => {
        const codes = (use: string): string =>
          plan.euos.flatMap((euo) => (euo.uses.some((each) => each === use) ? euo.odsCode : [])).join(',');
        const useCase = readUseCase(Object.fromEntries(ERS_USES.map((use) => [`organisations.${use}`, codes(use)])));
        const rows = needsOf(useCase, road, model);
        const { ersAsids, allowList } = calculateAsids({ ...plan, model });
        assert.equal(rows.length, ersAsids);
        assert.deepEqual(
          rows.flatMap((row) => row.allowList ?? []),
          allowList,
        );
        assert.equal(new Set(rows.map(needText)).size, rows.length, 'no row twice');
        assert.deepEqual(
          rows.map((row) => readNeed(needText(row))),
          rows,
        );
      });

  test('one for the connecting party is its own, even when it serves one organisation', () => {
    const organisations = { ...readUseCase({}).organisations, 'user-restricted': ['R69'] };
    assert.deepEqual(needsOf({ organisations }, road, 'perConnectingParty'), [
      { ods: road.supplierOds, use: 'user-restricted', allowList: ['R69'] },
    ]);
    assert.deepEqual(needsOf({ organisations }, road, 'perEuo'), [{ ods: 'R69', use: 'user-restricted' }]);
  });

  test('what cannot be read is no row', () => {
    assert.equal(readNeed('R69/nothing'), undefined);
    assert.equal(readNeed(''), undefined);
  });

  test('the operator has not set up a row whose allow list differs, in whatever order', () => {
    const [row] = needsOf(readUseCase(USE_CASE), road, 'perConnectingParty');
    assert.ok(row);
    const application = freshFacts().applications.find((each) => each.environment === 'PROD' && each.accessMode === 'user-restricted');
    assert.ok(application);
    const faults = (listed: readonly string[] | undefined) =>
      productionFaults(
        { ...row, appId: application.appId, asid: '' },
        { ...application, attributes: listed === undefined ? {} : { ...allowListAttributes(listed) } },
        undefined,
      ).map(({ who }) => who);
    assert.deepEqual(faults(['RCD', 'R69']), []);
    for (const wrong of [undefined, ['R69'], ['R69', 'RCD', 'R68'], ['R69', 'R69']]) assert.deepEqual(faults(wrong), ['operator']);
  });

  test('an organisation added to the list opens the form again', () => {
    const facts = freshFacts({ asidModel: 'perConnectingParty' });
    const applications = facts.applications.map((each) =>
      each.environment === 'PROD' && each.accessMode === 'user-restricted'
        ? { ...each, attributes: { ...allowListAttributes(['R69', 'RCD']) } }
        : each,
    );
    const live = walked({ ...facts, applications });
    const amended = acted(live, { kind: 'use-case', action: 'amend', actor: 'supplier' });
    const more = answered(amended, 'use-case', '', { ...USE_CASE, 'organisations.user-restricted': 'R69, RCD, RAA' });
    const accepted = reviewed(acted(more, { kind: 'use-case', action: 'submit', actor: 'supplier' }));
    assert.deepEqual(
      reopenings(accepted).map(({ kind }) => kind),
      ['prod-form', 'smoke-test', 'go-live'],
    );
  });
});
