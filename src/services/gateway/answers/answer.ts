/** What the token server answers when a check fails, and what it tells the developer in the journal. */
export interface TokenAnswer {
  readonly status: number;
  readonly error: string;
  /** Sent to the client, letter by letter (apim-token-errors catalogue). */
  readonly description: string;
  readonly why: string;
  readonly fix: string;
}

/** A row of the catalogue. */
export function answer(status: number, error: string, description: string, why: string, fix: string): TokenAnswer {
  return { status, error, description, why, fix };
}

/** No subscribed scope fits: said of applications and of log-ons alike. */
export const NO_SCOPE =
  'you have tried to request authorization but your application is not configured to use this authorization grant type';
