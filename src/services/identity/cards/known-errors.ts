import { type ErrorBook, known } from '../../../kernel/knowledge.ts';

/** Errors of the registration authority: people, cards, passcodes, positions (identity.md A; docs/systems/smartcards.md). */
export const CARD_ERRORS: ErrorBook = {
  'localspine.action_unknown': known(
    'This is not something that can be done here.',
    'A misspelt action.',
    'The message lists those there are.',
  ),
  'localspine.bad_body': known(
    'The body is not as it should be.',
    'A member is missing, misspelt or of another type.',
    'The message names it; docs/systems/smartcards.md lists the members.',
  ),
  'localspine.card_unknown': known(
    'There is no such card.',
    'A card of another environment, or a misspelt number.',
    'List them: localspine smartcard list.',
  ),
  'localspine.card_kind': known('A card is a smartcard or virtual.', 'Another kind was named.', 'Send smartcard or virtual.'),
  'localspine.card_state': known(
    'In its present state that cannot be done to the card.',
    'It is locked, expired, revoked or not issued yet.',
    'docs/systems/smartcards.md has the table of what can be done when; localspine smartcard show tells the state.',
  ),
  'localspine.card_expired': known(
    'The card has expired.',
    'Cards last two years; the environment’s clock may have been moved on.',
    'Have the registration authority renew it: localspine smartcard renew.',
  ),
  'localspine.card_held': known(
    'The person has a card of this kind already.',
    'A second one is not given out.',
    'Unlock, repair or renew it, or revoke it first.',
  ),
  'localspine.card_locked': known(
    'The card is locked.',
    'Too many wrong passcodes, or somebody locked it.',
    'Unlock it: localspine smartcard unlock.',
  ),
  'localspine.card_unusable': known(
    'A reader cannot use the card.',
    'It is locked, expired or revoked.',
    'See what to do: localspine smartcard show.',
  ),
  'localspine.identity_not_checked': known(
    'A card needs identity assurance level 3.',
    'The person’s identity was checked less well.',
    'Check the person’s identity documents first.',
  ),
  'localspine.not_permitted': known(
    'Your role does not allow this, or not for yourself.',
    'A registration authority agent changes their own card or position, or a user somebody else’s.',
    'Ask a colleague, or sign in with a role that may: docs/systems/smartcards.md lists who may do what.',
  ),
  'localspine.not_registration_authority': known(
    'The role has no part in the registration authority.',
    'Signed in with a clinical or clerical role.',
    'Choose another role, or use self-service.',
  ),
  'localspine.other_organisation': known(
    'Your role does not reach this organisation.',
    'Positions are given by the registration authority of the organisation or of the one above it.',
    'Sign in with a role there.',
  ),
  'localspine.organisation_unknown': known(
    'The organisation does not exist or is closed.',
    'A misspelt ODS code, or an organisation of another data set.',
    'Enter the ODS code of an organisation that is open.',
    'Invalid ODS Code: could not resolve',
  ),
  'localspine.page_unknown': known(
    'There is no such page.',
    'An old link or a misspelt address.',
    'Begin at the start page of Care Identity Management.',
  ),
  'localspine.passcode_missing': known(
    'A passcode is needed.',
    'The field was left empty; or the command runs where nobody can type it.',
    'Enter it; scripts add --passcode or --passcode-file.',
  ),
  'localspine.passcode_form': known('A passcode has 4 to 8 digits.', 'Letters, or too few or too many digits.', 'Choose another.'),
  'localspine.passcode_same': known(
    'The new passcode is the present one.',
    'Nothing was changed in the form.',
    'Choose one that you do not have now.',
  ),
  'localspine.passcode_differs': known('The two passcodes are not the same.', 'A slip of the fingers.', 'Type it twice again.'),
  'localspine.passcode_wrong': known(
    'The passcode is wrong, or the card is not in use.',
    'A passcode of another card; each failure counts, and the third locks the card.',
    'Try the right one, or have the card unlocked: localspine smartcard unlock.',
  ),
  'localspine.person_unknown': known(
    'There is no such person, or they are not active.',
    'A user id of another environment, or a closed profile.',
    'Find them by name: localspine smartcard list.',
  ),
  'localspine.person_closed': known(
    'The person’s profile is closed.',
    'They left; cards and positions are given to open profiles only.',
    'Reopen it first.',
  ),
  'localspine.person_duplicate': known(
    'Somebody of that name and date of birth is registered already.',
    'The person has a user id from before.',
    'Look at that person first; if it is somebody else, say so.',
  ),
  'localspine.person_state': known('The profile is in that state already.', 'Closed twice, or reopened twice.', 'Nothing to do.'),
  'localspine.person_wrong': known(
    'Details of the person are not as they should be.',
    'A missing name, an impossible date of birth, or a member that is not known.',
    'The message names the field; docs/systems/smartcards.md lists them.',
  ),
  'localspine.position_unknown': known(
    'There is no such position.',
    'A role profile id of another environment.',
    'localspine smartcard show lists a person’s positions.',
  ),
  'localspine.position_state': known(
    'In its present state that cannot be done to the position.',
    'It was decided or ended before.',
    'Look at it again.',
  ),
  'localspine.position_wrong': known(
    'The position is not as it should be.',
    'An unknown job role, a date that lies before the other, or a member that is not known.',
    'The message names the field.',
  ),
  'localspine.reason_missing': known('This needs a reason.', 'The field was left empty.', 'Say why.'),
};
