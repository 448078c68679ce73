/** Requests on their way: sent, decided on, applied (sds.md §9.1, §9.3). Every step is one transaction with its audit entry. */
import { isDeepStrictEqual } from 'node:util';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import { hasDuty, requireAnother, requireDuty, requireParty, spokenFor } from './access.ts';
import { apply, checkWish } from './applying.ts';
import type { Actor, RegistrationRequest, RequestEvent, Wish } from './model.ts';
import { requireRegistration } from './registrations.ts';
import { FieldsRefusal } from './rules.ts';
import { after, approvals } from './states.ts';
import { findRequest, holdRequest, insertRequest, saveRequest } from './store.ts';
import { audit, type RegistrationWorld } from './world.ts';

/** `request`: somebody decides. `direct`: an endpoint administrator's own act, at once (PTL-010). */
export type Route = 'request' | 'direct';

/** Simulated staff of the registration authority (DESIGN.md D11). */
const SIMULATED: Actor = { id: 'System', urp: 'System', odsCodes: new Set(), grants: [], operator: true };

/**
 * Takes a request. Sent directly by an endpoint administrator it is live at once; otherwise simulated approvers act at once, or it waits
 * for a person, as the setting says.
 *
 * @param requestId the caller's own name for it: sent again, it is the request of before, as it stands now
 * @throws FieldsRefusal 422, LocalRefusal 403, 404, 409
 */
export async function submit(
  world: RegistrationWorld,
  tx: Db,
  actor: Actor,
  wish: Wish,
  route: Route,
  requestId: string = world.random.orderedUuid(world.clock.realNow()),
): Promise<RegistrationRequest> {
  const before = await findRequest(tx, requestId);
  if (before !== undefined) return sameRequest(before, actor, wish);
  const { odsCode, manufacturerOdsCode } = await partiesOf(world, tx, wish);
  if (route === 'direct' && wish.kind === 'register-name') requireDuty(actor, 'dns-approver');
  else if (route === 'direct') requireDuty(actor, 'endpoint-administrator', manufacturerOdsCode);
  else requireParty(actor, odsCode, manufacturerOdsCode);
  const speaksFor = spokenFor(actor, [odsCode, manufacturerOdsCode]);
  await checkWish(world, tx, wish, speaksFor);
  const request: RegistrationRequest = {
    requestId,
    wish,
    state: after('draft', 'submit', wish),
    odsCode,
    manufacturerOdsCode,
    speaksFor,
    requestor: { id: actor.id, urp: actor.urp },
    requestedAt: world.clock.now(),
  };
  // Whoever sends the same at the same moment waits here, and then finds it.
  if (!(await insertRequest(tx, request))) return sameRequest(await requireRequest(tx, requestId), actor, wish);
  await audit(world, tx, actor, `submit.${wish.kind}`, request.requestId, `${manufacturerOdsCode} for ${odsCode}`);
  const decider = route === 'direct' ? actor : world.environment.settings.registrationApproval === 'person' ? undefined : SIMULATED;
  return decider === undefined ? request : decideAll(world, tx, decider, request);
}

/** A request that was sent before. Throws LocalRefusal 409 when it was another one, or somebody else's. */
function sameRequest(before: RegistrationRequest, actor: Actor, wish: Wish): RegistrationRequest {
  if (before.requestor.id === actor.id && isDeepStrictEqual(before.wish, wish)) return before;
  throw new LocalRefusal(
    409,
    'request_id_used',
    `The request ${before.requestId} asked for something else before.`,
    'Give another requestId.',
  );
}

async function decideAll(world: RegistrationWorld, tx: Db, decider: Actor, request: RegistrationRequest): Promise<RegistrationRequest> {
  let decided = request;
  for (const event of approvals(request.wish)) decided = await take(world, tx, decider, decided, event);
  return decided;
}

/** Organisation and maker a wish is about. Throws FieldsRefusal 422 or LocalRefusal 404 when they cannot be told. */
async function partiesOf(world: RegistrationWorld, db: Db, wish: Wish): Promise<{ odsCode: string; manufacturerOdsCode: string }> {
  if (wish.kind === 'register-name') return { odsCode: wish.odsCode, manufacturerOdsCode: wish.odsCode };
  if (wish.kind !== 'register') {
    const { odsCode, product } = await requireRegistration(world.directory, db, wish.partyKey, wish.productKey);
    return { odsCode, manufacturerOdsCode: product.manufacturerOdsCode };
  }
  const product = await world.directory.register.product(db, wish.productKey);
  if (product === undefined)
    throw new FieldsRefusal([
      { field: 'productKey', text: `There is no product ${wish.productKey}: register manufacturer, product and version first.` },
    ]);
  return { odsCode: wish.odsCode, manufacturerOdsCode: product.manufacturerOdsCode };
}

/** What somebody decides about a request. */
export interface Verdict {
  readonly event: Exclude<RequestEvent, 'submit'>;
  /** Why it comes back; needed to refuse. */
  readonly reason?: string;
}

/** Decides on a request, or withdraws it. Throws LocalRefusal 400, 403, 404, 409, and what the rules refuse when it is applied. */
export async function decide(
  world: RegistrationWorld,
  tx: Db,
  actor: Actor,
  requestId: string,
  verdict: Verdict,
): Promise<RegistrationRequest> {
  const request = await heldRequest(tx, requestId);
  const { event, reason = '' } = verdict;
  if (event === 'withdraw') {
    if (!actor.operator && request.requestor.id !== actor.id)
      throw new LocalRefusal(403, 'not_your_request', 'Only who sent a request withdraws it.');
  } else {
    const names =
      event === 'approve-dns' || request.wish.kind === 'register-name' || (event === 'refuse' && hasDuty(actor, 'dns-approver'));
    requireDuty(actor, names ? 'dns-approver' : 'approver');
    requireAnother(actor, request);
  }
  if (event === 'refuse' && reason.trim() === '') throw new FieldsRefusal([{ field: 'reason', text: 'Say why the request is refused.' }]);
  return take(world, tx, actor, request, event, reason.trim());
}

/** Sends a request that came back again, as it is now wished. Throws as {@link submit} does. */
export async function resubmit(
  world: RegistrationWorld,
  tx: Db,
  actor: Actor,
  requestId: string,
  wish: Wish,
): Promise<RegistrationRequest> {
  const request = await heldRequest(tx, requestId);
  if (!actor.operator && request.requestor.id !== actor.id)
    throw new LocalRefusal(403, 'not_your_request', 'Only who sent a request sends it again.');
  const parties = await partiesOf(world, tx, wish);
  requireParty(actor, parties.odsCode, parties.manufacturerOdsCode);
  const speaksFor = spokenFor(actor, [parties.odsCode, parties.manufacturerOdsCode]);
  await checkWish(world, tx, wish, speaksFor);
  const { reason: _, dnsApproval: __, ...rest } = request;
  const again: RegistrationRequest = { ...rest, ...parties, speaksFor, wish, state: after(request.state, 'submit', wish) };
  await saveRequest(tx, again);
  await audit(world, tx, actor, `submit.${wish.kind}`, requestId, 'again');
  return world.environment.settings.registrationApproval === 'person' ? again : decideAll(world, tx, SIMULATED, again);
}

async function take(
  world: RegistrationWorld,
  tx: Db,
  actor: Actor,
  request: RegistrationRequest,
  event: RequestEvent,
  reason = '',
): Promise<RegistrationRequest> {
  const at = world.clock.now();
  const state = after(request.state, event, request.wish);
  const mark = { urp: actor.urp, at };
  const moved: RegistrationRequest = {
    ...request,
    state,
    ...(event === 'refuse' ? { reason } : {}),
    ...(event === 'approve-dns' ? { dnsApproval: mark } : {}),
    ...(event === 'approve' ? { approval: mark } : {}),
  };
  const { requestor, requestedAt, dnsApproval } = moved;
  const approval = {
    requestor: requestor.urp,
    requestedAt,
    approver: actor.urp,
    approvedAt: at,
    dnsApprover: dnsApproval?.urp ?? actor.urp,
  };
  const decision = {
    author: { actor: requestor.id, at },
    approval: dnsApproval === undefined ? approval : { ...approval, dnsApprovedAt: dnsApproval.at },
  };
  const decided = state === 'live' ? { ...moved, outcome: await apply(world, tx, moved, decision) } : moved;
  await saveRequest(tx, decided);
  await audit(world, tx, actor, event, request.requestId, reason);
  return decided;
}

/** A request that nobody else changes until the transaction ends. Throws LocalRefusal 404. */
async function heldRequest(tx: Db, requestId: string): Promise<RegistrationRequest> {
  return known(await holdRequest(tx, requestId), requestId);
}

/** A request, or LocalRefusal 404. */
export async function requireRequest(db: Db, requestId: string): Promise<RegistrationRequest> {
  return known(await findRequest(db, requestId), requestId);
}

function known(request: RegistrationRequest | undefined, requestId: string): RegistrationRequest {
  if (request === undefined) throw new LocalRefusal(404, 'request_unknown', `There is no request ${requestId.slice(0, 60)}.`);
  return request;
}
