/**
 * Requests on their way to a certificate: the desk that signs them acts at once, or waits for a person (DESIGN.md D11), as
 * `LOCALSPINE_REGISTRATION_APPROVAL` says. What is wrong with a request is said when it is sent, and looked at again when it is decided on:
 * a name may have changed hands meanwhile.
 */
import type { Instant } from '../../kernel/clock.ts';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { ServiceContext } from '../../kernel/service.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { RegisteredCertificate } from './certificate-store.ts';
import { type CertificateOrder, issueCertificate, type Registry, renewalOrder, type SigningOrder, signingOrder } from './issuing.ts';
import { decided, type RequestState } from './request-states.ts';
import { findRequest, holdRequest, saveRequest } from './request-store.ts';

/** A certificate for a signing request, or one in the place of another, for the same key when there is no signing request. */
export type CertificateWish =
  | ({ readonly kind: 'sign' } & SigningOrder)
  | ({ readonly kind: 'renew'; readonly serial: string } & Partial<SigningOrder>);

export interface CertificateRequest {
  readonly requestId: string;
  readonly state: RequestState;
  readonly wish: CertificateWish;
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  /** ODS code of the organisation it will be issued to. */
  readonly organisation?: string;
  /** On real time, as certificates are. */
  readonly requestedAt: Instant;
  readonly decision?: {
    readonly at: Instant;
    readonly by: 'System' | 'operator';
    /** Why it was refused. */
    readonly reason?: string;
    /** Serial number of what was issued. */
    readonly serial?: string;
  };
}

/** What became of a request; with the certificate when it was issued. */
export interface RequestOutcome {
  readonly request: CertificateRequest;
  readonly certificate?: RegisteredCertificate;
}

type Desk = Pick<ServiceContext, 'environment' | 'random' | 'clock'>;

/** Takes a request. Throws as {@link signingOrder} and {@link renewalOrder}: what cannot be issued does not wait. */
export async function submitRequest(desk: Desk, tx: Db, registry: Registry, wish: CertificateWish): Promise<RequestOutcome> {
  const { commonName, dnsNames, organisation } = await orderOf(tx, registry, wish);
  const requestedAt = desk.clock.realNow();
  const request: CertificateRequest = {
    requestId: desk.random.orderedUuid(requestedAt),
    state: 'requested',
    wish,
    commonName,
    dnsNames,
    ...(organisation === undefined ? {} : { organisation }),
    requestedAt,
  };
  if (desk.environment.settings.registrationApproval !== 'person') return issueFor(desk, tx, registry, request, 'System');
  await saveRequest(tx, request);
  return { request };
}

/** What a person decides. */
export type Verdict = { readonly event: 'issue' } | { readonly event: 'refuse'; readonly reason: string };

/** Decides on a waiting request. Throws LocalRefusal 404, 409 when it is decided, 422 for a refusal without reason; and as {@link submitRequest}. */
export async function decideRequest(desk: Desk, tx: Db, registry: Registry, requestId: string, verdict: Verdict): Promise<RequestOutcome> {
  const request = required(await holdRequest(tx, requestId), requestId);
  const state = decided(request.state, verdict.event);
  if (verdict.event === 'issue') return issueFor(desk, tx, registry, request, 'operator');
  const reason = verdict.reason.trim();
  if (reason === '')
    throw new LocalRefusal(422, 'reason_missing', 'Say why the request is refused.', 'The organisation that asked will read it.');
  const refused: CertificateRequest = { ...request, state, decision: { at: desk.clock.realNow(), by: 'operator', reason } };
  await saveRequest(tx, refused);
  return { request: refused };
}

/** A request. Throws LocalRefusal 404. */
export async function requireRequest(db: Db, requestId: string): Promise<CertificateRequest> {
  return required(await findRequest(db, requestId), requestId);
}

function required(request: CertificateRequest | undefined, requestId: string): CertificateRequest {
  if (request !== undefined) return request;
  throw new LocalRefusal(
    404,
    'request_unknown',
    `There is no request ${requestId.slice(0, 60)} for a certificate.`,
    'See: localspine certificate requests',
  );
}

async function issueFor(
  { clock }: Desk,
  tx: Db,
  registry: Registry,
  request: CertificateRequest,
  by: 'System' | 'operator',
): Promise<RequestOutcome> {
  const certificate = await issueCertificate(tx, registry, await orderOf(tx, registry, request.wish));
  const issued: CertificateRequest = {
    ...request,
    state: decided(request.state, 'issue'),
    decision: { at: clock.realNow(), by, serial: certificate.serial },
  };
  await saveRequest(tx, issued);
  return { request: issued, certificate };
}

function orderOf(db: Db, registry: Registry, wish: CertificateWish): Promise<CertificateOrder> {
  return wish.kind === 'sign' ? signingOrder(db, registry, wish) : renewalOrder(db, registry, wish.serial, wish);
}
