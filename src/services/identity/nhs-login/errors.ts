import { type Explanation, Refusal } from '../../../kernel/errors.ts';

/** A sign-in with NHS login cannot begin or go on, and the browser cannot be sent back: a page says why. */
export class NhsLoginRefusal extends Refusal {
  readonly error: string;

  constructor(error: string, text: string, explanation: Explanation) {
    super(text, explanation);
    this.error = error;
  }
}

/** The sign-in is over or was never there. */
export function signInOver(): NhsLoginRefusal {
  return new NhsLoginRefusal('session_expired', 'This sign-in has ended. Go back to your application and begin again.', {
    check: 'identity.interaction',
    why: 'The sign-in is unknown, finished or older than ten minutes.',
    fix: 'Begin again at /authorize.',
  });
}

/** A code that cannot be redeemed. */
export function codeNotValid(): NhsLoginRefusal {
  return new NhsLoginRefusal('invalid_grant', 'Code not valid', {
    check: 'identity.code',
    why: 'The code is unknown, used, older than two minutes, or was made for another client or redirect URI.',
    fix: 'Begin the log-on again.',
  });
}

export function unknownClient(clientId: string | undefined, supplierClient: string): NhsLoginRefusal {
  return new NhsLoginRefusal('invalid_client', 'The client is not known here.', {
    check: 'identity.client',
    why: `No client ${(clientId ?? '(none)').slice(0, 100)} is registered.`,
    fix: `Sign in through the API platform (GET /oauth2/authorize with scope=nhs-login), or as ${supplierClient}.`,
  });
}

export function unknownRedirectUri(): NhsLoginRefusal {
  return new NhsLoginRefusal('redirect_uri_mismatch', 'The redirection URI provided does not match a pre-registered value.', {
    check: 'identity.redirect-uri',
    why: 'The redirect URI is neither the API platform’s nor on this machine.',
    fix: 'Use a callback on localhost, or sign in through the API platform.',
  });
}
