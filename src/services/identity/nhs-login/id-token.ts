import { createHash, createPrivateKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { nameUuid } from '../../../kernel/name-uuid.ts';
import type { Random } from '../../../kernel/random.ts';
import type { Sealer } from '../../../kernel/sealer.ts';
import { type NhsLoginLogOn, vectorOfTrust } from './model.ts';
import type { NhsLoginPerson } from './people.ts';
import type { NhsLoginKey } from './store.ts';

const ID_TOKEN_LIFE = 3_600;
const KEY_BITS = 2048;
/** What the private key is sealed for. */
export const SEAL_PURPOSE = 'identity/nhs-login';

/** A new signing key. NHS login signs with RS512. */
export async function makeNhsLoginKey(sealer: Sealer): Promise<NhsLoginKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256')
    .update(jwk.n ?? '')
    .digest('hex')
    .slice(0, 40);
  return {
    kid,
    sealedKey: sealer.seal(SEAL_PURPOSE, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    publicJwk: { ...jwk, kid, use: 'sig', alg: 'RS512' },
  };
}

/**
 * The ID token of a patient (identity.md C.3, C.4): `identity_proofing_level`, the vector of trust, and from P5 on the NHS number and what
 * was checked of the person. Times are real ones (DESIGN.md D6).
 */
export async function nhsLoginIdToken(from: {
  readonly logOn: NhsLoginLogOn;
  readonly person: NhsLoginPerson;
  readonly issuer: string;
  readonly key: NhsLoginKey;
  readonly sealer: Sealer;
  readonly random: Random;
  readonly now: number;
}): Promise<string> {
  const { SignJWT } = await import('jose');
  const { logOn, person, key, issuer } = from;
  const issuedAt = Math.floor(from.now / 1_000);
  const known =
    logOn.proofing === 'P0' ? {} : { nhs_number: person.nhsNumber, birthdate: person.birthDate, family_name: person.familyName };
  const claims = {
    ...known,
    identity_proofing_level: logOn.proofing,
    vot: vectorOfTrust(logOn),
    vtm: `${issuer}/trustmark`,
    id_status: 'verified',
    token_use: 'id',
    auth_time: issuedAt,
    ...(logOn.nonce === undefined ? {} : { nonce: logOn.nonce }),
  };
  return (
    new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', kid: key.kid, alg: 'RS512' })
      .setIssuer(issuer)
      // An account's own identifier: the same at every sign-in, and no NHS number can be read from it.
      .setSubject(nameUuid(`nhs-login/${person.nhsNumber}`))
      .setAudience(logOn.clientId)
      .setJti(from.random.uuid())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ID_TOKEN_LIFE)
      .sign(createPrivateKey(from.sealer.open(SEAL_PURPOSE, key.sealedKey)))
  );
}
