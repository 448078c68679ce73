/** What the road does to environments when a reviewer has decided: through the outbox, and each may be repeated. */
import { allowListAttributes } from '../../environment/management/asids.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { accessModeOf, type ErsUse } from '../applications/access-mode.ts';
import { asidDisplayName } from '../asids/display-name.ts';
import { asidModelIn } from '../asids/policy.ts';
import { textOf } from '../forms/form.ts';
import type { AcceptedRow } from './accepted-rows.ts';
import type { ArtefactKind } from './artefacts.ts';
import { artefactOf, BUSINESS_FUNCTIONS, type LiveStage, type Road } from './facts.ts';
import { openEnvironment, type Sources } from './gather.ts';
import { integrationNeeds } from './needs.ts';
import type { ProdFormRow } from './prod-form.ts';
import { approvedPerson } from './production.ts';

/** Acts for a practice of the seed where nobody has been named yet: the person of the one-step application (ers.md §3.1). */
const TEST_USER = '021600556514';

export type SetUp = 'set-up-integration' | 'set-up-production' | 'apply-stages';

/** What an action sets in motion. In production a person who is the operator starts the set-up themselves. */
export function setUpAfter(kind: ArtefactKind, action: string, operatorIsPerson: boolean): SetUp | undefined {
  switch (`${kind}.${action}`) {
    case 'integration-form.accept':
      return 'set-up-integration';
    case 'prod-form.accept':
      return operatorIsPerson ? 'apply-stages' : 'set-up-production';
    case 'prod-form.set-up':
      return 'set-up-production';
    case 'smoke-test.open':
    case 'smoke-test.reopen':
    case 'go-live.confirm':
    case 'euo-approval.approve':
    case 'euo-approval.withdraw':
      return 'apply-stages';
    default:
      return undefined;
  }
}

/**
 * Does it, in PROD to the rows of the form as accepted. Throws LocalRefusal as the environment refuses; the outbox then tries again.
 */
export async function carryOut(
  setUp: SetUp,
  sources: Pick<Sources, 'environment'>,
  road: Road,
  rows: readonly AcceptedRow[],
): Promise<void> {
  switch (setUp) {
    case 'set-up-integration':
      return setUpIntegration(openEnvironment(sources, 'INT'), road);
    case 'set-up-production':
      return setUpProduction(openEnvironment(sources, 'PROD'), road, rows);
    case 'apply-stages':
      return applyStages(openEnvironment(sources, 'PROD'), road, rows);
  }
}

/** INT: an ASID for each way the product is used, bound, with the attributes of unattended use. Nothing for a form that was sent back since. */
async function setUpIntegration(int: ManagedEnvironment, road: Road): Promise<void> {
  const { answers, state } = artefactOf(road, 'integration-form');
  if (state !== 'reviewed') return;
  for (const need of integrationNeeds(road, await asidModelIn(int))) {
    const row = { ...need, appId: textOf(answers, `app.${need.use}`), asid: '' };
    await setUpApplication(int, road, row, { environment: 'INT', responsiblePerson: TEST_USER });
  }
}

/** PROD, row by row: ASID allocated and bound, attributes set, product approved (PTL-118). */
async function setUpProduction(prod: ManagedEnvironment, road: Road, rows: readonly AcceptedRow[]): Promise<void> {
  // What serves another organisation from now on is not live for it before it is set up for it.
  await applyStages(prod, road, rows);
  for (const row of rows.filter(({ inForm }) => inForm)) {
    await setUpApplication(prod, road, row, { environment: 'PROD', responsiblePerson: approvedPerson(road, row.ods) ?? '' });
    const { subscriptions } = await prod.call('applications.view', { appId: row.appId });
    for (const { product, status } of subscriptions)
      if (status === 'pending') await prod.call('applications.approveApi', { appId: row.appId, productName: product });
  }
}

async function setUpApplication(
  managed: ManagedEnvironment,
  road: Road,
  row: ProdFormRow,
  { environment, responsiblePerson }: { readonly environment: 'INT' | 'PROD'; readonly responsiblePerson: string },
): Promise<void> {
  const { appId, use } = row;
  const application = await managed.call('applications.view', { appId });
  if (row.asid !== '') await managed.call('asids.join', { asid: row.asid, service: 'ers', confirmed: false });
  if (application.asid === undefined || (row.asid !== '' && application.asid !== row.asid))
    await managed.call('applications.bindAsid', {
      appId,
      asid: row.asid === '' ? await allocate(managed, road, row, environment) : row.asid,
    });
  if (row.allowList !== undefined)
    await managed.call('applications.setAttributes', { appId, attributes: { ...allowListAttributes(row.allowList) } });
  if (accessModeOf(use) === 'application-restricted')
    await managed.call('applications.setAttributes', { appId, attributes: unattendedAttributes(row, use, responsiblePerson) });
}

async function allocate(
  managed: ManagedEnvironment,
  road: Road,
  { ods, use, allowList, appId }: ProdFormRow,
  environment: 'INT' | 'PROD',
): Promise<string> {
  // What serves all organisations is the connecting party's, and named after it.
  const { organisations } = await managed.call('release.organisations', { odsCodes: [ods] });
  const { asid } = await managed.call('asids.allocate', {
    // The same row finds the same ASID however often this is done; an application that replaces another gets one of its own.
    requestId: `${road.id} ${environment} ${ods} ${use} ${appId}`,
    odsCode: ods,
    productName: road.product,
    productVersion: road.version,
    displayName: asidDisplayName(
      allowList === undefined ? (organisations[0]?.name ?? ods) : road.supplierName,
      road.product,
      environment,
      use,
    ),
    services: ['ers'],
  });
  return asid;
}

function unattendedAttributes({ ods }: ProdFormRow, use: ErsUse, responsiblePerson: string): Record<string, string | null> {
  if (use === 'user-restricted') return {};
  return {
    'app-restricted-ods-code': ods,
    'app-restricted-business-function': BUSINESS_FUNCTIONS[use],
    ...(responsiblePerson === '' ? {} : { 'app-restricted-user-id': responsiblePerson }),
  };
}

/** Brings every application of the road to the stage it may have, each in the name of the person who is approved by now. */
async function applyStages(prod: ManagedEnvironment, road: Road, rows: readonly AcceptedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { applications } = await prod.call('release.stages', { appIds: rows.map(({ appId }) => appId) });
  for (const row of rows) {
    const now = applications.find(({ appId }) => appId === row.appId);
    const wanted = now === undefined ? undefined : stageOf(road, row, now);
    if (now === undefined || wanted === undefined) continue;
    if (wanted !== 'not-live') await nameApproved(prod, road, row);
    if (wanted !== now.stage) await prod.call('release.setStage', { appId: row.appId, stage: wanted });
  }
}

/** An application that acts for its organisation acts in the name of the person whom the organisation approved last. */
async function nameApproved(prod: ManagedEnvironment, road: Road, row: AcceptedRow): Promise<void> {
  const person = approvedPerson(road, row.ods);
  if (row.use === 'user-restricted' || person === undefined) return;
  const { attributes } = await prod.call('applications.view', { appId: row.appId });
  if (attributes['app-restricted-ods-code'] !== row.ods || attributes['app-restricted-user-id'] === person) return;
  await prod.call('applications.setAttributes', { appId: row.appId, attributes: { 'app-restricted-user-id': person } });
}

/**
 * How far the application of an accepted row may go: nothing unattended without the organisation's approval; live once go-live was confirmed
 * for it, also while the road is opened again for more; reading calls while the smoke test is open. One that is no longer on the form, and
 * one that an operator let in past the reviewers, is only ever lowered.
 */
export function stageOf(
  road: Road,
  { ods, use, inForm, live }: Pick<AcceptedRow, 'ods' | 'use' | 'inForm' | 'live'>,
  now: { readonly stage: LiveStage; readonly override: boolean },
): LiveStage {
  if (use !== 'user-restricted' && approvedPerson(road, ods) === undefined) return 'not-live';
  if (now.override && now.stage === 'live') return 'live';
  if (!inForm) return live ? now.stage : 'not-live';
  if (live) return 'live';
  return artefactOf(road, 'smoke-test').state === 'closed' ? 'not-live' : 'smoke-test';
}
