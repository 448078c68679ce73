import { allowListIn } from '../../environment/management/asids.ts';
import { accessModeOf } from '../applications/access-mode.ts';
import { textOf } from '../forms/form.ts';
import type { Blocker } from './blocker.ts';
import type { Coverage } from './coverage.ts';
import { endpoint } from './endpoints.ts';
import { type ApplicationFacts, BUSINESS_FUNCTIONS, type Road, type SeenCalls } from './facts.ts';
import { needName, type ProdFormRow } from './prod-form.ts';

/** The senior responsible person whom an organisation has approved; undefined while it approves nobody. */
export function approvedPerson(road: Road, ods: string): string | undefined {
  const approval = road.artefacts.find(({ kind, key, state }) => kind === 'euo-approval' && key === ods && state === 'approved');
  return approval && textOf(approval.answers, 'responsible-person');
}

/** What the operator has not done yet for a row of the PROD form (PTL-118), and what has been taken away since. */
export function productionFaults(
  row: ProdFormRow,
  application: ApplicationFacts | undefined,
  responsiblePerson: string | undefined,
): readonly Blocker[] {
  const name = needName(row);
  if (application === undefined || application.revoked)
    return [
      { reason: `${name}: PROD has no active application ${row.appId}.`, who: 'supplier', fix: 'Register one and return the form again.' },
    ];
  const faults: Blocker[] = [];
  const operatorMust = (reason: string, fix: string): void => void faults.push({ reason: `${name}: ${reason}`, who: 'operator', fix });
  if (application.asid === undefined) operatorMust('no ASID is bound.', 'Bind the ASID of the row.');
  else if (row.asid !== '' && application.asid !== row.asid) operatorMust(`the ASID bound is ${application.asid}.`, `Bind ${row.asid}.`);
  if (application.product?.approved !== true) operatorMust('the product is not approved.', 'Approve it.');
  if (application.kids.length === 0)
    faults.push({ reason: `${name}: the application has no public key.`, who: 'supplier', fix: 'Upload the public key of its key pair.' });
  const { allowList } = row;
  if (allowList !== undefined && !sameMembers(allowListIn(application.attributes) ?? [], allowList))
    operatorMust('its allow list is not these organisations.', `Set it to ${allowList.join(', ')}.`);
  if (row.use !== 'user-restricted') {
    const { attributes } = application;
    if (attributes['app-restricted-ods-code'] !== row.ods)
      operatorMust('it does not act for this organisation yet.', 'Set app-restricted-ods-code.');
    if (attributes['app-restricted-business-function'] !== BUSINESS_FUNCTIONS[row.use])
      operatorMust('its business function is not set.', `Set app-restricted-business-function to ${BUSINESS_FUNCTIONS[row.use]}.`);
    const named = attributes['app-restricted-user-id'];
    if (named === undefined) operatorMust('no senior responsible person is set.', 'Set app-restricted-user-id.');
    else if (responsiblePerson !== undefined && named !== responsiblePerson)
      operatorMust(
        `it acts in the name of ${named}, approved is ${responsiblePerson}.`,
        `Set app-restricted-user-id to ${responsiblePerson}.`,
      );
  }
  return faults;
}

function sameMembers(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && others.every((each) => some.includes(each));
}

/** Endpoints a smoke test calls for a row: every assured one that only reads; signed-in users ask for their business functions too. */
export function smokeEndpoints(row: Pick<ProdFormRow, 'use'>, certified: readonly Coverage[]): readonly string[] {
  const reads = certified.filter(({ use, endpoint: id }) => use === row.use && endpoint(id)?.reads === true).map((each) => each.endpoint);
  return accessModeOf(row.use) === 'user-restricted' ? [...new Set(['A030', ...reads])] : reads;
}

/** What the journal of PROD does not show of a row's smoke test: a token, then one successful read of each assured endpoint. */
export function smokeFaults(row: ProdFormRow, certified: readonly Coverage[], calls: SeenCalls | undefined): readonly Blocker[] {
  const name = needName(row);
  const missing = smokeEndpoints(row, certified).filter((each) => calls?.succeeded.includes(each) !== true);
  const must = (reason: string, fix: string): Blocker => ({ reason: `${name}: ${reason}`, who: 'supplier', fix });
  return [
    ...((calls?.tokens ?? 0) > 0
      ? []
      : [must('PROD has issued no token to the application since the smoke test was opened.', 'Ask for one.')]),
    ...(missing.length === 0
      ? []
      : [must(`PROD has not answered ${missing.join(', ')} with success.`, 'Call each of them once, then report again.')]),
  ];
}
