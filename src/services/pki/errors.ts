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

/** Why no certificate is given for an FQDN: code, text, what to do. */
const FQDN_REFUSALS = {
  unregistered: {
    code: 'fqdn_not_registered',
    text: (fqdn: string) => `${fqdn} is not registered in this environment.`,
    fix: 'Register the name first (localspine dns request, or --register with the request); then ask for its certificate.',
  },
  'of-another': {
    code: 'fqdn_of_another',
    text: (fqdn: string, asking: string) => `${fqdn} is registered to another organisation than ${asking}.`,
    fix: 'Ask as the organisation that the name is registered to, or as the maker of its system.',
  },
  published: {
    code: 'fqdn_published',
    text: (fqdn: string) => `${fqdn} is a name of this environment's own doors.`,
    fix: 'Register a name of your own.',
  },
} as const;

/** The FQDN is not registered to the organisation that asks. */
export class FqdnRefused extends LocalRefusal {
  constructor(fqdn: string, reason: keyof typeof FQDN_REFUSALS, organisation: string | undefined) {
    const { code, text, fix } = FQDN_REFUSALS[reason];
    super(403, code, text(fqdn, organisation ?? 'the one that asks, which is not said'), fix);
  }
}

/** No certificate with this serial number was issued here. */
export class CertificateUnknown extends LocalRefusal {
  constructor() {
    super(404, 'certificate_unknown', 'No certificate with this serial number was issued in this environment.');
  }
}
