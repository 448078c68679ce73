import { type ErrorBook, known } from '../../kernel/knowledge.ts';
import { CARD_ERRORS } from './cards/known-errors.ts';
import { SPINE_SIGN_ON_ERRORS } from './spine-sign-on/known-errors.ts';

const AGAIN = 'Begin the log-on again at the authorisation endpoint.';

/** Errors of CIS2, the simulated log-on and NHS login (identity.md B). */
const SIGN_IN_ERRORS: ErrorBook = {
  'identity.interaction': known(
    'The sign-in is unknown, finished, or older than ten minutes.',
    'A page was left open, the back button was used, or a script posts to an old form action.',
    AGAIN,
    'session_expired',
  ),
  'identity.browser': known(
    'The sign-in was begun in another browser, or another site’s page meddles with it.',
    'Cookies are switched off or not kept between the steps of a script.',
    'Keep one cookie jar from the authorisation address to the callback.',
    '403 access_denied',
  ),
  'identity.sign-in.person': known(
    'The person at the sign-in page cannot sign in.',
    'An unknown user id, a closed profile, or nothing was chosen.',
    'docs/systems/directory.md names people to sign in as.',
  ),
  'identity.sign-in.method': known(
    'The way of signing in was refused.',
    'The person has no card or device of that kind, a wrong passcode, or an assurance level that the client does not accept.',
    'Choose another way at the page; localspine smartcard list shows cards and passcode states.',
  ),
  'identity.sign-in.role': known(
    'No role, or one the person does not have, was chosen.',
    'A role profile id of another person or environment.',
    'Choose one of the roles on the page.',
  ),
  'identity.session': known(
    'Signing in without asking (prompt=none) is not possible.',
    'There is no session in this browser, it is too old, at another level, or a role has to be chosen.',
    'Send the browser again without prompt=none.',
    'login_required',
    'interaction_required',
  ),
  'identity.client': known(
    'No such relying party is registered here.',
    'client_id is missing or misspelt, or the client was registered in another environment: a client exists in one only.',
    'Register it: localspine cis2 register. Applications of the API platform sign in through /oauth2/authorize instead.',
    'invalid_client',
    'Client authentication failed',
  ),
  'identity.redirect-uri': known(
    'The redirect URI is not one that is registered, or not that of the authorisation request.',
    'A slash at the end, http instead of https, another port, or another order of query parameters: it is compared character by character.',
    'Send a registered redirect URI exactly, or register this one.',
    'redirect_uri_mismatch',
    'The redirection URI provided does not match a pre-registered value.',
  ),
  'identity.request': known(
    'The authorisation request is not as it should be.',
    'A parameter is missing, given twice or out of range: response_type, scope, code_challenge, prompt, max_age.',
    'The description names the parameter; compare with docs/systems/identity.md.',
    'invalid_request',
  ),
  'identity.request-object': known(
    'Request objects are not served.',
    'The library sends request or request_uri (JAR, PAR).',
    'Send the parameters themselves.',
    'request_not_supported',
    'request_uri_not_supported',
  ),
  'identity.response-type': known(
    'Only the authorisation code flow is served.',
    'The library is set to an implicit or hybrid flow.',
    'Send response_type=code.',
    'unsupported_response_type',
  ),
  'identity.scope': known(
    'The client may not ask for this scope.',
    'openid is missing, or a scope that was not registered for the client.',
    'Ask for openid and the scopes of the registration: localspine cis2 show.',
    'invalid_scope',
  ),
  'identity.content-type': known(
    'The token endpoint takes forms only.',
    'JSON was posted.',
    'Send Content-Type: application/x-www-form-urlencoded.',
    'invalid_request',
    'Invalid Content Type',
  ),
  'identity.grant-type': known(
    'This grant is not open to the client.',
    'client_credentials at CIS2, or refresh_token without having registered for it.',
    'Send grant_type=authorization_code; register refresh_token in grant_types if you need it.',
    'unsupported_grant_type',
  ),
  'identity.grant': known(
    'The code or refresh token cannot be redeemed.',
    'It was used before, is too old, was made for another client or redirect URI, or the PKCE verifier does not fit.',
    'Begin the log-on again, and redeem each code once.',
    '400 invalid_grant',
    'The provided access grant is invalid, expired, or revoked.',
  ),
  'identity.client-authentication': known(
    'The client did not show who it is.',
    'A wrong secret, the secret sent in another way than registered, or an assertion with another aud, kid or key.',
    'Authenticate as registered: client_secret_post, client_secret_basic, or private_key_jwt with aud = the token endpoint.',
    '401 invalid_client',
  ),
  'identity.access-token': known(
    'The access token opens nothing here.',
    'A token of the API platform sent to the identity provider (or the other way round), of another environment, or expired.',
    'Send the access token of this provider’s own token endpoint: Authorization: Bearer ….',
    '401 invalid_token',
  ),
  'identity.id-token-hint': known(
    'id_token_hint is not an ID token of this provider.',
    'An access token, a token of another environment, or one that was changed.',
    'Send the ID token of the log-on, unchanged; it may have expired.',
  ),
  'identity.post-logout-redirect-uri': known(
    'The address to go to after signing out is not registered.',
    'It was never given, or differs by a character.',
    'Register it in post_logout_redirect_uris.',
  ),
  'identity.code': known(
    'The code of NHS login cannot be redeemed.',
    'It is unknown, used, older than two minutes, or was made for another client or redirect URI.',
    AGAIN,
    'invalid_grant',
    'Code not valid',
  ),
  'identity.nhs-login.invalid-client': known(
    'Client id or secret of NHS login is not right.',
    'Credentials of another environment, or of CIS2.',
    'See the documentation of NHS login’s credentials: docs/systems/identity.md.',
    '401 invalid_client',
  ),
  'identity.nhs-login.unsupported-grant-type': known(
    'NHS login’s token endpoint redeems codes only.',
    'Another grant_type was sent.',
    'Send grant_type=authorization_code.',
    '400 unsupported_grant_type',
  ),
  'identity.nhs-login.invalid-grant': known(
    'The code of NHS login cannot be redeemed.',
    'It was used before, is older than two minutes, or was made for another redirect URI.',
    AGAIN,
    '400 invalid_grant',
    'Code not valid',
  ),
  'identity.care-id': known('The sign-in to Care Identity Management was cancelled.', 'Cancel was pressed at CIS2.', 'Sign in again.'),
  'localspine.bad_client': known(
    'The registration of a relying party is not as it should be.',
    'A member is missing or out of range: redirect URIs, authentication method, key set.',
    'The message names the member; docs/systems/identity.md has an example.',
  ),
  'localspine.client_unknown': known(
    'No such relying party is registered in this environment.',
    'It was registered in another environment, or removed.',
    'List them: localspine cis2 list.',
  ),
  'localspine.no_secret': known(
    'A client with private_key_jwt has no secret to renew.',
    'The wrong client was named.',
    'Change its key set instead.',
  ),
  'localspine.stale_hash': known(
    'The registration was changed since you read it.',
    'Somebody else was quicker.',
    'Read it again and send its hash: PUT …?hash=.',
  ),
  'localspine.session_unknown': known(
    'There is no such session.',
    'It ended by itself, or was ended.',
    'List them: localspine cis2 sessions.',
  ),
  'localspine.rotation_order': known(
    'Signing keys are changed in steps, and this is not the next one.',
    'A new key must be published before it signs, and the old one stays until nobody needs it.',
    'Take the step that the message names first.',
  ),
  'localspine.rotation_unknown': known(
    'There is no such step of a key rotation.',
    'A misspelt step or provider.',
    'The message lists them.',
  ),
};

/** All errors of identity. */
export const IDENTITY_ERRORS: ErrorBook = { ...SIGN_IN_ERRORS, ...CARD_ERRORS, ...SPINE_SIGN_ON_ERRORS };
