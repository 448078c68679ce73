import { type Explanation, Refusal } from '../../kernel/errors.ts';

/** A sign-in cannot begin or go on, and the browser cannot be sent back: a page says why (identity.md B.3). */
export class SignInRefusal extends Refusal {
  readonly error: string;
  readonly status: number;

  constructor(error: string, text: string, explanation: Explanation, status = 400) {
    super(text, explanation);
    this.error = error;
    this.status = status;
  }
}

/** An endpoint that software calls says no: `{error, error_description}` (identity.md B.4, texts of the product). */
export class EndpointRefusal extends Refusal {
  readonly error: string;
  readonly status: number;
  /** Value of `WWW-Authenticate`, where one belongs to the answer. */
  readonly challenge: string | undefined;

  constructor(status: number, error: string, text: string, explanation: Explanation, challenge?: string) {
    super(text, explanation);
    this.status = status;
    this.error = error;
    this.challenge = challenge;
  }
}

/** The authorisation endpoint says no by sending the browser back to the relying party (identity.md B.3). */
export class ReturnRefusal extends Refusal {
  readonly error: string;

  constructor(error: string, text: string, explanation: Explanation) {
    super(text, explanation);
    this.error = error;
  }
}

/** The sign-in is over or was never there. */
export function interactionGone(): SignInRefusal {
  return new SignInRefusal('session_expired', 'This sign-in has ended. Go back to your application and begin again.', {
    check: 'identity.interaction',
    why: 'The sign-in is unknown, finished or older than ten minutes.',
    fix: 'Begin again at the authorisation endpoint.',
  });
}

/** Another browser, or another site's page, meddles with a sign-in. */
export function notThisBrowser(why: string): SignInRefusal {
  return new SignInRefusal(
    'access_denied',
    'This sign-in was begun elsewhere. Go back to your application and begin again.',
    { check: 'identity.browser', why, fix: 'Open the authorisation address and sign in within one browser that keeps cookies.' },
    403,
  );
}

/** A grant (code or refresh token) that cannot be redeemed. */
export function grantRefused(why: string, fix = 'Begin the log-on again.'): EndpointRefusal {
  return new EndpointRefusal(400, 'invalid_grant', 'The provided access grant is invalid, expired, or revoked.', {
    check: 'identity.grant',
    why,
    fix,
  });
}

/** A client that did not show who it is. */
export function clientRefused(why: string, text = 'Client authentication failed', basic = false): EndpointRefusal {
  return new EndpointRefusal(
    401,
    'invalid_client',
    text,
    {
      check: 'identity.client-authentication',
      why,
      fix: 'Authenticate as registered: client_secret_post, client_secret_basic, or private_key_jwt with aud = the token endpoint.',
    },
    basic ? 'Basic realm="NHSIdentity"' : undefined,
  );
}

/** An access token that opens nothing. */
export function tokenRefused(why: string): EndpointRefusal {
  return new EndpointRefusal(
    401,
    'invalid_token',
    'The access token provided is expired, revoked, malformed, or invalid for other reasons.',
    { check: 'identity.access-token', why, fix: 'Send the access token of this provider’s own token endpoint: Authorization: Bearer ….' },
    'Bearer error="invalid_token"',
  );
}
