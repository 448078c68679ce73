import { type ErrorBook, known } from '../kernel/knowledge.ts';

/** Errors of the portal's frame: signing in, accounts, teams, mail, forms and API. */
export const PORTAL_ERRORS: ErrorBook = {
  'localspine.bad_text': known(
    'A text has a character in it that no text has (NUL).',
    'A program sent binary data, or looked for a weakness.',
    'Send text without control characters.',
  ),
  'localspine.bad_form': known(
    'The form cannot be read.',
    'A program posted something other than a form.',
    'Send the form from its page; scripts use the API.',
  ),
  'localspine.sign_in': known(
    'This needs somebody who is signed in.',
    'The session has ended, or a script sends no API token.',
    'Open /sign-in, or send an API token of your account page: Authorization: Bearer ….',
  ),
  'localspine.sign_in_failed': known(
    'E-mail address or password is wrong.',
    'A slip of the fingers, or the account was made on another LocalSpine.',
    'Try again, or have a new password sent.',
  ),
  'localspine.wait': known(
    'There were too many tries.',
    'Somebody, or a script, tried many passwords for this address. It says nothing of whether the address has an account.',
    'Wait as long as the message says.',
  ),
  'localspine.unverified': known(
    'The e-mail address has not been confirmed.',
    'The link in the mail was not opened. On this machine the mail is on the mail outbox page.',
    'Open the link of the newest mail.',
  ),
  'localspine.link_spent': known(
    'The link was used before or is too old.',
    'Mail programs open links in advance, or a newer link was sent.',
    'Have a new one sent and open that.',
  ),
  'localspine.bad_registration': known(
    'The registration is not as it should be.',
    'A name, address or password is missing or out of range.',
    'The message names the field.',
  ),
  'localspine.bad_password': known(
    'The password cannot be taken.',
    'It is too short, too long or too common.',
    'Choose a longer one: three words do well.',
  ),
  'localspine.bad_token': known(
    'The API token is not known here, or was taken back.',
    'A token of another LocalSpine, or one that was removed or has expired.',
    'Make one on your account page.',
  ),
  'localspine.token_unknown': known(
    'There is no such API token.',
    'It was taken back already.',
    'See those there are on your account page.',
  ),
  'localspine.account_unknown': known(
    'There is no active account of this address.',
    'A misspelt address after --as, or an account that was closed.',
    'List them: localspine portal account list.',
  ),
  'localspine.last_operator': known(
    'An operator must be left who can sign in.',
    'The only one is being suspended, or given another role. Beyond this machine, the operator of the demonstration does not count.',
    'Make somebody else an operator first.',
  ),
  'localspine.not_a_demonstration': known(
    'Only people of the demonstration sign in without a password, and only on this machine.',
    'LocalSpine is open to other machines, or the account is a real one.',
    'Sign in with the password.',
  ),
  'localspine.bad_team': known('The team is not as it should be.', 'A name that is empty or too long.', 'Choose another name.'),
  'localspine.bad_ods_code': known('This is not an ODS code.', 'A name, or a code with blanks.', 'Write it like R69.'),
  'localspine.team_taken': known(
    'There is a team of this name.',
    'Somebody made it before.',
    'Choose another name, or ask its administrator to add you.',
  ),
  'localspine.team_unknown': known(
    'There is no such team, or it is not yours to see.',
    'An old link, or you left the team.',
    'See your teams: /teams.',
  ),
  'localspine.member_unknown': known(
    'They are not in this team.',
    'Somebody else took them out before, or the id is of another person.',
    'Look at the members of the team again.',
  ),
  'localspine.last_administrator': known(
    'A team needs an administrator.',
    'The only one is leaving or giving the duty up.',
    'Make somebody else an administrator first.',
  ),
  'localspine.example_unknown': known(
    'The catalogue of faults has no example of this name.',
    'A misspelt name, or an example of a service that this environment does not have.',
    'List them: localspine fault catalogue.',
  ),
  'localspine.mail_unknown': known('There is no such mail, or it is not yours to read.', 'An old link.', 'See the mail outbox.'),
  'localspine.foreign_request': known(
    'A browser’s session changes something only by a request from our own pages.',
    'A script uses the session’s cookie with a form.',
    'Send application/json, or use an API token.',
  ),
};
