import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { ManagedEnvironment } from '../environment/management/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';
import type { ErrorPage } from '../kernel/knowledge.ts';
import type { JobHandler, Outbox } from '../kernel/outbox/outbox.ts';
import type { Random } from '../kernel/random.ts';
import type { Db, Store } from '../kernel/store/store.ts';
import { Visitors } from './access/visitors.ts';
import { Audit } from './audit/audit.ts';
import { Mailbox, SEND_MAIL } from './mail/mail.ts';
import type { HomeCard, NavigationItem, PortalModule, RunningModule } from './module.ts';
import { Api } from './web/api.ts';
import { Site } from './web/site.ts';

/** What the platform gives the portal to live on. */
export interface PortalFoundation {
  readonly store: Store;
  /** Real time: the portal has no business time of its own; what waits, waits on an environment's clock. */
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly random: Random;
  readonly log: Logger;
  /** The environments it acts on, in their order. */
  readonly environments: readonly ManagedEnvironment[];
  /** `https://localhost:8043`. */
  readonly baseUrl: string;
  /**
   * True when nobody beyond this machine reaches the portal: then the people of the demonstration sign in without a password, and everybody may
   * read the mail that was sent.
   */
  readonly thisMachineOnly: boolean;
  /** The token by which the command line on this machine acts as operator. */
  readonly operatorToken: string;
  readonly smtpUrl: string | undefined;
  /** How reviewers act: at once, after a realistic wait on the environment's clock, or as people who sign in (DESIGN.md D11). */
  readonly reviewers: 'at-once' | 'realistic' | 'person';
  /** The knowledge base: a page for every error that LocalSpine can give. */
  readonly errorPages: () => Promise<readonly ErrorPage[]>;
  /** Throws LocalRefusal 403 for a request under a foreign host name or from a page of another site. */
  readonly guard: (request: FastifyRequest) => void;
}

/** The path-to-live product above the environments: its database, what every part of it needs, and its modules. */
export class Portal {
  readonly store: Store;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly random: Random;
  readonly log: Logger;
  readonly environments: readonly ManagedEnvironment[];
  readonly baseUrl: string;
  readonly thisMachineOnly: boolean;
  readonly operatorToken: string;
  readonly reviewers: PortalFoundation['reviewers'];
  readonly errorPages: () => Promise<readonly ErrorPage[]>;
  readonly guard: (request: FastifyRequest) => void;
  readonly audit: Audit;
  readonly mail: Mailbox;
  /** Pages and forms. */
  readonly site: Site;
  /** The JSON API below `/api`. */
  readonly api: Api;
  readonly #modules: { readonly definition: PortalModule; readonly running: RunningModule<unknown> }[] = [];

  constructor(foundation: PortalFoundation, modules: readonly PortalModule[]) {
    const { store, clock, outbox, random, smtpUrl } = foundation;
    this.store = store;
    this.clock = clock;
    this.outbox = outbox;
    this.random = random;
    this.log = foundation.log;
    this.environments = foundation.environments;
    this.baseUrl = foundation.baseUrl;
    this.thisMachineOnly = foundation.thisMachineOnly;
    this.operatorToken = foundation.operatorToken;
    this.reviewers = foundation.reviewers;
    this.errorPages = foundation.errorPages;
    this.guard = foundation.guard;
    this.audit = new Audit(clock, random);
    this.mail = new Mailbox({ store, clock, random, outbox, smtpUrl });
    this.site = new Site(this, new Visitors(this));
    this.api = new Api(this.site);
    for (const definition of modules) this.#modules.push({ definition, running: definition.create(this) });
  }

  get modules(): readonly RunningModule<unknown>[] {
    return this.#modules.map((each) => each.running);
  }

  /** What a module to the left offers. */
  use<Api>(module: PortalModule<Api>): Api {
    const found = this.#modules.find((each) => each.definition.name === module.name);
    if (found === undefined) throw new Error(`the module ${module.name} is not built before it is used`);
    return found.running.api as Api;
  }

  /** An environment by its id, in any case. Throws LocalRefusal 404 when it is not open. */
  environment(id: string): ManagedEnvironment {
    const found = this.environments.find((each) => each.id === id.toUpperCase());
    if (found === undefined)
      throw new LocalRefusal(
        404,
        'environment_closed',
        `There is no environment ${id.slice(0, 20)} here; LocalSpine runs ${this.environments.map((each) => each.id).join(', ')}.`,
      );
    return found;
  }

  /** Handlers of all outbox jobs. */
  get jobs(): Readonly<Record<string, JobHandler>> {
    return Object.assign(
      { [SEND_MAIL]: (job: Parameters<JobHandler>[0]) => this.mail.deliver(job) },
      ...this.modules.map((each) => each.jobs ?? {}),
    );
  }

  get navigation(): readonly NavigationItem[] {
    return this.modules.flatMap((each) => each.navigation ?? []).sort((left, right) => left.order - right.order);
  }

  get home(): readonly HomeCard[] {
    return this.modules.flatMap((each) => each.home ?? []).sort((left, right) => left.order - right.order);
  }

  async seed(tx: Db): Promise<void> {
    for (const each of this.modules) await each.seed?.(tx);
  }

  /** Carries out what has become due on the environments' clocks. What goes wrong in one module is logged, and the others go on. */
  async settle(): Promise<void> {
    for (const { definition, running } of this.#modules)
      try {
        await running.settle?.();
      } catch (error) {
        this.log.error({ error: messageOf(error), module: definition.name }, 'portal');
      }
  }
}
