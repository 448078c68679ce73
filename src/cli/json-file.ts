import { readFileSync } from 'node:fs';
import { LocalRefusal, messageOf } from '../kernel/errors.ts';

/** The JSON in a file the user named. Throws LocalRefusal 400 when it cannot be read. */
export function jsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new LocalRefusal(
      400,
      'bad_file',
      `${path} cannot be read as JSON: ${messageOf(error)}.`,
      'Name a file that holds the JSON document.',
    );
  }
}
