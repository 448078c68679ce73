import { type ErrorBook, known } from '../../../kernel/knowledge.ts';

const FAILED = 'Failed To Validate';

/** Errors of the legacy Spine sign-on: card authentication, sessions, SAML role assertions (identity.md A.2 to A.6). */
export const SPINE_SIGN_ON_ERRORS: ErrorBook = {
  'spine-sign-on.input': known(
    'The log-on request is not what it should be.',
    'A parameter is missing or of another form, or the message is not the gpOBJECT that is wanted.',
    'Compare with the examples in docs/systems/spine-sign-on.md.',
    'Invalid input request',
  ),
  'spine-sign-on.challenge': known(
    'The challenge is not one of this environment, was answered before, or is too old.',
    'The two steps of a log-on went to different environments, or the answer was sent twice.',
    'Begin again with /login/authactivate and echo challenge and signature unchanged.',
    FAILED,
  ),
  'spine-sign-on.content': known(
    'The card signed something other than the challenge.',
    'The text of the challenge was signed, not the bytes it decodes to.',
    'Sign the 48 bytes that the challenge decodes to.',
    FAILED,
  ),
  'spine-sign-on.signature': known(
    'The signed message of the card is not good.',
    'A detached signature, two signers, or a signature with another key than the certificate’s.',
    'Send CMS SignedData: content inside, one RSA signer, one certificate.',
    FAILED,
  ),
  'spine-sign-on.card': known(
    'The certificate is not that of an active card of this user.',
    'The card was replaced, locked or revoked, or belongs to somebody else.',
    'Use the authentication key of an active card: localspine smartcard show.',
    FAILED,
  ),
  'spine-sign-on.user': known(
    'The user is not active in the directory.',
    'The person’s profile was closed.',
    'Make the person active again, or use another card.',
    FAILED,
    'Session state is invalid.',
  ),
  'spine-sign-on.ticket': known(
    'The environment has no session with this ticket.',
    'It has ended, belongs to another environment, or was cut: what follows # or stands for + is lost in an address that is not encoded.',
    'Sign on again; percent-encode the ticket (+ / = @ #) in addresses.',
    'Invalid session ID.',
  ),
  'spine-sign-on.role': known(
    'The role profile is not one of this user’s.',
    'A role of another person, or one that has ended.',
    'Choose one that the session lists.',
    'No privilege to perform this operation.',
  ),
  'spine-sign-on.property': known(
    'The property belongs to the session itself, or is too much to keep with it.',
    'A protected name, a long value, or too many properties.',
    'Use a name of your own and a short value.',
    'No privilege to perform this operation.',
  ),
  'spine-sign-on.privilege': known(
    'Only operators may do this to sessions.',
    'The session service was asked for something that ends or reads other people’s sessions.',
    'Operators do it through the admin API: /_localspine/identity/spine-sign-on/sessions.',
    'No privilege to perform this operation.',
  ),
  'spine-sign-on.method': known(
    'The session service has no such operation.',
    'A misspelt name, or an operation of the other service.',
    'The journal entry lists the operations there are.',
    'Unknown request method.',
  ),
  'spine-sign-on.listener': known(
    'The address cannot be told of the session’s events.',
    'No http or https address, or too many listeners.',
    'Give an http or https address with the port that listens.',
    'Session was not obtained.',
  ),
  'spine-sign-on.xml': known(
    'The request cannot be read.',
    'Broken XML, a document type declaration, or too large a message.',
    'Compare with the examples in docs/systems/spine-sign-on.md.',
    '400',
  ),
  'localspine.listener_address': known(
    'A listener is an http or https address.',
    'Another scheme, or more than 500 characters.',
    'Send {"url":"http://host:port/path"}.',
  ),
  'localspine.listener_unknown': known(
    'There is no such listener.',
    'It was removed, or the address differs by a character.',
    'List them: GET /_localspine/identity/spine-sign-on/listeners.',
  ),
};
