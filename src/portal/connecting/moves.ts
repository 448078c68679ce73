/** Requests on their way: every step is one transaction with its audit entry and mail. */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { AccessApi, Subject, Visitor } from '../access/index.ts';
import { require } from '../access/index.ts';
import type { Automatic } from '../audit/index.ts';
import { CLAIM_MILLISECONDS, RETRY_MILLISECONDS } from '../claims.ts';
import type { Portal } from '../portal.ts';
import { letGoOfNames } from './names.ts';
import { type Kind, PREREQUISITES } from './prerequisites.ts';
import { nextState, type RequestEvent, type RequestState } from './states.ts';
import { claimRequest, findPlan, type Plan, plansOf, type Request, release, releaseRequest, requestsOf, saveRequest } from './store.ts';

/** Whose desk decides. */
export const DESK = 'service-desk';

/** A step of a request. */
export interface Move {
  readonly planId: string;
  readonly kind: Kind;
  readonly event: Exclude<RequestEvent, 'claim' | 'release'>;
  readonly change?: Partial<Omit<Request, 'kind' | 'state' | 'history' | 'turn'>>;
  /** Of who decides. */
  readonly claim?: string;
  /** What else belongs to the step, in its transaction. */
  readonly also?: ((tx: Db) => Promise<void>) | undefined;
}

export class Moves {
  readonly #portal: Portal;
  readonly #access: AccessApi;

  constructor(portal: Portal, access: AccessApi) {
    this.#portal = portal;
    this.#access = access;
  }

  /** Takes a step. Throws LocalRefusal 403, 404, 409. */
  async move(by: Visitor | Automatic, { planId, kind, event, change = {}, claim, also }: Move): Promise<void> {
    const portal = this.#portal;
    await portal.store.transaction(async (tx) => {
      const plan = await this.plan(tx, planId);
      if ('role' in by && (event === 'submit' || event === 'give-back')) require(by, 'connecting.ask', subjectOf(plan));
      if (event === 'submit') await this.requireAccess(tx, plan);
      const { request } = await this.requests(tx, planId, kind);
      const state = nextState(request.state, event);
      const who = 'automatic' in by ? by.automatic : by.name;
      const next: Request = {
        ...request,
        ...change,
        state,
        history: [...request.history, { at: portal.clock.realNow(), who, what: state }],
        turn: event === 'submit' ? request.turn + 1 : request.turn,
      };
      if (!(await saveRequest(tx, planId, next, { state: request.state, claim }))) throw actedMeanwhile();
      await also?.(tx);
      if (event === 'give-back' && kind === 'test-data') await release(tx, planId);
      if (event === 'refuse' && kind === 'fqdn') await letGoOfNames(tx, planId);
      await this.record(tx, by, plan, `connecting.${event}`, { kind, ...(change.reason !== undefined && { reason: change.reason }) });
      if (event === 'grant' || event === 'refuse') await this.#tell(tx, plan, kind, state, change.reason);
    });
    portal.outbox.wake();
  }

  /** Claims a request for who is about to decide, and gives the claim. Throws LocalRefusal 409 when it does not wait, or another has it. */
  async claim(planId: string, kind: Kind): Promise<string> {
    const claim = this.#portal.random.uuid();
    await this.#portal.store.transaction(async (tx) => {
      if (await this.claimIn(tx, planId, kind, claim)) return;
      nextState((await this.requests(tx, planId, kind)).request.state, 'claim');
      throw actedMeanwhile();
    });
    return claim;
  }

  /** Claims a request inside a transaction; false when it does not wait, or another has it. */
  claimIn(tx: Db, planId: string, kind: Kind, claim: string): Promise<boolean> {
    const now = this.#portal.clock.realNow();
    return claimRequest(tx, { planId, kind, claim, now, until: now + CLAIM_MILLISECONDS });
  }

  /** Puts a claimed request back, with why nothing came of it. */
  release(planId: string, kind: Kind, claim: string, reason: string): Promise<void> {
    const retryAt = this.#portal.clock.realNow() + RETRY_MILLISECONDS;
    return releaseRequest(this.#portal.store.db, { planId, kind, claim, reason, retryAt });
  }

  /** Throws LocalRefusal 409 when the product version of this owner is suspended in the environment, by whichever plan. */
  async requireAccess(db: Db, plan: Pick<Plan, 'product' | 'version' | 'environment' | 'accountId' | 'teamId'>): Promise<void> {
    if ((await plansOf(db, plan)).some((each) => each.suspended))
      throw new LocalRefusal(409, 'access_suspended', 'Access is suspended.', 'Ask the service desk.');
  }

  async requests(db: Db, planId: string, kind: Kind): Promise<{ readonly request: Request; readonly others: readonly Request[] }> {
    const all = await requestsOf(db, planId);
    return { request: all.find((each) => each.kind === kind) ?? openRequest(kind), others: all.filter((each) => each.kind !== kind) };
  }

  async plan(db: Db, planId: string): Promise<Plan> {
    const plan = await findPlan(db, planId);
    if (plan === undefined) throw new LocalRefusal(404, 'plan_unknown', 'There is no such plan to connect.');
    return plan;
  }

  record(tx: Db, by: Visitor | Automatic, plan: Plan, action: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#portal.audit.record(tx, by, {
      action,
      subject: `connecting ${plan.product} ${plan.version}`,
      environment: plan.environment,
      about: { accountId: plan.accountId, teamId: plan.teamId },
      detail,
    });
  }

  async #tell(tx: Db, plan: Plan, kind: Kind, state: RequestState, reason: string | undefined): Promise<void> {
    const title = PREREQUISITES.find((each) => each.kind === kind)?.title ?? kind;
    for (const to of await this.#access.ownerEmails(tx, plan))
      await this.#portal.mail.send(tx, {
        from: 'National service desk',
        to,
        subject: `${plan.environment}: ${title} ${state}`,
        text: `${plan.product} ${plan.version}, ${plan.environment}\n\n${title}: ${state}.${reason === undefined ? '' : `\n${reason}`}\n\n${this.#portal.baseUrl}/connecting/${plan.planId}\n`,
      });
  }
}

/** A request that nothing has happened to. */
export function openRequest(kind: Kind): Request {
  return { kind, state: 'open', answers: {}, result: {}, reason: undefined, dueAt: undefined, history: [], turn: 0 };
}

/** Whose a plan is, and whose desk decides. */
export function subjectOf(plan: Plan): Subject {
  return { accountId: plan.accountId, teamId: plan.teamId, desk: DESK };
}

function actedMeanwhile(): LocalRefusal {
  return new LocalRefusal(409, 'request_state', 'Somebody else has acted on this request meanwhile.', 'Look at the checklist again.');
}
