/** What the commands about maintenance and builds have in common. */
import type { ChangeView } from '../environment/maintenance/views.ts';
import { readRunning } from './client.ts';
import { type Invocation, UsageError } from './invocation.ts';

/** Ids of the environments that run. Throws LocalRefusal through the client when none does. */
export function openEnvironments(invocation: Invocation): readonly string[] {
  const running = readRunning(invocation.configuration);
  if (running === undefined) invocation.client();
  return running?.environments.map((each) => each.id) ?? [];
}

/** Throws UsageError for a value that is none of them. */
export function oneOf<Value extends string>(values: readonly Value[], value: string): Value {
  const found = values.find((each) => each === value);
  if (found === undefined) throw new UsageError(`"${value}" is none of ${values.join(', ')}`);
  return found;
}

/** The values that are there. */
export function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** `2026-12-02 20:00` of a time by London's clocks. */
export function short(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** An entry on one line, and what to beware of below it. */
export function changeLines(entry: ChangeView): readonly string[] {
  return [
    `${entry.id}  ${short(entry.startLondon)} to ${short(entry.endLondon)}  ${entry.status}, ${entry.impact}  ${entry.title} (${entry.environments.join(', ')}: ${entry.services.join(', ')})`,
    ...entry.flags.map(({ text }) => `  ! ${text}`),
  ];
}
