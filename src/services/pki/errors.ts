import { LocalRefusal } from '../../kernel/errors.ts';

/** The environment's authority is asked for before its first boot has finished. */
export class AuthorityMissing extends LocalRefusal {
  constructor() {
    super(
      503,
      'authority_missing',
      'The certificate authority of this environment is not there yet.',
      'Wait until the health check answers 200.',
    );
  }
}

/** A stored private key was sealed with another seal key. */
export class KeyUnreadable extends LocalRefusal {
  /** @param owner whose key: the common name of its certificate */
  constructor(owner: string) {
    super(
      500,
      'private_key_unreadable',
      `The private key of ${owner} cannot be opened: it was sealed with another seal key.`,
      'Start with the LOCALSPINE_SEAL_KEY (or the data folder) this database was made with, or start anew with `reset --all`.',
    );
  }
}

/** The platform's root is not the one that signed the environment's sub CA. */
export class RootMismatch extends LocalRefusal {
  constructor(subordinate: string, root: string) {
    super(
      500,
      'root_mismatch',
      `${subordinate} was not signed by the present ${root}: environment and platform databases come from different installations.`,
      'Put back the platform database that belongs to it, or start the environment anew with `reset --all`.',
    );
  }
}

/** A signing request that cannot be signed as it is. */
export class SigningRequestRefusal extends LocalRefusal {
  /**
   * @param code `csr_…`: which rule
   * @param text one sentence for the requester
   */
  constructor(code: string, text: string, fix?: string) {
    super(400, code, text, fix);
  }
}

/** The FQDN is not registered to the organisation that asks. */
export class FqdnRefused extends LocalRefusal {
  constructor(fqdn: string, organisation: string | undefined, owner: string | undefined) {
    super(
      403,
      owner === undefined ? 'fqdn_not_registered' : 'fqdn_of_another',
      owner === undefined
        ? `${fqdn} is not registered to any organisation in this environment.`
        : `${fqdn} is registered to another organisation than ${organisation ?? 'the one that asks, which is not said'}.`,
      owner === undefined
        ? 'Register the name first; then ask for its certificate.'
        : 'Ask as the organisation that the name is registered to.',
    );
  }
}

/** No certificate with this serial number was issued here. */
export class CertificateUnknown extends LocalRefusal {
  constructor() {
    super(404, 'certificate_unknown', 'No certificate with this serial number was issued in this environment.');
  }
}
