import type { Outgoing } from '../../../kernel/http/outgoing.ts';
import type { ServiceContext } from '../../../kernel/service.ts';
import type { DirectoryApi } from '../../directory/index.ts';
import type { PkiApi } from '../../pki/index.ts';
import type { SignOnCards } from './cards.ts';
import type { SessionStore } from './sign-on-store.ts';

/** What the parts of Spine sign-on share in one environment. */
export interface SignOnWorld extends Pick<ServiceContext, 'environment' | 'store' | 'clock' | 'random' | 'outbox' | 'sealer' | 'log'> {
  readonly directory: DirectoryApi;
  readonly pki: () => PkiApi;
  readonly cards: SignOnCards;
  readonly outgoing: Outgoing;
  readonly sessions: SessionStore;
}
