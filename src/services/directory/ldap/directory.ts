/** What every connection to the directory shares. */
import { hash, timingSafeEqual } from 'node:crypto';
import { distinguishedName } from './distinguished-name.ts';
import type { FilterOptions } from './filter.ts';
import type { BindRequest } from './message.ts';
import { LdapRefusal, RESULT } from './result.ts';
import type { DirectoryTree } from './tree.ts';
import type { DirectoryView } from './view.ts';

/** Name that readers of people and the change log bind with. */
export const READER_DN = 'cn=Directory Reader,o=nhs';

export interface DirectoryOptions extends FilterOptions {
  /** Entries one search gives at most; 0 for all. */
  readonly sizeLimit: number;
  /** Password of {@link READER_DN}. When there is none, nobody need bind to read people and the change log. */
  readonly readerPassword: string | undefined;
  /** Whether the connection is encrypted from the start. */
  readonly secure: boolean;
}

/** What a plain door secures a connection with when its client asks. */
export interface StartTlsCredentials {
  readonly key: string;
  readonly cert: string;
}

export class Directory {
  readonly options: DirectoryOptions;
  readonly readerName = READER_DN;
  readonly failed: (text: string) => void;
  readonly #view: DirectoryView;
  readonly #readerKey = distinguishedName(READER_DN)?.key ?? '';

  constructor(view: DirectoryView, options: DirectoryOptions, failed: (text: string) => void) {
    this.#view = view;
    this.options = options;
    this.failed = failed;
  }

  get sizeLimit(): number {
    return this.options.sizeLimit;
  }

  get secure(): boolean {
    return this.options.secure;
  }

  get everybodyReadsPeople(): boolean {
    return this.options.readerPassword === undefined;
  }

  /** The entries, with everything that was committed before the call. */
  tree(): Promise<DirectoryTree> {
    return this.#view.current();
  }

  /** Whether a client is a reader, not anonymous. Throws LdapRefusal when it is neither (sds.md §6.2). */
  authenticate({ version, name, password }: BindRequest): boolean {
    if (version !== 3) throw new LdapRefusal(RESULT.protocolError, 'requested protocol version not allowed');
    if (password === undefined) throw new LdapRefusal(RESULT.authMethodNotSupported, 'SASL is not supported');
    const dn = distinguishedName(name);
    if (dn === undefined) throw new LdapRefusal(RESULT.invalidDNSyntax, 'invalid DN');
    if (dn.key === '' && password === '') return false;
    if (password === '') throw new LdapRefusal(RESULT.unwillingToPerform, 'unauthenticated bind (DN with no password) disallowed');
    const rightPassword = same(password, this.options.readerPassword ?? '') && this.options.readerPassword !== undefined;
    if (rightPassword && dn.key === this.#readerKey) return true;
    throw new LdapRefusal(RESULT.invalidCredentials);
  }
}

/** Compares secrets in a time that tells nothing of them. */
function same(first: string, second: string): boolean {
  return timingSafeEqual(hash('sha256', first, 'buffer'), hash('sha256', second, 'buffer'));
}
