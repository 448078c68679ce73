/** Signing keys of the providers: made, used and rotated. */
import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { Sealer } from '../../kernel/sealer.ts';
import type { Db } from '../../kernel/store/store.ts';
import type { Provider } from './model.ts';
import { insertKey, type SigningKey, setKeyState, signingKeys } from './store.ts';

/** A new signing key of a provider, its private half sealed. The kid is base64 with `/`, `+` and `=`, as CIS2's are (identity.md B.4). */
export async function makeSigningKey(provider: Provider, sealer: Sealer, state: SigningKey['state']): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha1')
    .update(jwk.n ?? '')
    .digest('base64');
  return {
    provider,
    kid,
    sealedKey: sealer.seal(`identity/${provider}`, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    publicJwk: { ...jwk, kid, use: 'sig', alg: 'RS256' },
    state,
  };
}

/** Signs with the current keys. What is kept in memory is opened key material under the sealed text it came from: it cannot go stale. */
export class Signer {
  readonly #sealer: Sealer;
  readonly #opened = new Map<string, KeyObject>();

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** A JWT with header typ, kid and alg as the providers write it (identity.md B.4). */
  async sign(db: Db, provider: Provider, claims: Readonly<Record<string, unknown>>): Promise<string> {
    const key = (await signingKeys(db, provider)).find((each) => each.state === 'current');
    if (key === undefined) throw new Error(`the provider ${provider} has no signing key`);
    const { SignJWT } = await import('jose');
    return new SignJWT({ ...claims }).setProtectedHeader({ typ: 'JWT', kid: key.kid, alg: 'RS256' }).sign(this.#open(key));
  }

  #open(key: SigningKey): KeyObject {
    let opened = this.#opened.get(key.sealedKey);
    if (opened === undefined) {
      opened = createPrivateKey(this.#sealer.open(`identity/${key.provider}`, key.sealedKey));
      this.#opened.set(key.sealedKey, opened);
    }
    return opened;
  }
}

/** Public keys of a provider: what its JWKS answers. */
export async function publicKeys(db: Db, provider: Provider): Promise<{ readonly keys: readonly object[] }> {
  return { keys: (await signingKeys(db, provider)).map((each) => each.publicJwk) };
}

/** The steps of a rotation, as consumers who cache for a day need them (identity.md B.4). */
export const ROTATION = ['publish', 'sign', 'withdraw'] as const;
export type RotationStep = (typeof ROTATION)[number];

/**
 * Takes one step: `publish` a new key beside the old, `sign` with it, `withdraw` the old one.
 *
 * @param fresh the new key, made outside the transaction; used by `publish` only
 * @throws LocalRefusal 409 when the step before was not taken
 */
export async function rotate(tx: Db, provider: Provider, step: RotationStep, fresh: SigningKey): Promise<Readonly<Record<string, string>>> {
  const keys = await signingKeys(tx, provider);
  const inState = (state: SigningKey['state']): SigningKey | undefined => keys.find((each) => each.state === state);
  const [next, current, previous] = [inState('next'), inState('current'), inState('previous')];
  if (step === 'publish') {
    if (next !== undefined) throw outOfOrder('A new key is published already.', 'sign');
    await insertKey(tx, { ...fresh, state: 'next' });
  } else if (step === 'sign') {
    if (next === undefined) throw outOfOrder('No new key is published.', 'publish');
    if (previous !== undefined) throw outOfOrder('The key before is not withdrawn yet.', 'withdraw');
    if (current !== undefined) await setKeyState(tx, provider, current.kid, 'previous');
    await setKeyState(tx, provider, next.kid, 'current');
  } else {
    if (previous === undefined) throw outOfOrder('There is no old key to withdraw.', 'publish');
    await setKeyState(tx, provider, previous.kid, 'withdrawn');
  }
  return Object.fromEntries((await signingKeys(tx, provider)).map((each) => [each.kid, each.state]));
}

function outOfOrder(text: string, first: RotationStep): LocalRefusal {
  return new LocalRefusal(409, 'rotation_order', text, `Take the step "${first}" first.`);
}
