import { type ErrorBook, known } from '../../kernel/knowledge.ts';

/** Errors of conformance and user acceptance runs. */
export const CONFORMANCE_ERRORS: ErrorBook = {
  'localspine.run_unknown': known(
    'There is no such run.',
    'A run of another team or LocalSpine, or none was begun yet.',
    'See your runs; begin one with: localspine conformance start.',
  ),
  'localspine.run_state': known(
    'In its present state that cannot be done to the run.',
    'It still records, or was finished or signed off before.',
    'Look at the run: it says what can be done.',
  ),
  'localspine.run_changed': known('Somebody else has changed the run meanwhile.', 'Two people work on one run.', 'Look at it again.'),
  'localspine.run_kind': known(
    'Only a user acceptance run is signed off by an NHS organisation.',
    'A conformance run was meant to be signed off.',
    'Begin a user acceptance run with the organisation.',
  ),
  'localspine.run_passed': known(
    'A run that has passed is kept.',
    'What it opened (DEP, the technical conformance certificate) rests on it.',
    'Leave it.',
  ),
  'localspine.run_recording': known('The run is still recording.', 'Evidence is signed when nothing more is added.', 'Finish it first.'),
  'localspine.bad_environment': known(
    'A run of this kind takes place elsewhere.',
    'Conformance runs are in INT, user acceptance runs in DEP.',
    'Choose an environment that the message names.',
  ),
  'localspine.no_applications': known(
    'It must be said which applications are recorded.',
    'None was named.',
    'Give their AppIDs or API keys.',
  ),
  'localspine.application_access': known(
    'The application does not call e-RS for staff or unattended.',
    'A patient’s application, or one without the e-RS product.',
    'Name one that does.',
  ),
  'localspine.no_endpoints': known(
    'It must be said for which endpoints the product is tested.',
    'None was chosen.',
    'Choose those that the product calls.',
  ),
  'localspine.endpoint_unknown': known('This is not an endpoint of e-RS.', 'A misspelt id.', 'Write it like A016.'),
  'localspine.endpoint_closed': known(
    'The endpoint is not open to the applications of the run.',
    'Its access mode is none of theirs.',
    'Record an application that may call it as well, or leave the endpoint out.',
  ),
  'localspine.case_unknown': known(
    'The run has no such case.',
    'The case belongs to an endpoint that is not in the run.',
    'See the cases on the page of the run.',
  ),
  'localspine.case_needed': known(
    'The endpoint must be seen at work.',
    'A case cannot be left out that shows the endpoint answering.',
    'Begin a run without the endpoint if the product does not call it.',
  ),
  'localspine.reason_long': known('The text is too long.', 'More was written than is kept.', 'Write less; the message says how much.'),
  'localspine.comment_missing': known(
    'It must be said what has to change.',
    'A run was not accepted, without a word.',
    'Say what has to change before you accept.',
  ),
  'localspine.exchange_unreadable': known(
    'The environment records exchanges in another form than this portal reads.',
    'Portal and environment are of different versions.',
    'Run both from the same version.',
  ),
};
