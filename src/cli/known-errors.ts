import { type ErrorBook, known } from '../kernel/knowledge.ts';

const AGENT = 'localspine identity-agent';

/** Errors of the command line and of the stand-in for the Identity Agent. */
export const CLI_ERRORS: ErrorBook = {
  'localspine.not_running': known(
    'LocalSpine does not run with this data folder, or does not answer.',
    'It was started in another folder (LOCALSPINE_HOME), in a container, or has stopped.',
    'Start it in another terminal with: npm start.',
  ),
  'localspine.environment_closed': known(
    'The environment is not open.',
    'LOCALSPINE_ENVIRONMENTS does not name it.',
    'Choose another with --environment, or start again with LOCALSPINE_ENVIRONMENTS naming it.',
  ),
  'localspine.admin_api': known(
    'The admin API answered with something unexpected.',
    'LocalSpine failed, or something else listens on the port.',
    'The log of the running LocalSpine says why.',
  ),
  'localspine.portal': known(
    'The portal answered with something unexpected.',
    'LocalSpine failed, or something else listens on the port.',
    'The log of the running LocalSpine says why.',
  ),
  'localspine.unexpected_answer': known(
    'The answer is not what this version of the command line understands.',
    'The running LocalSpine is of another version.',
    'Stop it and start it again from the same folder.',
  ),
  'localspine.unreachable': known(
    'An address does not answer.',
    'LocalSpine has stopped, or a firewall stands between.',
    'See what is wrong with: localspine doctor.',
  ),
  'localspine.not_confirmed': known(
    'Nobody agreed, so nothing was changed.',
    'The command runs in a script, where nobody can be asked.',
    'Add --yes to go on without being asked.',
  ),
  'localspine.exists': known(
    'The file is there already.',
    'The command was run before.',
    'Add --force to write over it, or choose another --output.',
  ),
  'localspine.file_unreadable': known(
    'The file cannot be read.',
    'A misspelt path, or missing permission.',
    'Give the path of a file, or host:port.',
  ),
  'localspine.file_unwritable': known('The file cannot be written.', 'The folder is not there, or not writable.', 'Choose another place.'),
  'localspine.bad_collection': known('A collection names a file outside its folder.', 'A fault of LocalSpine.', 'Please report it.'),
  'localspine.download': known(
    'An address did not give its file.',
    'A misspelt path, or the environment does not run.',
    'Open the address in a browser.',
  ),
  'localspine.no_handshake': known(
    'No TLS connection could be made.',
    'The wrong port, or nothing listens there.',
    'Compare host and port with: localspine env show.',
  ),
  'localspine.no_token_server': known(
    'The environment has no token server with this way to sign in.',
    'The simulated log-on is in INT only.',
    'The message lists those it has.',
  ),
  'localspine.open_access': known(
    'SANDBOX takes no applications.',
    'e-RS answers there without a token.',
    'Call it as it is, or choose --environment int.',
  ),
  'localspine.certificate_not_issued': known(
    'The certificate has not been issued.',
    'The request waits for a decision, or was refused.',
    'Decide with: localspine certificate decide; or put it right and ask again.',
  ),
  'localspine.file_there': known(
    'The file is there already.',
    'A key was made before: it is never written over.',
    'Choose another folder with --out.',
  ),
  'localspine.bad_change': known(
    'The file holds no forward change.',
    'It is not one JSON object.',
    'localspine maintenance add --help names the members.',
  ),
  'localspine.call_refused': known(
    'The first call to e-RS was refused.',
    'A step of the set-up is missing.',
    'The journal entry that the message names says why.',
  ),
  'localspine.sent_back': known(
    'A reviewer sent the step back.',
    'The form does not fit; the reasons are in the message.',
    'Correct it and hand it in again.',
  ),
  'localspine.no_decision': known(
    'The road did not come to the expected point in time.',
    'Reviewers wait for a person or a realistic delay (LOCALSPINE_REVIEWERS).',
    'Look at it in the portal: /roads.',
  ),
  'localspine.secret_told': known(
    'The secret of the application was told before.',
    'A rehearsal was run twice with one application.',
    'Add a new key, or rehearse with another name.',
  ),
  'localspine.no_token': known(
    'The token endpoint gave no token.',
    'Keys, API or callback of the application are not in order.',
    'localspine doctor app examines the application.',
  ),
  'localspine.no_team': known(
    'Who onboards is in no team.',
    'An account without a team.',
    'Create one: localspine portal team create NAME.',
  ),
  'localspine.key_missing': known(
    'The private key of the application is missing.',
    'The file was moved or deleted from the data folder.',
    'Put it back, or make a new application: localspine app create.',
  ),
  'localspine.no_callback': known(
    'The application has no callback URL, so nobody can sign in to it.',
    'It was made for application-restricted access.',
    'Make one with: localspine app create --mode user-restricted.',
  ),
  'localspine.role_unknown': known(
    'The user has no such role profile.',
    'A role of another person or environment.',
    'Choose with --role one that the message lists.',
  ),
  'localspine.sign_in_refused': known(
    'The sign-in page refused.',
    'An unknown user or role, or a level that the person does not reach.',
    'Check --user, --role and --aal; docs/systems/directory.md names people to sign in as.',
  ),
  'localspine.sign_in_loop': known(
    'The sign-in pages did not lead back to the application.',
    'A page asks for something the command line does not know how to answer.',
    'Open the authorisation address in a browser to see what they ask.',
  ),
  'localspine.wrong_state': known('The callback came with another state than was sent.', 'A fault of LocalSpine.', 'Please report it.'),
  'localspine.agent_not_running': known(
    'No Identity Agent runs for the environment.',
    'It was not started, or runs for another environment.',
    `Start one in another terminal with: ${AGENT} start.`,
  ),
  'localspine.agent_settings': known(
    'The settings of the Identity Agent cannot be read, or lack an address.',
    'A file of another tool, or one edited by hand.',
    `Make one with: ${AGENT} settings.`,
  ),
  'localspine.environment_unreachable': known(
    'The Identity Agent cannot reach the environment.',
    'It does not run, or the settings are of another environment.',
    'Start it, and compare the addresses in the settings.',
  ),
  'localspine.foreign_caller': known(
    'The Identity Agent answers software on this machine, not web pages.',
    'A page in a browser called the ticket API.',
    'Call it from a program.',
  ),
  'localspine.failed': known('The Identity Agent failed.', 'A fault of LocalSpine.', 'Please report it with what the agent printed.'),
  'localspine.too_long': known(
    'The body is too long for the ticket API.',
    'Some other file was sent.',
    'docs/systems/spine-sign-on.md shows what is wanted.',
  ),
  'localspine.push_address': known(
    'Tickets are pushed to this machine only.',
    'An address of another machine.',
    'Give an address like https://127.0.0.1:20006.',
  ),
  'localspine.not_signed_on': known(
    'Nobody is signed on.',
    'There is no card in the reader, or its passcode was not given.',
    `Put a card in: ${AGENT} insert.`,
  ),
  'localspine.ticket_not_available': known(
    'There is no ticket: nobody is signed on, or there is no card in the reader.',
    'The card was taken out, or the session has ended.',
    `Put a card in: ${AGENT} insert.`,
  ),
  'localspine.role_refused': known(
    'The role cannot be put in force.',
    'It is not one of this user’s.',
    'Choose one of the roles that status lists.',
  ),
  'localspine.sign_on_failed': known(
    'The environment did not answer the sign-on as it should.',
    'Something else listens at the address, or LocalSpine failed.',
    'Look into the journal: localspine journal tail.',
  ),
  'localspine.sign_on_refused': known(
    'The environment refused the sign-on.',
    'The card is locked, expired or of another environment, or the passcode is wrong.',
    'The reason is in its journal: localspine journal tail.',
  ),
  'localspine.sign_on_unreadable': known(
    'The environment’s answer to the sign-on cannot be read.',
    'Something else answers at the address.',
    'Compare the addresses in the settings.',
  ),
};
