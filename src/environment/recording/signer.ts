import { isoDate } from '../../kernel/clock.ts';
import type { SealKey } from '../../kernel/evidence/seal.ts';
import { tablesOf } from '../../kernel/store/store.ts';
import { generateKey } from '../../kernel/tls/certificates.ts';
import { pkiOf } from '../authorities.ts';
import type { Environment } from '../environment.ts';

interface Tables {
  recording_signer: { id: number; certificate: string; sealed_key: string; expires_at: number };
}

const PURPOSE = 'evidence-signer';
/** A key with less than this left is replaced; seals of the old one stay good, they bring their certificates. */
const RENEWAL = 30 * 86_400_000;

/** The key that seals the evidence of an environment, with a certificate of its sub CA; made when first needed. */
export async function sealKeyOf(environment: Environment): Promise<SealKey> {
  const { store, world, parts } = environment;
  const pki = pkiOf(environment);
  const { subordinate, root } = await pki.authorities(store.db);
  const found = await tablesOf<Tables>(store.db).selectFrom('recording_signer').selectAll().where('id', '=', 1).executeTakeFirst();
  const good = found !== undefined && Number(found.expires_at) > world.realNow() + RENEWAL;
  const { certificate, sealed_key: sealedKey } = good ? found : await makeSigner(environment);
  return { privateKeyPem: parts.sealer.open(PURPOSE, sealedKey), certificatesPem: [certificate, subordinate.pem, root.pem] };
}

async function makeSigner(environment: Environment): Promise<Tables['recording_signer']> {
  const { store, world, parts, facts } = environment;
  const { publicKeyDer, privateKeyPem } = await generateKey(2048);
  return store.transaction(async (tx) => {
    const issued = await pkiOf(environment).issue(tx, {
      commonName: `LocalSpine evidence ${facts.id} ${isoDate(world.realNow())}`,
      dnsNames: [],
      publicKeyDer,
      kind: 'system',
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
