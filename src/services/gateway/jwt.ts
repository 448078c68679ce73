/** A JSON Web Token taken apart, nothing of it believed yet. */
export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Header and claims as sent: what the signature is over. */
  readonly signedText: string;
  readonly signature: string;
}

const BASE64URL = /^[A-Za-z0-9_-]*$/;

/**
 * Takes a compact JWT apart. Gives undefined when it is not three base64url parts of which the first two are JSON objects. Says
 * nothing about algorithm or signature: each flow makes its checks in the order of its own catalogue.
 */
export function decodeJwt(text: string): DecodedJwt | undefined {
  const [header, claims, signature, ...rest] = text.split('.');
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0) return undefined;
  if (!BASE64URL.test(header) || !BASE64URL.test(claims) || !BASE64URL.test(signature)) return undefined;
  const parsedHeader = jsonObject(header);
  const parsedClaims = jsonObject(claims);
  if (parsedHeader === undefined || parsedClaims === undefined) return undefined;
  return { header: parsedHeader, claims: parsedClaims, signedText: `${header}.${claims}`, signature };
}

function jsonObject(base64url: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value read from JSON is an object with members. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A header or claim that is missing in the platform's eyes: not there, null or an empty text. */
export function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

/** A member as text, or undefined when it is anything else. */
export function textMember(object: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}

/** Header `typ` is "JWT" in any case: what the platform demands of assertions and of identity tokens. */
export function isTypeJwt(typ: unknown): boolean {
  return typeof typ === 'string' && typ.toLowerCase() === 'jwt';
}
