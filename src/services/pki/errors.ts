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
