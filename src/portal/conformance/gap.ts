/** What keeps a recording from showing everything that the applications did. Pure. */

/**
 * `missed`: the environment could not write every exchange; `full`, `reset`: it ended before the run was finished; `gone`: its data was thrown
 * away. What is not recorded may be what fails, so a run with a gap does not pass.
 */
export type Gap = 'missed' | 'full' | 'reset' | 'gone';

export const GAPS: Readonly<Record<Gap, string>> = {
  missed: 'The environment could not write every exchange.',
  full: 'The recording was full before the run was finished.',
  reset: 'The environment was started anew before the run was finished.',
  gone: 'The recording is gone: the data of the environment was thrown away.',
};

/** @param recording as the environment tells of it; undefined when it has none */
export function gapOf(
  recording: { readonly missed: number; readonly stopReason?: 'stopped' | 'full' | 'reset' } | undefined,
): Gap | undefined {
  if (recording === undefined) return 'gone';
  const { missed, stopReason } = recording;
  if (stopReason === 'full' || stopReason === 'reset') return stopReason;
  return missed > 0 ? 'missed' : undefined;
}
