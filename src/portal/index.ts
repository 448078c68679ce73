/** What the platform sees of the portal. Its web application (`app.ts`) is loaded when somebody first comes. */
import type { OwnedMigrations } from '../kernel/store/migrate.ts';
import type { ExaminingEnvironment } from './doctor/routes.ts';
import { portalModules } from './modules.ts';

export type { ExaminingEnvironment } from './doctor/routes.ts';
export type { Portal, PortalFoundation } from './portal.ts';

/** What the portal shows of an environment on its landing page; the platform supplies it. */
export interface EnvironmentSummary {
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  readonly up: boolean;
  readonly baseUrl: string;
  readonly ersUrls: readonly { readonly instance: string; readonly url: string }[];
  readonly tokenUrls: readonly string[];
  readonly caUrl: string;
  /** Its API explorer. */
  readonly explorerUrl: string;
}

/** What the platform gives the portal's web application. */
export interface PortalParts {
  readonly environments: () => readonly EnvironmentSummary[];
  /** Environments that examine tokens here; none where everybody who reaches the port could ask. */
  readonly examining: () => readonly ExaminingEnvironment[];
}

/** Migrations of the portal's modules, by owner. */
export const portalMigrations: OwnedMigrations = Object.fromEntries(portalModules.map((each) => [each.name, each.migrations]));
