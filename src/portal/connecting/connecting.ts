/** Getting connected: plans, their checklist, and the requests on it (PTL-005…013). */
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { AccessApi, Visitor } from '../access/index.ts';
import { may, require, type Subject } from '../access/index.ts';
import type { Automatic } from '../audit/index.ts';
import { type Answers, answersFor, faultsOf, questionsOf } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import { type ConformanceVerdict, carryOut, type Granted } from './desk.ts';
import { FORMS } from './forms.ts';
import { type Kind, type Need, needs, PREREQUISITES } from './prerequisites.ts';
import { SERVICES, type ServiceId } from './services.ts';
import { type Access, accessOf, nextState, type RequestEvent, type RequestState } from './states.ts';
import {
  allPlans,
  findPlan,
  insertPlan,
  type Plan,
  plansOf,
  type Request,
  release,
  requestsOf,
  saveRequest,
  setSuspended,
  waitingRequests,
} from './store.ts';

/** Whose desk decides. */
const DESK = 'service-desk';
const SIMULATED: Automatic = { automatic: 'National service desk (simulated)' };
/** What a request waits when the service desk is realistic: a week of the environment's time. */
const REALISTIC_MILLISECONDS = 7 * 86_400_000;

/** A line of the checklist. */
export interface ChecklistItem {
  readonly kind: Kind;
  readonly ref: string;
  readonly title: string;
  readonly need: Need;
  readonly request: Request;
}

/** A plan with its checklist. */
export interface PlanView extends Plan {
  readonly owner: string;
  readonly access: Access;
  readonly items: readonly ChecklistItem[];
}

/** Whose a plan is: a team's, or a person's. */
export interface PlanOwner {
  readonly accountId?: string | undefined;
  readonly teamId?: string | undefined;
}

export interface NewPlan {
  readonly environment: string;
  readonly product: string;
  readonly version: string;
  readonly services: readonly string[];
  /** The visitor personally when absent. */
  readonly teamId?: string | undefined;
}

export class Connecting {
  readonly #portal: Portal;
  readonly #access: AccessApi;
  readonly #conformance: ConformanceVerdict;

  constructor(portal: Portal, access: AccessApi, conformance: ConformanceVerdict) {
    this.#portal = portal;
    this.#access = access;
    this.#conformance = conformance;
  }

  /** Begins a plan. Throws LocalRefusal 400, 403, 404. */
  async create(visitor: Visitor, wish: NewPlan): Promise<Plan> {
    const environment = this.#portal.environment(wish.environment);
    const services = Object.keys(SERVICES).filter((id): id is ServiceId => wish.services.includes(id));
    const unknown = wish.services.find((id) => !Object.hasOwn(SERVICES, id));
    if (unknown !== undefined || services.length === 0)
      throw new LocalRefusal(
        400,
        'bad_services',
        'Select the services the product will use.',
        `They are ${Object.keys(SERVICES).join(', ')}.`,
      );
    const [product, version] = [wish.product.trim(), wish.version.trim()];
    if (product === '' || product.length > 100)
      throw new LocalRefusal(400, 'bad_product', 'Enter the name of the product, of 100 characters or fewer.');
    if (version === '' || version.length > 40)
      throw new LocalRefusal(400, 'bad_version', 'Enter the version of the product, of 40 characters or fewer.');
    const about: Subject = wish.teamId === undefined ? { accountId: visitor.accountId } : { teamId: wish.teamId };
    require(visitor, 'connecting.ask', about);
    const plan: Plan = {
      planId: this.#portal.random.uuid(),
      accountId: wish.teamId === undefined ? visitor.accountId : undefined,
      teamId: wish.teamId,
      environment: environment.id,
      product,
      version,
      services,
      suspended: false,
      createdAt: this.#portal.clock.realNow(),
    };
    await this.#portal.store.transaction(async (tx) => {
      await insertPlan(tx, plan);
      await this.#record(tx, visitor, plan, 'connecting.create', { services });
    });
    return plan;
  }

  /** Plans the visitor may see, newest first. */
  async list(visitor: Visitor): Promise<readonly PlanView[]> {
    require(visitor, 'connecting.see');
    const plans = (await allPlans(this.#portal.store.db)).filter((plan) => may(visitor, 'connecting.see', subjectOf(plan)));
    return Promise.all(plans.map((plan) => this.#view(this.#portal.store.db, plan)));
  }

  /** Throws LocalRefusal 403, 404. */
  async see(visitor: Visitor, planId: string): Promise<PlanView> {
    const plan = await this.#plan(this.#portal.store.db, planId);
    require(visitor, 'connecting.see', subjectOf(plan));
    return this.#view(this.#portal.store.db, plan);
  }

  /** Submits the form of a prerequisite; a simulated desk then decides, at once or when it is due. Throws LocalRefusal 400, 403, 404, 409. */
  async submit(visitor: Visitor, planId: string, kind: Kind, given: Answers): Promise<PlanView> {
    const form = FORMS[kind];
    const answers = answersFor(questionsOf(form), given);
    const [fault] = faultsOf(form, answers);
    if (fault !== undefined) throw new LocalRefusal(400, 'bad_answer', `${fault.text}.`);
    const dueAt = await this.#dueAt(planId);
    await this.#move(visitor, planId, kind, 'submit', { answers, dueAt, reason: undefined, result: {} });
    if (this.#portal.reviewers === 'at-once') await this.#decideSimulated(planId, kind);
    return this.see(visitor, planId);
  }

  /** Gives back what was granted: test patients go back to everybody. Throws LocalRefusal 403, 404, 409. */
  async giveBack(visitor: Visitor, planId: string, kind: Kind): Promise<PlanView> {
    await this.#move(visitor, planId, kind, 'give-back', { result: {} });
    return this.see(visitor, planId);
  }

  /** Decides as a person of the service desk. Throws LocalRefusal 403, 404, 409, and what stands against granting. */
  async decide(
    visitor: Visitor,
    planId: string,
    kind: Kind,
    verdict: { readonly grant: boolean; readonly reason?: string },
  ): Promise<PlanView> {
    const plan = await this.#plan(this.#portal.store.db, planId);
    require(visitor, 'connecting.decide', subjectOf(plan));
    const { reason = '' } = verdict;
    if (!verdict.grant && reason.trim() === '') throw new LocalRefusal(400, 'reason_missing', 'Say why it is refused.');
    if (verdict.grant) await this.#grant(visitor, plan, kind);
    else await this.#move(visitor, planId, kind, 'refuse', { reason: reason.trim().slice(0, 500) });
    return this.see(visitor, planId);
  }

  /** Suspends access, or gives it back. Throws LocalRefusal 403, 404. */
  async suspend(visitor: Visitor, planId: string, suspended: boolean): Promise<PlanView> {
    await this.#portal.store.transaction(async (tx) => {
      const plan = await this.#plan(tx, planId);
      require(visitor, 'connecting.decide', subjectOf(plan));
      await setSuspended(tx, planId, suspended);
      await this.#record(tx, visitor, plan, suspended ? 'connecting.suspend' : 'connecting.restore', {});
    });
    return this.see(visitor, planId);
  }

  /** What waits at the desk. */
  async waiting(visitor: Visitor): Promise<readonly { readonly plan: Plan; readonly request: Request }[]> {
    require(visitor, 'connecting.decide');
    const { db } = this.#portal.store;
    const all = await Promise.all(
      (await waitingRequests(db)).map(async ({ planId, request }) => ({ plan: await this.#plan(db, planId), request })),
    );
    return all.filter(({ plan }) => may(visitor, 'connecting.decide', subjectOf(plan)));
  }

  /** Whether a product version may use an environment: its owner's newest plan there. Others may call a product the same. */
  async accessOf(
    db: Db,
    { accountId, teamId }: PlanOwner,
    product: string,
    version: string,
    environment: string,
  ): Promise<Access | 'none'> {
    const plan = (await plansOf(db, { product, version, environment })).find(
      (each) => each.teamId === teamId && (teamId !== undefined || each.accountId === accountId),
    );
    return plan === undefined ? 'none' : (await this.#view(db, plan)).access;
  }

  /** Simulated decisions that have become due on their environment's clock. */
  async settle(): Promise<void> {
    if (this.#portal.reviewers === 'person') return;
    for (const { planId, request } of await waitingRequests(this.#portal.store.db)) {
      const plan = await this.#plan(this.#portal.store.db, planId);
      if (request.dueAt !== undefined) {
        const { now } = await this.#portal.environment(plan.environment).call('environment.now', {});
        if (now < request.dueAt) continue;
      }
      await this.#decideSimulated(planId, request.kind);
    }
  }

  async #decideSimulated(planId: string, kind: Kind): Promise<void> {
    const plan = await this.#plan(this.#portal.store.db, planId);
    try {
      await this.#grant(SIMULATED, plan, kind);
    } catch (error) {
      // Not an answer to the supplier: the environment is away, or somebody was faster. It is tried again.
      if (!(error instanceof LocalRefusal) || error.status >= 500) {
        this.#portal.log.warn({ error: messageOf(error), plan: planId, kind }, 'service desk');
        return;
      }
      if (error.code === 'request_state') return;
      await this.#move(SIMULATED, planId, kind, 'refuse', { reason: [error.message, error.explanation.fix].filter(Boolean).join(' ') });
    }
  }

  async #grant(by: Visitor | Automatic, plan: Plan, kind: Kind): Promise<void> {
    const { portal, others, request } = { portal: this.#portal, ...(await this.#requests(this.#portal.store.db, plan.planId, kind)) };
    nextState(request.state, 'grant');
    const outcome = await carryOut(kind, { portal, plan, answers: request.answers, others, conformance: this.#conformance });
    await this.#move(by, plan.planId, kind, 'grant', { result: outcome.result }, outcome);
    portal.outbox.wake();
  }

  async #move(
    by: Visitor | Automatic,
    planId: string,
    kind: Kind,
    event: RequestEvent,
    change: Partial<Omit<Request, 'kind' | 'state' | 'history'>>,
    granted?: Granted,
  ): Promise<void> {
    const portal = this.#portal;
    await portal.store.transaction(async (tx) => {
      const plan = await this.#plan(tx, planId);
      if ('role' in by && (event === 'submit' || event === 'give-back')) require(by, 'connecting.ask', subjectOf(plan));
      if (plan.suspended && event === 'submit')
        throw new LocalRefusal(409, 'access_suspended', 'Access is suspended.', 'Ask the service desk.');
      const { request } = await this.#requests(tx, planId, kind);
      const state = nextState(request.state, event);
      const who = 'automatic' in by ? by.automatic : by.name;
      const history = [...request.history, { at: portal.clock.realNow(), who, what: state }];
      if (!(await saveRequest(tx, planId, { ...request, ...change, state, history }, request.state)))
        throw new LocalRefusal(409, 'request_state', 'Somebody else has acted on this request meanwhile.', 'Look at the checklist again.');
      await granted?.keep?.(tx);
      if (event === 'give-back' && kind === 'test-data') await release(tx, planId);
      await this.#record(tx, by, plan, `connecting.${event}`, { kind, ...(change.reason !== undefined && { reason: change.reason }) });
      if (event === 'grant' || event === 'refuse') await this.#tell(tx, plan, kind, state, change.reason);
    });
    portal.outbox.wake();
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

  async #dueAt(planId: string): Promise<number | undefined> {
    if (this.#portal.reviewers !== 'realistic') return undefined;
    const plan = await this.#plan(this.#portal.store.db, planId);
    return (await this.#portal.environment(plan.environment).call('environment.now', {})).now + REALISTIC_MILLISECONDS;
  }

  async #requests(db: Db, planId: string, kind: Kind): Promise<{ readonly request: Request; readonly others: readonly Request[] }> {
    const all = await requestsOf(db, planId);
    return { request: all.find((each) => each.kind === kind) ?? openRequest(kind), others: all.filter((each) => each.kind !== kind) };
  }

  async #plan(db: Db, planId: string): Promise<Plan> {
    const plan = await findPlan(db, planId);
    if (plan === undefined) throw new LocalRefusal(404, 'plan_unknown', 'There is no such plan to connect.');
    return plan;
  }

  async #view(db: Db, plan: Plan): Promise<PlanView> {
    const requests = await requestsOf(db, plan.planId);
    const needed = needs(plan.services, plan.environment);
    const items = PREREQUISITES.map(
      ({ kind, ref, title }): ChecklistItem => ({
        kind,
        ref,
        title,
        need: needed[kind],
        request: requests.find((each) => each.kind === kind) ?? openRequest(kind),
      }),
    );
    const states = items.map(({ need, request }) => ({ needed: need.needed, state: request.state }));
    return { ...plan, owner: await this.#access.ownerName(db, plan), access: accessOf(states, plan.suspended), items };
  }

  #record(tx: Db, by: Visitor | Automatic, plan: Plan, action: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#portal.audit.record(tx, by, {
      action,
      subject: `connecting ${plan.product} ${plan.version}`,
      environment: plan.environment,
      about: { accountId: plan.accountId, teamId: plan.teamId },
      detail,
    });
  }
}

function openRequest(kind: Kind): Request {
  return { kind, state: 'open', answers: {}, result: {}, reason: undefined, dueAt: undefined, history: [] };
}

/** Whose a plan is, and whose desk decides. */
export function subjectOf(plan: Plan): Subject {
  return { accountId: plan.accountId, teamId: plan.teamId, desk: DESK };
}
