/** Getting connected: plans, their checklist, and the requests on it (PTL-005…013). */
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { AccessApi, Visitor } from '../access/index.ts';
import { may, require, type Subject } from '../access/index.ts';
import { type Answers, answersFor, faultsOf, questionsOf } from '../forms/form.ts';
import type { Portal } from '../portal.ts';
import { Decisions } from './decisions.ts';
import type { ConformanceVerdict } from './desk.ts';
import { FORMS } from './forms.ts';
import { DESK, Moves, openRequest, subjectOf } from './moves.ts';
import { type Kind, type Need, needs, PREREQUISITES } from './prerequisites.ts';
import { SERVICES, type ServiceId } from './services.ts';
import { type Access, accessOf } from './states.ts';
import {
  insertPlan,
  type Owner,
  type Plan,
  plansFor,
  plansOf,
  type Request,
  requestsByPlan,
  setSuspended,
  type Waiting,
  waitingRequests,
} from './store.ts';

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
  readonly #moves: Moves;
  readonly #decisions: Decisions;

  constructor(portal: Portal, access: AccessApi, conformance: ConformanceVerdict) {
    this.#portal = portal;
    this.#access = access;
    this.#moves = new Moves(portal, access);
    this.#decisions = new Decisions(portal, this.#moves, conformance);
  }

  /** Begins a plan. Throws LocalRefusal 400, 403, 404, and 409 while the product version is suspended there. */
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
      await this.#moves.requireAccess(tx, plan);
      await insertPlan(tx, plan);
      await this.#moves.record(tx, visitor, plan, 'connecting.create', { services });
    });
    return plan;
  }

  /** Plans the visitor may see, newest first. Throws LocalRefusal 401, 403. */
  async list(visitor: Visitor): Promise<readonly Plan[]> {
    require(visitor, 'connecting.see');
    const { accountId, teams } = visitor;
    const everything = may(visitor, 'connecting.see', { desk: DESK });
    const plans = await plansFor(this.#portal.store.db, everything ? 'all' : { accountId, teamIds: teams.map((each) => each.teamId) });
    return plans.filter((plan) => may(visitor, 'connecting.see', subjectOf(plan)));
  }

  /** Plans with their checklists. */
  async views(plans: readonly Plan[]): Promise<readonly PlanView[]> {
    const { db } = this.#portal.store;
    const requests = await requestsByPlan(
      db,
      plans.map((each) => each.planId),
    );
    const owners = new Map<string, string>();
    for (const plan of plans) {
      const key = ownerKey(plan);
      if (!owners.has(key)) owners.set(key, await this.#access.ownerName(db, plan));
    }
    return plans.map((plan) => viewOf(plan, requests.get(plan.planId) ?? [], owners.get(ownerKey(plan)) ?? ''));
  }

  /** Throws LocalRefusal 403, 404. */
  async see(visitor: Visitor, planId: string): Promise<PlanView> {
    const plan = await this.#moves.plan(this.#portal.store.db, planId);
    require(visitor, 'connecting.see', subjectOf(plan));
    const [view] = await this.views([plan]);
    if (view === undefined) throw new Error('a plan has no view');
    return view;
  }

  /** Submits the form of a prerequisite; a simulated desk then decides, at once or when it is due. Throws LocalRefusal 400, 403, 404, 409. */
  async submit(visitor: Visitor, planId: string, kind: Kind, given: Answers): Promise<PlanView> {
    const form = FORMS[kind];
    const answers = answersFor(questionsOf(form), given);
    const [fault] = faultsOf(form, answers);
    if (fault !== undefined) throw new LocalRefusal(400, 'bad_answer', `${fault.text}.`);
    const change = { answers, dueAt: await this.#dueAt(planId), reason: undefined, result: {} };
    if (this.#portal.reviewers !== 'at-once') await this.#moves.move(visitor, { planId, kind, event: 'submit', change });
    else {
      // Claimed with the submission: nobody else can come in between and do the same.
      const claim = this.#portal.random.uuid();
      const also = async (tx: Db): Promise<void> => {
        await this.#moves.claimIn(tx, planId, kind, claim);
      };
      await this.#moves.move(visitor, { planId, kind, event: 'submit', change, also });
      await this.#decisions.decideSimulated(planId, kind, claim);
    }
    return this.see(visitor, planId);
  }

  /** Gives back what was granted: test patients go back to everybody. Throws LocalRefusal 403, 404, 409. */
  async giveBack(visitor: Visitor, planId: string, kind: Kind): Promise<PlanView> {
    await this.#moves.move(visitor, { planId, kind, event: 'give-back', change: { result: {} } });
    return this.see(visitor, planId);
  }

  /** Decides as a person of the service desk. Throws LocalRefusal 400, 403, 404, 409, and what stands against granting. */
  async decide(
    visitor: Visitor,
    planId: string,
    kind: Kind,
    verdict: { readonly grant: boolean; readonly reason?: string },
  ): Promise<PlanView> {
    await this.#decisions.decide(visitor, planId, kind, verdict);
    return this.see(visitor, planId);
  }

  /** Suspends access of the product version to the environment, or gives it back: all plans of its owner for it. Throws LocalRefusal 403, 404. */
  async suspend(visitor: Visitor, planId: string, suspended: boolean): Promise<PlanView> {
    await this.#portal.store.transaction(async (tx) => {
      const plan = await this.#moves.plan(tx, planId);
      require(visitor, 'connecting.decide', subjectOf(plan));
      await setSuspended(tx, plan, suspended);
      await this.#moves.record(tx, visitor, plan, suspended ? 'connecting.suspend' : 'connecting.restore', {});
    });
    return this.see(visitor, planId);
  }

  /** What waits at the desk. */
  async waiting(visitor: Visitor): Promise<readonly Waiting[]> {
    require(visitor, 'connecting.decide');
    return (await waitingRequests(this.#portal.store.db)).filter(({ plan }) => may(visitor, 'connecting.decide', subjectOf(plan)));
  }

  /** Whether a product version may use an environment: its owner's newest plan there, unless one of them is suspended. */
  async accessOf(db: Db, { accountId, teamId }: Owner, product: string, version: string, environment: string): Promise<Access | 'none'> {
    const plans = await plansOf(db, { accountId, teamId, product, version, environment });
    const [newest] = plans;
    if (newest === undefined) return 'none';
    if (plans.some((each) => each.suspended)) return 'suspended';
    return viewOf(newest, (await requestsByPlan(db, [newest.planId])).get(newest.planId) ?? [], '').access;
  }

  /** Simulated decisions that have become due on their environment's clock. */
  settle(): Promise<void> {
    return this.#decisions.settle();
  }

  async #dueAt(planId: string): Promise<number | undefined> {
    if (this.#portal.reviewers !== 'realistic') return undefined;
    const plan = await this.#moves.plan(this.#portal.store.db, planId);
    return (await this.#portal.environment(plan.environment).call('environment.now', {})).now + REALISTIC_MILLISECONDS;
  }
}

const ownerKey = ({ teamId, accountId }: Plan): string => `${teamId ?? ''}|${accountId ?? ''}`;

function viewOf(plan: Plan, requests: readonly Request[], owner: string): PlanView {
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
  return { ...plan, owner, access: accessOf(states, plan.suspended), items };
}
