import { type Explanation, Refusal } from '../../kernel/errors.ts';
import { TOKEN_ANSWERS, type TokenCheck } from './token-answers.ts';

/** The token server says no: rendered as `{error, error_description, message_id}` (identity.md C.1). */
export class TokenRefusal extends Refusal {
  readonly status: number;
  readonly error: string;

  constructor(status: number, error: string, description: string, explanation: Explanation) {
    super(description, explanation);
    this.status = status;
    this.error = error;
  }
}

/** The token server says no by sending the browser back to the application's callback (identity.md C.2). */
export class RedirectRefusal extends Refusal {
  readonly callbackUrl: string;
  readonly error: string;
  readonly state: string | undefined;

  constructor(callbackUrl: string, error: string, description: string, state: string | undefined, explanation: Explanation) {
    super(description, explanation);
    this.callbackUrl = callbackUrl;
    this.error = error;
    this.state = state;
  }
}

/**
 * The refusal of a check of the catalogue, ready to be thrown.
 *
 * @param check its name, e.g. `gateway.client-assertion.kid`
 * @param why what was wrong with this request, when more can be said than the catalogue does
 * @param fix what helps here, when it differs from the catalogue's advice
 */
export function refuse(check: TokenCheck, why?: string, fix?: string): TokenRefusal {
  const answer = TOKEN_ANSWERS[check];
  return new TokenRefusal(answer.status, answer.error, answer.description, { check, why: why ?? answer.why, fix: fix ?? answer.fix });
}

/** The same refusal, told to the application by redirect. */
export function refuseAtCallback(check: TokenCheck, callbackUrl: string, state: string | undefined, why?: string): RedirectRefusal {
  const answer = TOKEN_ANSWERS[check];
  return new RedirectRefusal(callbackUrl, answer.error, answer.description, state, { check, why: why ?? answer.why, fix: answer.fix });
}

/** Method not served on a path: empty body, `Allow` says which is. */
export class MethodRefusal extends Refusal {
  readonly allow: string;

  constructor(method: string, allow: string) {
    super('', { check: 'gateway.method', why: `${method} is not answered here.`, fix: `Use ${allow}.` });
    this.allow = allow;
  }
}

/**
 * The gateway in front of an API refuses a credential (identity.md C.7). The API renders it in its own way: the platform's JSON fault
 * is {@link faultBody}; e-RS answers STU3 paths with an empty body and `wwwAuthenticate` (ers.md §3.4).
 */
export class GatewayRefusal extends Refusal {
  readonly status: number;
  readonly faultString: string;
  readonly errorCode: string;
  readonly wwwAuthenticate: string;

  constructor(status: number, faultString: string, errorCode: string, explanation: Explanation) {
    super(faultString, explanation);
    this.status = status;
    this.faultString = faultString;
    this.errorCode = errorCode;
    this.wwwAuthenticate = `Bearer realm="null",error="invalid_token",error_description="${errorCode}: ${faultString}"`;
  }
}

/** Too many requests in a minute (quota) or at once (spike arrest): 429. */
export class QuotaRefusal extends GatewayRefusal {}

/** The platform's own JSON for a refusal of the gateway. */
export function faultBody(refusal: GatewayRefusal): {
  readonly fault: { readonly faultstring: string; readonly detail: { readonly errorcode: string } };
} {
  return { fault: { faultstring: refusal.faultString, detail: { errorcode: refusal.errorCode } } };
}
