/** What the road does to environments when a reviewer has decided: through the outbox, and each may be repeated. */
import { allowListAttributes } from '../../environment/management/asids.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { accessModeOf, ERS_USES, type ErsUse } from '../applications/access-mode.ts';
import { asidDisplayName } from '../asids/display-name.ts';
import { textOf } from '../forms/form.ts';
import { type ArtefactKind, artefact } from './artefacts.ts';
import { artefactOf, BUSINESS_FUNCTIONS, type LiveStage, type Road } from './facts.ts';
import { asidModelOf, openEnvironment, type Sources } from './gather.ts';
import { needsOf } from './needs.ts';
import { type ProdFormRow, rowsIssued, rowsOf } from './prod-form.ts';

/** Acts for a practice of the seed where nobody has been named yet: the person of the one-step application (ers.md §3.1). */
const TEST_USER = '021600556514';

export type SetUp = 'set-up-integration' | 'set-up-production' | 'apply-stages';

/** What an action sets in motion. In production a person who is the operator starts the set-up themselves. */
export function setUpAfter(kind: ArtefactKind, action: string, operatorIsPerson: boolean): SetUp | undefined {
  switch (`${kind}.${action}`) {
    case 'integration-form.accept':
      return 'set-up-integration';
    case 'prod-form.accept':
      return operatorIsPerson ? undefined : 'set-up-production';
    case 'prod-form.set-up':
      return 'set-up-production';
    case 'smoke-test.open':
    case 'go-live.confirm':
    case 'euo-approval.approve':
    case 'euo-approval.withdraw':
      return 'apply-stages';
    default:
      return undefined;
  }
}

/** Does it. Throws LocalRefusal as the environment refuses; the outbox then tries again. */
export async function carryOut(setUp: SetUp, sources: Pick<Sources, 'environment'>, road: Road): Promise<void> {
  switch (setUp) {
    case 'set-up-integration':
      return setUpIntegration(openEnvironment(sources, 'INT'), road);
    case 'set-up-production':
      return setUpProduction(openEnvironment(sources, 'PROD'), road);
    case 'apply-stages':
      return applyStages(openEnvironment(sources, 'PROD'), road);
  }
}

/** INT: an ASID for each way the product is used, bound, with the attributes of unattended use. */
async function setUpIntegration(int: ManagedEnvironment, road: Road): Promise<void> {
  const { answers } = artefactOf(road, 'integration-form');
  const ods = textOf(answers, 'organisation');
  const uses = (use: ErsUse): readonly string[] => (textOf(answers, `app.${use}`) === '' ? [] : [ods]);
  const organisations = Object.fromEntries(ERS_USES.map((use) => [use, uses(use)])) as Record<ErsUse, readonly string[]>;
  for (const need of needsOf({ organisations }, road, await asidModelOf(int))) {
    const row = { ...need, appId: textOf(answers, `app.${need.use}`), asid: '' };
    await setUpApplication(int, road, row, { environment: 'INT', responsiblePerson: TEST_USER });
  }
}

/** PROD, row by row: ASID allocated and bound, attributes set, product approved (PTL-118). */
async function setUpProduction(prod: ManagedEnvironment, road: Road): Promise<void> {
  for (const row of productionRows(road)) {
    const approval = road.artefacts.find(({ kind, key }) => kind === 'euo-approval' && key === row.ods);
    const responsiblePerson = approval === undefined ? '' : textOf(approval.answers, 'responsible-person');
    await setUpApplication(prod, road, row, { environment: 'PROD', responsiblePerson });
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
  { ods, use, allowList }: ProdFormRow,
  environment: 'INT' | 'PROD',
): Promise<string> {
  // What serves all organisations is the connecting party's, and named after it.
  const { organisations } = await managed.call('release.organisations', { odsCodes: [ods] });
  const { asid } = await managed.call('asids.allocate', {
    // The same row finds the same ASID however often this is done.
    requestId: `${road.id} ${environment} ${ods} ${use}`,
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

/** The rows of the PROD form as filled in. */
export function productionRows(road: Road): readonly ProdFormRow[] {
  const { answers } = artefactOf(road, 'prod-form');
  return rowsOf(rowsIssued(answers), answers);
}

async function applyStages(prod: ManagedEnvironment, road: Road): Promise<void> {
  const rows = productionRows(road).filter(({ appId }) => appId !== '');
  if (rows.length === 0) return;
  const { applications } = await prod.call('release.stages', { appIds: rows.map(({ appId }) => appId) });
  for (const row of rows) {
    const now = applications.find(({ appId }) => appId === row.appId)?.stage;
    const wanted = now === undefined ? undefined : stageOf(road, row, now);
    if (wanted !== undefined && wanted !== now) await prod.call('release.setStage', { appId: row.appId, stage: wanted });
  }
}

/**
 * How far the application of a row may go: nothing unattended without the organisation's approval; live once go-live is confirmed; what is
 * live stays live while the road is opened again for more.
 */
export function stageOf(road: Road, { ods, use }: Pick<ProdFormRow, 'ods' | 'use'>, now: LiveStage): LiveStage {
  const approved = road.artefacts.some(({ kind, key, state }) => kind === 'euo-approval' && key === ods && state === 'approved');
  if (use !== 'user-restricted' && !approved) return 'not-live';
  if (artefact('go-live').done.includes(artefactOf(road, 'go-live').state)) return 'live';
  if (now === 'live') return 'live';
  return artefactOf(road, 'smoke-test').state === 'closed' ? now : 'smoke-test';
}
