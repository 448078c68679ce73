/** What the token server answers when a check fails, and what it tells the developer in the journal. */
export interface TokenAnswer {
  readonly status: number;
  readonly error: string;
  /** Sent to the client, letter by letter (apim-token-errors catalogue). */
  readonly description: string;
  readonly why: string;
  readonly fix: string;
}

function answer(status: number, error: string, description: string, why: string, fix: string): TokenAnswer {
  return { status, error, description, why, fix };
}

const NO_SCOPE = 'you have tried to request authorization but your application is not configured to use this authorization grant type';
const USERINFO_ONLY_COMBINED =
  'The Userinfo endpoint is only supported for Combined Auth integrations. Currently this is only for NHS CIS2 authentications - for more guidance see https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/user-restricted-restful-apis-nhs-cis2-combined-authentication-and-authorisation';
const FORM_FIX = 'Post a form: grant_type and the members of that grant, as the API platform documents them.';
const KEY_FIX = 'Take API key and secret from the application (localspine app show); a rotated key has its own secret.';
const SIGN_FIX = 'Sign the assertion with RS512: header alg, typ, kid; claims iss = sub = API key, aud = this token URL, jti, exp.';
const EXP_FIX = 'Set exp to the present time in seconds plus at most 300, from a watch that is right.';
const SUBJECT_FIX = 'Send the ID token exactly as the identity provider of this token server issued it.';
const LOG_ON_FIX = 'Start the log-on again at /authorize.';

/** Checks before and around the flows: media type, dispatch, paths. */
const DISPATCH = {
  'gateway.content-type': answer(415, 'invalid_request', 'Content-Type header must be application/x-www-form-urlencoded', 'The body is not declared as a form.', 'Send Content-Type: application/x-www-form-urlencoded.'),
  'gateway.token-exchange.grant-type': answer(400, 'invalid_request', 'grant_type is invalid', 'subject_token_type asks for a token exchange, but grant_type does not say so.', 'Send grant_type=urn:ietf:params:oauth:grant-type:token-exchange.'),
  'gateway.subject-token-type': answer(400, 'invalid_request', "missing or invalid subject_token_type - must be 'urn:ietf:params:oauth:token-type:id_token'", 'A token exchange needs to say that the subject token is an ID token.', 'Send subject_token_type=urn:ietf:params:oauth:token-type:id_token.'),
  'gateway.grant-type.missing': answer(400, 'invalid_request', 'grant_type is missing', 'The form has no grant_type.', FORM_FIX),
  'gateway.grant-type': answer(400, 'unsupported_grant_type', 'grant_type is invalid', 'The platform does not know this grant_type.', FORM_FIX),
  'gateway.body-size': answer(413, 'invalid_request', 'Request body is too large', 'The body is longer than 64 KB.', FORM_FIX),
  'gateway.body': answer(400, 'invalid_request', 'Request body could not be read', 'The body could not be read.', FORM_FIX),
  'gateway.path': answer(404, 'invalid_request', 'Not Found', 'The token server has nothing under this path.', 'Its paths are /authorize, /callback, /token, /userinfo, /backchannel_logout, /_ping and /_status.'),
  'gateway.host': answer(404, 'invalid_request', 'Not Found', 'The request came under a host name or port that is not a secure address of this environment, so no token URL can be derived from it.', 'Call the HTTPS address that "localspine env show" prints.'),
  'gateway.rate': answer(429, 'too_many_requests', 'The application has made too many requests to the token server', 'An application may make 300 requests a minute to a token server.', 'Keep the access token until it expires instead of asking for a new one for each call.'),
  'gateway.status-key': answer(401, 'Access Denied', 'Invalid api key for _status monitoring endpoint', 'The header apikey is missing or wrong.', 'Monitoring has a key of its own, shown in the documentation of the gateway; _ping needs none.'),
} as const;

/** Signed client assertion, in order (client_credentials and token_exchange). */
const CLIENT_ASSERTION = {
  'gateway.client-assertion.type': answer(400, 'invalid_request', "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'", 'client_assertion_type is missing or wrong.', 'Send client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.'),
  'gateway.client-assertion.present': answer(400, 'invalid_request', 'Missing client_assertion', 'The form has no client_assertion.', SIGN_FIX),
  'gateway.client-assertion.jwt': answer(400, 'invalid_request', 'Malformed JWT in client_assertion', 'client_assertion is not three base64url parts holding JSON.', SIGN_FIX),
  'gateway.client-assertion.alg': answer(400, 'invalid_request', "Invalid 'alg' header in client_assertion JWT - unsupported JWT algorithm - must be 'RS512'", 'The assertion is not signed with RS512.', SIGN_FIX),
  'gateway.client-assertion.expired': answer(400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - JWT has expired", 'The assertion has expired.', EXP_FIX),
  'gateway.client-assertion.kid-present': answer(400, 'invalid_request', "Missing 'kid' header in client_assertion JWT", 'The assertion does not say which key signed it.', 'Put the kid of the registered public key into the header.'),
  'gateway.client-assertion.typ': answer(400, 'invalid_request', "Invalid 'typ' header in client_assertion JWT - must be 'JWT'", 'The header typ is missing or not JWT.', 'Put "typ":"JWT" into the header.'),
  'gateway.client-assertion.exp-present': answer(400, 'invalid_request', "Missing 'exp' claim in client_assertion JWT", 'The assertion has no exp.', EXP_FIX),
  'gateway.client-assertion.exp-number': answer(400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - must be an integer", 'exp is not a JSON number.', EXP_FIX),
  'gateway.client-assertion.iss-sub': answer(400, 'invalid_request', "Missing or non-matching 'iss'/'sub' claims in client_assertion JWT", 'iss and sub are not the same API key.', 'Set both iss and sub to the API key of the application.'),
  'gateway.client-assertion.jti-present': answer(400, 'invalid_request', "Missing 'jti' claim in client_assertion JWT", 'The assertion has no jti.', 'Put a new UUID into jti for every assertion.'),
  'gateway.client-assertion.jti-text': answer(400, 'invalid_request', "Invalid 'jti' claim in client_assertion JWT - must be a unique string value such as a GUID", 'jti is not a string.', 'Put a new UUID into jti for every assertion.'),
  'gateway.client-assertion.jti-unique': answer(400, 'invalid_request', "Non-unique 'jti' claim in client_assertion JWT", 'This jti was used before; even a failed attempt spends it, for 30 days.', 'Make a new assertion, with a new jti, for every attempt.'),
  'gateway.client-assertion.exp-far': answer(400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - more than 5 minutes in future", 'exp is more than five minutes ahead.', EXP_FIX),
  'gateway.client-assertion.client': answer(401, 'invalid_request', "Invalid 'iss'/'sub' claims in client_assertion JWT", 'No active application of this environment has this API key.', 'Use the API key of an application registered in this environment: keys of other environments are refused.'),
  'gateway.client-assertion.jwks': answer(403, 'public_key error', 'You need to register a public key to use this authentication method - please contact support to configure', 'The application has no public key registered.', 'Register a JWKS: PUT /_localspine/gateway/applications/{appId}/jwks.'),
  'gateway.client-assertion.jwks-fetch': answer(403, 'public_key error', "The JWKS endpoint, for your client_assertion can't be reached", 'The JWKS URL of the application could not be read.', 'Make the URL answer 200 with a JWKS over http or https, within 5 seconds and 64 KB, without redirect.'),
  'gateway.client-assertion.kid': answer(401, 'invalid_request', "Invalid 'kid' header in client_assertion JWT - no matching public key", 'The kid is not in the registered JWKS.', 'Register the public key under this kid, or sign with a registered one. A JWKS read from a URL is kept for an hour: DELETE /_localspine/gateway/applications/{appId}/jwks-cache forgets it.'),
  'gateway.client-assertion.aud': answer(401, 'invalid_request', "Missing or invalid 'aud' claim in client_assertion JWT", 'aud is not the URL of the token endpoint that was called.', 'Set aud to exactly the URL you post to.'),
  'gateway.client-assertion.signature': answer(401, 'public_key error', 'JWT signature verification failed', 'The signature does not fit the registered public key.', 'Sign with the private key of the kid in the header. If the key was swapped under the same kid, the old one is remembered for up to an hour.'),
  'gateway.scope.app': answer(401, 'unauthorized_client', NO_SCOPE, 'No product the application subscribes to has a scope for application-restricted access.', 'Subscribe the application to an application-restricted product.'),
} as const;

/** ID token of a separate log-on, in order (token_exchange). */
const SUBJECT_TOKEN = {
  'gateway.subject-token.present': answer(400, 'invalid_request', 'Missing subject_token', 'The form has no subject_token.', SUBJECT_FIX),
  'gateway.subject-token.jwt': answer(400, 'invalid_request', 'Malformed JWT in subject_token', 'subject_token is not three base64url parts holding JSON.', SUBJECT_FIX),
  'gateway.subject-token.kid-present': answer(400, 'invalid_request', "Missing 'kid' header in subject_token JWT", 'The ID token does not say which key signed it.', SUBJECT_FIX),
  'gateway.subject-token.typ': answer(400, 'invalid_request', "Invalid 'typ' header in subject_token JWT - must be 'JWT'", 'The header typ is missing or not JWT.', SUBJECT_FIX),
  'gateway.subject-token.alg': answer(400, 'invalid_request', "Missing 'alg' header in subject_token JWT", 'The ID token does not name its algorithm.', SUBJECT_FIX),
  'gateway.subject-token.exp-present': answer(400, 'invalid_request', "Missing 'exp' claim in subject_token JWT", 'The ID token has no exp.', SUBJECT_FIX),
  'gateway.subject-token.exp-number': answer(400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - must be an integer", 'exp of the ID token is not a number.', SUBJECT_FIX),
  'gateway.subject-token.expired': answer(400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - JWT has expired", 'The ID token has expired (it lives for an hour).', 'Sign the user in again.'),
  'gateway.subject-token.iss-present': answer(400, 'invalid_request', "Missing 'iss' claim in subject_token JWT", 'The ID token has no iss.', SUBJECT_FIX),
  'gateway.subject-token.aud-present': answer(401, 'invalid_request', "Missing 'aud' claim in subject_token JWT", 'The ID token has no aud.', SUBJECT_FIX),
  'gateway.act-sub.jwt': answer(400, 'invalid_request', 'act.sub JWT is corrupt or unparseable', 'act.sub of a delegation is not a JWT.', SUBJECT_FIX),
  'gateway.act-sub.kid-present': answer(400, 'invalid_request', "Missing 'kid' header in act.sub JWT", 'The token in act.sub has no kid.', SUBJECT_FIX),
  'gateway.act-sub.typ': answer(400, 'invalid_request', "Missing 'typ' header in act.sub JWT", 'The token in act.sub has no typ.', SUBJECT_FIX),
  'gateway.act-sub.alg': answer(400, 'invalid_request', "Missing 'alg' header in act.sub JWT", 'The token in act.sub has no alg.', SUBJECT_FIX),
  'gateway.act-sub.exp-present': answer(400, 'invalid_request', "Missing 'exp' claim in act.sub JWT", 'The token in act.sub has no exp.', SUBJECT_FIX),
  'gateway.act-sub.exp-number': answer(400, 'invalid_request', "Invalid 'exp' claim in act.sub JWT - must be an integer", 'exp of the token in act.sub is not a number.', SUBJECT_FIX),
  'gateway.act-sub.iss-present': answer(400, 'invalid_request', "Missing 'iss' claim in act.sub JWT", 'The token in act.sub has no iss.', SUBJECT_FIX),
  'gateway.act-sub.aud-present': answer(400, 'invalid_request', "Missing 'aud' claim in act.sub JWT", 'The token in act.sub has no aud.', SUBJECT_FIX),
  'gateway.act-sub.nhs-number-present': answer(400, 'invalid_request', "Missing 'nhs_number' claim in act.sub JWT", 'The token in act.sub has no nhs_number.', SUBJECT_FIX),
  'gateway.subject-token.iss': answer(400, 'invalid_request', "Missing or non-matching 'iss' claim in subject_token JWT", 'The ID token comes from another issuer than the identity provider of this token server.', '/oauth2 takes ID tokens of CIS2, /oauth2-mock those of the simulated log-on.'),
  'gateway.subject-token.kid': answer(401, 'invalid_request', "Invalid 'kid' header in subject_token JWT - no matching public key", 'The issuer has no key of this kid.', SUBJECT_FIX),
  'gateway.subject-token.signature': answer(401, 'public_key error', 'JWT signature verification failed', 'The signature of the ID token is not the issuer’s.', SUBJECT_FIX),
  'gateway.scope.user': answer(401, 'unauthorized_client', NO_SCOPE, 'No product the application subscribes to has a scope for the assurance level of this log-on.', 'Subscribe the application to a user-restricted product, and sign in at a level it accepts.'),
} as const;

/** Browser log-on, in order (/authorize, /callback). */
const LOG_ON = {
  'gateway.authorize.client-id-present': answer(401, 'invalid_request', 'client_id is missing', 'client_id is missing.', KEY_FIX),
  'gateway.authorize.client-id': answer(401, 'invalid_request', 'client_id is invalid', 'No application of this environment has this API key.', KEY_FIX),
  'gateway.authorize.application': answer(401, 'access_denied', 'The developer app associated with the API key is not approved or revoked', 'The application or this API key is revoked.', 'Use an active key, or register a new application.'),
  'gateway.authorize.product': answer(401, 'access_denied', 'API Key supplied does not have access to this resource. Please check the API Key you are using belongs to an app which has sufficient access to access this resource.', 'The application subscribes to no approved product.', 'Subscribe it to a product; in production an operator approves the subscription.'),
  'gateway.authorize.redirect-uri-present': answer(400, 'invalid_request', 'redirect_uri is missing', 'redirect_uri is missing.', 'Send the registered callback URL as redirect_uri.'),
  'gateway.authorize.redirect-uri': answer(400, 'invalid_request', 'redirect_uri is invalid', 'redirect_uri is not the registered callback URL, character by character.', 'Send exactly the registered callback URL, or register this one.'),
  'gateway.authorize.state': answer(302, 'invalid_request', 'state is missing', 'state is missing.', 'Send a fresh random state with every log-on.'),
  'gateway.authorize.response-type-present': answer(302, 'invalid_request', 'response_type is missing', 'response_type is missing.', 'Send response_type=code.'),
  'gateway.authorize.response-type': answer(302, 'unsupported_response_type', 'response_type is invalid', 'Only the authorization code flow is served.', 'Send response_type=code.'),
  'gateway.authorize.nhs-login': answer(501, 'not_implemented', 'NHS login is not available in this environment', 'scope=nhs-login asks for NHS login, which LocalSpine does not simulate.', 'Leave scope out to sign in health and care staff.'),
  'gateway.callback.state': answer(400, 'invalid_request', 'Invalid state parameter.', 'The state is unknown, was used before or is too old.', LOG_ON_FIX),
  'gateway.callback.aud': answer(400, 'invalid_request', "Invalid 'aud' claim in external ID token JWT", 'The ID token was issued for another client than the platform.', LOG_ON_FIX),
  'gateway.callback.iss': answer(400, 'invalid_request', 'Invalid iss claim in external ID token JWT', 'The ID token comes from another issuer.', LOG_ON_FIX),
  'gateway.callback.kid': answer(401, 'invalid_request', "Invalid 'kid' header in external ID token JWT - no matching public key", 'The issuer has no key of the ID token’s kid.', LOG_ON_FIX),
  'gateway.callback.id-token': answer(400, 'invalid_request', 'Malformed JWT in External ID token', 'The identity provider gave no readable ID token for this code.', LOG_ON_FIX),
  'gateway.callback.signature': answer(401, 'public_key error', 'JWT signature verification failed', 'The signature of the ID token is not the issuer’s.', LOG_ON_FIX),
} as const;

/** Client by secret, code and refresh token, in order (authorization_code, refresh_token), and what follows a log-on. */
const LOGGED_ON = {
  'gateway.client-id.present': answer(401, 'invalid_request', 'client_id is missing', 'client_id is missing.', KEY_FIX),
  'gateway.client-id': answer(401, 'invalid_client', 'client_id or client_secret is invalid', 'No active application of this environment has this API key.', KEY_FIX),
  'gateway.client-secret.present': answer(401, 'invalid_request', 'client_secret is missing', 'client_secret is missing.', KEY_FIX),
  'gateway.client-secret': answer(401, 'invalid_client', 'client_id or client_secret is invalid', 'client_secret is not the secret of this API key.', KEY_FIX),
  'gateway.redirect-uri.present': answer(400, 'invalid_request', 'redirect_uri is missing', 'redirect_uri is missing.', 'Send the callback URL that was used at /authorize.'),
  'gateway.redirect-uri': answer(400, 'invalid_request', 'redirect_uri is invalid', 'redirect_uri is not the registered callback URL, character by character.', 'Send the callback URL that was used at /authorize.'),
  'gateway.code.present': answer(400, 'invalid_request', 'authorization_code is missing', 'The form has no code.', 'Send the code that came to the callback.'),
  'gateway.code': answer(400, 'invalid_grant', 'authorization_code is invalid', 'The code is unknown, was used before, is older than five minutes or belongs to another application.', LOG_ON_FIX),
  'gateway.refresh-token.present': answer(400, 'invalid_request', 'refresh_token is missing', 'The form has no refresh_token.', 'Send the newest refresh token of the log-on.'),
  'gateway.refresh-token': answer(401, 'invalid_grant', 'refresh_token is invalid', 'The refresh token is unknown or was used before: each works once and is replaced.', 'Keep the refresh token of the latest answer; else sign in again.'),
  'gateway.refresh-token.age': answer(401, 'invalid_grant', 'refresh token refresh period has expired', 'The log-on is too old to be refreshed (12 hours).', 'Sign in again.'),
  'gateway.userinfo.combined': answer(400, 'invalid_request', USERINFO_ONLY_COMBINED, 'The token does not come from a combined CIS2 log-on.', 'Ask the identity provider’s own userinfo endpoint instead.'),
  'gateway.logout.jwt': answer(400, 'invalid_request', 'Malformed JWT in logout_token', 'logout_token is missing or unreadable.', 'Only the identity provider calls this.'),
  'gateway.logout.aud': answer(400, 'invalid_request', 'Missing/invalid aud claim in JWT', 'aud is not the platform’s client id.', 'Only the identity provider calls this.'),
  'gateway.logout.iss': answer(400, 'invalid_request', 'Missing/invalid iss claim in JWT', 'iss is not the identity provider of this token server.', 'Only the identity provider calls this.'),
  'gateway.logout.sid-present': answer(400, 'invalid_request', 'Missing sid claim in JWT', 'The logout token has no sid.', 'Only the identity provider calls this.'),
  'gateway.logout.events': answer(400, 'invalid_request', 'Missing/invalid events claim in JWT', 'events does not name a back-channel logout.', 'Only the identity provider calls this.'),
  'gateway.logout.nonce': answer(400, 'invalid_request', 'Prohibited nonce claim in JWT', 'A logout token must not have a nonce.', 'Only the identity provider calls this.'),
  'gateway.logout.signature': answer(400, 'bad_request', 'Unable to verify JWT', 'The signature is not the identity provider’s.', 'Only the identity provider calls this.'),
  'gateway.logout.sid': answer(501, 'not_implemented', 'SID not found', 'No log-on of this token server belongs to that session.', 'Nothing to do: the session had no tokens.'),
} as const;

/** The whole error catalogue of the token server by name of check (identity.md C.1–C.9). */
export const TOKEN_ANSWERS = { ...DISPATCH, ...CLIENT_ASSERTION, ...SUBJECT_TOKEN, ...LOG_ON, ...LOGGED_ON } as const satisfies Readonly<Record<string, TokenAnswer>>;

export type TokenCheck = keyof typeof TOKEN_ANSWERS;
