/**
 * The claims of a client assertion, checked in the order of the platform's catalogue (identity.md C.4). Pure: what needs the store or a
 * key (jti, client, signature) follows in client-authentication.ts.
 */
import { refuse } from './errors.ts';
import { type DecodedJwt, decodeJwt, isAbsent, isTypeJwt, textMember } from './jwt.ts';
import type { TokenCheck } from './token-answers.ts';

export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Furthest that exp may lie ahead: five minutes, and ten seconds for a watch that is wrong. */
const FURTHEST_AHEAD_SECONDS = 310;

/** Told of each check as it is passed. */
export type Passed = (check: TokenCheck) => void;

/** An assertion whose own text is in order; nothing says yet that it is genuine. */
export interface ClientAssertion {
  readonly jwt: DecodedJwt;
  /** API key of the client. */
  readonly clientId: string;
  readonly kid: string;
  readonly jti: string;
  /** exp is too far ahead: refused after the jti was looked up, and without spending it. */
  readonly tooFarAhead: boolean;
}

/**
 * Steps 1 to 12 of the catalogue.
 *
 * @param nowSeconds real time: a client signs by its own watch (DESIGN.md D6)
 * @throws TokenRefusal of the first check that fails
 */
export function readClientAssertion(form: URLSearchParams, nowSeconds: number, passed: Passed): ClientAssertion {
  const check = (name: TokenCheck, holds: boolean, why?: string): void => {
    if (!holds) throw refuse(name, why);
    passed(name);
  };
  check('gateway.client-assertion.type', form.get('client_assertion_type') === CLIENT_ASSERTION_TYPE);
  const text = form.get('client_assertion') ?? '';
  check('gateway.client-assertion.present', text !== '');
  const jwt = decodeJwt(text);
  if (jwt === undefined) throw refuse('gateway.client-assertion.jwt');
  passed('gateway.client-assertion.jwt');
  const { header, claims } = jwt;
  check('gateway.client-assertion.alg', header['alg'] === 'RS512', `The header says alg ${JSON.stringify(header['alg'] ?? null)}.`);
  const { exp } = claims;
  // The platform compares before it looks at the type: "1" and null are numbers to it here.
  check(
    'gateway.client-assertion.expired',
    exp === undefined || !(nowSeconds > Number(exp)),
    `exp is ${JSON.stringify(exp)}, the time is ${nowSeconds}.`,
  );
  const { kid } = header;
  check('gateway.client-assertion.kid-present', !isAbsent(kid));
  check('gateway.client-assertion.typ', isTypeJwt(header['typ']), `The header says typ ${JSON.stringify(header['typ'] ?? null)}.`);
  check('gateway.client-assertion.exp-present', !isAbsent(exp));
  if (typeof exp !== 'number') throw refuse('gateway.client-assertion.exp-number', `exp is ${JSON.stringify(exp)}.`);
  passed('gateway.client-assertion.exp-number');
  const clientId = textMember(claims, 'iss');
  if (clientId === undefined || clientId === '' || clientId !== claims['sub']) {
    throw refuse(
      'gateway.client-assertion.iss-sub',
      `iss is ${JSON.stringify(claims['iss'] ?? null)}, sub is ${JSON.stringify(claims['sub'] ?? null)}.`,
    );
  }
  passed('gateway.client-assertion.iss-sub');
  const { jti } = claims;
  check('gateway.client-assertion.jti-present', !isAbsent(jti));
  if (typeof jti !== 'string') throw refuse('gateway.client-assertion.jti-text', `jti is ${JSON.stringify(jti)}.`);
  passed('gateway.client-assertion.jti-text');
  return {
    jwt,
    clientId,
    kid: typeof kid === 'string' ? kid : JSON.stringify(kid),
    jti,
    tooFarAhead: exp - nowSeconds > FURTHEST_AHEAD_SECONDS,
  };
}
