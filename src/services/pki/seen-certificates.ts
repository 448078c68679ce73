import { createHash } from 'node:crypto';
import { type CertificateFacts, inspect, isIssuedBy } from '../../kernel/tls/certificates.ts';

/** What is written in a certificate, and the authority whose key made its signature, in PEM. */
interface Seen {
  readonly facts: CertificateFacts;
  readonly signer: string;
}

const MOST = 1_000;

/**
 * Remembers certificates that an authority of ours has signed, so that a look at one for every request costs no arithmetic. Neither what is
 * written in a certificate nor who signed it can change; whether it was revoked is asked anew each time. Others are not remembered.
 */
export class SeenCertificates {
  readonly #seen = new Map<string, Seen>();

  /** @throws LocalRefusal 400 when it is no X.509 certificate */
  look(certificateDer: Uint8Array, authorities: readonly string[]): { readonly facts: CertificateFacts; readonly signedByOurs: boolean } {
    const key = createHash('sha256').update(certificateDer).digest('base64');
    const known = this.#seen.get(key);
    if (known !== undefined && authorities.includes(known.signer)) return { facts: known.facts, signedByOurs: true };
    const facts = inspect(certificateDer);
    const signer = authorities.find((each) => isIssuedBy(certificateDer, each));
    if (signer !== undefined) this.#remember(key, { facts, signer });
    return { facts, signedByOurs: signer !== undefined };
  }

  #remember(key: string, seen: Seen): void {
    const [oldest] = this.#seen.keys();
    if (this.#seen.size >= MOST && oldest !== undefined) this.#seen.delete(oldest);
    this.#seen.set(key, seen);
  }
}
