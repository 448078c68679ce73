import { type ErrorBook, known } from '../../kernel/knowledge.ts';

/** Errors of registering and keeping applications in the portal. */
export const APPLICATION_ERRORS: ErrorBook = {
  'localspine.no_applications_here': known(
    'The environment takes no applications.',
    'SANDBOX answers without a token, so that nothing is registered there.',
    'Register in INT, DEP or PROD.',
  ),
  'localspine.capability_missing': known(
    'An application-restricted application is for one capability.',
    'Neither referrer nor provider was chosen, or both are wanted.',
    'Choose one, and register another application for the other.',
  ),
  'localspine.no_owner': known('It must be said who owns the application.', 'Nothing was selected.', 'Select yourself or a team.'),
  'localspine.no_name': known(
    'There is no name to judge.',
    'Neither a name nor its parts were sent.',
    'Give name, or supplier, app and accessMode.',
  ),
  'localspine.not_in_this_state': known(
    'That cannot be done while the application is at this point.',
    'It is suspended, revoked, or waits for a step before.',
    'Look at the application: it says what comes next. An operator can resume a suspended one.',
  ),
  'localspine.key_in_use': known(
    'The public key was registered for another application.',
    'One key pair was used for several applications.',
    'Make a key pair for this application alone: localspine key create.',
  ),
};
