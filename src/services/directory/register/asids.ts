/**
 * ASIDs in one register: allocated for a request, named, joined by services, retired and never used again (path-to-live.md §3.2, §3.6).
 * Whatever an ASID may do is written in its accredited system; here are the rules for changing that.
 */

import { LocalRefusal } from '../../../kernel/errors.ts';
import type { OfferKey } from '../../../kernel/service.ts';
import { type Db, tablesOf } from '../../../kernel/store/store.ts';
import type { AccreditedSystem } from '../model.ts';
import { organisation } from '../store.ts';
import { allocateAsid } from './allocation.ts';
import { type Author, changesOf } from './changes.ts';
import {
  type AccessMode,
  asidDisplayName,
  type Capability,
  mayBeTogether,
  mayJoin,
  type SharingVerdict,
  servicesIn,
  sharedService,
} from './sharing.ts';
import {
  accreditedSystem,
  asidWasUsed,
  findAccreditedSystems,
  holdAccreditedSystem,
  interactions,
  product,
  removeAccreditedSystem,
  saveAccreditedSystem,
} from './store.ts';

interface Tables {
  directory_asid_request: { request_id: string; asid: string; document: string };
  directory_change: { kind: string; record_id: string };
  directory_accredited_system: { asid: string };
}

/** Who knows what an ASID is bound to: the API platform, which offers this in its manifest. */
export interface AsidUse {
  /** The application that an ASID is bound to; undefined when it is free. */
  boundTo(db: Db, asid: string): Promise<{ readonly appId: string; readonly name: string } | undefined>;
}

/** Key under which services say that they use an ASID: it is not retired meanwhile. */
export const asidUse: OfferKey<AsidUse> = { name: 'directory.asid-use' };

export interface AsidRequest {
  /** The caller's own name for it: the same request never gets a second ASID. */
  readonly requestId: string;
  /** The organisation the system is for. */
  readonly odsCode: string;
  /** A registered product, or the name of one. */
  readonly productKey?: string;
  readonly productName?: string;
  /** Of a product that is not registered. */
  readonly productVersion?: string;
  readonly manufacturerOdsCode?: string;
  readonly partyKey?: string;
  readonly accessMode?: AccessMode;
  readonly capability?: Capability;
  readonly services: readonly string[];
  /** By the pattern of PTL-113 when absent. */
  readonly displayName?: string;
}

export type AsidState = 'allocated' | 'bound' | 'retired';

/** An ASID as the register knows it. */
export interface AsidView {
  readonly asid: string;
  readonly state: AsidState;
  readonly odsCode: string;
  readonly displayName: string;
  readonly partyKey: string;
  readonly manufacturerOdsCode: string;
  readonly productName: string;
  readonly productVersion: string;
  readonly services: readonly string[];
  readonly interactions: readonly string[];
  readonly requestId?: string;
  readonly boundTo?: { readonly appId: string; readonly name: string };
  readonly retiredAt?: number;
}

/** What the rules are carried out with. */
export interface AsidDesk {
  readonly environment: string;
  readonly uses: readonly AsidUse[];
}

/** What became of it, with what nobody has ruled on. */
export interface AsidOutcome {
  readonly asid: AsidView;
  /** False when there was nothing left to do. */
  readonly changed: boolean;
  readonly warnings: readonly string[];
}

/**
 * Gives an ASID for a request; the one it got when it comes again, even when that was retired since.
 *
 * @throws LocalRefusal 409 for another request under the same id, or services that may not share an ASID; 422 for what does not exist
 */
export async function allocateFor(desk: AsidDesk, tx: Db, request: AsidRequest, author: Author): Promise<AsidOutcome> {
  const own = tablesOf<Tables>(tx);
  const document = JSON.stringify(request);
  // The id is taken first: whoever sends the same request at the same moment waits here, and then finds what this one got.
  const { numInsertedOrUpdatedRows: taken } = await own
    .insertInto('directory_asid_request')
    .values({ request_id: request.requestId, asid: '', document })
    .onConflict((conflict) => conflict.column('request_id').doNothing())
    .executeTakeFirst();
  if (Number(taken ?? 0) === 0) {
    const before = await own
      .selectFrom('directory_asid_request')
      .selectAll()
      .where('request_id', '=', request.requestId)
      .executeTakeFirstOrThrow();
    if (before.document !== document)
      throw new LocalRefusal(
        409,
        'request_id_used',
        `The request ${request.requestId} asked for something else before.`,
        'Give another requestId.',
      );
    return { asid: await describeAsid(desk, tx, before.asid), changed: false, warnings: [] };
  }
  const verdict = allowed(mayBeTogether(request.services), false);
  const asid = await allocateAsid(tx, desk.environment, await systemFor(desk, tx, request), author);
  await own.updateTable('directory_asid_request').set({ asid }).where('request_id', '=', request.requestId).execute();
  return { asid: await describeAsid(desk, tx, asid), changed: true, warnings: warningsOf(verdict) };
}

async function systemFor({ environment }: AsidDesk, tx: Db, request: AsidRequest): Promise<Parameters<typeof allocateAsid>[2]> {
  const { odsCode, productKey, productVersion, manufacturerOdsCode, partyKey, accessMode, capability, services } = request;
  const holder = await organisation(tx, odsCode);
  if (holder === undefined || !holder.open)
    throw new LocalRefusal(
      422,
      'organisation_unknown',
      `Invalid ODS Code: could not resolve '${odsCode}'`,
      'Give the code of an open organisation.',
    );
  const registered = productKey === undefined ? undefined : await product(tx, productKey);
  if (productKey !== undefined && registered === undefined)
    throw new LocalRefusal(422, 'product_unknown', `There is no product ${productKey}.`, 'See: localspine directory products');
  const productName = registered?.name ?? request.productName;
  if (productName === undefined)
    throw new LocalRefusal(422, 'product_missing', 'Say for which product.', 'Give productKey or productName.');
  const names = { organisation: holder.name, product: productName, environment, accessMode, capability };
  return {
    odsCode,
    productName,
    displayName: request.displayName ?? asidDisplayName(names),
    interactions: await interactionsOf(tx, services),
    ...(registered === undefined
      ? {
          ...(manufacturerOdsCode === undefined ? {} : { manufacturerOdsCode }),
          ...(productVersion === undefined ? {} : { productVersion }),
        }
      : { manufacturerOdsCode: registered.manufacturerOdsCode, productKey: registered.productKey, productVersion: registered.version }),
    ...(partyKey === undefined ? {} : { partyKey }),
  };
}

/** The interactions of services, in the order of the catalogue. */
async function interactionsOf(db: Db, services: readonly string[]): Promise<readonly string[]> {
  const names = new Set(services.flatMap((id) => sharedService(id)?.serviceNames ?? []));
  return (await interactions(db)).filter((each) => names.has(each.serviceName)).map((each) => each.interactionId);
}

/** One ASID, in use or retired. Throws LocalRefusal 404 for one that was never given out. */
export async function describeAsid(desk: AsidDesk, db: Db, asid: string): Promise<AsidView> {
  const system = await accreditedSystem(db, asid);
  if (system !== undefined) return viewOf(desk, db, system);
  const [last] = await changesOf(db, 'accredited-system', asid);
  if (last === undefined) throw asidUnknown(asid);
  return { ...(await viewOf(desk, db, last.before as AccreditedSystem)), state: 'retired', retiredAt: last.changedAt };
}

/** ASIDs of an organisation, or all, in the order of registration; retired ones when they are asked for. */
export async function listAsids(
  desk: AsidDesk,
  db: Db,
  { odsCode, retired = false }: { readonly odsCode?: string; readonly retired?: boolean },
): Promise<readonly AsidView[]> {
  if (!retired) {
    const systems = await findAccreditedSystems(db, odsCode === undefined ? {} : { odsCode });
    return Promise.all(systems.map((each) => viewOf(desk, db, each)));
  }
  const rows = await tablesOf<Tables>(db)
    .selectFrom('directory_change')
    .select('record_id')
    .distinct()
    .where('kind', '=', 'accredited-system')
    .where('record_id', 'not in', (from) => from.selectFrom('directory_accredited_system').select('asid'))
    .orderBy('record_id')
    .execute();
  const all = await Promise.all(rows.map((row) => describeAsid(desk, db, row.record_id)));
  return all.filter((each) => odsCode === undefined || each.odsCode === odsCode);
}

/** Gives an ASID another display name. Throws LocalRefusal 404, 410 for a retired one. */
export async function renameAsid(desk: AsidDesk, tx: Db, asid: string, displayName: string, author: Author): Promise<AsidOutcome> {
  const system = await requireSystem(tx, asid);
  const changed = system.displayName !== displayName;
  await saveAccreditedSystem(tx, { ...system, displayName }, author);
  return { asid: await describeAsid(desk, tx, asid), changed, warnings: [] };
}

/**
 * Lets an ASID serve one service more: the service's interactions are added to it. Nothing happens when it serves it already.
 *
 * @param confirmed somebody has asked: a pair nobody has ruled on may join
 * @throws LocalRefusal 404, 410; 409 with the reason for services that may not share an ASID
 */
export async function joinService(
  desk: AsidDesk,
  tx: Db,
  { asid, service, confirmed }: { readonly asid: string; readonly service: string; readonly confirmed: boolean },
  author: Author,
): Promise<AsidOutcome> {
  const system = await requireSystem(tx, asid);
  const held = servicesIn(system.interactions);
  if (held.includes(service)) return { asid: await viewOf(desk, tx, system), changed: false, warnings: [] };
  const verdict = allowed(mayJoin(held, service), confirmed);
  const added = await interactionsOf(tx, [service]);
  if (added.length === 0)
    throw new LocalRefusal(
      422,
      'service_without_interactions',
      `No interaction of "${service.slice(0, 60)}" is known here, so there is nothing to add.`,
      'Add its interactions to the product (a new version), and move the system to it.',
    );
  await saveAccreditedSystem(tx, { ...system, interactions: [...new Set([...system.interactions, ...added])] }, author);
  return { asid: await describeAsid(desk, tx, asid), changed: true, warnings: warningsOf(verdict) };
}

/** Retires an ASID: it leaves the directory and is never given out again. Throws LocalRefusal 404; 409 while it is bound to an application. */
export async function retireAsid(desk: AsidDesk, tx: Db, asid: string, author: Author): Promise<AsidOutcome> {
  await holdAccreditedSystem(tx, asid);
  const view = await describeAsid(desk, tx, asid);
  if (view.state === 'retired') return { asid: view, changed: false, warnings: [] };
  const { boundTo } = view;
  if (boundTo !== undefined)
    throw new LocalRefusal(
      409,
      'asid_bound',
      `The ASID ${asid} is bound to the application ${boundTo.name} (${boundTo.appId}).`,
      'Unbind it first: its calls would be refused.',
    );
  await removeAccreditedSystem(tx, asid, author);
  return { asid: await describeAsid(desk, tx, asid), changed: true, warnings: [] };
}

/** Throws LocalRefusal 409 for an answer that does not let services come together. */
function allowed(verdict: SharingVerdict, confirmed: boolean): SharingVerdict {
  if (verdict.answer === 'no') throw new LocalRefusal(409, 'asid_sharing_refused', verdict.why, 'Ask for an ASID of its own.');
  if (verdict.answer === 'ask' && !confirmed)
    throw new LocalRefusal(409, 'asid_sharing_unknown', verdict.why, 'Once somebody has asked and it may: join with "confirmed": true.');
  return verdict;
}

function warningsOf({ answer, why }: SharingVerdict): readonly string[] {
  return answer === 'warn' || answer === 'ask' ? [why] : [];
}

/** A system that nobody else changes until the transaction ends. Throws LocalRefusal 404, 410. */
async function requireSystem(tx: Db, asid: string): Promise<AccreditedSystem> {
  await holdAccreditedSystem(tx, asid);
  const system = await accreditedSystem(tx, asid);
  if (system !== undefined) return system;
  if (await asidWasUsed(tx, asid))
    throw new LocalRefusal(410, 'asid_retired', `The ASID ${asid} is retired.`, 'It is never used again: ask for a new one.');
  throw asidUnknown(asid);
}

function asidUnknown(asid: string): LocalRefusal {
  return new LocalRefusal(404, 'asid_unknown', `The ASID ${asid.slice(0, 40)} was never given out here.`, 'See: localspine asid list');
}

async function viewOf({ uses }: AsidDesk, db: Db, system: AccreditedSystem): Promise<AsidView> {
  const { asid, odsCode, displayName, partyKey, manufacturerOdsCode, productName, productVersion } = system;
  const request = await tablesOf<Tables>(db)
    .selectFrom('directory_asid_request')
    .select('request_id')
    .where('asid', '=', asid)
    .executeTakeFirst();
  const bindings = await Promise.all(uses.map((each) => each.boundTo(db, asid)));
  const boundTo = bindings.find((each) => each !== undefined);
  return {
    asid,
    state: boundTo === undefined ? 'allocated' : 'bound',
    odsCode,
    displayName,
    partyKey,
    manufacturerOdsCode,
    productName,
    productVersion,
    services: servicesIn(system.interactions),
    interactions: system.interactions,
    ...(request === undefined ? {} : { requestId: request.request_id }),
    ...(boundTo === undefined ? {} : { boundTo }),
  };
}
