/** What a client may ask at the authorisation endpoint (identity.md B.3). Pure. */
import { ReturnRefusal, SignInRefusal } from '../errors.ts';
import { chooseAcr } from '../methods.ts';
import { type AuthorizationRequest, type CodeChallenge, hasScope } from '../model.ts';

/** Parameters as they came; one that was repeated is not among them. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** A client as far as this endpoint must know it. */
export interface AuthorizingClient {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly scopes: readonly string[];
}

/** A request that is in order, with what decides whether the person is asked again. */
export interface CheckedRequest {
  readonly request: AuthorizationRequest;
  readonly prompt: 'login' | 'none' | undefined;
  /** Seconds; undefined when any age of the session will do. */
  readonly maxAge: number | undefined;
}

const LONGEST = 2_000;

/**
 * Client and redirect URI: faults that must not lead the browser anywhere.
 *
 * @throws SignInRefusal shown as a page
 */
export function checkReturnAddress(
  parameters: Parameters,
  client: AuthorizingClient | undefined,
): { client: AuthorizingClient; redirectUri: string } {
  const clientId = parameters['client_id'] ?? '';
  if (client === undefined)
    throw new SignInRefusal('invalid_client', 'Client authentication failed', {
      check: 'identity.client',
      why: clientId === '' ? 'client_id is missing.' : `No client "${clientId.slice(0, 60)}" is registered in this environment.`,
      fix: 'Register the relying party: localspine cis2 register. A client exists in one environment only.',
    });
  const redirectUri = parameters['redirect_uri'];
  if (redirectUri === undefined || !client.redirectUris.includes(redirectUri))
    throw new SignInRefusal('redirect_uri_mismatch', 'The redirection URI provided does not match a pre-registered value.', {
      check: 'identity.redirect-uri',
      why: `redirect_uri is "${(redirectUri ?? '').slice(0, 200)}"; registered is ${client.redirectUris.join(', ')}.`,
      fix: 'Send a registered redirect URI, character by character, or register this one.',
    });
  return { client, redirectUri };
}

/**
 * Everything else; faults go back to the client by redirect.
 *
 * @throws ReturnRefusal
 */
export function checkRequest(parameters: Parameters, client: AuthorizingClient, redirectUri: string): CheckedRequest {
  const { state, nonce } = parameters;
  const scope = parameters['scope'] ?? '';
  const long = Object.keys(parameters).find((name) => (parameters[name] ?? '').length > LONGEST);
  if (long !== undefined) throw badRequest(`${long} is longer than ${LONGEST} characters.`);
  if (parameters['request'] !== undefined)
    throw new ReturnRefusal(
      'request_not_supported',
      'Request object is not supported.',
      explain('identity.request-object', 'request was sent.', 'Send the parameters themselves.'),
    );
  if (parameters['request_uri'] !== undefined)
    throw new ReturnRefusal(
      'request_uri_not_supported',
      'Request URI is not supported.',
      explain('identity.request-object', 'request_uri was sent.', 'Send the parameters themselves.'),
    );
  const responseType = parameters['response_type'];
  if (responseType === undefined) throw badRequest('response_type is missing.', 'Send response_type=code.');
  if (responseType !== 'code')
    throw new ReturnRefusal(
      'unsupported_response_type',
      'Response type is not supported.',
      explain('identity.response-type', `response_type is "${responseType.slice(0, 60)}".`, 'Send response_type=code.'),
    );
  checkScope(scope, client);
  const prompt = readPrompt(parameters['prompt']);
  const codeChallenge = readChallenge(parameters['code_challenge'], parameters['code_challenge_method']);
  return {
    request: {
      clientId: client.clientId,
      redirectUri,
      ...(state === undefined ? {} : { state }),
      ...(nonce === undefined ? {} : { nonce }),
      ...(codeChallenge === undefined ? {} : { codeChallenge }),
      acrValues: chooseAcr(parameters['acr_values']),
      scope,
    },
    prompt,
    maxAge: readMaxAge(parameters['max_age']),
  };
}

function checkScope(scope: string, client: AuthorizingClient): void {
  const foreign = scope.split(' ').filter((each) => each !== '' && !client.scopes.includes(each));
  if (foreign.length > 0 || !hasScope(scope, 'openid'))
    throw new ReturnRefusal(
      'invalid_scope',
      foreign.length > 0 ? `Unknown/invalid scope(s): [${foreign.join(', ')}]` : 'Unknown/invalid scope(s)',
      explain(
        'identity.scope',
        foreign.length > 0 ? `The client may not ask for ${foreign.join(', ')}.` : 'scope does not contain openid.',
        `Ask for openid and any of: ${client.scopes.join(' ')}.`,
      ),
    );
}

function readPrompt(prompt: string | undefined): CheckedRequest['prompt'] {
  const values = new Set((prompt ?? '').split(' ').filter((each) => each !== ''));
  const unknown = [...values].find((each) => !['login', 'none', 'consent', 'select_account'].includes(each));
  if (unknown !== undefined) throw badRequest(`prompt is "${unknown.slice(0, 60)}".`, 'Use prompt=login or prompt=none.');
  if (values.has('none')) {
    if (values.size > 1) throw badRequest('prompt=none was sent with another value.', 'Send prompt=none alone.');
    return 'none';
  }
  return values.has('login') || values.has('select_account') ? 'login' : undefined;
}

function readMaxAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`max_age is "${text.slice(0, 60)}".`, 'Send max_age in whole seconds.');
  return Number(text);
}

function readChallenge(challenge: string | undefined, method: string | undefined): CodeChallenge | undefined {
  if (challenge === undefined) {
    if (method !== undefined) throw badRequest('code_challenge_method was sent without code_challenge.', 'Send both, or neither.');
    return undefined;
  }
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(challenge))
    throw badRequest('code_challenge is not 43 to 128 characters of A-Z a-z 0-9 - . _ ~.', 'Send BASE64URL(SHA256(code_verifier)).');
  if (method !== undefined && method !== 'S256' && method !== 'plain')
    throw badRequest(`code_challenge_method is "${method.slice(0, 60)}".`, 'Use S256.');
  return { method: method ?? 'plain', challenge };
}

function badRequest(why: string, fix?: string): ReturnRefusal {
  return new ReturnRefusal('invalid_request', why, explain('identity.request', why, fix));
}

function explain(check: string, why: string, fix?: string) {
  return { check, why, ...(fix === undefined ? {} : { fix }) };
}
