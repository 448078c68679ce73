import { type ErrorBook, known } from '../../kernel/knowledge.ts';

const BEGIN_AGAIN = 'Sign in again from the start page of endpoint registration.';

/** Errors of endpoint registration, its approvals and the directory's administration (sds.md §9, §10). */
export const ENDPOINT_REGISTRATION_ERRORS: ErrorBook = {
  'localspine.registration_refused': known(
    'The registration breaks a rule of the register; each fault is named.',
    'An ODS code that does not resolve, an FQDN outside nhs.uk or held by another party key, a product that is registered already, or fields that do not belong to its kind.',
    'Correct the fields that are named: docs/systems/directory.md, “Registering a system”.',
    '422 registration_refused',
  ),
  'localspine.registration_unknown': known(
    'Nothing is registered for this product under this party key.',
    'A party key of another environment, or a registration that was withdrawn.',
    'List registrations: localspine directory systems.',
  ),
  'localspine.no_endpoint': known(
    'This registration has no endpoint to change.',
    'Its product only sends; addresses belong to products that receive.',
    'Register a product that receives.',
  ),
  'localspine.asid_bound': known(
    'The ASID is bound to an application of the API platform.',
    'The system is being withdrawn while an application still calls with it.',
    'Unbind it first: its calls would be refused.',
  ),
  'localspine.changed_meanwhile': known(
    'What you are changing was changed since you read it.',
    'Somebody else was quicker, or a script reuses an old version.',
    'Read it again, look at what has changed, and repeat with the present version.',
  ),
  'localspine.request_state': known(
    'A request in this state cannot be changed in this way.',
    'It was decided or withdrawn already.',
    'Read it again: its history says who did what.',
  ),
  'localspine.request_unknown': known(
    'There is no such request.',
    'Another environment, or the environment was reset.',
    'List them: localspine directory requests.',
  ),
  'localspine.dns_approval': known(
    'The host name of this request has not been approved.',
    'An approver acts before the DNS approver has.',
    'Have the DNS approver act first.',
  ),
  'localspine.own_request': known(
    'Nobody decides on their own request.',
    'You sent it yourself; two people are needed.',
    'Have another approver act.',
  ),
  'localspine.not_your_request': known(
    'Only who sent a request changes or withdraws it.',
    'You are signed in as somebody else.',
    'Sign in as the sender, or decide on it as an approver.',
  ),
  'localspine.not_your_organisation': known(
    'You have no role at the organisation, nor at the maker of the product.',
    'The registration names an organisation you do not work for.',
    'Sign in with a role at the organisation that will use the product, or at its maker.',
  ),
  'localspine.duty_missing': known(
    'This needs a duty that you do not have.',
    'Endpoint administrators, approvers and DNS approvers are named one by one.',
    'An operator gives duties: localspine directory grant. Without one, send a request instead.',
  ),
  'localspine.duty_place': known(
    'The duty does not go with this organisation.',
    'An endpoint administrator is one for a maker; the other duties are national and have none.',
    'Give --maker with endpoint-administrator only.',
  ),
  'localspine.role_profile_taken': known(
    'The role profile belongs to somebody else.',
    'Its id was used for another person or organisation.',
    'Close that one and give a new one.',
  ),
  'localspine.role_profile_unknown': known(
    'There is no such role profile.',
    'It belongs to another person, or the page is old.',
    'Look at the person again.',
  ),
  'localspine.bad_change_number': known(
    'This is no change number.',
    'A text where a number belongs.',
    'Ask for ?after= the last number you have seen.',
  ),
  'localspine.bad_event': known(
    'A request was not told what should happen to it.',
    'A form without one of its buttons.',
    'Choose what to do with the request.',
  ),
  'localspine.bad_request': known(
    'The body is not what is expected here.',
    'A member is missing, misspelt or of another type; the message names it.',
    'Correct the member that is named; the message says what is wanted.',
  ),
  'localspine.closed': known(
    'The Care Identity Service is closed for maintenance, and endpoint registration with it.',
    'A maintenance slot is in force and enforced, or a fault rule asks for it.',
    'Try again after the slot, or clear the fault: localspine fault clear.',
  ),
  'localspine.not_found': known(
    'There is no such thing here, or you may not see it.',
    'A record of another organisation, an old link, or a path that does not exist.',
    'Begin at the start page; scripts: compare the path with the documentation.',
  ),
  'localspine.sign_in_cancelled': known('The sign-in was cancelled.', 'The person pressed cancel, or CIS2 refused them.', BEGIN_AGAIN),
  'localspine.sign_in_unknown': known(
    'This sign-in is not known to this browser, or took too long.',
    'Ten minutes went by, another browser finished it, or cookies are off.',
    BEGIN_AGAIN,
  ),
  'localspine.signed_out': known(
    'You are not signed in, or your session has ended.',
    'The session ended while the page stood open.',
    `${BEGIN_AGAIN} Then send the form again.`,
  ),
};
