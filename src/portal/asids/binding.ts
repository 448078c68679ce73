/** The binding of ASIDs to applications: one to one, for the same use, and with what an unattended application acts by (path-to-live.md §2.6). */
import { allowListAttributes, type ManagedAsid } from '../../environment/management/asids.ts';
import type { ManagedEnvironment } from '../../environment/management/index.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Visitor } from '../access/index.ts';
import { ACTING_ATTRIBUTES, type ApplicationRecord, applications, ersUse } from '../applications/index.ts';
import type { Automatic } from '../audit/index.ts';
import type { Portal } from '../portal.ts';
import { useInDisplayName, useWords } from './display-name.ts';
import { nextState } from './states.ts';
import { type AsidRequest, requests } from './store.ts';

/** What is known of an ASID from its request: none for one that was given out past the portal. */
export type Asked = Pick<AsidRequest, 'actingUser' | 'use' | 'allowList'>;

/** The operator binds an ASID that is there. Throws LocalRefusal 400, 403, 404, 409 when either is bound elsewhere, or is for another use. */
export async function bindAsid(portal: Portal, visitor: Visitor, appId: string, asid: string): Promise<void> {
  const record = await portal.use(applications).permittedRecord(visitor, appId, 'asid.operate');
  if (!/^\d{12}$/.test(asid)) throw new LocalRefusal(400, 'bad_asid', 'An ASID has 12 digits.');
  const [request] = await requests(portal.store.db, { asid, environment: record.environment });
  if (request?.state === 'retired') nextState('retired', 'bind');
  if (request?.state === 'allocating') nextState('allocating', 'bind');
  await bind(portal, visitor, record, asid, request);
}

/** Binds an ASID in the name of somebody who was asked before. May be repeated. */
export async function bind(
  portal: Portal,
  by: Visitor | Automatic,
  record: ApplicationRecord,
  asid: string,
  asked: Asked | undefined,
): Promise<void> {
  await portal.use(applications).changeAs(by, record, {
    action: 'bindAsid',
    audited: 'asid.bind',
    detail: { asid },
    run: (managed) => bindIn(managed, record, asid, asked),
  });
}

/**
 * What binding is in the environment. The binding comes first: where it is refused nothing has changed, and an application that was not told yet
 * whom it acts for is refused by the gateway.
 */
export async function bindIn(
  managed: ManagedEnvironment,
  record: ApplicationRecord,
  asid: string,
  asked: Asked | undefined,
): Promise<void> {
  const { appId } = record;
  const [listed] = (await managed.call('asids.list', { asids: [asid] })).asids;
  if (listed !== undefined) refuseOtherUse(record, listed, asked);
  const { attributes } = await managed.call('applications.bindAsid', { appId, asid });
  const system = listed ?? (await managed.call('asids.view', { asid }));
  const changes = {
    ...(asked?.allowList === undefined ? {} : allowListAttributes(asked.allowList)),
    ...(record.accessMode === 'application-restricted' ? actingAttributes(record, system, asked, attributes) : {}),
  };
  if (Object.keys(changes).length > 0) await managed.call('applications.setAttributes', { appId, attributes: changes });
}

function refuseOtherUse(record: ApplicationRecord, { asid, displayName }: ManagedAsid, asked: Asked | undefined): void {
  const use = asked?.use ?? useInDisplayName(displayName);
  const wanted = ersUse(record.accessMode, record.capability);
  if (use === undefined || wanted === undefined || use === wanted) return;
  throw new LocalRefusal(
    409,
    'asid_of_another_use',
    `The ASID ${asid} is for ${useWords(use)}; the application is for ${useWords(wanted)}.`,
    'Bind one of the same use, or ask for one.',
  );
}

/** The organisation is the ASID's, the side the application's. A person who acted for another organisation does so no more. */
function actingAttributes(
  { capability }: ApplicationRecord,
  { odsCode }: ManagedAsid,
  asked: Asked | undefined,
  before: Readonly<Record<string, string>>,
): Record<string, string | null> {
  const [ods, user, businessFunction] = ACTING_ATTRIBUTES;
  const elsewhere = before[ods] !== undefined && before[ods] !== odsCode;
  return {
    [ods]: odsCode,
    ...(asked?.actingUser === undefined ? (elsewhere ? { [user]: null } : {}) : { [user]: asked.actingUser }),
    ...(capability === undefined
      ? {}
      : { [businessFunction]: capability === 'referrer' ? 'REFERRER_AUTHORISED_APPLICATION' : 'PROVIDER_AUTHORISED_APPLICATION' }),
  };
}

/** The operator takes the ASID off an application, which acts for nobody then. Throws LocalRefusal 403, 404. */
export async function unbindAsid(portal: Portal, visitor: Visitor, appId: string): Promise<void> {
  const record = await portal.use(applications).permittedRecord(visitor, appId, 'asid.operate');
  await portal.use(applications).changeAs(visitor, record, {
    action: 'unbindAsid',
    audited: 'asid.unbind',
    run: async (managed) => {
      await managed.call('applications.unbindAsid', { appId: record.appId });
      await actForNobody(managed, record.appId);
    },
  });
}

/** Takes away what an application without an ASID acted by: whom for, as whom, on which side, and for which organisations. May be repeated. */
export async function actForNobody(managed: ManagedEnvironment, appId: string): Promise<void> {
  const { asid, attributes } = await managed.call('applications.view', { appId });
  if (asid !== undefined) return;
  const held = [...ACTING_ATTRIBUTES, ...Object.keys(allowListAttributes([]))].filter((name) => attributes[name] !== undefined);
  if (held.length === 0) return;
  await managed.call('applications.setAttributes', { appId, attributes: Object.fromEntries(held.map((name) => [name, null])) });
}
