import type { FastifyInstance } from 'fastify';
import type { JobHandler } from '../kernel/outbox/outbox.ts';
import type { Db, Migrations } from '../kernel/store/store.ts';
import type { Visitor } from './access/visitor.ts';
import type { Portal } from './portal.ts';

/** A link of the portal's menu. */
export interface NavigationItem {
  readonly text: string;
  readonly href: string;
  /** Whether this visitor is shown it; everybody when absent. */
  readonly shown?: (visitor: Visitor) => boolean;
  /** Smaller comes first. */
  readonly order: number;
}

/** A card on the portal's home page. */
export interface HomeCard {
  readonly title: string;
  readonly href: string;
  readonly text: string;
  readonly shown?: (visitor: Visitor) => boolean;
  readonly order: number;
}

/** A module, at work in the portal. */
export interface RunningModule<Api> {
  /** Functions for modules further to the right. */
  readonly api: Api;
  /** Registers its pages and its part of the API. */
  readonly routes?: (app: FastifyInstance) => Promise<void> | void;
  /** Handlers of its outbox jobs, by kind (`module.verb-noun`). */
  readonly jobs?: Readonly<Record<string, JobHandler>>;
  /** Carries out what has become due on an environment's clock. Called about every second, and before tests look; must be cheap when nothing is due. */
  readonly settle?: () => Promise<void>;
  readonly navigation?: readonly NavigationItem[];
  readonly home?: readonly HomeCard[];
  /** Puts in what a new portal begins with. */
  readonly seed?: (tx: Db) => Promise<void>;
}

/** One part of the path to live: a folder below `src/portal/` with rules, a store of its own tables, pages and API. */
export interface PortalModule<Api = unknown> {
  readonly name: string;
  readonly title: string;
  readonly migrations: Migrations;
  create(portal: Portal): RunningModule<Api>;
}
