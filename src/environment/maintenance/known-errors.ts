import { type ErrorBook, known } from '../../kernel/knowledge.ts';

/** Errors of maintenance slots, forward changes and live releases (path-to-live.md §5). */
export const MAINTENANCE_ERRORS: ErrorBook = {
  'maintenance.closed': known(
    'The service is down for maintenance, and maintenance is enforced here.',
    'A slot or a forward change is in force on the environment’s clock.',
    'Try again after it, move the clock on, or start with LOCALSPINE_MAINTENANCE=announced.',
    '503',
  ),
  'maintenance.announced': known(
    'It was served, but the service is in a maintenance slot: a national environment may be down now.',
    'Maintenance is only announced here.',
    'To rehearse it, start with LOCALSPINE_MAINTENANCE=enforced.',
  ),
  'localspine.frozen': known(
    'There are no new users, endpoints or certificates: what they are registered with is being decommissioned.',
    'A forward change of kind decommission is approved, its freeze has begun on the environment’s clock, and maintenance is enforced here.',
    'Use another environment, cancel the change, or start with LOCALSPINE_MAINTENANCE=announced.',
    '409',
  ),
  'localspine.change_unknown': known(
    'There is no such forward change here.',
    'A misspelt id, or a change of another environment.',
    'List them: localspine maintenance list.',
  ),
  'localspine.change_exists': known(
    'There is a forward change of this id already.',
    'A script adds it for the second time.',
    'Give another id, or change that one.',
  ),
  'localspine.change_fixed': known(
    'In its present state some facts of the change are kept.',
    'It was approved, has begun or is over.',
    'The message names what can still be edited; otherwise add another change.',
  ),
  'localspine.change_status': known(
    'That step is not possible in the present state of the change.',
    'It was cancelled or completed, or a step was left out.',
    'The message lists the steps that are possible now.',
  ),
  'localspine.change_early': known(
    'The change has not come to that point in time.',
    'It begins or ends later on the environment’s clock.',
    'Change its times first, or move the clock on.',
  ),
  'localspine.change_elsewhere': known(
    'The change is about other environments.',
    'It was sent to one it does not name.',
    'Send it to an environment it names.',
  ),
  'localspine.change_moved_on': known(
    'The change has been changed since.',
    'Somebody else was quicker.',
    'Look at it again, and then decide.',
  ),
  'localspine.release_unknown': known(
    'There is no such live release.',
    'A misspelt id.',
    'List them: localspine maintenance release list.',
  ),
  'localspine.release_exists': known(
    'There is a live release of this id already.',
    'A script adds it for the second time.',
    'Give another id.',
  ),
  'localspine.no_such_night': known(
    'The slot has no such night.',
    'The date is not one of its weekdays.',
    'See its nights: localspine maintenance show.',
  ),
  'localspine.bad_night': known(
    'A night cannot be moved in this way.',
    'More than two weeks, or it ends before it begins.',
    'Choose times nearby.',
  ),
  'localspine.bad_pattern': known(
    'The pattern of a slot and its minutes do not go together.',
    'Minutes are missing, or given where there are none.',
    'The message says which.',
  ),
};
