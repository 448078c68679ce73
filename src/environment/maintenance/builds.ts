/** Build versions of the national applications in an environment (PTL-091). Pure. */
import type { Instant } from '../../kernel/clock.ts';
import { type ForwardChange, statusAt } from './forward-change.ts';

/** The applications whose build is told, in the order of the catalogue. */
export const APPLICATIONS = {
  'spine-core': 'Spine Core',
  cis: 'Spine CIS',
  ers: 'e-RS',
  'api-platform': 'API platform',
  mesh: 'MESH',
  das: 'Data Access Service',
  'das-r15': 'Data Access Service, R15',
} as const;
export type ApplicationName = keyof typeof APPLICATIONS;
export const APPLICATION_NAMES = Object.keys(APPLICATIONS) as readonly ApplicationName[];

/** A build that was put into an environment. */
export interface Build {
  readonly application: ApplicationName;
  readonly version: string;
  readonly deployedAt: Instant;
  /** The forward change that brought it. */
  readonly changeId?: string;
  readonly note?: string;
}

/** An application's builds, newest first; the first is what runs. */
export interface BuildHistory {
  readonly application: ApplicationName;
  readonly title: string;
  readonly builds: readonly Build[];
}

/** The build that an environment begins with: what this version of LocalSpine brings. */
export const FIRST_BUILD = 'LocalSpine 0.1';

/**
 * What ran when, by application.
 *
 * @param recorded in any order
 * @param born when the environment was made: until another build is recorded, each application is as it was then
 * @param now builds recorded for later do not run yet
 */
export function buildHistories(recorded: readonly Build[], born: Instant, now: Instant): readonly BuildHistory[] {
  return APPLICATION_NAMES.map((application) => {
    const own = recorded.filter((each) => each.application === application && each.deployedAt <= now);
    const first: Build = { application, version: FIRST_BUILD, deployedAt: Math.min(born, ...own.map((each) => each.deployedAt)) };
    return {
      application,
      title: APPLICATIONS[application],
      // Of two at one moment the one recorded later counts.
      builds: [first, ...own]
        .map((build, index) => ({ build, index }))
        .sort((one, other) => other.build.deployedAt - one.build.deployedAt || other.index - one.index)
        .map(({ build }) => build),
    };
  });
}

/** The builds that came with changes which were complete by the clock: nobody pressed a button that would have recorded them. */
export function buildsByClock(changes: readonly ForwardChange[], now: Instant): readonly Build[] {
  return changes
    .filter((each) => each.status === 'approved' && statusAt(each, now) === 'complete')
    .flatMap(({ id, services, toBuild, end }) =>
      toBuild === undefined
        ? []
        : services.map((application) => ({ application, version: toBuild, deployedAt: end, changeId: id }) satisfies Build),
    );
}

/** Whether a build is among those that are known: by its version, its note and, when that is said, its moment; when not, the last one counts. */
export function isKnownBuild(
  build: Omit<Build, 'deployedAt'> & { readonly deployedAt?: Instant },
  known: readonly Build[],
  history: BuildHistory,
): boolean {
  const same = (each: Build | undefined): boolean => each?.version === build.version && each.note === build.note;
  if (build.deployedAt === undefined) return same(history.builds[0]);
  return known.some((each) => each.application === build.application && each.deployedAt === build.deployedAt && same(each));
}
