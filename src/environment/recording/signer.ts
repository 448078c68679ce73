import { isoDate } from '../../kernel/clock.ts';
import { type SealKey, signerName } from '../../kernel/evidence/seal.ts';
import { tablesOf } from '../../kernel/store/store.ts';
import { EVIDENCE_SEALING, generateKey, inspect, isIssuedBy } from '../../kernel/tls/certificates.ts';
import { GENERATIONS } from '../../services/pki/index.ts';
import { pkiOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';
import { SealUnsound } from './recordings.ts';

interface Tables {
  recording_signer: { id: number; certificate: string; sealed_key: string; expires_at: number };
}

const PURPOSE = 'evidence-signer';
/** A key with less than this left is replaced; seals of the old one stay good, they bring their certificates. */
const RENEWAL = 30 * 86_400_000;

/**
 * The key that seals the evidence of an environment, with a certificate of its sub CA and those above it. Made when first needed, and again
 * when what it had is worth nothing any more: soon expired, revoked, or signed by a sub CA that another has taken the place of.
 */
export async function sealKeyOf(environment: Environment): Promise<SealKey> {
  const { store, world, parts } = environment;
  const found = await tablesOf<Tables>(store.db).selectFrom('recording_signer').selectAll().where('id', '=', 1).executeTakeFirst();
  const kept = found !== undefined && Number(found.expires_at) > world.realNow() + RENEWAL ? found : undefined;
  const above = kept && (await authoritiesAbove(environment, kept.certificate));
  const signer = kept !== undefined && above !== undefined ? kept : await makeSigner(environment);
  const authorities = above ?? (await authoritiesAbove(environment, signer.certificate));
  if (authorities === undefined) throw new SealUnsound('the sub CA was replaced meanwhile');
  return { privateKeyPem: parts.sealer.open(PURPOSE, signer.sealed_key), certificatesPem: [signer.certificate, ...authorities] };
}

/** Sub CA and root above a certificate that seals evidence and is good now; of whichever generation signed it. */
async function authoritiesAbove(environment: Environment, certificatePem: string): Promise<readonly string[] | undefined> {
  const { db } = environment.store;
  const pki = pkiOf(environment);
  const { serialNumber, extendedKeyUsages } = inspect(certificatePem);
  if (!extendedKeyUsages.includes(EVIDENCE_SEALING) || (await pki.isRevoked(db, serialNumber))) return undefined;
  for (const generation of GENERATIONS) {
    const { subordinate, root } = await pki.authorities(db, generation);
    if (isIssuedBy(certificatePem, subordinate.pem)) return [subordinate.pem, root.pem];
  }
  return undefined;
}

async function makeSigner(environment: Environment): Promise<Tables['recording_signer']> {
  const { store, world, parts, facts } = environment;
  const { publicKeyDer, privateKeyPem } = await generateKey(2048);
  return store.transaction(async (tx) => {
    const issued = await pkiOf(environment).issue(tx, {
      commonName: signerName(facts.id, isoDate(world.realNow())),
      dnsNames: [],
      publicKeyDer,
      kind: 'evidence',
    });
    const row = {
      id: 1,
      certificate: issued.certificatePem,
      sealed_key: parts.sealer.seal(PURPOSE, privateKeyPem),
      expires_at: issued.expiresAt,
    };
    const { id: _id, ...values } = row;
    await tablesOf<Tables>(tx)
      .insertInto('recording_signer')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
      .execute();
    return row;
  });
}
