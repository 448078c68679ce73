import { type ErrorBook, known } from '../../../kernel/knowledge.ts';

/** Errors of e-RS’s control interface, imports and explorer. */
export const CONTROL_ERRORS: ErrorBook = {
  'localspine.refused': known('A rule of e-RS refuses this.', 'The rule has no code of its own.', 'The message says why.', '409 refused'),
  'localspine.unknown_instance': known(
    'There is no e-RS instance of this name here.',
    'Int1, Dep1, Dep2 and Prod1 belong to one environment each.',
    'The message lists those there are.',
  ),
  'localspine.instance': known(
    'There is no e-RS instance of this name here.',
    'Int1, Dep1, Dep2 and Prod1 belong to one environment each.',
    'The message lists those there are.',
  ),
  'localspine.locked': known(
    'The request is being changed.',
    'A change is under way, or the lock is held on purpose.',
    'Try again, or release the lock.',
  ),
  'localspine.stale_version': known(
    'The version is not the current one.',
    'It was changed since you read it.',
    'Read it again and repeat with the current version, or leave the version out.',
  ),
  'localspine.unknown_referral': known(
    'There is no referral of this UBRN in the instance.',
    'Another instance or environment, or the environment was reset.',
    'Name another instance with ?instance=….',
  ),
  'localspine.unknown_advice': known(
    'There is no advice request of this UBRN in the instance.',
    'Another instance or environment, or the environment was reset.',
    'Name another instance with ?instance=….',
  ),
  'localspine.unknown_event': known(
    'There is no event of this name.',
    'A misspelt name.',
    'The message lists the events that can happen outside the API.',
  ),
  'localspine.not_held': known(
    'The user does not hold this business function there.',
    'The step is to be made as a user who may not.',
    'Leave userId out to act as the referrer.',
  ),
  'localspine.nothing_to_cancel': known(
    'No appointment waits to be cancelled in the hospital system.',
    'It was cancelled already, or there was none.',
    'Retrieve the request to see its state.',
  ),
  'localspine.operation_unknown': known('There is no such operation.', 'A misspelt id.', 'The explorer’s start page lists them.'),
  'localspine.no_topic': known(
    'An operation has no topic in the API document.',
    'A fault of LocalSpine: a new operation was added without one.',
    'Please report it.',
  ),
  'localspine.hospital_unknown': known(
    'There is no such hospital or clinic.',
    'A misspelt ODS code or service id.',
    'List them: GET /_localspine/ers/hospitals.',
  ),
  'localspine.bad_slots': known(
    'The slots are not as they should be.',
    'An id twice, an end before its start, or a missing member.',
    'The message shows what to send.',
  ),
  'localspine.slot_exists': known('There is a slot of this id already.', 'A script adds the same slots again.', 'Choose another id.'),
  'localspine.slot_not_open': known('Only open slots are withdrawn.', 'It is booked or withdrawn already.', 'Cancel the booking instead.'),
  'localspine.access_code': known(
    'An access code is two words.',
    'Another form was sent.',
    'Send {"code":"two words"}; null withdraws it.',
  ),
  'localspine.nhs_number': known('An NHS number has ten digits.', 'Blanks or another length.', 'Send it without blanks.'),
  'localspine.bad_file': known(
    'The file cannot be taken or read.',
    'A missing body, UBRN or header; or on the command line a file that is not there or is not JSON.',
    'The message says what is wrong; docs/import.md has an example.',
  ),
  'localspine.file_id': known('There is a file of this id already.', 'A fixed id was used twice.', 'Leave ?id= out to have one drawn.'),
  'localspine.file_name': known(
    'The file name is missing, cannot be read, or is taken on this request.',
    'Names are unique on a request.',
    'Send another in NHSD-eRS-File-Name.',
  ),
  'localspine.file_size': known('The file is too large.', 'Imported files have a limit too.', 'Send a smaller one.'),
  'localspine.file_type': known(
    'e-RS keeps no files of this type.',
    'A type that the national service does not take either.',
    'The message lists the types.',
  ),
  'localspine.import_advice': known(
    'Advice requests cannot be imported as they are.',
    'A state that cannot be, or a member that is missing; the message names it.',
    'See docs/import.md. Nothing was stored.',
  ),
  'localspine.import_referral': known(
    'Referrals cannot be imported as they are.',
    'A state that cannot be, or a member that is missing; the message names it.',
    'Compare with docs/systems/ers.md, “Importing referrals”. Nothing was stored.',
  ),
};
