import { type ErrorBook, type KnownError, known } from '../../kernel/knowledge.ts';
import type { TokenAnswer } from './answers/answer.ts';
import { TOKEN_ANSWERS } from './token-answers.ts';
import { TOKEN_CAUSES } from './token-causes.ts';

const R4_AND_STU3 = 'e-RS: 401 without a body on STU3 paths, an OperationOutcome on R4';

/** Errors of the gateway in front of the APIs, of registering applications, and of the doctor’s chain. */
const GATEWAY_ERRORS: ErrorBook = {
  'gateway.token.present': known(
    'The request carries no access token.',
    'The Authorization header is missing, or is not “Bearer” followed by a token; some HTTP clients drop it on redirects.',
    'Send Authorization: Bearer and the access token.',
    '401 Invalid access token',
    'oauth.v2.InvalidAccessToken',
    R4_AND_STU3,
  ),
  'gateway.token.known': known(
    'This environment never issued the token, or its log-on has ended.',
    'A token of another environment, an ID token sent as access token, or an application that was revoked.',
    'Ask this environment’s token endpoint for a token; localspine doctor examines one.',
    '401 Invalid Access Token',
    'keymanagement.service.invalid_access_token',
    R4_AND_STU3,
  ),
  'gateway.token.expired': known(
    'The access token has expired.',
    'Tokens live ten minutes of the environment’s time: moving its clock ends them. Some clients keep a token for longer than expires_in says.',
    'Ask for a new one, or refresh.',
    '401 Access Token expired',
    'keymanagement.service.access_token_expired',
    R4_AND_STU3,
  ),
  'gateway.product': known(
    'The token is not for the API that was called.',
    'The application subscribes to another product, or was subscribed after the token was issued.',
    'Subscribe the application to the product of this API and ask for a new token.',
    '401 Invalid API call as no apiproduct match found',
    'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound',
  ),
  'gateway.live': known(
    'The application is registered in production but not live.',
    'The road to production is not finished; while its smoke test is open it may read.',
    'Finish the path to live in the portal: the PROD form, the smoke test, and the confirmation by e-RS Partners.',
  ),
  'gateway.api-key': known(
    'The API key is missing, unknown, or of an application that is not active.',
    'The AppID was sent instead of the API key, or a key of another environment.',
    'Send the API key of an active application of this environment in the header apikey: localspine app show.',
    '401 Failed to resolve API Key variable request.header.apikey',
    '401 Invalid ApiKey',
  ),
  'gateway.quota': known(
    'The application has made more requests in this minute than its quota allows.',
    'A loop without a pause, a batch, or several testers with one application. Path-to-live limits are low on purpose.',
    'Wait for the next minute and back off. LOCALSPINE_QUOTA=off turns limits off for load tests.',
    '429',
    'policies.ratelimit.QuotaViolation',
  ),
  'gateway.spike-arrest': known(
    'Requests came faster than the minute’s rate, spread evenly, allows.',
    'Parallel calls. Spike arrest evens a minute out: 600 a minute is one in 100 ms.',
    'Spread the calls, and repeat after a short pause. LOCALSPINE_QUOTA=off turns limits off.',
    '429',
    'policies.ratelimit.SpikeArrestViolation',
  ),
  'gateway.method': known(
    'This method is not answered on this path of the token server.',
    'GET on the token endpoint, or POST on the authorisation endpoint.',
    'Use the method that Allow names.',
    '405',
  ),
  'gateway.mock-jwks': known(
    'The address does not hold a key set.',
    'What follows /mock-jwks/ is not BASE64URL of a JWKS.',
    'Put BASE64URL of {"keys":[…]} behind /mock-jwks/.',
    'mock-jwks.InvalidJwks',
  ),
  'gateway.callback.provider': known(
    'The identity provider refused the log-on, and said so to the application’s callback.',
    'The person pressed cancel, or has no assurance level or role that the log-on asked for.',
    'The error and its description are the provider’s own: look for its entry in the journal just before.',
  ),
  'application.approved': known(
    'The application is revoked.',
    'Somebody revoked it, in the portal or through the admin API.',
    'A revoked application gets no tokens; make a new one.',
  ),
  'application.api-key': known(
    'The application has no API key in force.',
    'Its last key was revoked.',
    'Make a new key: POST /_localspine/gateway/applications/{appId}/keys.',
  ),
  'application.key-set': known(
    'The application has no public key, so that its assertions cannot be checked.',
    'The JWKS was never uploaded, or was withdrawn.',
    'Upload a JWKS or give the address of one: PUT /_localspine/gateway/applications/{appId}/jwks.',
  ),
  'application.callback': known(
    'The application has no callback URL, so that nobody can sign in to it.',
    'It was registered for user-restricted access without one.',
    'Set it: PUT /_localspine/gateway/applications/{appId}/callback.',
  ),
  'application.product': known(
    'The application has no approved product, so that its tokens open no API.',
    'It was not subscribed, or an operator has yet to approve the subscription (in PROD).',
    'Subscribe it: POST /_localspine/gateway/applications/{appId}/products.',
  ),
  'application.asid': known(
    'The application is not bound to an ASID: e-RS refuses its calls with 403.',
    'Registering an application does not bind it: that is a step of its own, after the form.',
    'Bind one: PUT /_localspine/gateway/applications/{appId}/asid.',
    'ASID is not configured in the application',
  ),
  'localspine.application_unknown': known(
    'There is no such application.',
    'An API key or a name was given instead of the AppID, the application is of another environment, or its keys lie in another data folder.',
    'List them: localspine app list. An application exists in one environment only.',
  ),
  'localspine.application_revoked': known(
    'The application is revoked.',
    'A revoked application gets no new keys.',
    'Register a new application.',
  ),
  'localspine.application_has_asid': known(
    'The application is bound to an ASID already.',
    'One application has one ASID.',
    'Unbind it first: DELETE /_localspine/gateway/applications/{appId}/asid.',
  ),
  'localspine.asid_taken': known(
    'The ASID serves another application.',
    'ASIDs are not shared between applications of an environment.',
    'Request another, or unbind this one first.',
  ),
  'localspine.asid_unknown': known(
    'The directory has no accredited system with this ASID.',
    'A 200… number of the real Spine, or of another environment.',
    'Register the system first (endpoint registration), or let one be allocated.',
  ),
  'localspine.bad_asid': known('This is not an ASID.', 'A party key or a number of another length.', 'An ASID has 12 digits.'),
  'localspine.app_id_taken': known(
    'The AppID belongs to another application.',
    'A script registers with an AppID that was used before: by somebody else, past the portal, or with another name, owner, access mode or product.',
    'Register with a new AppID; change what is registered on its own page.',
  ),
  'localspine.bad_app_id': known('This cannot be an AppID.', 'A name or an API key was given.', 'An AppID is a UUID.'),
  'localspine.attribute_reserved': known(
    'The attribute cannot be set directly.',
    'It has a step of its own, such as binding an ASID.',
    'The message says which step.',
  ),
  'localspine.bad_callback_url': known(
    'This cannot be a callback URL.',
    'http on another host than localhost, a fragment, or a relative address.',
    'Give an absolute https URL without a fragment.',
  ),
  'localspine.callback_missing': known(
    'The product needs a callback URL.',
    'User-restricted access sends the browser back to one.',
    'Give callbackUrl.',
  ),
  'localspine.bad_jwks': known(
    'The key set was not registered.',
    'A private key among them, no kid, another kind of key than RSA, or the same kid twice.',
    'Register the public half only: kty RSA, n, e, kid, and if you like use "sig" and alg "RS512".',
  ),
  'localspine.bad_jwks_url': known(
    'This cannot be a JWKS URL.',
    'A relative address or another scheme.',
    'Give an absolute http or https URL.',
  ),
  'localspine.two_key_sources': known(
    'Both a key set and the address of one were given.',
    'An application has one source of keys.',
    'Give jwks or jwksUrl, not both.',
  ),
  'localspine.key_taken': known(
    'The API key belongs to another application.',
    'A key was chosen by hand that is used already.',
    'Draw another.',
  ),
  'localspine.one_api': known(
    'An application has one API.',
    'A second product was to be added.',
    'Register another application for another API or access mode.',
  ),
  'localspine.key_unknown': known(
    'The application has no such API key.',
    'The key belongs to another application or environment.',
    'See its keys: localspine app show.',
  ),
  'localspine.product_unknown': known(
    'The environment has no product of this name.',
    'A misspelt name, or a product of another environment: names end in the environment’s.',
    'The message lists the products there are.',
  ),
  'localspine.product_mode': known(
    'The product is for another access mode than the application.',
    'User-restricted and application-restricted access have products of their own.',
    'Choose one for the access mode of the application.',
  ),
  'localspine.product_unclear': known(
    'It must be said which product the application subscribes to.',
    'Several products fit its access mode.',
    'Give productName.',
  ),
  'localspine.subscription_unknown': known(
    'The application has not asked for this product.',
    'A subscription is approved that does not exist.',
    'Subscribe first, then approve.',
  ),
};

function ofTheTokenServer(): ErrorBook {
  const page = (check: string, answer: TokenAnswer): KnownError =>
    known(
      answer.why,
      TOKEN_CAUSES[check as keyof typeof TOKEN_ANSWERS],
      answer.fix,
      `${answer.status} ${answer.error}`,
      answer.description,
    );
  return Object.fromEntries(Object.entries(TOKEN_ANSWERS).map(([check, answer]) => [check, page(check, answer)]));
}

/** All errors of the gateway and of its token server (identity.md C). */
export const ALL_GATEWAY_ERRORS: ErrorBook = { ...GATEWAY_ERRORS, ...ofTheTokenServer() };
