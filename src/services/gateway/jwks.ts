import { isObject, textMember } from './jwt.ts';

/** The public half of a signing key, with only the members that verification uses. */
export interface SigningJwk {
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/** A key set that may be registered, with remarks for the supplier. */
export interface AcceptedJwks {
  readonly keys: readonly SigningJwk[];
  readonly kids: readonly string[];
  readonly warnings: readonly string[];
}

/** Why a key set may not be registered, one sentence each. */
export interface RefusedJwks {
  readonly problems: readonly string[];
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;
const MOST_KEYS = 50;

/**
 * Whether a supplier's key set may be registered (path-to-live.md §3.3, identity.md C.11): RSA keys only, each with a kid of its own,
 * `use` sig when given, alg RS512 or none, and nothing private.
 */
export function judgeJwks(document: unknown): AcceptedJwks | RefusedJwks {
  if (!isObject(document) || !Array.isArray(document['keys']))
    return { problems: ['It is not a JSON Web Key Set: an object with a member "keys" is needed.'] };
  const keys: unknown[] = document['keys'];
  if (keys.length === 0) return { problems: ['The key set is empty.'] };
  if (keys.length > MOST_KEYS) return { problems: [`The key set has ${keys.length} keys; at most ${MOST_KEYS} are taken.`] };
  const problems: string[] = [];
  const warnings: string[] = [];
  const accepted: SigningJwk[] = [];
  for (const [index, key] of keys.entries()) {
    const name = isObject(key) && typeof key['kid'] === 'string' && key['kid'] !== '' ? `Key "${key['kid']}"` : `Key ${index + 1}`;
    const faults = keyProblems(key, name);
    problems.push(...faults);
    if (faults.length > 0 || !isObject(key)) continue;
    const signing = signingKey(key);
    if (signing === undefined) continue;
    if (accepted.some((each) => each.kid === signing.kid)) problems.push(`${name} appears twice: every kid must be unique in the set.`);
    accepted.push(signing);
    const bits = modulusBits(signing.n);
    if (bits < 2048) warnings.push(`${name} has ${bits} bits; use at least 2048, better 4096.`);
  }
  if (problems.length > 0) return { problems };
  return { keys: accepted, kids: accepted.map((each) => each.kid), warnings };
}

function keyProblems(key: unknown, name: string): string[] {
  if (!isObject(key)) return [`${name} is not an object.`];
  const problems: string[] = [];
  const secret = PRIVATE_MEMBERS.filter((member) => member in key);
  if (secret.length > 0)
    problems.push(`${name} carries private members (${secret.join(', ')}): the private key must not leave your system; make a new pair.`);
  if (typeof key['kid'] !== 'string' || key['kid'] === '') problems.push(`${name} has no kid.`);
  if (key['kty'] !== 'RSA') problems.push(`${name} is not an RSA key (kty is ${JSON.stringify(key['kty'] ?? null)}).`);
  else if (!isBase64url(key['n']) || !isBase64url(key['e']))
    problems.push(`${name} has no readable modulus and exponent (n, e in base64url without padding).`);
  if (key['use'] !== undefined && key['use'] !== 'sig') problems.push(`${name} is not for signing: use must be "sig".`);
  if (key['alg'] !== undefined && key['alg'] !== 'RS512')
    problems.push(`${name} is for ${JSON.stringify(key['alg'])}: alg must be "RS512" or left out.`);
  return problems;
}

function isBase64url(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9_-]+$/.test(value);
}

/** Length of an RSA modulus in bits. */
function modulusBits(n: string): number {
  const bytes = Buffer.from(n, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes.readUInt8(first)) + 24;
}

function signingKey(key: Readonly<Record<string, unknown>>): SigningJwk | undefined {
  const kid = textMember(key, 'kid');
  const n = textMember(key, 'n');
  const e = textMember(key, 'e');
  return kid === undefined || n === undefined || e === undefined || key['kty'] !== 'RSA' ? undefined : { kid, n, e };
}

/** What a key set has under a kid: nothing, a key that can verify, or one that cannot (not RSA, or its numbers are missing). */
export function findKey(document: unknown, kid: string): SigningJwk | 'unusable' | undefined {
  if (!isObject(document) || !Array.isArray(document['keys'])) return undefined;
  const keys: unknown[] = document['keys'];
  const key = keys.filter(isObject).find((each) => each['kid'] === kid);
  return key === undefined ? undefined : (signingKey(key) ?? 'unusable');
}

/** The kids of a key set, for messages. */
export function kidsOf(document: unknown): readonly string[] {
  if (!isObject(document) || !Array.isArray(document['keys'])) return [];
  const keys: unknown[] = document['keys'];
  return keys.filter(isObject).flatMap((key) => (typeof key['kid'] === 'string' ? [key['kid']] : []));
}
