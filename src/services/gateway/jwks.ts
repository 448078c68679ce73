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

/** A check of a key set with its result, as a supplier is shown them. */
export interface KeyCheck {
  readonly check: string;
  readonly outcome: 'passed' | 'failed' | 'warned' | 'not-reached';
  readonly why?: string;
}

const IS_KEY_SET = 'it is a JSON Web Key Set';
const UNIQUE_KIDS = 'every kid is there once';
const LONG_ENOUGH = 'every key has 2048 bits or more';

/** What must hold of every key, in the order in which faults are told; a check says what is wrong with a key of a name. */
const KEY_CHECKS: readonly {
  readonly check: string;
  readonly fault: (key: Readonly<Record<string, unknown>>, name: string) => string | undefined;
}[] = [
  {
    check: 'nothing private is in it',
    fault: (key, name) => {
      const secret = PRIVATE_MEMBERS.filter((member) => member in key);
      if (secret.length === 0) return undefined;
      return `${name} carries private members (${secret.join(', ')}): the private key must not leave your system; make a new pair.`;
    },
  },
  {
    check: 'every key has a kid',
    fault: (key, name) => (typeof key['kid'] === 'string' && key['kid'] !== '' ? undefined : `${name} has no kid.`),
  },
  {
    check: 'every key is an RSA key with modulus and exponent',
    fault: (key, name) => {
      if (key['kty'] !== 'RSA') return `${name} is not an RSA key (kty is ${JSON.stringify(key['kty'] ?? null)}).`;
      if (isBase64url(key['n']) && isBase64url(key['e'])) return undefined;
      return `${name} has no readable modulus and exponent (n, e in base64url without padding).`;
    },
  },
  {
    check: 'use is "sig", or left out',
    fault: (key, name) => (key['use'] === undefined || key['use'] === 'sig' ? undefined : `${name} is not for signing: use must be "sig".`),
  },
  {
    check: 'alg is "RS512", or left out',
    fault: (key, name) => {
      if (key['alg'] === undefined || key['alg'] === 'RS512') return undefined;
      return `${name} is for ${JSON.stringify(key['alg'])}: alg must be "RS512" or left out.`;
    },
  },
];

/** Something found in a key set, under the check that found it. */
interface Finding {
  readonly check: string;
  readonly outcome: 'failed' | 'warned';
  readonly why: string;
}

/**
 * Whether a supplier's key set may be registered (path-to-live.md §3.3, identity.md C.11): RSA keys only, each with a kid of its own,
 * `use` sig when given, alg RS512 or none, and nothing private.
 */
export function judgeJwks(document: unknown): AcceptedJwks | RefusedJwks {
  const { findings, accepted } = findingsOf(document);
  const problems = findings.filter((each) => each.outcome === 'failed').map((each) => each.why);
  if (problems.length > 0) return { problems };
  const warnings = findings.filter((each) => each.outcome === 'warned').map((each) => each.why);
  return { keys: accepted, kids: accepted.map((each) => each.kid), warnings };
}

/** Every check of {@link judgeJwks} with its result, passed ones too. */
export function checksOfJwks(document: unknown): readonly KeyCheck[] {
  const { findings, readable } = findingsOf(document);
  return [IS_KEY_SET, ...KEY_CHECKS.map((each) => each.check), UNIQUE_KIDS, LONG_ENOUGH].map((check): KeyCheck => {
    const found = findings.filter((each) => each.check === check);
    const [first] = found;
    if (first !== undefined) return { check, outcome: first.outcome, why: found.map((each) => each.why).join(' ') };
    return { check, outcome: readable || check === IS_KEY_SET ? 'passed' : 'not-reached' };
  });
}

/** `readable` when there are keys to be looked at one by one. */
function findingsOf(document: unknown): {
  readonly findings: readonly Finding[];
  readonly accepted: readonly SigningJwk[];
  readonly readable: boolean;
} {
  const keys = keysIn(document);
  if (typeof keys === 'string') return { findings: [{ check: IS_KEY_SET, outcome: 'failed', why: keys }], accepted: [], readable: false };
  const findings: Finding[] = [];
  const accepted: SigningJwk[] = [];
  for (const [index, key] of keys.entries()) {
    const name = isObject(key) && typeof key['kid'] === 'string' && key['kid'] !== '' ? `Key "${key['kid']}"` : `Key ${index + 1}`;
    const faults = keyFaults(key, name);
    findings.push(...faults);
    const signing = faults.length > 0 || !isObject(key) ? undefined : signingKey(key);
    if (signing === undefined) continue;
    if (accepted.some((each) => each.kid === signing.kid))
      findings.push({ check: UNIQUE_KIDS, outcome: 'failed', why: `${name} appears twice: every kid must be unique in the set.` });
    accepted.push(signing);
    const bits = modulusBits(signing.n);
    if (bits < 2048)
      findings.push({ check: LONG_ENOUGH, outcome: 'warned', why: `${name} has ${bits} bits; use at least 2048, better 4096.` });
  }
  return { findings, accepted, readable: true };
}

/** The keys of a set, or why there are none to be looked at. */
function keysIn(document: unknown): readonly unknown[] | string {
  if (!isObject(document) || !Array.isArray(document['keys']))
    return 'It is not a JSON Web Key Set: an object with a member "keys" is needed.';
  const keys: unknown[] = document['keys'];
  if (keys.length === 0) return 'The key set is empty.';
  return keys.length > MOST_KEYS ? `The key set has ${keys.length} keys; at most ${MOST_KEYS} are taken.` : keys;
}

function keyFaults(key: unknown, name: string): readonly Finding[] {
  if (!isObject(key)) return [{ check: IS_KEY_SET, outcome: 'failed', why: `${name} is not an object.` }];
  return KEY_CHECKS.flatMap(({ check, fault }): Finding[] => {
    const why = fault(key, name);
    return why === undefined ? [] : [{ check, outcome: 'failed', why }];
  });
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
