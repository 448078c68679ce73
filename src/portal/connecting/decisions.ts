/** The service desk decides: people when they sign in, simulated staff at once or when it is due (DESIGN.md D11). */
import { LocalRefusal, messageOf } from '../../kernel/errors.ts';
import type { Visitor } from '../access/index.ts';
import { require } from '../access/index.ts';
import type { Automatic } from '../audit/index.ts';
import { isForLater } from '../claims.ts';
import type { Portal } from '../portal.ts';
import { type ConformanceVerdict, carryOut } from './desk.ts';
import { type Moves, subjectOf } from './moves.ts';
import type { Kind } from './prerequisites.ts';
import { type Waiting, waitingRequests } from './store.ts';

const SIMULATED: Automatic = { automatic: 'National service desk (simulated)' };

/** Refusals that say nothing about the request: somebody else has it, or a person has yet to decide elsewhere. */
const LATER = ['request_state', 'registration_waits'];

export class Decisions {
  readonly #portal: Portal;
  readonly #moves: Moves;
  readonly #conformance: ConformanceVerdict;
  /** Environments that did not answer, so that it is said once. */
  readonly #away = new Set<string>();

  constructor(portal: Portal, moves: Moves, conformance: ConformanceVerdict) {
    this.#portal = portal;
    this.#moves = moves;
    this.#conformance = conformance;
  }

  /** Decides as a person of the service desk. Throws LocalRefusal 400, 403, 404, 409, and what stands against granting: the request waits on. */
  async decide(
    visitor: Visitor,
    planId: string,
    kind: Kind,
    { grant, reason = '' }: { readonly grant: boolean; readonly reason?: string },
  ): Promise<void> {
    require(visitor, 'connecting.decide', subjectOf(await this.#moves.plan(this.#portal.store.db, planId)));
    if (!grant && reason.trim() === '') throw new LocalRefusal(400, 'reason_missing', 'Say why it is refused.');
    const claim = await this.#moves.claim(planId, kind);
    if (!grant) return this.#moves.move(visitor, { planId, kind, event: 'refuse', change: { reason: reason.trim().slice(0, 500) }, claim });
    try {
      await this.#grant(visitor, planId, kind, claim);
    } catch (error) {
      await this.#moves.release(planId, kind, claim, messageOf(error));
      throw error;
    }
  }

  /** Decides as simulated staff on a request that was claimed for them. Never throws: what goes wrong is tried again. */
  async decideSimulated(planId: string, kind: Kind, claim: string): Promise<void> {
    try {
      await this.#attempt(planId, kind, claim);
    } catch (error) {
      this.#portal.log.warn({ error: messageOf(error), plan: planId, kind }, 'service desk');
    }
  }

  async #attempt(planId: string, kind: Kind, claim: string): Promise<void> {
    try {
      await this.#grant(SIMULATED, planId, kind, claim);
    } catch (error) {
      if (isForLater(error, LATER)) {
        this.#portal.log.info({ error: messageOf(error), plan: planId, kind }, 'service desk tries again');
        const known = error instanceof LocalRefusal ? error.message : 'The service desk could not act.';
        return this.#moves.release(planId, kind, claim, known);
      }
      const reason = error instanceof LocalRefusal ? [error.message, error.explanation.fix].filter(Boolean).join(' ') : messageOf(error);
      await this.#moves.move(SIMULATED, { planId, kind, event: 'refuse', change: { reason }, claim });
    }
  }

  /** Simulated decisions that have become due on their environment's clock. What goes wrong with one keeps no other from being made. */
  async settle(): Promise<void> {
    if (this.#portal.reviewers === 'person') return;
    const waiting = await waitingRequests(this.#portal.store.db, this.#portal.clock.realNow());
    const byEnvironment = Map.groupBy(waiting, ({ plan }) => plan.environment);
    await Promise.all([...byEnvironment].map(([environment, requests]) => this.#settleAt(environment, requests)));
  }

  async #settleAt(environment: string, requests: readonly Waiting[]): Promise<void> {
    const now = await this.#timeAt(environment);
    if (now === undefined) return;
    for (const { plan, request } of requests) {
      if (request.dueAt !== undefined && now < request.dueAt) continue;
      const claim = await this.#claim(plan.planId, request.kind);
      if (claim !== undefined) await this.decideSimulated(plan.planId, request.kind, claim);
    }
  }

  /** A claim; undefined when somebody was faster, or it cannot be had now. */
  async #claim(planId: string, kind: Kind): Promise<string | undefined> {
    try {
      return await this.#moves.claim(planId, kind);
    } catch (error) {
      if (!(error instanceof LocalRefusal)) this.#portal.log.warn({ error: messageOf(error), plan: planId, kind }, 'service desk');
      return undefined;
    }
  }

  /** Business time of an environment; undefined while it does not answer. */
  async #timeAt(environment: string): Promise<number | undefined> {
    try {
      const { now } = await this.#portal.environment(environment).call('environment.now', {});
      this.#away.delete(environment);
      return now;
    } catch (error) {
      if (!this.#away.has(environment)) this.#portal.log.warn({ error: messageOf(error), environment }, 'requests wait for an environment');
      this.#away.add(environment);
      return undefined;
    }
  }

  async #grant(by: Visitor | Automatic, planId: string, kind: Kind, claim: string): Promise<void> {
    const portal = this.#portal;
    const plan = await this.#moves.plan(portal.store.db, planId);
    const { request, others } = await this.#moves.requests(portal.store.db, planId, kind);
    const requestId = `${planId}.${kind}.${request.turn}`;
    const { result, keep } = await carryOut(kind, {
      portal,
      plan,
      requestId,
      answers: request.answers,
      others,
      conformance: this.#conformance,
    });
    await this.#moves.move(by, { planId, kind, event: 'grant', change: { result, reason: undefined }, claim, also: keep });
  }
}
