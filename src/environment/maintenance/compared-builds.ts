/** Builds of an environment beside those of the live one (PTL-091). Pure. */
import type { BuildHistoryView } from './views.ts';

export interface ComparedBuild extends BuildHistoryView {
  /** Both are absent when it is not known what is live. */
  readonly liveVersion?: string;
  readonly matchesLive?: boolean;
}

/** @param live the builds of the production twin; undefined when that is not open */
export function comparedWithLive(
  builds: readonly BuildHistoryView[],
  live: readonly BuildHistoryView[] | undefined,
): readonly ComparedBuild[] {
  return builds.map((build) => {
    const there = live?.find((each) => each.application === build.application)?.version;
    return { ...build, ...(there !== undefined && { liveVersion: there, matchesLive: there === build.version }) };
  });
}
