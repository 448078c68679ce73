import { type Explanation, Refusal } from '../../kernel/errors.ts';

/** A sign-in cannot begin or go on, and the browser cannot be sent back: a page says why (identity.md B.3). */
export class SignInRefusal extends Refusal {
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
    fix: 'Begin again at /authorize.',
  });
}

/** A code that cannot be redeemed. */
export function codeRefused(): SignInRefusal {
  return new SignInRefusal('invalid_grant', 'The provided access grant is invalid, expired, or revoked.', {
    check: 'identity.code',
    why: 'The code is unknown, used, older than two minutes, or was made for another redirect URI.',
    fix: 'Begin the log-on again.',
  });
}
