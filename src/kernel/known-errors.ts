import { type ErrorBook, known } from './knowledge.ts';

/** Errors of what every service stands on: paths, faults, clock, databases, snapshots. */
export const KERNEL_ERRORS: ErrorBook = {
  'http.path': known(
    'Nothing answers this method and path here.',
    'A base path is missing or doubled (/referrals/FHIR/STU3/…), the path belongs to another environment (DEP also answers /referrals-dep), or the request went to another door than it should.',
    'Compare the path with the table of: localspine env show.',
    '404 not_found',
  ),
  fault: known(
    'A fault rule of this environment asked for this answer.',
    'Somebody rehearses an outage here: yourself, a colleague who shares the environment, or a test that did not clean up after itself.',
    'See the rules with “localspine fault list”, and take them away with “localspine fault clear”.',
  ),
  outgoing: known(
    'LocalSpine could not call an address that a client registered.',
    'A JWKS URL or back-channel logout address that is down, answers with another status than 200, is too slow (5 seconds) or too long (64 KB), or lies in a network that may not be called.',
    'Give an http or https address that this machine can reach. LOCALSPINE_FETCH_PRIVATE says whether loopback and private networks may be called.',
  ),
  'localspine.bad_duration': known(
    'A length of time cannot be read.',
    'Free text, or a number without a unit.',
    'Write it like 90s, 5m, 2h, 3d or PT2H30M.',
  ),
  'localspine.clock_backwards': known(
    'The environment’s clock only moves forward.',
    'A script sets a fixed time for the second time, or a time before the present one.',
    'Go back to real time with “localspine clock release”, or begin again with “localspine reset”.',
  ),
  'localspine.fault_unknown': known(
    'There is no fault rule of this id.',
    'Counted rules remove themselves when they have been used up; or the environment was reset.',
    'List them with: localspine fault list.',
  ),
  'localspine.blob_missing': known(
    'A stored file is not there.',
    'The data folder or the bucket was changed by hand, or a database was put back without its files.',
    'Put the folder or bucket back that belongs to the database, or reset the environment.',
  ),
  'localspine.certificate_unreadable': known(
    'This is not an X.509 certificate.',
    'A key, a signing request or a PKCS#12 store was given instead, or the PEM text lost its first or last line.',
    'Give a certificate in PEM or DER form.',
  ),
  'localspine.database_corrupt': known(
    'The database file cannot be read.',
    'The file was copied while LocalSpine wrote to it, the disk was full, or it is some other file.',
    'Move it away to start anew, or put back a copy made while LocalSpine was stopped.',
  ),
  'localspine.database_in_use': known(
    'Another LocalSpine has this database open.',
    'One still runs in another terminal, container or test run with the same data folder.',
    'Stop the other one, or give this one a folder of its own with LOCALSPINE_HOME.',
  ),
  'localspine.database_newer': known(
    'The database was written by a newer LocalSpine.',
    'An older version of LocalSpine was started on a data folder that a newer one has used.',
    'Use the newer version, or give this one a folder of its own with LOCALSPINE_HOME.',
  ),
  'localspine.database_unreachable': known(
    'The PostgreSQL database cannot be opened.',
    'The server is not running, the address, name or password in LOCALSPINE_DATABASE_URL is wrong, or the user may not create schemas.',
    'Try the same URL with psql; then correct LOCALSPINE_DATABASE_URL.',
  ),
  'localspine.database_unwritable': known(
    'The database file cannot be opened for writing.',
    'The folder belongs to another user, is mounted read-only, or the disk is full.',
    'Correct the permissions of the folder, or choose another with LOCALSPINE_HOME.',
  ),
  'localspine.migration_failed': known(
    'The database could not be brought up to this version.',
    'Tables were changed by hand, or two versions shared the database.',
    'Put back a copy from before, or start with a fresh folder or schema; please report it if neither was touched by hand.',
  ),
  'localspine.foreign_form': known(
    'A form was sent that does not come from a page of this session.',
    'The page stood open across a restart or a new sign-in, cookies are switched off, or a script posts without the form’s token.',
    'Open the page again and send the form from there. Scripts use the API.',
  ),
  'localspine.snapshot_in_memory': known(
    'A database in memory has no snapshots.',
    'LocalSpine was started with a database in memory, as tests do.',
    'Start it with a data folder.',
  ),
  'localspine.snapshot_name': known(
    'This cannot be the name of a snapshot.',
    'Blanks, dots, slashes or more than 40 characters; or the name was left out.',
    'Use letters, digits, - and _, at most 40: before-booking.',
  ),
  'localspine.snapshot_unknown': known(
    'There is no snapshot of this name.',
    'It was saved in another environment or data folder, or is spelt differently.',
    'List them with: localspine snapshot list.',
  ),
};
