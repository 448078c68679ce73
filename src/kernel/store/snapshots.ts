import { LocalRefusal } from '../errors.ts';

/** A snapshot's name as given by a user, checked: letters, digits, `-` and `_`, at most 40. Throws LocalRefusal 400. */
export function snapshotName(name: string): string {
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(name)) {
    throw new LocalRefusal(
      400,
      'snapshot_name',
      `"${name}" cannot be the name of a snapshot.`,
      'Use letters, digits, - and _, at most 40.',
    );
  }
  return name;
}
