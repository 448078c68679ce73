import { type ErrorBook, known } from '../kernel/knowledge.ts';

/** Errors of starting LocalSpine. */
export const PLATFORM_ERRORS: ErrorBook = {
  'localspine.settings': known(
    'LocalSpine cannot start with these settings.',
    'A LOCALSPINE_… variable is misspelt, out of range, or needs another one beside it; the message names each.',
    'Correct what is named. Every setting is explained in docs/settings.md.',
  ),
  'localspine.home_unwritable': known(
    'The data folder, or the seal key in it, cannot be written.',
    'It belongs to another user (a container that ran as root, for example), or is mounted read-only.',
    'Correct its permissions, or choose another folder with LOCALSPINE_HOME.',
  ),
};
