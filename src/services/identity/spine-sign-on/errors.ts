import { type Explanation, Refusal } from '../../../kernel/errors.ts';

/** Smartcard authentication says no: 200 with a `gpOBJECT` that carries the text and no ticket (identity.md A.2). */
export class GasRefusal extends Refusal {
  /** Echoed, so that the client knows which log-on failed. */
  readonly logSessionId: string;

  constructor(text: string, explanation: Explanation, logSessionId = '') {
    super(text, explanation);
    this.logSessionId = logSessionId;
  }
}

/** The request is not what it should be. */
export function invalidInput(why: string, logSessionId?: string): GasRefusal {
  return new GasRefusal(
    'Invalid input request',
    { check: 'spine-sign-on.input', why, fix: 'Compare with the examples in docs/systems/spine-sign-on.md.' },
    logSessionId,
  );
}

/** The answer of the card does not show who the user is. */
export function failedToValidate(check: string, why: string, fix: string, logSessionId: string): GasRefusal {
  return new GasRefusal('Failed To Validate', { check: `spine-sign-on.${check}`, why, fix }, logSessionId);
}

/** Texts of the session service (identity.md A.4). */
export type SessionFault =
  | 'Invalid session ID.'
  | 'Session state is invalid.'
  | 'Session was not obtained.'
  | 'No privilege to perform this operation.'
  | 'Unknown request method.';

/** A ticket that opens nothing, or something it may not do. Each interface has its own way to say so. */
export class SessionRefusal extends Refusal {
  readonly fault: SessionFault;

  constructor(fault: SessionFault, explanation: Explanation) {
    super(fault, explanation);
    this.fault = fault;
  }
}

/** Unknown, expired, logged out, or of another environment: from outside they are one. */
export function noSuchSession(ticket: string): SessionRefusal {
  const cut = /=@[^#]*$/.test(ticket) || ticket.includes(' ');
  return new SessionRefusal('Invalid session ID.', {
    check: 'spine-sign-on.ticket',
    why: cut
      ? 'The ticket is incomplete: what followed "#" or stood for "+" was lost on the way.'
      : 'This environment has no session with this ticket: it has ended, or belongs to another environment.',
    fix: cut ? 'Percent-encode the ticket (+ / = @ #) in addresses.' : 'Sign on again, in this environment.',
  });
}
