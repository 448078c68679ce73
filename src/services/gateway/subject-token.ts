/** The ID token in a token exchange, checked in the order of the platform's catalogue (identity.md C.4). */
import type { Passed } from './client-assertion.ts';
import { refuse } from './errors.ts';
import { findKey } from './jwks.ts';
import { type DecodedJwt, decodeJwt, isAbsent, isObject, isTypeJwt, textMember } from './jwt.ts';
import { isSignatureAlgorithm, isSignedBy } from './signature.ts';
import type { TokenCheck } from './token-answers.ts';
import type { GatewayWorld, SignInProvider } from './world.ts';

/** An ID token whose own text is in order; issuer and signature are still to be checked. */
export interface SubjectToken {
  readonly jwt: DecodedJwt;
  readonly issuer: string;
  readonly kid: string;
}

/**
 * Steps 1 to 11 of the catalogue.
 *
 * @param nowSeconds real time (DESIGN.md D6)
 * @throws TokenRefusal of the first check that fails
 */
export function readSubjectToken(form: URLSearchParams, nowSeconds: number, passed: Passed): SubjectToken {
  const text = form.get('subject_token') ?? '';
  if (text === '') throw refuse('gateway.subject-token.present');
  passed('gateway.subject-token.present');
  const jwt = decodeJwt(text);
  if (jwt === undefined) throw refuse('gateway.subject-token.jwt');
  passed('gateway.subject-token.jwt');
  const { header, claims } = jwt;
  const { kid } = header;
  const { exp } = claims;
  const check = (name: TokenCheck, holds: boolean, why?: string): void => {
    if (!holds) throw refuse(name, why);
    passed(name);
  };
  check('gateway.subject-token.kid-present', !isAbsent(kid));
  check('gateway.subject-token.typ', isTypeJwt(header['typ']), `The header says typ ${JSON.stringify(header['typ'] ?? null)}.`);
  check('gateway.subject-token.alg', !isAbsent(header['alg']));
  check('gateway.subject-token.exp-present', !isAbsent(exp));
  check('gateway.subject-token.exp-number', typeof exp === 'number');
  check('gateway.subject-token.expired', !(nowSeconds > Number(exp)), `exp is ${JSON.stringify(exp)}, the time is ${nowSeconds}.`);
  check('gateway.subject-token.iss-present', !isAbsent(claims['iss']));
  check('gateway.subject-token.aud-present', !isAbsent(claims['aud']));
  checkDelegation(claims);
  return { jwt, issuer: textMember(claims, 'iss') ?? '', kid: typeof kid === 'string' ? kid : JSON.stringify(kid) };
}

/** A delegation (nhs_number with act.sub) carries the delegate's own token, which is looked at as well. */
function checkDelegation(claims: Readonly<Record<string, unknown>>): void {
  const { act } = claims;
  if (isAbsent(claims['nhs_number']) || !isObject(act) || isAbsent(act['sub'])) return;
  const delegate = typeof act['sub'] === 'string' ? decodeJwt(act['sub']) : undefined;
  if (delegate === undefined) throw refuse('gateway.act-sub.jwt');
  const { header, claims: own } = delegate;
  if (isAbsent(header['kid'])) throw refuse('gateway.act-sub.kid-present');
  if (isAbsent(header['typ'])) throw refuse('gateway.act-sub.typ');
  if (isAbsent(header['alg'])) throw refuse('gateway.act-sub.alg');
  if (isAbsent(own['exp'])) throw refuse('gateway.act-sub.exp-present');
  if (typeof own['exp'] !== 'number') throw refuse('gateway.act-sub.exp-number');
  if (isAbsent(own['iss'])) throw refuse('gateway.act-sub.iss-present');
  if (isAbsent(own['aud'])) throw refuse('gateway.act-sub.aud-present');
  if (isAbsent(own['nhs_number'])) throw refuse('gateway.act-sub.nhs-number-present');
}

/**
 * Steps 12 to 14: issuer, kid and signature.
 *
 * @param providers identity providers of the token server that is asked
 * @returns which of them issued it
 * @throws TokenRefusal of the first check that fails
 */
export async function verifySubjectToken(
  world: GatewayWorld,
  subject: SubjectToken,
  providers: readonly SignInProvider[],
  passed: Passed,
): Promise<SignInProvider> {
  const issuer = world.signIn.issuers().find((each) => providers.includes(each.provider) && each.issuer === subject.issuer);
  if (issuer === undefined) throw refuse('gateway.subject-token.iss', `iss is "${subject.issuer}".`);
  passed('gateway.subject-token.iss');
  const key = findKey(await world.signIn.jwks(world.store.db, issuer.provider), subject.kid);
  if (key === undefined) throw refuse('gateway.subject-token.kid', `The issuer has no key "${subject.kid}".`);
  passed('gateway.subject-token.kid');
  const { alg } = subject.jwt.header;
  if (key === 'unusable' || !isSignatureAlgorithm(alg) || !isSignedBy(subject.jwt, key, alg))
    throw refuse('gateway.subject-token.signature');
  passed('gateway.subject-token.signature');
  return issuer.provider;
}
